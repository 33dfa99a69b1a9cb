"""Known words and loops in generated texts."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
LOOP_CHARACTERS = 40  # a shorter repetition may be meant: a refrain, a row of dashes
LOOP_TIMES = 3


class Loop(NamedTuple):
    """The end of a text that repeats itself."""

    start: int  # character at which it begins
    period: int  # characters that are repeated


def words(text: str, whole: bool = True) -> list[str]:
    """The words of a text, in lower case; without the last if the text is cut off there."""
    found = list(_WORD.finditer(text))
    if not whole and found and found[-1].end() == len(text):
        found.pop()
    return [match.group().lower() for match in found]


def known_share(found: Iterable[str], known: set[str]) -> float | None:
    """The share of words that are `known`; None if there is no word."""
    hits = [word in known for word in found]
    return sum(hits) / len(hits) if hits else None


def loop(text: str) -> Loop | None:
    """Where the repetition at the end of a text begins: three times or more, else None.

    The shortest period counts; the repetitions must have at least 40 characters together.
    """
    codes = np.array([ord(character) for character in text], np.int32)
    for period in range(1, len(codes) // LOOP_TIMES + 1):
        differs = np.flatnonzero(codes[period:] != codes[:-period])
        start = int(differs[-1]) + 1 if len(differs) else 0
        if len(codes) - start >= max(LOOP_CHARACTERS, LOOP_TIMES * period):
            return Loop(start, period)
    return None
