"""What generated texts are made of: words that there are, and loops."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
LOOP_CHARACTERS = 40  # a shorter repetition may be meant: a refrain, a row of dashes
LOOP_TIMES = 3


class Loop(NamedTuple):
    """A text that says the same again and again."""

    start: int  # character at which it begins
    period: int  # characters that are repeated


def words(text: str, whole: bool = True) -> list[str]:
    """The words of a text, in lower case; the last may be cut off where the text is not whole."""
    found = list(_WORD.finditer(text))
    if not whole and found and found[-1].end() == len(text):
        found.pop()
    return [match.group().lower() for match in found]


def known_share(found: Iterable[str], known: set[str]) -> float | None:
    """Which share of words is among the `known` ones; None where there is no word."""
    hits = [word in known for word in found]
    return sum(hits) / len(hits) if hits else None


def loop(text: str) -> Loop | None:
    """Where a text begins to repeat itself for good: its end says one thing three times or more.

    The shortest period counts; what is repeated must fill 40 characters at least.
    """
    codes = np.array([ord(character) for character in text], np.int32)
    for period in range(1, len(codes) // LOOP_TIMES + 1):
        differs = np.flatnonzero(codes[period:] != codes[:-period])
        start = int(differs[-1]) + 1 if len(differs) else 0
        if len(codes) - start >= max(LOOP_CHARACTERS, LOOP_TIMES * period):
            return Loop(start, period)
    return None
