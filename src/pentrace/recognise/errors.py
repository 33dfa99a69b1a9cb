"""Error rates of what was read against what stands there, with intervals."""

from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Levenshtein

from pentrace.nfc import nfc

RESAMPLES = 1000
AT_ONCE = 1_000_000  # numbers that the bootstrap draws in one go, to bound its memory


class Errors(NamedTuple):
    """Counts for one line."""

    characters: int
    edits: int
    words: int
    word_edits: int


class Rate(NamedTuple):
    """A share of errors, with the interval that holds it with a probability of 95 %."""

    rate: float
    low: float
    high: float


def count(text: str, read: str) -> Errors:
    """Errors in what was read of text; both are brought to NFC first.

    Edits are insertions, deletions and substitutions, as few as possible. Words are parted by
    blanks. There may be more edits than characters.
    """
    text, read = (nfc(t) for t in (text, read))
    words = text.split()
    return Errors(
        len(text),
        Levenshtein.distance(text, read),
        len(words),
        Levenshtein.distance(words, read.split()),
    )


def rate(edits: np.ndarray, of: np.ndarray, seed: int) -> Rate | None:
    """Errors of all lines over characters (or words) of all lines; None where there are none.

    edits and of, int (S,), count by line. The interval is the bootstrap's (Efron 1979) over
    lines, by percentiles of `RESAMPLES` draws: lines differ in how well they can be read, and the
    errors in one line hang together.
    """
    total = int(of.sum())
    if total == 0:
        return None
    random = np.random.default_rng(seed)
    rows = max(1, AT_ONCE // len(of))
    rates = [
        _resampled(edits, of, random, min(rows, RESAMPLES - done))
        for done in range(0, RESAMPLES, rows)
    ]
    drawn = np.concatenate(rates)
    low, high = np.percentile(drawn[np.isfinite(drawn)], [2.5, 97.5])
    return Rate(float(edits.sum() / total), float(low), float(high))


def _resampled(
    edits: np.ndarray, of: np.ndarray, random: np.random.Generator, rows: int
) -> np.ndarray:
    """Rates (rows,) of draws of S lines with replacement; nan where a draw has no character."""
    chosen = random.integers(len(of), size=(rows, len(of)))
    characters = of[chosen].sum(1)
    return np.divide(
        edits[chosen].sum(1), characters, out=np.full(rows, np.nan), where=characters > 0
    )
