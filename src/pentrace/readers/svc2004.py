"""SVC2004 signatures, Task 1 and Task 2, and BDALab `.svc` files, which have the same layout.

The first line is the number of points. Then there is one line per point, with blanks between the
numbers: `x y time button`, and in Task 2 and BDALab also `azimuth altitude pressure`. Time is in
milliseconds; in `.svc` files it may be in seconds, which the median step shows. y grows upward.
Button 0 is pen up and any other value (1 to 5 occur) is pen down; it is kept as recorded, and so
are timestamps that repeat or go back. Rows behind a count that is too low are kept, with a row in
the rejects, since the recorder of BDALab counts one row too few.

Files with other columns are read if the setting `columns` names them. They may begin with a line of
names, and need no count. Where no column is a button, a pressure of 0 is pen up; without a pressure
the file is one stroke.

Some BDALab exports swap the first two columns. The file does not show this, since a page may be
taller than wide or wider than tall: look at the ink, and set `swap_xy` in the data set's `parse`.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from pentrace.ink import CHANNELS
from pentrace.readers import _file_labels
from pentrace.readers._assemble import Malformed, Recording, assemble
from pentrace.readers._number_table import NumberTable, read_table
from pentrace.readers.results import Labelled, Parsed, Reject
from pentrace.readers.settings import LabelSettings, ParseSettings

_NAME = re.compile(r"(?:USER|U)(\d{1,6})S(\d{1,6})", re.IGNORECASE)
_SAMPLE_NAME = re.compile(r"(?:USER|U)(\d{1,6})_(\d{1,6})", re.IGNORECASE)  # the sample release
_TASK = re.compile(r"task[ _-]?(\d)", re.IGNORECASE)
_TASK_1 = ("x", "y", "t", "button")
_TASK_2 = (*_TASK_1, "azimuth", "altitude", "pressure")
_LARGEST = 1e9  # coordinates, angles and pressure; float32 keeps them to one part in 1e7
_LARGEST_BUTTON = 5
_LAST_GENUINE, _LAST = 20, 40


def read(files: pa.Table, settings: ParseSettings) -> Parsed:
    """The signatures of `files` (rows of `schema.RAW`), in their order."""
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    for file in files.to_pylist():
        try:
            table = _table(file["content"], settings)
            recordings.append(_recording(file, table, settings))
        except Malformed as error:
            name = sample_id(file["path"])
            rejects.append(Reject(name, file["path"], error.rule, error.reason))
            continue
        rejects += _surplus(table, recordings[-1].row)
    ink, rows = assemble(recordings)
    return Parsed(ink, rows, rejects)


def label(
    files: Iterable[pa.Table], samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """The writer is the user whose signature it is; there are no label files."""
    return _file_labels.label(samples)


def sample_id(path: str, names: tuple[str, ...] = _TASK_2) -> str:
    """`task2/U1S1` for any spelling of that file name; else the path without suffix.

    If no folder gives the task, the `names` of the columns do.
    """
    name = _numbers(path)
    if not name:
        return str(PurePosixPath(path).with_suffix(""))
    folders = [_TASK.fullmatch(part) for part in PurePosixPath(path).parts[:-1]]
    by_columns = "task2" if "pressure" in names else "task1"
    task = next((f"task{f.group(1)}" for f in reversed(folders) if f), by_columns)
    return f"{task}/U{name[0]}S{name[1]}"


def _numbers(path: str) -> tuple[int, int] | None:
    """User and signature in the name of a file; None for other names."""
    found = _NAME.fullmatch(_stem(path))
    if not found and not path.lower().endswith(".svc"):
        found = _SAMPLE_NAME.fullmatch(_stem(path))
    return (int(found[1]), int(found[2])) if found else None


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _table(content: bytes, settings: ParseSettings) -> NumberTable:
    """The rows of a file, within the limits."""
    if len(content) > settings.max_bytes:
        limit = f"the limit is {settings.max_bytes:,} (parse.max_bytes)"
        raise Malformed("too-large", f"{len(content):,} bytes; {limit}")
    table = read_table(content, None if settings.columns is None else len(settings.columns))
    if len(table.rows) > settings.max_points:
        limit = f"the limit is {settings.max_points:,} (parse.max_points)"
        raise Malformed("too-many-points", f"{len(table.rows):,} points; {limit}")
    return table


def _surplus(table: NumberTable, row: dict) -> list[Reject]:
    """A row in the rejects for a file with more points than its count."""
    if table.count is None or table.count == len(table.rows):
        return []
    reason = (
        f"line {table.count_line}: {table.count} points expected, but the file has "
        f"{len(table.rows)}; all of them were kept"
    )
    return [Reject(row["sample_id"], row["source"], "count-too-low", reason, "nothing")]


def _recording(file: dict, table: NumberTable, settings: ParseSettings) -> Recording:
    names = settings.columns or (_TASK_1 if table.rows.shape[1] == 4 else _TASK_2)
    values = dict(zip(names, table.rows.T, strict=True))
    values.pop("-", None)
    _refuse_impossible(values, table.lines, _LARGEST_BUTTON if settings.columns is None else 32767)
    x, y = values["x"], values["y"]
    x, y = (y, x) if settings.swap_xy else (x, y)
    channels = {name: values[name] for name in CHANNELS if name in values}
    t = values.get("t", np.full(len(x), np.nan))
    task = settings.columns is None and not file["path"].lower().endswith(".svc")
    t = t * (1e-3 if task else _unit_of_time(t))
    return Recording(_row(file, names), x, y, _strokes(values, len(x)), t, channels)


def _unit_of_time(t: np.ndarray) -> float:
    """Seconds per unit: pens record 20 to 1000 points per second, so the step shows the unit."""
    steps = np.diff(t)
    steps = steps[steps > 0]
    return 1.0 if len(steps) and np.median(steps) < 0.5 else 1e-3


def _row(file: dict, names: tuple[str, ...]) -> dict:
    path = file["path"]
    name = _numbers(path)
    parts = _stem(path).split("_")
    # BDALab names of four or more parts begin with the participant.
    writer = f"U{name[0]}" if name else parts[0] if len(parts) >= 4 else None
    number = name[1] if name else 0
    return {
        "sample_id": sample_id(path, names),
        "kind": "signature" if name else "ink",
        "source": path,
        "sha256": file["sha256"],
        "y_axis": "up",
        "text": None,
        "writer": writer,
        "genuine": number <= _LAST_GENUINE if 1 <= number <= _LAST else None,
    }


def _strokes(values: dict[str, np.ndarray], count: int) -> np.ndarray:
    """Stroke of each point (T,): from 0, a new one each time the pen comes down; -1 in the air."""
    down = np.ones(count, bool)
    for name in ("button", "pressure"):
        if name in values:
            down = values[name] != 0 if name == "button" else values[name] > 0
            break
    comes_down = down & ~np.append(False, down[:-1])
    return np.where(down, np.cumsum(comes_down) - 1, -1)


def _refuse_impossible(values: dict[str, np.ndarray], lines: np.ndarray, button: int) -> None:
    """Refuse values that no pen gives: `out-of-range`, or `button` if that column is no button."""
    large = ~np.isfinite(values.get("t", np.zeros(len(lines))))
    for name, column in values.items():
        large |= (name != "t") & ~(np.abs(column) <= _LARGEST)
    if large.any():
        line = lines[np.flatnonzero(large)[0]]
        raise Malformed("out-of-range", f"line {line}: not a possible pen position")
    pen = values.get("button", np.zeros(len(lines)))
    odd = np.flatnonzero((pen != np.rint(pen)) | (pen < 0) | (pen > button))
    if len(odd):
        raise Malformed(
            "button",
            f"line {lines[odd[0]]}: a button of {pen[odd[0]]:g}, expected 0 to {button}; if this "
            "column is a pressure, set parse.columns to [x, y, t, pressure]",
        )
