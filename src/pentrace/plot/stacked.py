"""Lines of ink one below the other, at one scale, each with a label on its left."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pentrace.plot import drawing, legends, style
from pentrace.plot.drawing import TALLEST, Drawing
from pentrace.plot.legends import Entry

# Inches: width of the labels and of the ink, gap between rows, height of heading and scale bar.
BESIDE, ACROSS, GAP, ABOVE, BELOW = 1.2, style.WIDTH - 1.25, 0.18, 0.16, 0.25
LONGEST = 1.5  # times the median width; a failed line that is longer is cut there


class Row(NamedTuple):
    """One line of ink."""

    label: str  # on its left; may have several lines
    drawing: Drawing
    colours: np.ndarray | str = style.INK
    failed: bool = False  # the label is then red
    gap: float = GAP  # inches above it


def stacked(rows: list[Row], heading: str, unit: str, entries: Sequence[Entry] = ()) -> Figure:
    """All rows from top to bottom, below a heading and the key `entries`, with a scale bar."""
    boxes = np.array([drawing.box(row.drawing) for row in rows])
    wide, high = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]
    gaps = np.array([row.gap for row in rows])
    words = np.array([style.ROW * (1 + row.label.count("\n")) for row in rows])
    cut = np.minimum(wide, np.where([row.failed for row in rows], LONGEST * np.median(wide), wide))
    above = ABOVE + legends.KEY * legends.key_rows([label for _, label in entries])
    inch = _inch(max(float(cut.max()), 1e-9), high, words, TALLEST - gaps.sum() - above - BELOW)
    heights = np.maximum(high / inch, words)
    middles = above + np.cumsum(gaps + heights) - heights / 2
    made, axes = _page(middles[-1] + heights[-1] / 2 + BELOW, inch, heading)
    if entries:
        legends.key(made, entries, (0, ABOVE))
    for row, middle, box in zip(rows, middles, boxes, strict=True):
        _row(axes, row, -middle * inch, box, inch)
    low = axes.get_ylim()[0] + 0.08 * inch
    drawing.scale_bar(axes, BESIDE * inch, low, ACROSS * inch, unit)
    return made


def _inch(widest: float, high: np.ndarray, words: np.ndarray, room: float) -> float:
    """Units of the ink in an inch: `widest` fits `ACROSS`, and all rows fit `room` inches.

    A row is as high as its ink, `high` (R,) units, or its label, `words` (R,) inches.
    """
    inch = widest / ACROSS
    while np.maximum(high / inch, words).sum() > max(room, 1.01 * words.sum()):
        inch *= 1.02
    return inch


def _page(height: float, inch: float, heading: str) -> tuple[Figure, Axes]:
    """Axes over a page of `height` inches, in units of the ink, the upper left corner at 0, 0."""
    made = style.figure(height)
    made.set_layout_engine("none")  # a note already has room below, and must not move the ink
    axes = made.add_axes((0, 0, 1, 1))
    style.bare(axes)
    axes.set(xlim=(0, style.WIDTH * inch), ylim=(-height * inch, 0), aspect="equal")
    heading = legends.shortened(heading, style.WIDTH - 0.1)
    axes.text(0.03 * inch, -0.03 * inch, heading, fontsize=style.SMALL, color=style.INK, va="top")
    return made, axes


def _row(axes: Axes, row: Row, middle: float, box: np.ndarray, inch: float) -> None:
    """Draw ink right of `BESIDE`, around the height `middle`, with a label on its left."""
    left, _, low, high = box
    shift = BESIDE * inch - left, middle - (low + high) / 2
    drawing.draw(axes, row.drawing, row.colours, drawing.PEN, shift)
    label = "\n".join(legends.shortened(part, BESIDE - 0.1) for part in row.label.split("\n"))
    colour = style.RED if row.failed else style.GREY
    axes.text(0.03 * inch, middle, label, fontsize=style.SMALL, color=colour, va="center")
