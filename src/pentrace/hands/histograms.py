"""The shape of a line, as histograms: they show the hand, and hardly the text.

Only what can be seen on paper counts, and the order of writing. Points are taken at equal
distances, so the speed of the pen has no influence. Pairs of directions along a stroke are the
hinges of Bulacu and Schomaker (2007, 'Text-independent writer identification'), here with the sense
of writing. The last histogram is of the moves of the lifted pen.
"""

import numpy as np

from pentrace import resample
from pentrace.windows.lines import Lines

# Points in each leg of a hinge, and points from the beginning of one leg to that of the next.
HINGES = ((1, 1), (2, 3), (3, 6), (4, 12))
SPACING = 0.5  # units: distance of points
DIRECTIONS, LIFTS = 12, 8  # bins of directions, and of moves on each axis
FAR = 12.0  # units: longest move of the lifted pen up, down or back; forward twice that
SIZE = len(HINGES) * DIRECTIONS**2 + LIFTS**2


def offset_unit(lines: Lines, normalisation: dict) -> float:
    """Mean length of an offset on paper, in tablet units or line heights."""
    offsets, broken = raw_offsets(lines, normalisation)
    return float(np.hypot(*offsets[~broken].T).mean())


def raw_offsets(lines: Lines, normalisation: dict) -> tuple[np.ndarray, np.ndarray]:
    """Offsets float64 (N, 2), y upward, and bool (N,): whether the pen was lifted before a point.

    The first point of a line counts as lifted; its offset is 0.
    """
    offsets = lines.steps[:, :2].astype(np.float64) * normalisation["sd"] + normalisation["mean"]
    broken = np.append(True, lines.steps[:-1, 2] > 0.5)
    broken[lines.starts[:-1]] = True
    offsets[lines.starts[:-1]] = 0
    return offsets, broken


def histograms(lines: Lines, normalisation: dict, unit: float) -> np.ndarray:
    """float32 (S, SIZE): the histograms of each line, one after the other.

    Each is the square root of relative frequencies: Euclidean distances of such roots are Hellinger
    distances, in which rare bins count too. `unit` is a length as `offset_unit` gives it.
    """
    moves, broken, owner = _evenly(lines, normalisation, SPACING * unit)
    parts = [_hinges(moves, broken, owner, *hinge) for hinge in HINGES]
    parts.append(_lifts(moves / unit, broken, owner))
    sizes = [DIRECTIONS**2] * len(HINGES) + [LIFTS**2]
    counted = [
        _frequencies(bins, of, len(lines.ids), size)
        for (bins, of), size in zip(parts, sizes, strict=True)
    ]
    return np.concatenate(counted, 1).astype(np.float32)


def _evenly(
    lines: Lines, normalisation: dict, spacing: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moves float64 (M, 2) between points at equal distances, and of each its line, int64 (M,).

    bool (M,) is true where a stroke begins: the move was in the air, or is 0 in a new line.
    """
    offsets, broken = raw_offsets(lines, normalisation)
    owner = np.repeat(np.arange(len(lines.ids)), np.diff(lines.starts))[broken]
    way = np.where(broken, 0, np.hypot(*offsets.T))
    at, begins = resample.places(way, broken, spacing)
    points = np.stack([resample.take(axis, at) for axis in np.cumsum(offsets, 0).T], 1)
    owner = owner[np.cumsum(begins) - 1]
    moves = np.diff(points, axis=0, prepend=points[:1])
    moves[np.append(False, owner[1:] != owner[:-1])] = 0
    return moves, begins, owner


Binned = tuple[np.ndarray, np.ndarray]  # the bin of each event, and the line that it is in


def _hinges(moves: np.ndarray, broken: np.ndarray, owner: np.ndarray, leg: int, lag: int) -> Binned:
    """Pairs of directions: of `leg` points, and of as many that begin `lag` points later."""
    ways = _directions(_moved(moves, leg))
    lifts = np.cumsum(broken)
    count = max(len(moves) - leg - lag, 0)
    within = lifts[leg + lag : leg + lag + count] == lifts[:count]
    bins = ways[:count] * DIRECTIONS + ways[lag : lag + count]
    return bins[within], owner[:count][within]


def _moved(moves: np.ndarray, points: int) -> np.ndarray:
    """(M - points, 2): how far the pen moves in the next `points` points, from each point."""
    at = np.cumsum(moves, 0)
    return np.asarray(at[points:] - at[:-points])


def _directions(moves: np.ndarray) -> np.ndarray:
    turned = (np.arctan2(moves[:, 1], moves[:, 0]) + np.pi) / (2 * np.pi)
    return np.minimum((turned * DIRECTIONS).astype(int), DIRECTIONS - 1)


def _lifts(moves: np.ndarray, broken: np.ndarray, owner: np.ndarray) -> Binned:
    """Moves of the lifted pen, forward and upward, in units."""
    x, y = (moves / FAR).T
    across = np.clip(((x + 1) / 3 * LIFTS).astype(int), 0, LIFTS - 1)
    upward = np.clip(((y + 1) / 2 * LIFTS).astype(int), 0, LIFTS - 1)
    return (across * LIFTS + upward)[broken], owner[broken]


def _frequencies(bins: np.ndarray, owner: np.ndarray, lines: int, size: int) -> np.ndarray:
    """(lines, size): the roots of the shares of each bin among the events of a line."""
    counts = np.bincount(owner * size + bins, minlength=lines * size).reshape(lines, size)
    return np.asarray(np.sqrt(counts / np.maximum(counts.sum(1, keepdims=True), 1)))
