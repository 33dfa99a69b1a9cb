"""Drawing the next character from its probabilities: temperature, top k, top p."""

import numpy as np

from pentrace.generate.settings import DrawSettings


def probabilities(logits: np.ndarray, settings: DrawSettings) -> np.ndarray:
    """Probabilities float64 (B, V) of each symbol for logits (B, V); rows sum to 1.

    The order is: temperature (0 keeps only the likeliest symbol, the first of several), top k,
    top p (Holtzman et al. 2020, 'The curious case of neural text degeneration', section 3.1).
    """
    if settings.temperature == 0:
        chosen = np.zeros(logits.shape)
        chosen[np.arange(len(logits)), logits.argmax(1)] = 1
        return chosen
    below = (logits - logits.max(1, keepdims=True)).astype(np.float64)
    with np.errstate(over="ignore"):  # close to temperature 0 the quotient is -inf, and exp is 0
        chances = np.exp(below / settings.temperature)
    if settings.top_k is not None or settings.top_p is not None:
        chances /= chances.sum(1, keepdims=True)
        chances[~_kept(chances, settings)] = 0
    return chances / chances.sum(1, keepdims=True)


def _kept(chances: np.ndarray, settings: DrawSettings) -> np.ndarray:
    """bool (B, V): the symbols that may be drawn; the likeliest is always one of them."""
    order = np.argsort(-chances, axis=1, kind="stable")
    ranked = np.take_along_axis(chances, order, 1)
    if settings.top_k is not None:
        ranked[:, settings.top_k :] = 0
    kept = ranked > 0
    if settings.top_p is not None:
        ranked /= ranked.sum(1, keepdims=True)
        before = np.cumsum(ranked, 1) - ranked
        kept &= before < settings.top_p
    found = np.zeros(chances.shape, bool)
    np.put_along_axis(found, order, kept, 1)
    return found


def drawn(chances: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """A symbol int64 (B,) from each row of probabilities (B, V), by uniform (B,) in [0, 1)."""
    until = np.cumsum(chances, 1)
    total = until[:, -1]
    # Always below the total, also after rounding: symbols behind the total have probability 0.
    return (until <= np.minimum(uniform * total, np.nextafter(total, 0))[:, None]).sum(1)


def entropy(chances: np.ndarray) -> np.ndarray:
    """Entropy in bits (B,) of each row of probabilities (B, V)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.where(chances > 0, chances * np.log2(chances), 0)
    return -bits.sum(1)
