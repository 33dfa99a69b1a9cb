"""Connectionist temporal classification in NumPy: the text that was read, and how probable one is.

Log-probabilities are float (T, B, V + 1), as the recognition network returns them: T steps of B
lines, a class for each of V symbols, and last the blank. `lengths` int (B,) are the steps of each
line. The loss that networks are trained with is in `recognition`.
"""

import numpy as np

from pentrace.networks.alphabet import PADDING

UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # decoded from the symbol of rare characters
IMPOSSIBLE = -1e30  # a log-probability; sums of it stay finite


def decode(log_probabilities: np.ndarray, lengths: np.ndarray, alphabet: str) -> list[str]:
    """The text of each line by best path: the likeliest classes, without repeats and blanks.

    Graves et al. 2006, 'Connectionist temporal classification', section 3.2. The symbol of rare
    characters, if the network has one, becomes U+FFFD.
    """
    classes = log_probabilities.shape[-1]
    best = log_probabilities.argmax(-1).T  # (B, T)
    new = np.ones_like(best, bool)
    new[:, 1:] = best[:, 1:] != best[:, :-1]
    new &= best != classes - 1
    new &= np.arange(best.shape[1]) < lengths[:, None]
    symbols = alphabet.ljust(classes - 1, UNKNOWN)
    return [
        "".join(symbols[i] for i in line[kept].tolist())
        for line, kept in zip(best, new, strict=True)
    ]


def log_probability(
    log_probabilities: np.ndarray, lengths: np.ndarray, symbols: np.ndarray
) -> np.ndarray:
    """float64 (B,): of the texts, symbols (B, U) int64 padded with -1, in nats.

    The sum over all alignments (equations 5 to 8 there). A line with fewer steps than its text
    needs gets about `IMPOSSIBLE`.
    """
    steps, batch, classes = log_probabilities.shape
    places = places_of(symbols, classes - 1)  # (B, S)
    skip = skippable(places, classes - 1)
    rows = np.arange(batch)
    # Before the first step, the probability is at the first blank; from there a step may go to the
    # first symbol.
    forward = np.full(places.shape, IMPOSSIBLE)
    forward[:, 0] = 0.0
    for n in range(steps):
        came = np.logaddexp(forward, moved(forward, 1))
        came = np.logaddexp(came, np.where(skip, moved(forward, 2), IMPOSSIBLE))
        came += log_probabilities[n][rows[:, None], places]
        forward = np.where((n < lengths)[:, None], np.maximum(came, IMPOSSIBLE), forward)
    last = 2 * (symbols != PADDING).sum(1)  # the blank behind the text
    before = np.where(last > 0, forward[rows, last - 1], IMPOSSIBLE)
    return np.logaddexp(forward[rows, last], before)


def places_of(symbols: np.ndarray, blank: int) -> np.ndarray:
    """Classes (B, 2U + 1) of a text with a blank before, between and behind its symbols."""
    places = np.full((len(symbols), 2 * symbols.shape[1] + 1), blank)
    places[:, 1::2] = np.where(symbols == PADDING, blank, symbols)
    return places


def skippable(places: np.ndarray, blank: int) -> np.ndarray:
    """Whether the blank before each place may be left out: between two different symbols."""
    skip = places != blank
    skip[:, :2] = False
    skip[:, 2:] &= places[:, 2:] != places[:, :-2]
    return skip


def moved(forward: np.ndarray, places: int) -> np.ndarray:
    """What comes to each place from so many places before it."""
    came = np.full_like(forward, IMPOSSIBLE)
    came[:, places:] = forward[:, :-places]
    return came
