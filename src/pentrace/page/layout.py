"""Lines of ink to pages, in mm.

All lines of a text have the same scale. It gives the writing the height that is asked for, or a
smaller one if the widest or the highest line would not fit. A line that is only a little too wide
is squeezed instead, as people do at the end of a line. Each line is made level by a robust fit
to the feet of its letters, and the slow wander of its baseline, which in the ink of networks is
larger than in that of people, is removed. Then it strays a little, like real handwriting on blank
paper.
"""

from dataclasses import dataclass

import numpy as np

from pentrace.page.page import Page
from pentrace.page.pen import MOST
from pentrace.page.strokes import pieces
from pentrace.philox import LINES, normal, words

AIR_SPEED = 200.0  # mm/s of a pen that is not on the paper
ASCENT = 0.8  # of the size, above the first baseline
STEEPEST = 0.3  # dy/dx: a steeper fit to the feet of letters has not found the baseline
STEEP = 0.2  # dy/dx of a line, from which it is turned before this fit
UPRIGHT = 75.0  # degrees: steeper ink is a column or a single letter, and not a sloping line
SQUEEZED = 0.9  # of its width: at least this much remains of a line that is too wide
FEW = 4  # characters: in a line with fewer, a slanted stroke or a T is no slope
BELOW = "gjpqyJQ,;()[]{}|/\\$@_çÇ"  # characters that may reach below the baseline
LONG = 3.0  # length of a line, in its height (both standard deviations), that shows its direction
# Heights of the ink in the length of a line: the wander of a line shorter than the first is kept,
# since a single letter may be a part of it; that of a line longer than the second is removed.
SHORT_LINE, LONG_LINE = 10.0, 20.0
# Standard deviations of how a line strays from its place.
LEFT, FOOT, TURN, BOW = 0.12, 0.04, 0.003, 0.05  # sizes, sizes, radians, sizes


