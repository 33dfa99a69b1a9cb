"""What makes a figure unreadable: texts that overlap or are cut or too small, and empty panels.

Each function returns a list of faults in words; it is empty for a good figure.
"""

from collections.abc import Iterator
from itertools import combinations
from unittest import mock

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

DPI = 150
# Share of the height of a text that is above and below its letters: the room of a row.
ROOM = 0.15


def faults(figure: Figure) -> list[str]:
    """All faults of `figure`, which is drawn for it."""
    return [
        *overlapping(figure), *outside(figure), *too_small(figure), *formulas(figure),
        *over_drawings(figure), *without_data(figure), *without_labels(figure),
        *without_key(figure), *unlettered(figure),
    ]  # fmt: skip


def overlapping(figure: Figure) -> list[str]:
    """Pairs of texts with letters at the same place."""
    boxes = [(text.get_text(), _letters(box)) for text, box in _drawn(figure)]
    pairs = combinations(boxes, 2)
    return [f"{a!r} overlaps {b!r}" for (a, one), (b, two) in pairs if _overlap(one, two)]


def outside(figure: Figure) -> list[str]:
    """Texts of which a part is not on the page."""
    page = figure.bbox.padded(1)
    cut = [text for text, box in _drawn(figure) if not _within(box, page)]
    return [f"{text.get_text()!r} is not completely on the page" for text in cut]


def too_small(figure: Figure, least: float = 7) -> list[str]:
    """Texts with letters of less than `least` points."""
    small = [text for text, _ in _drawn(figure) if text.get_fontsize() < least]
    return [f"{text.get_text()!r} has {text.get_fontsize():g} points" for text in small]


def formulas(figure: Figure) -> list[str]:
    """Texts in which dollar signs would start a formula."""
    return [f"{t.get_text()!r} may be a formula" for t, _ in _drawn(figure) if t.get_parse_math()]


def over_drawings(figure: Figure) -> list[str]:
    """Texts that are drawn over lines, symbols or pictures."""
    drawn = _drawn(figure)
    with mock.patch.object(Text, "draw", lambda *_: None):
        pixels = _pixels(figure)
    found = []
    for text, box in drawn:
        if _varies(pixels, _letters(box)):
            found.append(f"{text.get_text()!r} is over a drawing")
    return found


def without_data(figure: Figure) -> list[str]:
    """Panels with nothing in them, or with all data outside their limits."""
    with mock.patch.object(Text, "draw", lambda *_: None):
        pixels = _pixels(figure)
    return [
        f"panel {i} has no data"
        for i, axes in enumerate(_panels(figure))
        if not axes.has_data() or not (axes.images or _varies(pixels, axes.bbox.padded(-3)))
    ]


def without_labels(figure: Figure) -> list[str]:
    """Axes with numbers but without a label that says what they are.

    Panels side by side may have the label of the vertical axis on the first of them.
    """
    found = []
    rows = {_row(axes) for axes in _panels(figure) if axes.get_ylabel()}
    for i, axes in enumerate(_panels(figure)):
        bar = axes.get_label() == "<colorbar>"
        for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
            numbers = [t for t in axis.get_ticklabels() if t.get_text() and t.get_visible()]
            named = axis.get_label_text() or (name == "y" and _row(axes) in rows)
            named = named or (bar and (axes.get_xlabel() or axes.get_ylabel()))
            words = all(not any(c.isdigit() for c in t.get_text()) for t in numbers)
            if axes.axison and numbers and not words and not named:
                found.append(f"the {name} axis of panel {i} has no label")
    return found


def without_key(figure: Figure) -> list[str]:
    """A figure with several colours of which no key, bar or heading says what they are."""
    colours = {colour for axes in _panels(figure) for colour in _colours(axes)}
    explained = figure.legends or any(a.get_label() == "<colorbar>" for a in _panels(figure))
    words = " ".join(text.get_text() for text, _ in _drawn(figure))
    if len(colours) > 1 and not explained and "colour" not in words:
        return [f"nothing says what the colours {sorted(colours)} are"]
    return []


def unlettered(figure: Figure) -> list[str]:
    """A figure of several panels with axes that has no letters for them."""
    panels = [a for a in _panels(figure) if a.axison and a.get_label() != "<colorbar>"]
    framed = [axes for axes in panels if any(s.get_visible() for s in axes.spines.values())]
    words = [text.get_text() for text, _ in _drawn(figure)]
    lettered = [word for word in words if word.startswith(("(a)", "(b)"))]
    return ["the panels have no letters"] if len(framed) > 1 and len(lettered) < 2 else []


def _panels(figure: Figure) -> list[Axes]:
    """All panels, and the panels inside them, such as colour bars."""
    return [axes for axes in figure.findobj(Axes) if isinstance(axes, Axes)]


def _drawn(figure: Figure) -> list[tuple[Text, Bbox]]:
    """The texts that are drawn, with their boxes in pixels."""
    seen: list[Text] = []
    original = Text.draw

    def draw(text: Text, renderer: object) -> None:
        if text.get_visible() and text.get_text().strip():
            seen.append(text)
        original(text, renderer)  # type: ignore[arg-type]

    with mock.patch.object(Text, "draw", draw):
        _pixels(figure)
    return [(text, text.get_window_extent()) for text in dict.fromkeys(seen)]


def _pixels(figure: Figure) -> np.ndarray:
    """The figure as it is drawn, uint8 (H, W, 4)."""
    figure.set_dpi(DPI)
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def _varies(pixels: np.ndarray, box: Bbox) -> bool:
    """Whether pixels in the box have different colours."""
    (left, low), (right, high) = np.clip(np.round(box.get_points()).astype(int), 0, None)
    part = pixels[max(len(pixels) - high, 0) : len(pixels) - low, left:right]
    return bool(part.size and (part != part[0, 0]).any())


def _letters(box: Bbox) -> Bbox:
    """The box of the letters: without the room of a row, on whichever side it is."""
    across = 0.5 if box.height <= box.width else ROOM * box.width
    along = ROOM * box.height if box.height <= box.width else 0.5
    return Bbox([[box.x0 + across, box.y0 + along], [box.x1 - across, box.y1 - along]])


def _overlap(one: Bbox, two: Bbox) -> bool:
    both = Bbox.intersection(one, two)
    return both is not None and both.width > 0.5 and both.height > 0.5


def _within(box: Bbox, page: Bbox) -> bool:
    return bool(page.x0 <= box.x0 and page.y0 <= box.y0 and box.x1 <= page.x1 and box.y1 <= page.y1)


def _row(axes: Axes) -> tuple[int, int]:
    """Lower and upper edge of a panel, in pixels."""
    return round(axes.bbox.y0), round(axes.bbox.y1)


def _colours(axes: Axes) -> Iterator[str]:
    """The colours of lines and symbols that are no shade of grey."""
    given = [line.get_color() for line in axes.lines]
    for part in axes.collections:
        given += [*part.get_edgecolor(), *part.get_facecolor()]
    for colour in given:
        text = to_hex(colour)
        red, green, blue = (int(text[i : i + 2], 16) for i in (1, 3, 5))
        if max(red, green, blue) - min(red, green, blue) > 40:
            yield text
