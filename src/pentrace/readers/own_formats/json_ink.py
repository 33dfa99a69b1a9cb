"""JSON: Pentrace's own, signature_pad and canvas libraries, pointer events, Quick, Draw!.

| content | where it is from |
|---|---|
| `{"strokes": [[[x, y, t], ...], ...], "text": ...}` | Pentrace, or a few lines of code |
| `[[[x, y, t], ...], ...]` | the strokes only |
| `[{"points": [{"x", "y", "time", "pressure"}, ...]}, ...]` | signature_pad 3 and later |
| `[[{"x", "y", "time"}, ...], ...]` | signature_pad 1 and 2, react-signature-canvas |
| `{"lines": [{"points": [...]}]}`, `[{"paths": [...]}]` | other libraries that draw on a canvas |
| `[{"x", "y", "t", "type"}, ...]` | pointer, mouse or touch events; or with "stroke" for "type" |
| `{"drawing": [[[x, ...], [y, ...], [t, ...]], ...]}` | Quick, Draw! |

The keys of points are those in `KEYS`. In a browser y grows downward.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pentrace.files import json_fault
from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.pointer_events import (
    KEYS,
    is_point,
    read_events,
    refuse_other_keys,
    value,
)
from pentrace.readers.own_formats.quick_draw import drawing
from pentrace.readers.own_formats.raw import Raw, joined, number, refuse_other_case
from pentrace.readers.settings import ParseSettings

GROUPS = ("strokes", "lines", "points", "paths", "data", "events")  # keys of a list of strokes
INSIDE = ("points", "paths", "path")  # keys of the points of one stroke
MEANINGS = ((*GROUPS, "drawing"), ("text",), ("y_axis",), ("unit",))  # keys of a file
EXPECTED = '{"strokes": [[[x, y, t], ...], ...], "text": "..."}'


def parsed(content: bytes) -> Any:
    """The value of JSON in UTF-8 or UTF-16; raises `Malformed` with the line."""
    try:
        return json.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise Malformed("json-syntax", json_fault(error)) from None


def read_json_ink(content: bytes, settings: ParseSettings) -> list[Raw]:
    """The samples in a JSON file: one, but for a list of drawings of Quick, Draw!."""
    found = parsed(content)
    if isinstance(found, list) and any(isinstance(one, dict) and "drawing" in one for one in found):
        return [drawing(one, f"drawing {i}", f"{i}") for i, one in enumerate(found)]
    if not isinstance(found, dict):
        return [_strokes(found, None, settings)]
    if "drawing" in found:
        return [drawing(found, "the drawing", "")]
    refuse_other_case(found, MEANINGS, "")
    key = next((name for name in GROUPS if isinstance(found.get(name), list)), None)
    if key is None:
        raise Malformed("no-strokes", f"no strokes; expected {EXPECTED}")
    return [_noted(_strokes(found[key], _stated_axis(found), settings), found)]


def _noted(raw: Raw, content: dict) -> Raw:
    text, unit = content.get("text"), content.get("unit")
    if not isinstance(text, str | None):
        raise Malformed("text", "text is not a string; expected the text that is written")
    stated = content.get("y_axis") is not None
    unit = unit if isinstance(unit, str) else None
    return replace(raw, text=text, unit=unit, keyed=True, stated=stated)


def _stated_axis(content: dict) -> Any:
    axis = content.get("y_axis")
    if axis in ("up", "down", None):
        return axis
    raise Malformed("y-axis", f'y_axis is {axis!r}; expected "up" or "down"')


def _strokes(groups: Any, axis: Any, settings: ParseSettings) -> Raw:
    """One sample of a list of strokes, or of points with a type or a stroke."""
    if not isinstance(groups, list) or not all(isinstance(one, list | dict) for one in groups):
        raise Malformed("no-strokes", f"no strokes; expected {EXPECTED}")
    # Counted before any is read: each takes much more time and memory than in the file.
    count = max(len(groups), sum(len(_inside(one) or ()) for one in groups))
    if count > settings.max_points:
        limit = f"the limit is {settings.max_points:,} (parse.max_points)"
        raise Malformed("too-many-points", f"{count:,} points or strokes; {limit}")
    if groups and all(is_point(one) for one in groups):
        return read_events(groups, axis)
    strokes = [_stroke(group, f"stroke {i}") for i, group in enumerate(groups)]
    # Libraries of browsers name the coordinates; y grows downward there.
    named = any(one and isinstance(_inside(one)[0], dict) for one in groups if _inside(one))
    more = {"certain": True} if named else {"usual_axis": "up"}
    return joined(strokes, axis or ("down" if named else None), **more)


def _inside(group: Any) -> Any:
    """The list of points of one stroke."""
    if isinstance(group, list):
        return group
    return next((group[key] for key in INSIDE if isinstance(group.get(key), list)), None)


def _stroke(group: Any, place: str) -> np.ndarray:
    """float64 (n, 4) of one stroke: x, y, t and pressure."""
    points = _inside(group)
    if points is None:
        refuse_other_case(group, [INSIDE], f"{place}: ")
        keys = ", ".join(map(str, list(group)[:5]))
        raise Malformed("not-points", f"{place} has no points; its keys are {keys or 'none'}")
    if any(isinstance(point, dict) for point in points):
        return _named(points, place)
    return _listed(points, place)


def _named(points: Sequence[Any], place: str) -> np.ndarray:
    rows = []
    refuse_other_keys(points[0], f"{place}, point 0: ")
    for i, point in enumerate(points):
        if not is_point(point):
            raise Malformed("not-points", f"{place}, point {i} has no x and y")
        rows.append([value(point, name, f"{place}, point {i}") for name in KEYS])
    return np.array(rows, np.float64).reshape(-1, 4)


def _listed(points: Sequence[Any], place: str) -> np.ndarray:
    """(n, 4) of lists [x, y], [x, y, t] or [x, y, t, pressure]."""
    rows = np.full((len(points), 4), np.nan)
    for i, point in enumerate(points):
        if not isinstance(point, list) or not 2 <= len(point) <= 4:
            raise Malformed(
                "not-points",
                f"{place} is not a list of points; expected [[x, y], ...] or [[x, y, t], ...]",
            )
        missing = [k for k, one in enumerate(point) if one is None and k > 1]
        rows[i, : len(point)] = [
            np.nan if k in missing else number(one, f"{place}, point {i}: {'xytp'[k]}")
            for k, one in enumerate(point)
        ]
    return rows
