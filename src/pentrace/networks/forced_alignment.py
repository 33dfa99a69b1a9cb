"""Forced alignment: the most probable place of each symbol of a known text, by CTC, in NumPy.

The Viterbi algorithm on the states of Graves et al. 2006, 'Connectionist temporal classification',
section 4.1: a blank before, between and behind the symbols. Arrays are as in `ctc`.
"""

import numpy as np

from pentrace.networks.alphabet import PADDING
from pentrace.networks.ctc import IMPOSSIBLE, moved, places_of, skippable

NOWHERE = -1  # the place of a step of padding, and of every step of a line that cannot be aligned


def align(log_probabilities: np.ndarray, lengths: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """int64 (T, B): the place of each step, 2 u + 1 for symbol u of its text, even for blanks.

    log_probabilities float (T, B, V + 1), lengths int (B,), symbols (B, U) int64, padded with -1. A
    line with fewer steps than its text needs (one for each symbol, and one between two equal ones)
    is `NOWHERE`.
    """
    steps, batch, classes = log_probabilities.shape
    places = places_of(symbols, classes - 1)  # (B, S)
    skip = skippable(places, classes - 1)
    rows = np.arange(batch)
    best = np.full(places.shape, IMPOSSIBLE)
    best[:, 0] = 0.0  # at the first blank before the first step; from there a step may go to 0 or 1
    back = np.zeros((steps, *places.shape), np.int8)  # how many places before the step came from
    for n in range(steps):
        double = np.where(skip, moved(best, 2), IMPOSSIBLE)
        ways = np.stack([best, moved(best, 1), double])
        back[n] = ways.argmax(0)
        came = ways.max(0) + log_probabilities[n][rows[:, None], places]
        best = np.where((n < lengths)[:, None], np.maximum(came, IMPOSSIBLE), best)
    return _traced(best, back, lengths, (symbols != PADDING).sum(1))


def _traced(
    best: np.ndarray, back: np.ndarray, lengths: np.ndarray, count: np.ndarray
) -> np.ndarray:
    """The places of the best path, from the last step of each line to the first."""
    rows = np.arange(len(count))
    blank, last = 2 * count, np.maximum(2 * count - 1, 0)
    place = np.where(best[rows, last] > best[rows, blank], last, blank)
    possible = best[rows, place] > IMPOSSIBLE / 2
    path = np.full((len(back), len(count)), NOWHERE)
    for n in range(len(back) - 1, -1, -1):
        inside = (n < lengths) & possible
        path[n] = np.where(inside, place, NOWHERE)
        place = np.where(inside, place - back[n][rows, place], place)
    return path
