"""Points to drawn strokes: smooth curves, and a width that decreases with speed.

All strokes of a page are in one array, so that nothing here loops over strokes or points.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pentrace.page.appearance import DOT, INK
from pentrace.page.page import Page, points, y_downward
from pentrace.page.strokes import split

# brush: thinner where it is faster; plotter: one width; exact: one width, and straight lines
# between the unchanged points, to show what was recorded or what a network drew.
Pen = Literal["brush", "plotter", "exact"]
# Width of the fastest pen and of a resting pen, in pen widths. MOST <= 2 LEAST: see `svg`.
LEAST, MOST = 0.7, 1.35
STEEPNESS = 1.5
PASSES = 6  # times that the speed is averaged: a hand does not change its speed at once
STEADY = 2  # times that positions are averaged
APART = 0.5  # pen widths along the stroke between points


@dataclass(frozen=True)
class DrawnInk:
    """Strokes as drawn: N points, mm, y DOWNWARD from the upper edge of the page."""

    xy: np.ndarray  # float64 (N, 2), mm
    t: np.ndarray  # float64 (N,), s
    width: np.ndarray  # float64 (N,), mm
    starts: np.ndarray  # int64 (S + 1,), stroke i is starts[i]:starts[i + 1]; one point: a dot
    colours: list[str]  # "#rrggbb" of each of the S strokes
    straight: bool = False  # whether points are joined by straight lines

    @property
    def inside(self) -> np.ndarray:
        """bool (N - 1,): whether a point and the next are in the same stroke."""
        inside = np.ones(max(len(self.xy) - 1, 0), bool)
        inside[self.starts[1:-1] - 1] = False
        return inside

    @property
    def dots(self) -> np.ndarray:
        """bool (S,): whether a stroke is a dot."""
        return np.diff(self.starts) == 1

    def curves(self, aside: np.ndarray | float = 0.0) -> np.ndarray:
        """Béziers (C, 4, 2) through the points moved by `aside` (N, 2), one per true `inside`."""
        xy = self.xy + aside
        return segments(xy, self.inside) if self.straight else curves(xy, self.inside)

    def only(self, colour: str) -> "DrawnInk":
        """The strokes of one colour."""
        if self.colours == [colour] * len(self.colours):
            return self
        chosen = np.array([one == colour for one in self.colours])
        lengths = np.diff(self.starts)
        at = np.repeat(chosen, lengths)
        starts = np.append(0, np.cumsum(lengths[chosen]))
        colours = [colour] * int(chosen.sum())
        return replace(self, xy=self.xy[at], t=self.t[at], width=self.width[at], starts=starts,
                       colours=colours)  # fmt: skip


def drawn(page: Page, pen: Pen) -> DrawnInk:
    """The strokes of `page` as `pen` draws them; empty ones are left out, dots are wider.

    Points are smoothed a little. If points are closer together than the pen is wide, most are left
    out: their differences are noise of the sensor, or of the network. The ends of strokes do not
    move. An `exact` pen keeps all points unchanged.
    """
    flat, owner = points(page)
    if len(flat):
        flat = np.concatenate(y_downward(page))
    begin, _, dot = split(flat[:, :2], owner)
    starts = np.append(begin, len(flat))
    colours = [page.colours[i] if page.colours else INK for i in owner[begin].tolist()]
    width = np.full(len(flat), page.pen_width)
    line = DrawnInk(flat[:, :2], flat[:, 2], width, starts, colours, pen == "exact")
    share = factors(line) if pen == "brush" else np.ones(len(flat))
    if pen != "exact":
        line = replace(line, xy=_steadied(line), width=width * share)
    line = _thinned(line, dot, page.pen_width)
    line.width[line.starts[:-1][line.dots]] = DOT * page.pen_width
    return line


def _steadied(line: DrawnInk) -> np.ndarray:
    """The points (N, 2), smoothed along each stroke; the ends of strokes do not move."""
    ends = np.append(line.starts[:-1], line.starts[1:] - 1)
    steady = _averaged(line.xy, line, STEADY)
    steady[ends] = line.xy[ends]
    return steady


def _thinned(line: DrawnInk, dot: np.ndarray, pen_width: float) -> DrawnInk:
    """The points that are drawn; of a dot, `dot` (S,), only the first."""
    kept = np.ones(len(line.xy), bool) if line.straight else _kept(line, pen_width)
    kept[np.repeat(dot, np.diff(line.starts))] = False
    kept[line.starts[:-1]] = True
    starts = np.append(0, np.cumsum(kept))[line.starts]
    return replace(line, xy=line.xy[kept], t=line.t[kept], width=line.width[kept], starts=starts)


def _kept(line: DrawnInk, pen_width: float) -> np.ndarray:
    """bool (N,): the first point in each `APART` along each stroke, and the last of the stroke."""
    apart = APART * pen_width
    way = np.append(0.0, np.hypot(*np.diff(line.xy, axis=0).T) * line.inside)[: len(line.xy)]
    along = np.cumsum(way)
    lengths = np.diff(line.starts)
    since = along - np.repeat(along[line.starts[:-1]], lengths)
    left = np.repeat(along[line.starts[1:] - 1], lengths) - along
    part = np.floor(since / apart)
    kept = np.append(True, np.diff(part) != 0)[: len(part)] & (left > apart / 2)
    kept[line.starts[1:] - 1] = True
    return kept


def factors(line: DrawnInk) -> np.ndarray:
    """Width of the pen at each point, float64 (N,), in [LEAST, MOST], decreasing with speed.

    The middle of the two is the width at the median speed of all points, so that handwriting of
    any speed, size and clock looks alike.
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


def _averaged(values: np.ndarray, line: DrawnInk, passes: int) -> np.ndarray:
    """Values (N, ...) smoothed along each stroke by a bell of sd sqrt(passes / 2) points."""
    before = np.arange(len(values)) - np.append(False, line.inside)[: len(values)]
    after = np.arange(len(values)) + np.append(line.inside, False)[: len(values)]
    for _ in range(passes):
        values = 0.25 * values[before] + 0.5 * values + 0.25 * values[after]
    return values


def directions(xy: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """dx, dy per mm of path at each point (N, 2), from the parabola through it and its neighbours.

    The length is 1 where the line is straight, less in a bend, and near 0 where it turns back.
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
    """Cubic Béziers through the points, as control points (C, 4, 2), one per true `inside`.

    Handles are a third of the distance of two points, so that a curve adds no loop.
    """
    first = np.flatnonzero(inside)
    start, end = xy[first], xy[first + 1]
    third = np.hypot(*(end - start).T)[:, None] / 3
    slope = directions(xy, inside)
    return np.stack([start, start + slope[first] * third, end - slope[first + 1] * third, end], 1)


def segments(xy: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Straight lines between the points, as `curves` gives curves."""
    first = np.flatnonzero(inside)
    shares = np.array([0, 1, 2, 3])[None, :, None] / 3
    return xy[first][:, None] * (1 - shares) + xy[first + 1][:, None] * shares
