"""The signals of a signature: functions of time, or of arc length, that are compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pentrace.ink import Ink

EVEN = 150  # points at equal distances, where the time is left out
PEN = ("pressure", "azimuth", "altitude")  # what Task 2 has and Task 1 has not
# The angles of the pen change slowly, so that one wrong angle would count at all points.
WEIGHTS = {"azimuth": 0.25, "altitude": 0.25}


@dataclass(frozen=True)
class Signature:
    """The recorded points of one signature, in their order."""

    x: np.ndarray  # float64 (T,), tablet units, rightward
    y: np.ndarray  # float64 (T,), tablet units, upward
    t: np.ndarray | None  # float64 (T,), seconds from 0, never decreasing; None: left out
    down: np.ndarray  # float64 (T,), 1: pen down, 0: pen up
    pen: dict[str, np.ndarray]  # name of `PEN` -> float64 (T,), device units


def signatures(ink: Ink, upward: list[bool]) -> list[Signature]:
    """The signatures of `ink`; `upward` (S,) is true where y grows upward as recorded."""
    parts = zip(ink.starts[:-1], ink.starts[1:], upward, strict=True)
    return [_signature(ink, slice(first, last), up) for first, last, up in parts]


def _signature(ink: Ink, own: slice, up: bool) -> Signature:
    x, y, t = (part[own].astype(np.float64) for part in (ink.x, ink.y, ink.t))
    pen = {
        name: ink.channels[name][own].astype(np.float64)
        for name in PEN
        if name in ink.channels and np.isfinite(ink.channels[name][own]).all()
    }
    timed = np.isfinite(t).all() and len(t) > 0
    time = np.maximum.accumulate(t) - t[0] if timed else None
    down = (ink.stroke[own] >= 0).astype(np.float64)
    found = Signature(x, y if up else -y, time, down, pen)
    return found if timed else evenly(found)


def without(one: Signature, channel: str | None) -> Signature:
    """The signature without a channel; pen: without all of `PEN`; None: as it is."""
    if channel is None:
        return one
    if channel == "time":
        return evenly(one)
    gone = PEN if channel == "pen" else (channel,)
    return replace(one, pen={k: v for k, v in one.pen.items() if k not in gone})


def evenly(one: Signature, points: int = EVEN) -> Signature:
    """`points` points at equal distances along the ink, so that nothing depends on time."""
    length = np.append(0.0, np.cumsum(np.hypot(np.diff(one.x), np.diff(one.y))))
    rising = np.append(True, np.diff(length) > 0)
    at = np.linspace(0, length[-1], points)

    def moved(values: np.ndarray) -> np.ndarray:
        return np.interp(at, length[rising], values[rising])

    pen = {name: moved(values) for name, values in one.pen.items()}
    down = np.rint(moved(one.down))
    return Signature(moved(one.x), moved(one.y), None, down, pen)


def signals(one: Signature) -> dict[str, np.ndarray]:
    """Name of `settings.SIGNALS` -> float64 (T,), in tablet or device units per point."""
    vx, vy = derivative(one.x), derivative(one.y)
    speed = np.hypot(vx, vy)
    turning = np.abs(derivative(np.unwrap(np.arctan2(vy, vx))))
    found = {
        "x": one.x,
        "y": one.y,
        "vx": vx,
        "vy": vy,
        "ax": derivative(vx),
        "ay": derivative(vy),
        "speed": speed,
        "curvature": np.log((turning + 0.01) / (speed + 1.0)),  # of the inverse radius
        "cos": vx / (speed + 1e-3),
        "sin": vy / (speed + 1e-3),
        **one.pen,
    }
    if "pressure" in found:
        found["pressure_rate"] = derivative(found["pressure"])
    return found


def derivative(values: np.ndarray) -> np.ndarray:
    """float64 (T,): slope of the regression line through five points, per point."""
    padded = np.pad(values, 2, mode="edge")
    return (padded[3:-1] - padded[1:-3] + 2 * (padded[4:] - padded[:-4])) / 10


def stacked(one: Signature, names: Sequence[str]) -> np.ndarray:
    """float64 (T, D): the signals of these names that were recorded, in this order.

    Each has mean 0 and sd 1 over the signature, times its weight (`WEIGHTS`, else 1).
    """
    found = signals(one)
    parts = [WEIGHTS.get(name, 1.0) * scaled(found[name]) for name in names if name in found]
    return np.ascontiguousarray(np.stack(parts, 1) if parts else np.zeros((len(one.x), 1)))


def scaled(values: np.ndarray) -> np.ndarray:
    """The values with mean 0 and sd 1; 0 where they do not vary."""
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 1e-9 else 1.0)