@dataclass(frozen=True)
class Paper:
    """The paper, and how it is written on; all in mm."""

    width: float
    height: float
    margin: float
    size: float  # height of the writing
    spacing: float  # between baselines
    pen_width: float
    cut: bool = False  # whether the page is cut to the ink, with the margin around it
    drift: float = 1.0  # how much lines stray: 0 not at all, 1 like careful handwriting

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height between the margins."""
        return self.width - 2 * self.margin, self.height - 2 * self.margin


@dataclass(frozen=True)
class LineInk:
    """The points of one line, baseline at y = 0 and ink from x = 0, y upward."""

    text: str
    xy: np.ndarray  # float64 (N, 2)
    stroke: np.ndarray  # int (N,), from 0
    interval: float  # s between two points


def level(xy: np.ndarray, text: str) -> np.ndarray:
    """xy (N, 2) of `text` made level: it begins at x = 0 and has its baseline at y = 0.

    A steep line is `turned`, and the slope that remains is removed by a shear. The foot of each
    twentieth of the line is a low percentile of y, so that descenders have little influence. The
    slope is the median over pairs of feet (Theil and Sen), so that a single wrong foot has none.
    The wander of a long line, a smooth curve through its feet, is removed too. A line of fewer
    than `FEW` characters keeps its slope, and stands on its lowest points.
    """
    short = len(text) < FEW
    x, y = (xy if short else turned(xy)).T
    if short and not set(text) & set(BELOW):
        return np.column_stack([x - x.min(), y - np.percentile(y, 3)])
    edges = np.linspace(x.min(), x.max(), 21)
    part = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, 19)
    used = [part == i for i in range(20) if (part == i).sum() > 2]
    if not used:
        return np.column_stack([x - x.min(), y - y.min()])
    at = np.array([x[p].mean() for p in used])
    foot = np.array([np.percentile(y[p], 15) for p in used])
    run, rise = (np.subtract.outer(v, v)[np.triu_indices(len(v), 1)] for v in (at, foot))
    slope = float(np.median(rise[run != 0] / run[run != 0])) if (run != 0).any() else 0.0
    slope = slope if abs(slope) <= STEEPEST and not short else 0.0
    foot = foot - slope * at
    y, foot = y - slope * x - np.median(foot), foot - np.median(foot)
    height = float(np.subtract(*np.percentile(y, [95, 5])))
    lengths = float(np.ptp(x)) / max(height, 1e-9)
    share = np.clip((lengths - SHORT_LINE) / (LONG_LINE - SHORT_LINE), 0, 1)
    return np.column_stack([x - x.min(), y - share * np.interp(x, at, smoothed(foot))])


def smoothed(foot: np.ndarray) -> np.ndarray:
    """(P,): means over three of medians over five neighbours of foot (P,), fewer at both ends."""
    medians = [np.median(foot[max(i - 2, 0) : i + 3]) for i in range(len(foot))]
    return np.array([np.mean(medians[max(i - 1, 0) : i + 2]) for i in range(len(foot))])


def turned(xy: np.ndarray) -> np.ndarray:
    """xy (N, 2), turned to the horizontal if it is a long line that rises or falls steeply."""
    centred = xy - xy.mean(axis=0)
    spread, axes = np.linalg.eigh(centred.T @ centred)
    along = axes[:, 1] * (1.0 if axes[0, 1] >= 0 else -1.0)
    angle = np.arctan2(along[1], along[0])
    is_long = spread[1] > LONG**2 * max(float(spread[0]), 0.0)
    if not is_long or not np.arctan(STEEP) < abs(angle) <= np.radians(UPRIGHT):
        return xy
    return np.column_stack([xy @ along, xy @ [-along[1], along[0]]])


def _strayed(xy: np.ndarray, paper: Paper, seed: int, number: int) -> np.ndarray:
    """Line `number` of a seed, xy (N, 2) in mm, moved a little from its place."""
    bits = words(seed, np.array([[number, 0, 0, LINES]])).reshape(2, 2)
    left, foot, turn, bow = np.clip(normal(bits).ravel(), -2, 2) * paper.drift
    x, y = xy.T
    share = x / max(paper.inner[0], float(x.max()), 1e-9)
    shift = paper.size * (FOOT * foot + BOW * bow * np.sin(np.pi * share)) + TURN * turn * x
    return np.column_stack([x + paper.size * LEFT * abs(left), y + shift])


def pages(
    lines: list[LineInk | None], scale: float, paper: Paper, seed: int, notes: dict[str, str]
) -> list[Page]:
    """The pages that `lines` fill; None is an empty line.

    `scale` is the largest scale allowed, in mm per unit of the lines. Every point is within the
    margins. With `paper.cut` there is one page, as large as the ink with the margin around it.
    """
    placed = [
        None if line is None else _squeezed(_strayed(line.xy * scale, paper, seed, number), paper)
        for number, line in enumerate(lines)
    ]
    shrink = 1.0 if paper.cut else _shrink([xy for xy in placed if xy is not None], paper)
    placed = [None if xy is None else xy * shrink for xy in placed]
    return [_page(part, lines, paper, notes) for part in _parts(placed, paper)]


def _squeezed(xy: np.ndarray, paper: Paper) -> np.ndarray:
    """xy (N, 2), narrower if it is too wide for the paper, down to `SQUEEZED` of its width."""
    if paper.cut:
        return xy
    share = paper.inner[0] / max(float(xy[:, 0].max()), 1e-9)
    return xy * [float(np.clip(share, SQUEEZED, 1.0)), 1.0]


def _shrink(lines: list[np.ndarray], paper: Paper) -> float:
    """The factor, at most 1, at which every line fits between the margins."""
    width, height = paper.inner
    widest = max((float(xy[:, 0].max()) for xy in lines), default=0.0)
    highest = max((float(np.ptp(xy[:, 1])) for xy in lines), default=0.0)
    # Slightly less, because rounding could otherwise put a point over the margin.
    return (1 - 1e-9) * min(1.0, width / max(widest, 1e-9), height / max(highest, 1e-9))


Placed = list[tuple[int, np.ndarray]]  # number of the line, its points from the upper left margin


def _parts(lines: list[np.ndarray | None], paper: Paper) -> list[Placed]:
    """The lines of each page and their points: x from the left, y (negative) from the top."""
    parts: list[Placed] = [[]]
    baseline = 0.0
    for number, xy in enumerate(lines):
        if xy is None:
            baseline -= paper.spacing if parts[-1] else 0.0
            continue
        baseline -= paper.spacing
        # Never above the top margin, however high the letters are.
        baseline = min(baseline, -float(xy[:, 1].max()))
        if parts[-1] and not paper.cut and baseline + xy[:, 1].min() < -paper.inner[1]:
            parts.append([])
        if not parts[-1]:
            baseline = _first_baseline(xy, paper)
        parts[-1].append((number, xy + np.array([0.0, baseline])))
    return parts


def _first_baseline(xy: np.ndarray, paper: Paper) -> float:
    """The baseline of the first line of a page, such that its ink is within the margins."""
    usual = -max(ASCENT * paper.size, float(xy[:, 1].max()))
    return usual if paper.cut else max(usual, -paper.inner[1] - float(xy[:, 1].min()))


def _page(part: Placed, lines: list[LineInk | None], paper: Paper, notes: dict[str, str]) -> Page:
    width, height = paper.width, paper.height
    corner = np.array([paper.margin, height - paper.margin])
    if paper.cut and part:
        flat = np.concatenate([xy for _, xy in part])
        # The pen is wider than its path.
        edge = paper.margin + paper.pen_width * MOST / 2
        width, height = (np.ptp(flat, axis=0) + 2 * edge).tolist()
        corner = np.array([edge - flat[:, 0].min(), height - edge - flat[:, 1].max()])
    strokes: list[np.ndarray] = []
    texts = []
    for number, xy in part:
        line = lines[number]
        assert line is not None
        texts.append(line.text)
        strokes += _strokes(xy + corner, line)
    return Page(width, height, timed(strokes), paper.pen_width, "\n".join(texts), notes)


def _strokes(xy: np.ndarray, line: LineInk) -> list[np.ndarray]:
    """float64 (n, 3) of each stroke, t from the beginning of the stroke."""
    return [
        np.column_stack([part, np.arange(len(part)) * line.interval])
        for part in pieces(xy, line.stroke)
    ]


def timed(strokes: list[np.ndarray]) -> list[np.ndarray]:
    """The same strokes one after another, with time for the pen to move between them."""
    now = 0.0
    timed: list[np.ndarray] = []
    for stroke in strokes:
        if timed:
            gap = np.hypot(*(stroke[0, :2] - timed[-1][-1, :2]))
            now += float(gap) / AIR_SPEED + 0.02
        timed.append(stroke + np.array([0.0, 0.0, now]))
        now = float(timed[-1][-1, 2])
    return timed
