"""Plain features of a line, which describe a hand in words.

Lengths are in tablet units, or in line heights if the data are normalised by them.
"""

import numpy as np

from pentrace.normalise.positions import positions
from pentrace.windows.lines import Lines

FEATURES = {
    "slant": "rightward lean of downstrokes, dx per dy",
    "x-height": "height of the middle zone: the middle half of the ink is in it",
    "size ratio": "height of all ink, without the outer 4 %, divided by the x-height",
    "joining": "number of times the pen is lifted, per character",
    "speed": "mean distance between two points of a stroke",
    "loop width": "mean width of closed loops, divided by the x-height",
    "character width": "width of the line, divided by its number of characters",
    "curvature": "mean turn of the pen, rad per x-height of its way",
}
LOOP = 40  # most points of a loop
LEAST = 4  # fewest points of a loop


def features(lines: Lines, normalisation: dict) -> np.ndarray:
    """float64 (S, F): the `FEATURES` of each line; NaN where a line has none, such as no loop."""
    found = [
        _of(*positions(lines[i], normalisation)[:2], lines[i][:, 2] > 0.5, lines.texts[i] or "")
        for i in range(len(lines.ids))
    ]
    return np.array(found, np.float64).reshape(len(found), len(FEATURES))


def _of(x: np.ndarray, y: np.ndarray, lifted: np.ndarray, text: str) -> list[float]:
    """The features of one line: positions (T,), y upward, and where the pen is lifted after."""
    dx, dy = np.diff(x), np.diff(y)
    way = np.hypot(dx, dy)
    on_paper = ~lifted[:-1] & (way > 0)
    if on_paper.sum() < LEAST:
        return [np.nan] * len(FEATURES)
    low, quarter, three, high = _heights(x, y, way * on_paper)
    middle = max(three - quarter, 1e-9)
    characters = max(len(text), 1)
    return [
        _slant(dx, dy, on_paper),
        middle,
        (high - low) / middle,
        lifted.sum() / characters,
        way[on_paper].mean(),
        _loop_width(x, y, lifted) / middle,
        (x.max() - x.min()) / characters,
        _turn(dx, dy, on_paper) / (way[on_paper].sum() / middle),
    ]


def _heights(x: np.ndarray, y: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Heights above the slope of the line below which 2, 25, 75 and 98 % of the ink are.

    `ink` (T - 1,) is the length of the ink from each point to the next.
    """
    across, up = (x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2
    slope, level = np.polyfit(across, up, 1, w=np.sqrt(ink))
    above = up - slope * across - level
    order = np.argsort(above, kind="stable")
    share = np.cumsum(ink[order]) / ink.sum()
    at = np.minimum(np.searchsorted(share, [0.02, 0.25, 0.75, 0.98]), len(above) - 1)
    return np.asarray(above[order][at])


def _slant(dx: np.ndarray, dy: np.ndarray, on_paper: np.ndarray) -> float:
    """Of the steps that go more down than sideways, dx per dy."""
    down = on_paper & (-dy > np.abs(dx))
    return float(dx[down].sum() / dy[down].sum()) if down.any() else float("nan")


def _turn(dx: np.ndarray, dy: np.ndarray, on_paper: np.ndarray) -> float:
    """Sum of the absolute changes of direction along strokes, rad."""
    angle = np.arctan2(dy, dx)[on_paper]
    together = np.diff(np.flatnonzero(on_paper)) == 1
    turns = np.abs((np.diff(angle) + np.pi) % (2 * np.pi) - np.pi)
    return float(turns[together].sum())


def _loop_width(x: np.ndarray, y: np.ndarray, lifted: np.ndarray) -> float:
    """Mean width of the loops of all strokes; NaN if there is none.

    A loop is a part of a stroke whose first step crosses its last one.
    """
    stroke = np.cumsum(lifted) - lifted
    at = x + 1j * y
    step = np.diff(at)
    widths: list[np.ndarray] = []
    taken = np.zeros(len(step), bool)  # first steps of loops: the shortest loop at each counts
    for count in range(LEAST, min(LOOP, len(step))):
        one, two, between = step[:-count], step[count:], at[count:-1] - at[: -count - 1]
        # Both places of the crossing on its steps are in 0 to 1: cross products, without division.
        area = _cross(one, two)
        first, second = _cross(between, two), _cross(between, one)
        crossed = (first * area >= 0) & (np.abs(first) <= np.abs(area)) & (area != 0)
        crossed &= (second * area >= 0) & (np.abs(second) <= np.abs(area))
        crossed &= (stroke[: len(one)] == stroke[count + 1 :]) & ~taken[: len(one)]
        found = np.flatnonzero(crossed)
        taken[found] = True
        inside = x[found[:, None] + np.arange(1, count + 1)]
        widths.append(np.ptp(inside, axis=1))
    joined = np.concatenate([np.zeros(0), *widths])
    return float(joined.mean()) if len(joined) else float("nan")


def _cross(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    return one.real * two.imag - one.imag * two.real
