"""Ink above panels of the same line over time: all of one width, placed to the pixel."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar

from pentrace.plot import drawing, legends, style
from pentrace.plot.drawing import Drawing
from pentrace.plot.legends import Entry

# Inches: left edge and width of all panels, greatest height of the ink of one line, room around
# the ink, for a title, for the links between ink and time, and for the axis of time with a note.
LEFT, ACROSS, HIGHEST, PAD, TITLE, LINKS, BELOW = 0.55, 5.75, 1.5, 0.06, 0.26, 0.25, 0.45
LINK = "#9e9e9e"
LINK_ENTRY: Entry = (
    legends.line(LINK, lw=0.7),
    "from the end of a stroke on the page to its step",
)


class Column:
    """Panels from top to bottom of a new figure, which is `height` inches high."""

    def __init__(self, height: float, entries: list[Entry]) -> None:
        """With `entries`, a key is above the panels; its height is added to that of the figure."""
        rows = legends.key_rows([label for _, label in entries], style.WIDTH - LEFT)
        self.height = height + rows * legends.KEY
        self.top = self.height - rows * legends.KEY
        self.figure = style.figure(self.height)
        self.figure.set_layout_engine("none")  # the panels must be aligned to the pixel
        if entries:
            legends.key(self.figure, entries, (LEFT - 0.05, 0.03))

    def add(self, height: float, gap: float = 0.0) -> Axes:
        """The next panel, `height` inches high, `gap` inches below the last one."""
        self.top -= gap + height
        box = LEFT / style.WIDTH, self.top / self.height, ACROSS / style.WIDTH, height / self.height
        return self.figure.add_axes(box)

    def page(
        self,
        ink: Drawing,
        unit: str,
        title: str,
        number: int,
        colours: np.ndarray | str = style.INK,
    ) -> Axes:
        """A panel with the ink, below the title with the letter of panel `number`.

        The scale bar is at the right end of the title.
        """
        axes = self.add(page_height(ink), TITLE)
        frame(axes, ink)
        drawing.draw(axes, ink, colours)
        room = ACROSS - _scale_bar(axes, ink, unit) - 0.1
        legends.title(axes, title, number, room)
        return axes

    def links(self, ink: Drawing) -> None:
        """Lines from the end of each stroke on the page above to its step in the panel below."""
        axes = self.add(LINKS)
        at = np.flatnonzero(ink.stroke != np.append(ink.stroke[1:], -2))
        left, _, _, _ = drawing.box(ink)
        top = (ink.x[at] - left) / (ACROSS * inch(ink)) + PAD / ACROSS
        bottom = at / max(len(ink.stroke) - 1, 1)
        ends = np.stack([np.stack([top, np.ones(len(at))], 1), np.stack([bottom, 0 * top], 1)], 1)
        axes.add_collection(LineCollection(list(ends), colors=LINK, linewidths=0.5))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        style.bare(axes)

    def bar(self, axes: Axes, of: ScalarMappable, label: str, **given: object) -> Colorbar:
        """A colour bar to the right of a panel, of the same height."""
        place = axes.inset_axes((1.012, 0, 0.013, 1))
        return legends.colour_bar(self.figure, of, label, cax=place, **given)


def inch(ink: Drawing) -> float:
    """An inch of the page, in units of the ink, so that the ink fits `ACROSS` and `HIGHEST`."""
    left, right, low, high = drawing.box(ink)
    return max((right - left) / (ACROSS - 2 * PAD), (high - low) / HIGHEST, 1e-9)


def page_height(ink: Drawing) -> float:
    """Height of the ink in inches, with a little room above and below."""
    _, _, low, high = drawing.box(ink)
    return (high - low) / inch(ink) + 2 * PAD


def frame(axes: Axes, ink: Drawing) -> None:
    """Set the limits of a panel of `page_height` to one scale on both axes, without a frame."""
    left, _, low, high = drawing.box(ink)
    half, middle = page_height(ink) * inch(ink) / 2, (low + high) / 2
    left -= PAD * inch(ink)
    axes.set(xlim=(left, left + ACROSS * inch(ink)), ylim=(middle - half, middle + half))
    style.bare(axes)


def _scale_bar(axes: Axes, ink: Drawing, unit: str) -> float:
    """Draw a scale bar above the upper right corner; returns its width with its label, inches."""
    left, _, _, _ = drawing.box(ink)
    one = inch(ink)
    length = drawing.round_length(ACROSS * one / 8)
    wide = length / one + 0.08 + legends.text_width(drawing.bar_label(length, unit))
    level = axes.get_ylim()[1] + 0.12 * one
    drawing.scale_bar(axes, left + (ACROSS - wide) * one, level, ACROSS * one, unit)
    return wide
