"""Distances between hands by the shapes of their letters, which a recogniser has found.

A letter is compared with the same letters of each hand by dynamic time warping. Its size has no
influence.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pentrace.generate.time_warping import distances, outlines
from pentrace.hands.histograms import raw_offsets
from pentrace.windows.lines import Lines

POINTS, BAND = 24, 4  # of an outline, and of the warping
FEWEST = 4  # points of ink: fewer are a dot


class Letter(NamedTuple):
    """The ink of one character."""

    line: int  # number of the line
    character: str
    first: int  # row of its first point in the offsets of the line
    last: int  # row of its last point


def found_letters(alignments: Iterable[pa.Table], names: Sequence[str]) -> list[Letter]:
    """The characters with ink, of rows of `schema.ALIGNMENTS` of the lines `names`."""
    number = {name: i for i, name in enumerate(names)}
    return [
        Letter(number[row["sample_id"]], row["character"], row["first_point"], row["last_point"])
        for table in alignments
        for row in table.to_pylist()
        if row["first_point"] is not None
    ]


class Outlines(NamedTuple):
    """L letters of several lines, of one size."""

    line: np.ndarray  # int64 (L,)
    character: np.ndarray  # str (L,)
    points: np.ndarray  # float32 (L, POINTS, 2), in a square with side 1


def letter_outlines(lines: Lines, letters: Sequence[Letter], normalisation: dict) -> Outlines:
    """The outlines of `letters` of `lines`, without those of fewer than `FEWEST` points."""
    kept = [one for one in letters if one.last - one.first + 1 >= FEWEST]
    offsets, _ = raw_offsets(lines, normalisation)
    at, starts = np.cumsum(offsets, 0), lines.starts
    rows = [np.arange(starts[a.line] + a.first, starts[a.line] + a.last + 1) for a in kept]
    every = np.concatenate([np.zeros(0, np.int64), *rows])
    begins = np.cumsum([0, *map(len, rows)])
    lifted = lines.steps[every, 2] > 0.5
    points = np.zeros((0, POINTS, 2), np.float32)
    if kept:
        points = outlines(at[every], lifted, begins, POINTS)
    return Outlines(
        np.array([one.line for one in kept], np.int64),
        np.array([one.character for one in kept], str),
        points,
    )


def to_hands(some: Outlines, lines: int, compared: Outlines, of: np.ndarray) -> np.ndarray:
    """float64 (lines, H): the distance of each line to each hand, in sides of a letter.

    `of` (C,) has the number of the hand of each line of `compared`. It is the mean over the letters
    of the line of the distance to the nearest of the same letters of the hand; a letter that a hand
    lacks says nothing about it. A line without letters has distance 0 to all hands.
    """
    hands = int(of.max(initial=-1)) + 1
    apart = np.full((len(some.line), hands), np.nan)
    for character in np.unique(some.character):
        own = np.flatnonzero(some.character == character)
        theirs = compared.character == character
        apart[own] = _of_character(
            some.points[own], compared.points[theirs], of[compared.line[theirs]], hands
        )
    return _by_line(apart, some.line, lines)


def _of_character(some: np.ndarray, others: np.ndarray, hand: np.ndarray, hands: int) -> np.ndarray:
    """float64 (L, H): distance of outlines (L, n, 2) to the nearest one of each hand, or NaN."""
    found = np.full((len(some), hands), np.nan)
    order = np.argsort(hand, kind="stable")
    known, first = np.unique(hand[order], return_index=True)
    for row, one in zip(found, some, strict=True):
        if len(known):
            row[known] = np.minimum.reduceat(distances(one, others[order], BAND), first)
    return found


def _by_line(apart: np.ndarray, line: np.ndarray, lines: int) -> np.ndarray:
    """Means over the letters (L, H) of each line, which hands may lack (NaN).

    The usual distance of a letter is the mean over the hands that have it. A line has the mean of
    the usual distances, and for each hand the mean of the differences from them.
    """
    known = np.isfinite(apart)
    usable = known.sum(1) > 1  # a letter that only one hand has says nothing
    apart, known, line = apart[usable], known[usable], line[usable]
    usual = np.nansum(apart, 1) / known.sum(1)
    sums, counts = (np.zeros((lines, apart.shape[1])) for _ in range(2))
    np.add.at(sums, line, np.where(known, apart - usual[:, None], 0))
    np.add.at(counts, line, known)
    letters = np.bincount(line, minlength=lines)
    mean = np.bincount(line, usual, minlength=lines) / np.maximum(letters, 1)
    return mean[:, None] + sums / np.maximum(counts, 1)
