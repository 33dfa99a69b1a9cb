"""A picture: strokes with colours, in ink units, y upward; what the SVG and PNG writers take."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

INK = "#1a1a1a"
PRIMER = "#1f6fb4"
DOT = 1.6  # width of a dot, in pen widths: one width is lost among lines
LETTER_WIDTH = 0.6  # of a label, in its height: a little wider than most fonts are

Bounds = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max


@dataclass(frozen=True)
class Picture:
    """Strokes, their colours, and words beside them."""

    strokes: list[np.ndarray]  # each float (n, 2): x rightward, y upward; n = 1 is a dot
    colours: list[str]  # one "#rrggbb" a stroke
    labels: list[tuple[float, float, str]] = field(default_factory=list)  # x, y of the left end

    @property
    def bounds(self) -> Bounds:
        """x_min, y_min, x_max, y_max of strokes and labels; all 0 where there is nothing."""
        high = self.letter_height if self.labels else 0.0
        corners = [
            [[x, y], [x + LETTER_WIDTH * high * len(text), y + high]] for x, y, text in self.labels
        ]
        return _bounds([*self.strokes, *(np.array(c) for c in corners)])

    @property
    def pen_width(self) -> float:
        """A line width that suits the size of the writing, in ink units."""
        heights = [np.ptp(s[:, 1]) for s in self.strokes if len(s) > 1]
        typical = float(np.median(heights)) if heights else 0.0
        return 0.06 * typical if typical > 0 else max(extent(_bounds(self.strokes)) * 0.01, 1e-3)

    @property
    def letter_height(self) -> float:
        """Height of the labels, in ink units."""
        return 10 * self.pen_width


def _bounds(strokes: Sequence[np.ndarray]) -> Bounds:
    points = np.concatenate([np.zeros((0, 2)), *strokes])
    if not len(points):
        return (0.0, 0.0, 0.0, 0.0)
    low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return (low[0], low[1], high[0], high[1])


def extent(bounds: Bounds) -> float:
    """The longer side of `bounds`."""
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])


def decimals(bounds: Bounds) -> int:
    """Decimals that keep a 100,000th of the extent: enough for any eye and any plotter."""
    size = extent(bounds)
    return int(np.clip(np.ceil(5 - np.log10(size)), 0, 12)) if size > 0 else 3


def split_strokes(points: np.ndarray, stroke: np.ndarray) -> list[np.ndarray]:
    """Cut `points` (N, ...) where int (N,) `stroke` changes; pen-in-the-air points (-1) go."""
    cuts = np.flatnonzero(stroke[1:] != stroke[:-1]) + 1
    parts = np.split(points, cuts)
    numbers = stroke[np.concatenate([[0], cuts]).astype(int)] if len(stroke) else []
    return [p for p, number in zip(parts, numbers, strict=False) if number >= 0]


def picture(points: np.ndarray, stroke: np.ndarray, primer: int = 0) -> Picture:
    """The ink of one sample: float (N, 2) `points`, y upward; the first `primer` in blue."""
    old = split_strokes(points[:primer], stroke[:primer])
    new = split_strokes(points[primer:], stroke[primer:])
    return Picture([*old, *new], [PRIMER] * len(old) + [INK] * len(new))


def noted(one: Picture, note: str) -> Picture:
    """`one` with `note` below its lower left corner, or as it is where there is no note."""
    if not note:
        return one
    left, low, _, _ = one.bounds
    label = (left, low - 2 * one.letter_height, note)
    return replace(one, labels=[*one.labels, label])


def stack(pictures: Sequence[Picture], titles: Sequence[str], columns: int = 1) -> Picture:
    """`pictures` under one another on a sheet, flush left, each with its title above.

    With several `columns` they stand row by row.
    """
    if not pictures:
        return Picture([], [])
    letter = float(np.median([d.letter_height for d in pictures]))
    sizes = [d.bounds[2] - d.bounds[0] for d in pictures]
    wide = [max(w, len(t) * LETTER_WIDTH * letter) for w, t in zip(sizes, titles, strict=True)]
    lefts = np.cumsum([0.0, *(max(wide[i::columns], default=0.0) + letter for i in range(columns))])
    strokes, colours, labels, top = [], [], [], 0.0
    for row in range(0, len(pictures), columns):
        lowest = top
        line = zip(pictures[row : row + columns], titles[row : row + columns], strict=True)
        for column, (one, title) in enumerate(line):
            x, low, _, high = one.bounds
            left = float(lefts[column])
            labels.append((left, top - letter, title))
            shift = np.array([left - x, top - 2 * letter - high])
            strokes += [s[:, :2] + shift for s in one.strokes]
            colours += one.colours
            lowest = min(lowest, top - (high - low + 4 * letter))
        top = lowest
    return Picture(strokes, colours, labels)
