"""Tables of points as text: CSV with a line of column names.

The names in `NAMES` are known, in any case, with or without a unit in brackets. x and y are needed,
or dx and dy; and one way to tell strokes apart: a number of the stroke, the state of the pen, or
times with gaps between strokes.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.raw import Raw
from pentrace.readers.settings import ParseSettings

# What a column contains -> its names; spaces, dots and hyphens are read as _.
NAMES = {
    "x": ("x", "x_pos", "pos_x", "xpos", "posx", "x_position", "x_coordinate", "clientx", "pagex"),
    "y": ("y", "y_pos", "pos_y", "ypos", "posy", "y_position", "y_coordinate", "clienty", "pagey"),
    "dx": ("dx", "delta_x", "deltax", "x_offset"),
    "dy": ("dy", "delta_y", "deltay", "y_offset"),
    "t": ("t", "time", "timestamp", "time_stamp", "ts"),
    "ms": ("ms", "time_ms", "t_ms", "timestamp_ms", "millis", "milliseconds"),
    "s": ("s", "time_s", "t_s", "seconds", "time_seconds"),
    "stroke": ("stroke", "stroke_id", "strokeid", "stroke_number", "stroke_no", "stroke_index",
               "trace", "trace_id", "segment", "path_id"),
    "down": ("pen_down", "pendown", "down", "is_down", "touch", "touching", "contact", "tip",
             "pen_status", "button", "buttons", "on_paper"),
    "ends": ("end_of_stroke", "stroke_end", "eos", "lift", "lifted", "pen_lift"),
    "up": ("pen_up", "penup", "up", "in_air", "on_air"),
    "pen": ("pen", "pen_state", "penstate", "state", "p"),
    "pressure": ("pressure", "force", "z_pressure"),
}  # fmt: skip
GAP = 4.0  # median steps of time, without a point, that separate strokes
SHORTEST_GAP = 0.04  # s
DELIMITERS = ",;\t|"


def read_columns(content: bytes, settings: ParseSettings) -> list[Raw]:
    """The one sample in a table."""
    lines = _lines(content, settings)
    columns = _roles(lines[0])
    values = _values(lines, columns)
    steps = "dx" in columns
    xy = np.column_stack([values["dx" if steps else "x"], values["dy" if steps else "y"]])
    t, seconds = _times(values)
    stroke, notes = _strokes(values, t, seconds)
    pressure = values.get("pressure")
    raw = Raw(xy, t, stroke, None, offsets=steps, seconds=seconds, pressure=pressure)
    return [replace(raw, notes=notes)]


def _lines(content: bytes, settings: ParseSettings) -> list[tuple[int, list[str]]]:
    """Number and cells of the lines that are not blank, the names first.

    Only as many are kept as there may be points.
    """
    text = _decoded(content)
    names = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=names.count)
    if not names.count(delimiter):
        raise Malformed("columns", f"line 1: no {' or '.join(',;')} between columns")
    if delimiter == ";":
        text = text.replace(",", ".")  # decimal commas
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    filled = ((table.line_num, row) for row in table if any(cell.strip() for cell in row))
    try:
        lines = list(islice(filled, settings.max_points + 1))
        beyond = sum(1 for _ in filled)
    except csv.Error as error:
        raise Malformed("columns", f"line {table.line_num}: {error}"[:200]) from None
    if beyond:
        limit = f"the limit is {settings.max_points:,} (parse.max_points)"
        raise Malformed("too-many-points", f"{len(lines) - 1 + beyond:,} points; {limit}")
    return lines


def _decoded(content: bytes) -> str:
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if utf16 else "utf-8-sig", "replace")
    if "\0" in text:
        raise Malformed("columns", "not a table in text; save it as CSV in UTF-8")
    return text


def _roles(head: tuple[int, list[str]]) -> dict[str, int]:
    """What the columns contain -> their places. Unknown columns are ignored."""
    line, names = head
    found: dict[str, int] = {}
    for i, name in enumerate(names):
        bare = _bare(name)
        role = next((role for role, known in NAMES.items() if bare in known), None)
        if role in found:
            both = f"{names[found[role]]!r} and {name!r}"
            raise Malformed("columns", f"line {line}: {both} both name {role}; remove one of them")
        if role is not None:
            found[role] = i
    positions, steps = {"x", "y"} <= set(found), {"dx", "dy"} <= set(found)
    if positions and steps:
        raise Malformed("columns", f"line {line}: both x, y and dx, dy; remove two of them")
    if not positions and not steps:
        given = ", ".join(name.strip()[:20] for name in names[:8])
        raise Malformed("columns", f"line {line}: no columns named x and y; the names are {given}")
    _refuse_several(line, found, ("stroke", "down", "up", "ends", "pen"))
    _refuse_several(line, found, ("t", "ms", "s"))
    return found


def _refuse_several(line: int, found: dict[str, int], roles: Sequence[str]) -> None:
    several = [role for role in roles if role in found]
    if len(several) > 1 and several[0] != "stroke":
        raise Malformed(
            "columns",
            f"line {line}: columns for {' and '.join(several)}; remove all but one",
        )


def _bare(name: str) -> str:
    """A name in lower case, without a unit in brackets."""
    name = name.strip().lower().split("(")[0].split("[")[0].strip()
    return name.replace(" ", "_").replace(".", "_").replace("-", "_")


def _values(lines: list[tuple[int, list[str]]], columns: dict[str, int]) -> dict[str, np.ndarray]:
    """float64 (N,) for each of `columns`; NaN where a cell other than x or y is empty."""
    values = {role: np.full(len(lines) - 1, np.nan) for role in columns}
    numbered: dict[str, int] = {}
    for i, (line, cells) in enumerate(lines[1:]):
        _refuse_shifted(line, cells, lines[0][1])
        for role, at in columns.items():
            cell = cells[at].strip() if at < len(cells) else ""
            if role == "stroke" and cell:  # a name is a number too
                values[role][i] = numbered.setdefault(cell, len(numbered))
            elif cell or role in ("x", "y", "dx", "dy"):
                values[role][i] = _number(cell, line, lines[0][1][at].strip())
    return values


def _refuse_shifted(line: int, cells: list[str], names: list[str]) -> None:
    """Raise `Malformed` if a line has more cells than there are names: values may be shifted."""
    if any(cell.strip() for cell in cells[len(names) :]):
        raise Malformed("columns", f"line {line}: {len(cells)} cells, expected {len(names)}")


def _number(cell: str, line: int, name: str) -> float:
    flags = {"true": 1.0, "false": 0.0}
    try:
        found = float(cell) if cell.lower() not in flags else flags[cell.lower()]
    except ValueError:
        found = np.nan
    if not np.isfinite(found):
        raise Malformed("not-a-number", f"line {line}: {name} is {cell[:20]!r}, not a number")
    return found


def _times(values: dict[str, np.ndarray]) -> tuple[np.ndarray, float | None]:
    """t (N,), and its unit in s if the name of the column states it."""
    for role, seconds in (("t", None), ("ms", 1e-3), ("s", 1.0)):
        if role in values:
            return values[role], seconds
    return np.full(len(next(iter(values.values()))), np.nan), None


def _strokes(
    values: dict[str, np.ndarray], t: np.ndarray, seconds: float | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Stroke of each point, int64 (N,), and notes on how they were found."""
    for role in ("stroke", "down", "up", "ends", "pen"):
        if role in values and np.isnan(values[role]).any():
            at = int(np.isnan(values[role]).argmax())
            raise Malformed("columns", f"point {at}: the column for {role} is empty")
    if "stroke" in values:
        begins = np.diff(values["stroke"], prepend=-1) != 0
        return np.cumsum(begins) - 1, ()
    if "ends" in values:
        return _after(values["ends"] > 0), ()
    if "down" in values:
        return _while(values["down"] > 0), ()
    if "up" in values:
        return _while(values["up"] == 0), ()
    if "pen" in values:
        return _of_pen(values["pen"])
    if np.isnan(t).any():
        raise Malformed(
            "columns", "no column shows where strokes begin; expected stroke, pen_down or t"
        )
    return _by_gaps(t, seconds)


