"""Ink as an antialiased PNG, and on the axes of any figure."""

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from pentrace.page.sheet import DOT, Picture
from pentrace.page.sheet_svg import GREY

DPI = 100
LEAST = 24  # pixels of the shorter side


def draw(axes: Axes, picture: Picture, width: float) -> None:
    """Draw the strokes on `axes` with a pen `width` points wide; dots are visible.

    The axes get equal scales and no frame; their limits are left to the caller.
    """
    lines = [(s, c) for s, c in zip(picture.strokes, picture.colours, strict=True) if len(s) > 1]
    dots = [(s[0], c) for s, c in zip(picture.strokes, picture.colours, strict=True) if len(s) == 1]
    axes.add_collection(
        LineCollection(
            [s[:, :2] for s, _ in lines],
            colors=[c for _, c in lines],
            linewidths=width,
            capstyle="round",
            joinstyle="round",
        )
    )
    if dots:
        x, y = np.array([p[:2] for p, _ in dots]).T
        axes.scatter(x, y, s=(DOT * width) ** 2, c=[c for _, c in dots], linewidths=0)
    axes.set_aspect("equal")
    axes.set_axis_off()


def png(picture: Picture, width: int = 2400, height: int = 1800, margin: float = 4.0) -> bytes:
    """`picture` as a PNG on white, as large as fits in `width` and `height` pixels.

    `margin` is in pen widths. The same ink gives the same bytes.
    """
    edge = margin * picture.pen_width
    x, low, right, high = picture.bounds
    box = (x - edge, low - edge, right + edge, high + edge)
    # Pixels in an ink unit.
    scale = min(width / (box[2] - box[0]), height / (box[3] - box[1]))
    size = [max((box[i + 2] - box[i]) * scale, LEAST) / DPI for i in (0, 1)]
    figure = Figure(figsize=(size[0], size[1]), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    points = scale * 72 / DPI  # typographic points in an ink unit
    draw(axes, picture, max(picture.pen_width * points, 0.7))
    axes.set_xlim(box[0], box[2])
    axes.set_ylim(box[1], box[3])
    for left, base, text in picture.labels:
        axes.text(left, base, text, fontsize=picture.letter_height * points * 0.9, color=GREY)
    return _bytes(figure)


def _bytes(figure: Figure) -> bytes:
    out = io.BytesIO()
    # Without the name and version of the program, the bytes depend on the ink alone.
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
