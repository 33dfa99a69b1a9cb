"""Points with names, as browsers give them: a list of events, or of points with their stroke."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.raw import Axis, Raw, number, refuse_other_case

# What a point has -> its names, in the order in which they are looked for.
KEYS = {
    "x": ("x", "clientX", "offsetX", "pageX", "X"),
    "y": ("y", "clientY", "offsetY", "pageY", "Y"),
    "t": ("t", "time", "timestamp", "timeStamp", "T"),
    "pressure": ("pressure", "p", "force"),
}
STROKE = ("stroke", "strokeId", "stroke_id", "strokeIndex", "pathId")
BEGINS = ("pointerdown", "mousedown", "touchstart", "down", "start", "begin", "penDown")
MOVES = ("pointermove", "pointerrawupdate", "mousemove", "touchmove", "move", "drag")
ENDS = (
    "pointerup", "pointercancel", "pointerleave", "pointerout", "mouseup", "mouseleave",
    "mouseout", "touchend", "touchcancel", "up", "end", "cancel", "leave", "penUp",
)  # fmt: skip


def is_point(one: Any) -> bool:
    """Whether a value of JSON is an object with x and y."""
    return isinstance(one, dict) and all(any(key in one for key in KEYS[k]) for k in ("x", "y"))


def value(point: dict, name: str, place: str) -> float:
    """x, y, t or pressure of a point; NaN if it has no t or no pressure."""
    key = next((key for key in KEYS[name] if key in point), None)
    if key is None or (point[key] is None and name not in ("x", "y")):
        return np.nan
    return number(point[key], f"{place}: {key}")


def refuse_other_keys(point: Any, place: str) -> None:
    """Raise `Malformed` that begins with `place` if a key of a point is known in another case."""
    if isinstance(point, dict):
        refuse_other_case(point, KEYS.values(), place)


def read_events(events: Sequence[dict], axis: Axis | None) -> Raw:
    """One sample of a list of points, each with a type of event or with a stroke.

    Movements while the pen is up are in the air, stroke -1.
    """
    refuse_other_keys(events[0], "point 0: ")
    rows = [[value(one, name, f"point {i}") for name in KEYS] for i, one in enumerate(events)]
    points = np.array(rows, np.float64).reshape(-1, 4)
    if all("type" in one for one in events):
        stroke = _by_type([one["type"] for one in events])
    else:
        stroke = _by_number(events)
    pressure = None if np.isnan(points[:, 3]).all() else points[:, 3]
    xy, t = points[:, :2], points[:, 2]
    return Raw(xy, t, stroke, axis or "down", certain=True, pressure=pressure)


def _by_type(types: Sequence[Any]) -> np.ndarray:
    begins, moves, ends = ({name.lower() for name in names} for names in (BEGINS, MOVES, ENDS))
    stroke, now, down = np.full(len(types), -1, np.int64), -1, False
    for i, kind in enumerate(types):
        kind = str(kind).lower()
        if kind in begins:
            now, down = now + 1, True
        elif kind not in moves and kind not in ends:
            known = "pointerdown, pointermove and pointerup"
            raise Malformed("event-type", f"point {i}: type is {kind[:30]!r}; expected {known}")
        stroke[i] = now if down else -1
        down = down and kind not in ends
    if now < 0:
        raise Malformed("event-type", "no event puts the pen down; expected a type pointerdown")
    return stroke


def _by_number(events: Sequence[dict]) -> np.ndarray:
    key = next((key for key in STROKE if all(key in one for one in events)), None)
    if key is None:
        raise Malformed(
            "no-strokes",
            "the points do not show where strokes begin; expected a type (pointerdown, "
            "pointermove, pointerup) or a stroke for each point",
        )
    names = [str(one[key]) for one in events]
    begins = [a != b for a, b in zip(names, ["", *names[:-1]], strict=True)]
    begins[0] = True
    return np.cumsum(begins) - 1
