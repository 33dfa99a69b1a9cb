"""Error rates of the text that was read against the true text, with intervals."""

from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Levenshtein

from pentrace.generate.reading import edits
from pentrace.unicode_nfc import nfc

CLASSES = ("lower case", "capitals", "digits", "punctuation", "blanks")
INSERTIONS = "insertions"
RESAMPLES = 1000
AT_ONCE = 1_000_000  # numbers that the bootstrap draws at once, to bound its memory


class Errors(NamedTuple):
    """Counts for one line."""

    characters: int
    edits: int
    words: int
    word_edits: int


def by_class(text: str, read: str) -> dict[str, tuple[int, int]]:
    """Characters, and errors in them, of each class in `CLASSES`; insertions: 0, and how many.

    Both are converted to NFC. In an alignment with the smallest number of edits, each deletion and
    substitution is an error in the wanted character. An insertion is an error in none.
    """
    text, read = (nfc(t) for t in (text, read))
    found = {name: [0, 0] for name in (*CLASSES, INSERTIONS)}
    for character in text:
        found[class_of(character)][0] += 1
    for edit in Levenshtein.editops(text, read):
        inserted = edit.tag == "insert"
        found[INSERTIONS if inserted else class_of(text[edit.src_pos])][1] += 1
    return {name: (of, wrong) for name, (of, wrong) in found.items()}


def class_of(character: str) -> str:
    """The class of a character; a letter without case counts as a lower-case letter."""
    if character.isspace():
        return "blanks"
    if character.isupper():
        return "capitals"
    if character.isdigit():
        return "digits"
    return "lower case" if character.isalpha() else "punctuation"


class Rate(NamedTuple):
    """An error rate with its 95 % interval."""

    rate: float
    low: float
    high: float


def count(text: str, read: str) -> Errors:
    """Errors in what was read of text; both are converted to NFC first.

    Edits are the smallest number of insertions, deletions and substitutions. Words are separated by
    blanks. There may be more edits than characters.
    """
    text, read = (nfc(t) for t in (text, read))
    words = text.split()
    return Errors(
        len(text),
        edits(text, read),
        len(words),
        Levenshtein.distance(words, read.split()),
    )


def rate(edits: np.ndarray, of: np.ndarray, seed: int) -> Rate | None:
    """Errors of all lines over characters (or words) of all lines; None if there are none.

    edits and of, int (S,), count by line. The interval is the bootstrap's (Efron 1979) over
    lines, by percentiles of `RESAMPLES` draws: lines differ in how legible they are, and the
    errors in one line depend on each other.
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
    """Rates (rows,) of draws of S lines with replacement; nan for a draw without characters."""
    chosen = random.integers(len(of), size=(rows, len(of)))
    characters = of[chosen].sum(1)
    return np.divide(
        edits[chosen].sum(1), characters, out=np.full(rows, np.nan), where=characters > 0
    )
