"""The next character, drawn from its chances: temperature, top k, top p."""

import numpy as np

from pentrace.generate.settings import DrawSettings


def probabilities(logits: np.ndarray, settings: DrawSettings) -> np.ndarray:
    """Chances float64 (B, V) of each symbol for logits (B, V); rows sum to 1.

    In this order: temperature (0 leaves the likeliest alone, the first of several), top k, top p
    (Holtzman et al. 2020, 'The curious case of neural text degeneration', section 3.1).
    """
    if settings.temperature == 0:
        chosen = np.zeros(logits.shape)
        chosen[np.arange(len(logits)), logits.argmax(1)] = 1
        return chosen
    below = (logits - logits.max(1, keepdims=True)).astype(np.float64)
    with np.errstate(over="ignore"):  # a temperature next to 0 leaves no chance: exp(-inf)
        chances = np.exp(below / settings.temperature)
    if settings.top_k is not None or settings.top_p is not None:
        chances /= chances.sum(1, keepdims=True)
        chances[~_kept(chances, settings)] = 0
    return chances / chances.sum(1, keepdims=True)


def _kept(chances: np.ndarray, settings: DrawSettings) -> np.ndarray:
    """bool (B, V): the symbols that may be drawn, the likeliest always among them."""
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
    """A symbol int64 (B,) from each row of chances (B, V), by uniform (B,) in [0, 1)."""
    until = np.cumsum(chances, 1)
    total = until[:, -1]
    # Below the sum in any case, whatever is rounded: what comes after the sum has no chance.
    return (until <= np.minimum(uniform * total, np.nextafter(total, 0))[:, None]).sum(1)


def entropy(chances: np.ndarray) -> np.ndarray:
    """Bits (B,) of each row of chances (B, V)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.where(chances > 0, chances * np.log2(chances), 0)
    return -bits.sum(1)