def _after(ends: np.ndarray) -> np.ndarray:
    return np.cumsum(np.append(0, ends[:-1])[: len(ends)]).astype(np.int64)


def _while(down: np.ndarray) -> np.ndarray:
    comes_down = down & ~np.append(False, down[:-1])[: len(down)]
    return np.where(down, np.cumsum(comes_down) - 1, -1)


def _of_pen(pen: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Strokes of a column that is named pen: 1 is the end of a stroke, or the pen on the paper."""
    if not np.isin(pen, (0, 1)).all():
        raise Malformed("columns", "a pen is neither 0 nor 1; name the column stroke or pen_down")
    alone = not ((pen[1:] > 0) & (pen[:-1] > 0)).any() and pen.mean() < 0.5
    if alone:
        return _after(pen > 0), ("the column for the pen was read as 1 at the end of a stroke",)
    return _while(pen > 0), ("the column for the pen was read as 1 on the paper, 0 in the air",)


def _by_gaps(t: np.ndarray, seconds: float | None) -> tuple[np.ndarray, tuple[str, ...]]:
    steps = np.diff(t)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    unit = seconds or (1.0 if usual < 0.5 else 1e-3)
    gaps = steps > max(GAP * usual, SHORTEST_GAP / unit)
    note = f"strokes were separated at {int(gaps.sum())} gaps in time; no column shows them"
    return np.cumsum(np.append(0, gaps)[: len(t)]).astype(np.int64), (note,)
