"""Times for ink without times: how fast people write in curves and at the ends of strokes.

A network learns from points at equal times, which are dense where the pen is slow. Points at equal
distances would look like fast, joined writing to it.
"""

import numpy as np

from pentrace import resample

# Lengths are in widths of a character. The speed is (curvature + `STRAIGHT`) ** -`SLOWER`, times
# `AT_END` + `RISE` per length from the nearer end of the stroke, at most 1. The first two are near
# fits to 30 lines of IAM-OnDB and to synthetic ones. The others are a compromise: people are slow
# at the beginning of a stroke, synthetic pens at its end.
STRAIGHT, SLOWER = 3.0, 0.65
AT_END, RISE = 0.35, 2.2
FINE = 0.03  # between two points at which the speed is computed
REACH = 4  # points before and after a point that show its curvature
MOST = 100_000  # points at which it is computed, about


def timed(
    x: np.ndarray, y: np.ndarray, first: np.ndarray, character: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Points at small equal distances along strokes, with the time since the previous point.

    x, y: float32 (N,) of points, of which bool (N,) `first` begin strokes; `character` is the mean
    width of a character in their unit. Returns x, y float32 (M,), bool (M,) that is true where a
    stroke begins, and the time (M,), of which only the ratios have a meaning.
    """
    way = resample.travelled(x.astype(np.float64), y.astype(np.float64), first)
    spacing = max(FINE * character, float(way.sum()) / MOST)
    at, begins = resample.places(way, first, spacing)
    x, y = (resample.take(values, at).astype(np.float32) for values in (x, y))
    points = np.column_stack([x, y]).astype(np.float64) / character
    way = resample.travelled(points[:, 0], points[:, 1], begins)
    pace = 1 / _speed(points, way, begins)
    return x, y, begins, way * (pace + np.roll(pace, 1)) / 2


def _speed(points: np.ndarray, way: np.ndarray, first: np.ndarray) -> np.ndarray:
    """(M,) of points (M, 2), `way` (M,) after the previous one; only ratios have a meaning."""
    begin, last = _ends(first)
    here = np.arange(len(points))
    came = points - points[np.maximum(here - REACH, begin)]
    goes = points[np.minimum(here + REACH, last)] - points
    across = came[:, 0] * goes[:, 1] - came[:, 1] * goes[:, 0]
    along = (came * goes).sum(1) + 0.0  # never -0, whose angle is pi
    turn = np.abs(np.arctan2(across, along))
    chord = (np.hypot(*came.T) + np.hypot(*goes.T)) / 2
    curvature = turn / np.maximum(chord, 1e-6)
    total = np.cumsum(way)
    end = np.minimum(total - total[begin], total[last] - total)
    speed: np.ndarray = (curvature + STRAIGHT) ** -SLOWER * np.minimum(1, AT_END + RISE * end)
    return speed


def _ends(first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the first and of the last point of the stroke of each point (M,)."""
    starts = np.flatnonzero(first)
    number = np.cumsum(first) - 1
    return starts[number], np.append(starts[1:], len(first))[number] - 1
