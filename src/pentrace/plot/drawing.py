"""Pen strokes on axes: segments, dots, scale bars, and sheets of many samples at one scale."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from pentrace.page.appearance import DOT, GREY, INK
from pentrace.page.sheet import grid
from pentrace.page.strokes import split
from pentrace.plot import legends, style
from pentrace.plot.legends import Entry

PEN, WIDE_PEN = 0.8, 1.1  # in points; the wide one is for colours that change along a line
TALLEST = 11.0  # inches
MOST_COLUMNS = 4
# Inches on a sheet: above and below a drawing, of the scale bar, of a heading.
ABOVE, BELOW, BAR, HEADING = 0.18, 0.1, 0.2, 0.2


@dataclass(frozen=True)
class Drawing:
    """One sample to draw, with y upward."""

    name: str
    x: np.ndarray  # float (T,), tablet units, rightward
    y: np.ndarray  # float (T,), tablet units, upward
    stroke: np.ndarray  # int (T,); -1: the pen is lifted, the point is not drawn


def from_offsets(name: str, steps: np.ndarray) -> Drawing:
    """A drawing from (0, 0) of steps (T, 3) (dx, dy upward, end of stroke) in tablet units."""
    x, y = np.cumsum(steps[:, :2], 0, dtype=np.float64).T
    ends = steps[:, 2] > 0.5
    return Drawing(name, x, y, np.cumsum(ends) - ends)


def segments(drawing: Drawing) -> tuple[np.ndarray, np.ndarray]:
    """Segments between points of a stroke, float (S, 2, 2), and the index (S,) of their ends."""
    points = np.stack([drawing.x, drawing.y], 1)
    last = split(points, drawing.stroke).steps()
    return np.stack([points[last - 1], points[last]], 1), last


def dots(drawing: Drawing) -> np.ndarray:
    """Index of the first point of each stroke that is a dot; a dot has no segment."""
    strokes = split(np.stack([drawing.x, drawing.y], 1), drawing.stroke)
    return strokes.begin[strokes.dot]


def draw(
    axes: Axes,
    drawing: Drawing,
    colours: np.ndarray | str = INK,
    width: float = PEN,
    shift: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Draw the strokes, moved by `shift` (dx, dy) in tablet units.

    `colours` is one colour for all points, or RGBA (T, 4) with one colour for each point.
    """
    lines, last = segments(drawing)
    single = dots(drawing)
    one = isinstance(colours, str)
    axes.add_collection(
        LineCollection(
            list(lines + np.asarray(shift)),
            colors=colours if one else colours[last],
            linewidths=width,
            capstyle="round",
            snap=False,  # a line of less than a pixel, such as a full stop, would vanish
        )
    )
    axes.scatter(
        drawing.x[single] + shift[0],
        drawing.y[single] + shift[1],
        s=(DOT * width) ** 2,
        c=colours if one else colours[single],
        linewidths=0,
        zorder=2,
    )


def limits(axes: Axes, drawing: Drawing, margin: float = 0.04) -> None:
    """Set equal aspect, and limits around the drawing; `margin` is a share of its height."""
    left, right, low, high = box(drawing)
    edge = margin * max(high - low, 0.05 * (right - left), 1.0)
    axes.set_aspect("equal")
    axes.set_xlim(left - edge, right + edge)
    axes.set_ylim(low - edge, high + edge)


def box(drawing: Drawing) -> tuple[float, float, float, float]:
    """Left, right, low and high edge of the drawn points; zeros if no point is drawn."""
    down = drawing.stroke >= 0
    if not down.any():
        return 0.0, 0.0, 0.0, 0.0
    x, y = drawing.x[down], drawing.y[down]
    return float(x.min()), float(x.max()), float(y.min()), float(y.max())


def round_length(length: float) -> float:
    """The largest of ..., 1, 2, 5, 10, 20, ... that is not above `length`."""
    power = 10.0 ** np.floor(np.log10(max(length, 1e-9)))
    return float(power * max(k for k in (1, 2, 5) if k * power <= length * (1 + 1e-9)))


def bar_label(length: float, unit: str) -> str:
    """The label of a scale bar of `length`."""
    return f"{length:g} {unit}"


def scale_bar(axes: Axes, left: float, low: float, span: float, unit: str) -> None:
    """A bar of a round length, about an eighth of `span`, from (`left`, `low`) rightward."""
    length = round_length(span / 8)
    axes.plot(
        [left, left + length], [low, low], color=GREY, lw=1.2, solid_capstyle="butt", clip_on=False
    )
    axes.annotate(
        bar_label(length, unit),
        (left + length, low),
        (4, 0),
        textcoords="offset points",
        va="center_baseline",
        fontsize=style.SMALL,
        color=GREY,
        annotation_clip=False,
    )


def sheet(
    drawings: list[Drawing],
    colours: list[np.ndarray | str],
    columns: int,
    unit: str = "tablet units",
    heading: str = "",
    entries: list[Entry] | None = None,
    extra: float = 0.0,
) -> Figure:
    """All drawings at one scale, in rows of `columns`, each below its name, with one scale bar.

    A sheet that would be too tall for a page gets more columns. `entries` is a key above it.
    `extra` is the height in inches that is left free for the caller.
    """
    boxes = np.array([box(d) for d in drawings]).reshape(-1, 4)
    corners, width, height = _cells(boxes, columns)
    while style.WIDTH * height / width > TALLEST and columns < min(MOST_COLUMNS, len(drawings)):
        columns += 1
        corners, width, height = _cells(boxes, columns)
    rows = legends.key_rows([label for _, label in entries or ()])
    extra += HEADING * bool(heading) + legends.KEY * rows
    made = style.figure(min(TALLEST, max(0.6, 0.1 + style.WIDTH * height / width)) + extra)
    if entries:
        legends.key(made, entries)
    axes = made.add_subplot()
    legends.title(axes, heading)
    style.bare(axes)
    axes.set_aspect("equal")
    axes.set(xlim=(-0.005 * width, 1.005 * width), ylim=(-height, 0))
    inch = width / style.WIDTH
    parts = zip(drawings, colours, boxes, corners * [1, -1], strict=True)
    for one, colour, (x, _, _, y), (left, top) in parts:
        name = legends.shortened(one.name, style.WIDTH / columns - 0.15)
        axes.text(left, top + 0.85 * ABOVE * inch, name, fontsize=style.SMALL, color=GREY, va="top")
        draw(axes, one, colour, shift=(left - x, top - y))
    scale_bar(axes, 0, -height + 0.06 * inch, width, unit)
    return made


def _cells(boxes: np.ndarray, columns: int) -> tuple[np.ndarray, float, float]:
    """Upper left corner of each drawing (S, 2), y downward; width and height of the sheet.

    `boxes` (S, 4) has a row of `box` for each drawing.
    """
    wide, high = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]
    cell = max(float(wide.max(initial=1.0)), 1.0)
    gap = 0.0 if columns == 1 else 0.08 * cell
    width = columns * (cell + gap)
    inch = width / style.WIDTH
    cells = np.full(len(wide), cell)
    corners, height = grid(cells, high, columns, (gap, BELOW * inch), ABOVE * inch)
    return corners, width, height + BAR * inch
