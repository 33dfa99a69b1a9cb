"""Faults of real recordings, so that every rule of the pipeline has something to do."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pentrace.demo.recording import RecordedLine

Fault = Callable[[RecordedLine, np.random.Generator], RecordedLine]

# The faults of a form are made where its files are written.
FORM_FAULTS = (
    "placeholder",  # the transcript was never typed
    "line-missing",  # the transcript has one line less than the form
    "scratched-out",  # a word is written as #
    "illegible",  # a word is replaced by a run of %
    "wrong-id",  # the original XML names another form
    "no-general",  # the original XML lacks the element that names the writer
    "cut-original",  # the original XML is truncated
    "no-original",  # there is no original XML
    "in-no-list",  # the form is in no split list
    "trailing-blanks",
    "crlf",  # the transcript has CRLF on every other line
)
TRUNCATED = "truncated"  # the file of a line ends in the middle


def assign(kinds: Sequence[str], count: int, share: float, rng: np.random.Generator) -> list[str]:
    """A fault, or "", for each of `count` items.

    `share` of them have one; if it is above 0, every kind occurs, if there are enough items.
    """
    faulty = min(count, max(round(share * count), len(kinds))) if share else 0
    faults = [""] * count
    for position, item in enumerate(rng.permutation(count)[:faulty]):
        faults[item] = kinds[position % len(kinds)]
    return faults


def _inside(ink: RecordedLine, rng: np.random.Generator, count: int = 1) -> np.ndarray:
    """Random points with neighbours on both sides in their stroke, int64 (count,), ascending."""
    same = np.diff(ink.stroke) == 0
    inside = np.flatnonzero(same[:-1] & same[1:]) + 1
    return np.sort(rng.choice(inside, count, replace=False))


def _later(ink: RecordedLine, at: int, by: int) -> RecordedLine:
    """The recording with all times from point `at` on increased by `by` hundredths of a second."""
    return replace(ink, t=ink.t + by * (np.arange(len(ink.t)) >= at))


def zero_steps(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """Readings at the time of the previous one."""
    at = _inside(ink, rng, 5)
    time = ink.t.copy()
    time[at] = time[at - 1]
    return replace(ink, t=time)


def backward_time(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """One reading is earlier than the previous one, by little or by a thousand seconds."""
    time = ink.t.copy()
    (at,) = _inside(ink, rng)
    time[at] = time[at - 1] - rng.choice([3, 107_400])
    return replace(ink, t=time)


def gap(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """No reading for more than half a second inside a stroke."""
    return _later(ink, int(_inside(ink, rng)[0]), int(rng.integers(60, 200)))


def duplicates(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """Readings at the position of the previous one."""
    at = _inside(ink, rng, 12)
    repeats = np.ones(len(ink.x), int)
    repeats[at] = 2
    x, y, t, stroke = (np.repeat(c, repeats) for c in (ink.x, ink.y, ink.t, ink.stroke))
    t[at + np.arange(1, 13)] += 1
    return RecordedLine(x, y, t, stroke)


def one_point_strokes(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """The pen bounces when it is lifted: the last points of some strokes become strokes."""
    last = np.flatnonzero(np.diff(ink.stroke, append=ink.stroke[-1] + 1))
    chosen = rng.choice(last, min(3, len(last)), replace=False)
    single = np.isin(np.arange(len(ink.x)), chosen)
    return replace(ink, stroke=ink.stroke + np.cumsum(single))


def jump(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """Lost readings and a lost pen-up: a stroke continues more than 500 units away."""
    (at,) = _inside(ink, rng)
    distance = np.hypot(ink.x - ink.x[at], ink.y - ink.y[at])
    far = np.flatnonzero((distance > 520) & (np.arange(len(ink.x)) > at))
    if not len(far):  # near the end of the line: move the rest of it away
        return replace(ink, y=ink.y + 600 * (np.arange(len(ink.y)) > at))
    kept = np.r_[: at + 1, far[0] : len(ink.x)]
    stroke = ink.stroke - (ink.stroke[far[0]] - ink.stroke[at]) * (np.arange(len(ink.x)) > at)
    return RecordedLine(ink.x[kept], ink.y[kept], ink.t[kept], stroke[kept])


def spike(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """One reading far from its neighbours."""
    x, y = ink.x.copy(), ink.y.copy()
    (at,) = _inside(ink, rng)
    x[at] += rng.choice([-1, 1]) * rng.integers(180, 320)
    y[at] -= rng.integers(80, 200)
    return RecordedLine(x, y, ink.t, ink.stroke)


def early_stroke(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """A stroke that starts before the end of the previous one."""
    first = np.flatnonzero(np.diff(ink.stroke)) + 1
    at = int(rng.choice(first))
    return _later(ink, at, int(ink.t[at - 1] - ink.t[at]) - 4)


def negative(ink: RecordedLine, rng: np.random.Generator) -> RecordedLine:
    """Ink over the left edge of the board: x is negative."""
    return replace(ink, x=ink.x - ink.x.min() - int(rng.integers(5, 60)))


LINE_FAULTS: dict[str, Fault] = {
    "zero-steps": zero_steps,
    "backward-time": backward_time,
    "gap": gap,
    "duplicates": duplicates,
    "one-point-strokes": one_point_strokes,
    "jump": jump,
    "spike": spike,
    "early-stroke": early_stroke,
    "negative": negative,
}
