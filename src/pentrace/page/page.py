"""A page of ink: the layout makes it, and the outputs write it to files."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

Bounds = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max


LABEL = 2.5  # mm, the size of the letters of labels
LETTER_WIDTH = 0.6  # width of a letter of a label, in its size; a little wider than in most fonts


class Label(NamedTuple):
    """Printed words next to the ink."""

    x: float  # mm, the left end
    y: float  # mm, the baseline, upward from the lower edge of the page
    text: str


@dataclass(frozen=True)
class Page:
    """Strokes in mm, in the order of writing; (0, 0) is the lower left corner, y upward."""

    width: float  # mm
    height: float  # mm
    # Each float64 (n, 3): x, y in mm, t in s since the pen first touched; n = 1 is a dot.
    strokes: list[np.ndarray]
    pen_width: float  # mm
    text: str  # the text that is written on it
    # Stored in files that can contain it: seed, bias, model, note ...
    notes: dict[str, str] = field(default_factory=dict)
    colours: list[str] = field(default_factory=list)  # "#rrggbb" of each stroke; none: all INK
    labels: list[Label] = field(default_factory=list)  # in SVG and PNG


def points(page: Page) -> tuple[np.ndarray, np.ndarray]:
    """All points, float64 (N, 3), and the number of the stroke of each, int64 (N,)."""
    flat = np.concatenate([np.zeros((0, 3)), *page.strokes])
    return flat, np.repeat(np.arange(len(page.strokes)), [len(s) for s in page.strokes])


def bounds(page: Page) -> Bounds:
    """x_min, y_min, x_max, y_max of the ink in mm, without the width of the pen; 0 for no ink."""
    flat, _ = points(page)
    if not len(flat):
        return (0.0, 0.0, 0.0, 0.0)
    low, high = flat[:, :2].min(axis=0).tolist(), flat[:, :2].max(axis=0).tolist()
    return (low[0], low[1], high[0], high[1])


def duration(page: Page) -> float:
    """Seconds from the first touch of the pen to the end of the last stroke."""
    return max((float(s[-1, 2]) for s in page.strokes if len(s)), default=0.0)


def y_downward(page: Page) -> list[np.ndarray]:
    """The strokes with (0, 0) the UPPER left corner and y downward, as in pictures; same shapes."""
    return [s * [1.0, -1.0, 1.0] + [0.0, page.height, 0.0] for s in page.strokes]
