"""What a file of ink contains, before and after what it leaves open is found out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from pentrace.readers._assemble import Malformed

Axis = Literal["up", "down"]


@dataclass(frozen=True)
class Raw:
    """The N points of one sample, as its file has them."""

    xy: np.ndarray  # float64 (N, 2), x rightward
    t: np.ndarray  # float64 (N,), s or ms; NaN: no time
    stroke: np.ndarray  # int64 (N,), from 0; -1: pen in the air
    axis: Axis | None  # the direction in which y grows, if the file or its format states it
    usual_axis: Axis = "down"  # the direction in most such files
    offsets: bool = False  # xy are steps from point to point
    certain: bool = False  # whether the format states if xy are steps
    text: str | None = None  # what is written
    unit: str | None = None  # of x and y
    name: str = ""  # of the sample in its file; empty: the file has one sample
    notes: tuple[str, ...] = ()  # what was assumed or left out
    pressure: np.ndarray | None = None  # float64 (N,); NaN: not recorded
    seconds: float | None = None  # s per unit of t; None: unknown
    keyed: bool = False  # whether the file can state the direction of y as "y_axis"
    stated: bool = False  # whether it does


@dataclass(frozen=True)
class Found:
    """The same, complete: x and y are positions, t is in seconds, and y has a direction."""

    xy: np.ndarray  # float64 (N, 2)
    t: np.ndarray  # float64 (N,), s; NaN everywhere if not recorded
    stroke: np.ndarray  # int64 (N,)
    axis: Axis
    text: str | None
    unit: str | None
    name: str
    notes: tuple[str, ...]
    channels: dict[str, np.ndarray] = field(default_factory=dict)
    doubt: str = ""  # the one of `notes` that is about the direction of y
    keyed: bool = False  # as in `Raw`
    stated: bool = False


def joined(strokes: list[np.ndarray], axis: Axis | None, **more: Any) -> Raw:
    """`Raw` of strokes: float64 (n, 4) each, x, y, t and pressure, NaN where unknown."""
    flat = np.concatenate([np.zeros((0, 4)), *strokes])
    stroke = np.repeat(np.arange(len(strokes)), [len(points) for points in strokes])
    pressure = None if np.isnan(flat[:, 3]).all() else flat[:, 3]
    return Raw(flat[:, :2], flat[:, 2], stroke, axis, pressure=pressure, **more)


def refuse_other_case(given: dict, meanings: Iterable[Sequence[str]], place: str) -> None:
    """Raise `Malformed` that begins with `place` for a key that is known in other case only.

    `meanings` has the names of each thing that can be given. One that is not found would be
    ignored, such as the text or the direction of y. If it is found, other keys are allowed.
    """
    for names in meanings:
        if any(name in given for name in names):
            continue
        lower = {name.lower(): name for name in names}
        for key in given:
            if right := lower.get(str(key).lower()):
                raise Malformed("key", f'{place}the key is "{right}", not "{key}"')


def number(value: Any, place: str) -> float:
    """A finite number of JSON; raises `Malformed` that begins with `place`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            found = np.inf
        if np.isfinite(found):
            return found
    raise Malformed("not-a-number", f"{place} is {str(value)[:20]!r}, which is not a number")
