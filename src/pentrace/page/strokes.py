"""Points to strokes, lines and dots: the only place that decides which is which."""

from typing import NamedTuple

import numpy as np

NOTHING = 1e-5  # share of the extent of all ink: a stroke that is no larger is a dot


class Strokes(NamedTuple):
    """S strokes of N points, in their order; points with the pen in the air are in none."""

    begin: np.ndarray  # int64 (S,), the first point of each stroke
    end: np.ndarray  # int64 (S,), the point behind its last
    dot: np.ndarray  # bool (S,), whether it is a dot: one point, or several at one position

    def steps(self) -> np.ndarray:
        """The points, int64 (K,), to which a line is drawn from the point before."""
        lines = ~self.dot
        begin, count = self.begin[lines], (self.end - self.begin - 1)[lines]
        since = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.repeat(begin, count) + 1 + since


def split(xy: np.ndarray, stroke: np.ndarray) -> Strokes:
    """The strokes of points xy, float (N, 2), in any unit.

    `stroke`: int (N,), the number of the stroke of each point, -1 for the pen in the air. A new
    stroke begins where the number changes.
    """
    begin = np.flatnonzero(np.diff(stroke, prepend=stroke[:1] - 1))
    end = np.append(begin[1:], len(stroke)).astype(np.int64)[: len(begin)]
    down = stroke[begin] >= 0
    if not down.any():
        return Strokes(begin[:0], end[:0], down[:0])
    far = np.abs(xy - np.repeat(xy[begin], end - begin, axis=0)).max(1)
    extent = np.ptp(xy[stroke >= 0], axis=0).max()
    dot = np.maximum.reduceat(far, begin) <= NOTHING * extent
    return Strokes(begin[down], end[down], dot[down])


def pieces(points: np.ndarray, stroke: np.ndarray) -> list[np.ndarray]:
    """The points (N, 2 or more) of each stroke; those with the pen in the air are left out."""
    found = split(points[:, :2], stroke)
    return [points[a:b] for a, b in zip(found.begin, found.end, strict=True)]
