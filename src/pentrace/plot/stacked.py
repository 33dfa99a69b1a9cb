"""Lines of ink one below the other, at one scale, each with a label on its left."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pentrace.plot import drawing, style
from pentrace.plot.drawing import TALLEST, Drawing

# Inches: width of the labels and of the ink, gap between rows, height of heading and scale bar.
BESIDE, ACROSS, GAP, ABOVE, BELOW = 1.0, style.WIDTH - 1.05, 0.18, 0.12, 0.25
LONGEST = 1.5  # times the median width; a failed line that is longer is cut there


class Row(NamedTuple):
    """One line of ink."""

    label: str  # on its left; may have several lines
    drawing: Drawing
    colours: np.ndarray | str = style.INK
    scale: float = 1.0  # relative to the other rows
    failed: bool = False  # the label is then red
    gap: float = GAP  # inches above it


def stacked(rows: list[Row], heading: str, unit: str) -> Figure:
    """All rows from top to bottom, below a heading, with a scale bar in `unit`."""
    boxes = np.array([np.multiply(drawing.box(row.drawing), row.scale) for row in rows])
    wide, high = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]
    gaps = np.array([row.gap for row in rows])
    cut = np.minimum(wide, np.where([row.failed for row in rows], LONGEST * np.median(wide), wide))
    widest = max(float(cut.max()), 1e-9)
    room = TALLEST - gaps.sum() - ABOVE - BELOW
    inch = max(widest / ACROSS, high.sum() / room)  # in units of the ink
    tops = -inch * ABOVE - np.cumsum(inch * gaps + high) + high
    made, axes = _page(-tops[-1] / inch + high[-1] / inch + BELOW, inch, heading)
    for row, top, box in zip(rows, tops, boxes, strict=True):
        _row(axes, row, top, box, inch)
    low = axes.get_ylim()[0] + 0.06 * inch
    drawing.scale_bar(axes, BESIDE * inch, low, ACROSS * inch, unit)
    return made


def _page(height: float, inch: float, heading: str) -> tuple[Figure, Axes]:
    """Axes over a page of `height` inches, in units of the ink, the upper left corner at 0, 0."""
    made = style.figure(height)
    made.set_layout_engine("none")  # a note already has room below, and must not move the ink
    axes = made.add_axes((0, 0, 1, 1))
    style.bare(axes)
    axes.set(xlim=(0, style.WIDTH * inch), ylim=(-height * inch, 0), aspect="equal")
    _say(axes, 0.03 * inch, -0.03 * inch, heading, fontsize=7.5, color=style.INK, va="top")
    return made, axes


def _row(axes: Axes, row: Row, top: float, box: np.ndarray, inch: float) -> None:
    """Draw ink right of `BESIDE` from `top` down, with a label on its left; `box` is scaled."""
    left, _, low, high = box
    one = Drawing("", row.drawing.x * row.scale, row.drawing.y * row.scale, row.drawing.stroke)
    drawing.draw(
        axes, one, row.colours, drawing.PEN * row.scale, (BESIDE * inch - left, top - high)
    )
    colour = style.RED if row.failed else style.GREY
    _say(
        axes, 0.03 * inch, top - (high - low) / 2, row.label, fontsize=6, color=colour, va="center"
    )


def _say(axes: Axes, x: float, y: float, text: str, **given: Any) -> None:
    """Draw text; dollar signs in it do not start a formula."""
    axes.text(x, y, text, parse_math=False, **given)
