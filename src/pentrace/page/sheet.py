"""A page with one sample, or a sheet of many, in a size that suits the pen."""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

import numpy as np

from pentrace.page.appearance import BLUE, INK, PEN_WIDTH
from pentrace.page.layout import timed
from pentrace.page.page import LABEL, LETTER_WIDTH, Label, Page
from pentrace.page.strokes import pieces

STROKE = 4.0  # mm, the median height of a stroke
LARGEST = 400.0  # most mm of a sample: an untrained network draws small strokes far apart
MARGIN = 3.0  # mm on all four sides
ABOVE, GAP = 1.8 * LABEL, 1.8 * LABEL  # mm: room for a title, and between two samples
ROW = 1.4 * LABEL  # mm, from line to line of a note
NARROWEST = 24  # letters in a line of a note


class SampleInk(NamedTuple):
    """The N points of one sample, in any unit, y upward."""

    points: np.ndarray  # float (N, 3): x, y, and t in s, NaN where there is none
    stroke: np.ndarray  # int (N,), -1 in the air
    primer: int  # number of points of the real line that the network continued, drawn in blue
    title: str


def single(sample: SampleInk, size: float, note: str = "") -> Page:
    """A page with one sample, of `size` mm per unit, without its title; `note` is below it."""
    return _page([sample], np.zeros((1, 2)), size, [], note)


def sheet(samples: Sequence[SampleInk], size: float, columns: int = 1, note: str = "") -> Page:
    """A page of `samples`, of `size` mm per unit, row by row, each with its title above."""
    wide, high = np.array([_extent(one) * size for one in samples]).reshape(-1, 2).T
    titles = np.array([LETTER_WIDTH * LABEL * len(one.title) for one in samples])
    corners, _ = grid(np.maximum(wide, titles), high, columns, (GAP, GAP), ABOVE)
    labels = [
        Label(x, ABOVE - LABEL - y, one.title)
        for (x, y), one in zip(corners.tolist(), samples, strict=True)
    ]
    return _page(samples, corners, size, labels, note)


def grid(
    wide: np.ndarray, high: np.ndarray, columns: int, gaps: tuple[float, float], above: float
) -> tuple[np.ndarray, float]:
    """Places for boxes that are `wide` and `high`, (S,) each, row by row in `columns` columns.

    A column is as wide as its widest box, a row as high as its highest. `gaps` are between columns
    and between rows; `above` is the room for a title above each box. Returns the upper left
    corners, (S, 2), x rightward and y DOWNWARD from that of the sheet, and the height of the sheet.
    """
    column, row = np.arange(len(wide)) % columns, np.arange(len(wide)) // columns
    widths, heights = np.zeros(columns), np.zeros(row.max(initial=-1) + 1)
    np.maximum.at(widths, column, wide)
    np.maximum.at(heights, row, high)
    lefts = np.cumsum(np.append(0, widths + gaps[0]))
    tops = above + np.cumsum(np.append(0, heights + gaps[1] + above))
    return np.stack([lefts[column], tops[row]], 1), float(max(tops[-1] - above - gaps[1], 0.0))


def scale(samples: Sequence[SampleInk]) -> float:
    """mm per unit at which the median stroke is `STROKE` high, without strokes of no height.

    The scale is smaller if a sample would otherwise be larger than `LARGEST`.
    """
    strokes = [s[:, :2] for one in samples for s in pieces(one.points, one.stroke)]
    heights = [h for h in (float(np.ptp(s[:, 1])) for s in strokes) if h > 0]
    largest = max((float(_extent(one).max()) for one in samples), default=0.0)
    if not largest > 0:
        return 1.0
    usual = float(np.median(heights)) if heights else largest / 10
    return min(STROKE / usual, LARGEST / largest)


def _extent(sample: SampleInk) -> np.ndarray:
    """Width and height of the ink, (2,), in its unit."""
    down = sample.points[sample.stroke >= 0, :2]
    return np.ptp(down, axis=0) if len(down) else np.zeros(2)


def _page(
    samples: Sequence[SampleInk], corners: np.ndarray, size: float, labels: list[Label], note: str
) -> Page:
    """The page of samples whose upper left `corners`, y downward, are given.

    `labels` have y upward from the upper edge of the drawing.
    """
    strokes, colours = [], []
    for one, corner in zip(samples, corners * [1, -1], strict=True):
        drawn = _strokes(one, size, corner)
        strokes += [stroke for stroke, _ in drawn]
        colours += [colour for _, colour in drawn]
    low = min((float(s[:, 1].min()) for s in strokes), default=0.0)
    width = max([_right(one) for one in labels] + [float(s[:, 0].max()) for s in strokes] + [0.0])
    letters = max(int(width / (LETTER_WIDTH * LABEL)), NARROWEST)
    notes = [Label(0.0, low - ABOVE - i * ROW, row) for i, row in enumerate(wrap(note, letters))]
    labels = [*labels, *notes]
    width = max([width, *map(_right, notes)])
    height = -min([low, *(y for _, y, _ in labels)])
    move = np.array([MARGIN, height + MARGIN, 0.0])
    return Page(
        width + 2 * MARGIN,
        height + 2 * MARGIN,
        timed([stroke + move for stroke in strokes]),
        PEN_WIDTH,
        "\n".join(one.title for one in samples),
        {"note": note} if note else {},
        colours,
        [Label(x + move[0], y + move[1], text) for x, y, text in labels],
    )


def _right(label: Label) -> float:
    """The approximate right end of a label, mm."""
    return label.x + LETTER_WIDTH * LABEL * len(label.text)


def _strokes(one: SampleInk, size: float, corner: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """Each stroke, float64 (n, 3), mm and s from its beginning, and its colour.

    The ink is to the right of `corner` and below it, y upward. A stroke is cut where the primer
    ends.
    """
    points = np.where(np.isfinite(one.points), one.points, 0.0).astype(np.float64)
    down = points[one.stroke >= 0, :2]
    if not len(down):
        return []
    xy = (points[:, :2] - [down[:, 0].min(), down[:, 1].max()]) * size + corner
    placed = np.column_stack([xy, points[:, 2]])
    drawn = []
    for part, colour in ((slice(0, one.primer), BLUE), (slice(one.primer, None), INK)):
        drawn += [(s - [0, 0, s[0, 2]], colour) for s in pieces(placed[part], one.stroke[part])]
    return drawn
