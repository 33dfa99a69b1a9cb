"""Contiguous splits: a corpus is cut at two positions, which may be inside a document.

Neighbouring characters depend on one another, so splits drawn character by character, or window by
window, would leak.
"""

from typing import NamedTuple

import numpy as np

from pentrace.readers.settings import CharacterSettings


class Part(NamedTuple):
    """A run of characters of one document that is in one split."""

    document: int
    split: str
    start: int
    stop: int


def parts(lengths: list[int], settings: CharacterSettings) -> list[Part]:
    """The parts of documents of these lengths, in order: train, then validation, then test."""
    ends = np.cumsum(lengths).tolist()
    total = ends[-1]
    test = total - round(total * settings.test)
    bounds = {"train": (0, test - round(total * settings.validation))}
    bounds |= {"validation": (bounds["train"][1], test), "test": (test, total)}
    found = []
    for document, (length, end) in enumerate(zip(lengths, ends, strict=True)):
        for split, (low, high) in bounds.items():
            start, stop = max(low - end + length, 0), min(high - end + length, length)
            if start < stop:
                found.append(Part(document, split, start, stop))
    return found
