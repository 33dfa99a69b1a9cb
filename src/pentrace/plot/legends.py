"""Words on figures: keys, colour bars, titles of panels, plain numbers, and texts that fit."""

from collections.abc import Sequence
from functools import lru_cache
from string import ascii_lowercase
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.textpath import TextToPath
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from pentrace.plot import style
from pentrace.plot.style import SMALL

Entry = tuple[Any, str]  # a handle, or a tuple of handles that are drawn side by side; its label
HANDLE, BETWEEN = 2.6, 1.6  # of a key, in letters: handle with its gap, gap between two columns
KEY = 0.2  # inches of a row of a key
HINTED = 1.08  # letters made of pixels may be wider than their outlines


def line(colour: str, **given: Any) -> Line2D:
    """The handle of a line of this colour in a key."""
    return Line2D([], [], color=colour, **{"lw": 1.2, **given})


def dot(colour: str, marker: str = "o", **given: Any) -> Line2D:
    """The handle of a symbol of this colour in a key."""
    return Line2D([], [], color=colour, marker=marker, **{"ms": 4, "ls": "none", **given})


def key(made: Figure, entries: Sequence[Entry], at: tuple[float, float] | None = None) -> None:
    """A legend above all panels. `at` is its upper left corner, in inches from that of the figure.

    Without `at`, the layout of the figure leaves room for it.
    """
    width, height = made.get_size_inches()
    place: dict[str, Any] = {"loc": "outside upper left"}
    if at is not None:
        corner = (at[0] / width, 1 - at[1] / height)
        place = {"loc": "upper left", "bbox_to_anchor": corner}
    made.legend(
        [handle for handle, _ in entries],
        [label for _, label in entries],
        ncols=columns([label for _, label in entries], width - (at[0] if at else 0.1)),
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
        borderaxespad=0.35,
        borderpad=0,
        handlelength=HANDLE - 0.8,
        columnspacing=BETWEEN,
        **place,
    )


def columns(labels: Sequence[str], width: float) -> int:
    """The largest number of columns in which a key of `labels` is at most `width` inches wide.

    A key is filled column by column.
    """
    letter = SMALL / 72
    wide = [text_width(label) + (HANDLE + BETWEEN) * letter for label in labels]
    for count in range(len(labels), 1, -1):
        # Matplotlib gives the first columns one row more.
        parts = np.array_split(wide, count)
        if sum(part.max() for part in parts) <= width:
            return count
    return 1


def key_rows(labels: Sequence[str], width: float = style.WIDTH) -> int:
    """Rows of a key of `labels` that is at most `width` inches wide."""
    return -(-len(labels) // columns(labels, width)) if labels else 0


def colour_bar(made: Figure, of: ScalarMappable, label: str, **place: Any) -> Colorbar:
    """A colour bar without a frame; `place` is where, as `Figure.colorbar` takes it."""
    bar = made.colorbar(of, **place)
    bar.set_label(label, fontsize=SMALL)
    bar.outline.set_visible(False)
    bar.ax.set_label("<colorbar>")  # as Matplotlib calls those that it places
    return bar


def title(axes: Axes, text: str, number: int | None = None, room: float = style.WIDTH) -> None:
    """The title of a panel, with the letter of the panel `number`, cut at `room` inches."""
    letter = "" if number is None else f"({ascii_lowercase[number]}) "
    rows = (letter + text).split("\n")
    axes.set_title("\n".join(shortened(row, room) for row in rows), fontsize=SMALL, loc="left")


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = SMALL) -> float:
    """Inches of one row of text; `size` is in points."""
    font = FontProperties(family="DejaVu Sans", size=size)
    wide, _, _ = TextToPath().get_text_width_height_descent(text, font, False)
    return float(wide) / 72 * HINTED


def shortened(text: str, room: float, size: float = SMALL) -> str:
    """`text`, or its beginning with an ellipsis that is at most `room` inches wide."""
    if text_width(text, size) <= room:
        return text
    return next(
        (part for n in range(len(text) - 1, 0, -1)
         if text_width(part := text[:n].rstrip() + "…", size) <= room), "…",
    )  # fmt: skip


def number(value: float) -> str:
    """`value` in plain digits: 0.01, 1, 10,000; with a true minus sign."""
    text = f"{value:,.0f}" if abs(value) >= 1 or not value else f"{value:g}"
    return text.replace("-", "−")


def plain_log(axis: Axis, most: int = 7) -> None:
    """At most `most` ticks of a log axis, with plain numbers; call it when the limits are set.

    The ticks are at 1, 2 and 5 times powers of ten where the powers alone would be too few.
    """
    low, high = sorted(axis.get_view_interval())
    few = high / low < 10**1.5
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=most))
    between = LogLocator(subs=tuple(range(2, 10)), numticks=most)
    axis.set_minor_locator(NullLocator() if few else between)
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def counts(
    axes: Axes, x: np.ndarray, count: np.ndarray, colour: str, marker: str, ms: float = 2.6
) -> None:
    """A symbol for each count above 0. On a log axis, the length of a bar has no meaning."""
    some = count > 0
    axes.plot(x[some], count[some], marker, color=colour, ms=ms, mew=0)
