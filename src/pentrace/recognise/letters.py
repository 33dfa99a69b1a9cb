"""Where each letter of a line is: from the steps of a recogniser to the points of the ink.

A recogniser names a letter in few steps, near its middle. So each letter begins after the end of
the letter before. The border between two letters is the end of a stroke, the one with the longest
jump rightward; in joined writing it is half-way. A blank has no ink. Strokes that a writer adds to
a finished word, such as late dots and crosses, belong to no letter.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pentrace.generate.numpy_recogniser import REDUCTION

LATE = 0.5  # mean widths of a character: strokes this far to the left of a letter are not its own


class Letter(NamedTuple):
    """Where a character is."""

    at: int  # in the text, from 0
    points: tuple[int, int] | None  # first and last point of its ink; None: no ink
    log_probability: float  # mean over the steps that the alignment gives to it, nats


class _Core(NamedTuple):
    """The steps that an alignment gives to a character, as points."""

    at: int
    middle: int
    log_probability: float


def letters(
    text: str,
    known: Sequence[int],
    path: np.ndarray,
    found: np.ndarray,
    x: np.ndarray,
    end: np.ndarray,
) -> list[Letter]:
    """The known characters of a line with their points, in the order of the text.

    text: U characters; known: index in the text of each symbol; path int (T',): places as
    `forced_alignment.align` returns them; found float (T',): log-probability of the class of the
    place at each step; x float (T,): positions of the points, rightward; end bool (T,): ends of
    strokes. Empty if the line was not aligned.
    """
    cores = _cores(known, path, found, len(x))
    inked = [core for core in cores if not text[core.at].isspace()]
    spans = dict(zip([core.at for core in inked], _spans(inked, text, x, end), strict=True))
    return [Letter(core.at, spans.get(core.at), core.log_probability) for core in cores]


def _cores(known: Sequence[int], path: np.ndarray, found: np.ndarray, points: int) -> list[_Core]:
    cores = []
    for symbol, at in enumerate(known):
        steps = np.flatnonzero(path == 2 * symbol + 1)
        if not len(steps):
            return []
        middle = int((steps[0] + steps[-1] + 1) * REDUCTION // 2)
        cores.append(_Core(at, min(middle, points - 1), float(found[steps].mean())))
    return cores


def _spans(cores: list[_Core], text: str, x: np.ndarray, end: np.ndarray) -> list[tuple[int, int]]:
    """First and last point of each letter."""
    ends = [_border(a.middle, b.middle, x, end) for a, b in pairwise(cores)] + [len(x) - 1]
    firsts = [0, *(end + 1 for end in ends)]
    far = LATE * np.ptp(x) / max(len(text), 1)
    spans = []
    for core, first, last in zip(cores, firsts, ends, strict=False):
        if text[core.at + 1 : core.at + 2].strip() == "":  # the last letter of a word
            last = _without_late_strokes(x, end, first, core.middle, last, far)
        spans.append((first, last))
    return spans


def _border(left: int, right: int, x: np.ndarray, end: np.ndarray) -> int:
    """The last point of the left one of two letters with their middles at these points."""
    between = np.arange(left, max(right, left + 1))
    ends = between[end[between] & (between + 1 < len(x))]
    if len(ends):
        return int(ends[(x[ends + 1] - x[ends]).argmax()])
    return (left + right - 1) // 2 if right > left else left


def _without_late_strokes(
    x: np.ndarray, end: np.ndarray, first: int, middle: int, last: int, far: float
) -> int:
    """The last point before the first stroke that is at least `far` to the left of the letter."""
    left = x[first : middle + 1].min() - far
    begin = middle + 1
    for stop in np.flatnonzero(end[middle : last + 1]) + middle:
        if begin > middle + 1 and x[begin : stop + 1].mean() < left:
            return begin - 1
        begin = int(stop) + 1
    return last
