"""What a pen makes of points: smooth curves, and a width that falls with speed.

All strokes of a page stand in one array, so that nothing here loops over strokes or points.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pentrace.page.page import Page, points, y_downward

Pen = Literal["brush", "plotter"]
# Widths in pen widths, of a pen that flies and of one that rests. MOST <= 2 LEAST: see `svg`.
LEAST, MOST = 0.7, 1.35
DOT = 1.6  # width of a dot, in pen widths: one width is lost among lines
STEEPNESS = 1.5
PASSES = 6  # of the average along a stroke: a hand does not change its speed at once
STEADY = 2  # of the average of positions
APART = 0.5  # pen widths along the stroke between points
SAME = 1e-3  # mm: a stroke that is shorter than this is a dot


@dataclass(frozen=True)
class Line:
    """Strokes as drawn: N points that differ, mm, y DOWNWARD from the upper edge of the page."""

    xy: np.ndarray  # float64 (N, 2), mm
    t: np.ndarray  # float64 (N,), s
    width: np.ndarray  # float64 (N,), mm
    starts: np.ndarray  # int64 (S + 1,), stroke i is the slice starts[i]:starts[i + 1]

    @property
    def inside(self) -> np.ndarray:
        """bool (N - 1,): whether the way from a point to the next is within a stroke."""
        inside = np.ones(max(len(self.xy) - 1, 0), bool)
        inside[self.starts[1:-1] - 1] = False
        return inside


def drawn(page: Page, pen: Pen) -> Line:
    """The strokes of `page`: of one width with a `plotter`, thinner where faster with a `brush`.

    Points are smoothed a little, and where they lie closer than the pen is wide most go: what is
    left of them is the shake of the sensor, or of the network. Strokes begin and end where they
    did; empty ones go.
    """
    flat, owner = points(page)
    if len(flat):
        flat = np.concatenate(y_downward(page))
    starts = np.append(np.flatnonzero(np.diff(owner, prepend=-1)), len(flat))
    line = Line(flat[:, :2], flat[:, 2], np.full(len(flat), page.pen_width), starts)
    share = factors(line) if pen == "brush" else np.ones(len(flat))
    thin = _kept(replace(line, xy=_steadied(line), width=line.width * share), page.pen_width)
    thin.width[thin.starts[:-1][np.diff(thin.starts) == 1]] = DOT * page.pen_width
    return thin


def _steadied(line: Line) -> np.ndarray:
    """The points (N, 2), smoothed along each stroke, whose ends stay."""
    ends = np.append(line.starts[:-1], line.starts[1:] - 1)
    steady = _averaged(line.xy, line, STEADY)
    steady[ends] = line.xy[ends]
    return steady


def _kept(line: Line, pen_width: float) -> Line:
    """The first point in each `APART` of the way along each stroke, and its last."""
    apart = APART * pen_width
    way = np.append(0.0, np.hypot(*np.diff(line.xy, axis=0).T) * line.inside)[: len(line.xy)]
    along = np.cumsum(way)
    lengths = np.diff(line.starts)
    since = along - np.repeat(along[line.starts[:-1]], lengths)
    left = np.repeat(along[line.starts[1:] - 1], lengths) - along
    part = np.floor(since / apart)
    kept = np.append(True, np.diff(part) != 0)[: len(part)] & (left > apart / 2)
    first, last = line.starts[:-1], line.starts[1:] - 1
    kept[first] = True
    kept[last] |= since[last] > SAME
    starts = np.append(0, np.cumsum(kept))[line.starts]
    return Line(line.xy[kept], line.t[kept], line.width[kept], starts)


def factors(line: Line) -> np.ndarray:
    """Width of the pen at each point, float64 (N,), in [LEAST, MOST], falling with speed.

    The middle of the two is the width at the median speed of all points, so that hands of any
    pace, size and clock look alike.
    """
    inside = line.inside
    way = np.hypot(*np.diff(line.xy, axis=0).T) * inside
    time = np.maximum(np.diff(line.t), 0) * inside
    speed = _averaged(_at_points(way), line, PASSES) / np.maximum(
        _averaged(_at_points(time), line, PASSES), 1e-9
    )
    moving = speed[_at_points(inside * 1.0) > 0]
    usual = float(np.median(moving)) if len(moving) else 0.0
    ratio = speed / usual if usual > 0 else np.ones(len(speed))
    return LEAST + (MOST - LEAST) / (1 + np.minimum(ratio, 1e3) ** STEEPNESS)


def _at_points(between: np.ndarray) -> np.ndarray:
    """Sum of the values (N - 1,) before and after each point, (N,)."""
    return np.append(0.0, between) + np.append(between, 0.0)


def _averaged(values: np.ndarray, line: Line, passes: int) -> np.ndarray:
    """Values (N, ...) smoothed along each stroke by a bell of sd sqrt(passes / 2) points."""
    before = np.arange(len(values)) - np.append(False, line.inside)[: len(values)]
    after = np.arange(len(values)) + np.append(line.inside, False)[: len(values)]
    for _ in range(passes):
        values = 0.25 * values[before] + 0.5 * values + 0.25 * values[after]
    return values


def directions(xy: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """dx, dy per mm of way at each point (N, 2), from the parabola through it and its neighbours.

    Of length 1 where the line is straight, less in a bend, near 0 where it turns back.
    """
    step = np.diff(xy, axis=0) * inside[:, None]
    length = np.hypot(*step.T)
    unit = step / np.maximum(length, 1e-12)[:, None]
    before, after = np.append(0.0, length), np.append(length, 0.0)
    lead, tail = np.vstack([np.zeros(2), unit]), np.vstack([unit, np.zeros(2)])
    total = np.maximum(before + after, 1e-12)[:, None]
    middle = (lead * after[:, None] + tail * before[:, None]) / total
    return np.where(((before > 0) & (after > 0))[:, None], middle, lead + tail)


def curves(xy: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Cubic Béziers through the points, as control points (C, 4, 2), one per way within a stroke.

    Handles are a third of the way, so no curve makes a loop that the points do not make.
    """
    first = np.flatnonzero(inside)
    start, end = xy[first], xy[first + 1]
    third = np.hypot(*(end - start).T)[:, None] / 3
    slope = directions(xy, inside)
    return np.stack([start, start + slope[first] * third, end - slope[first + 1] * third, end], 1)
