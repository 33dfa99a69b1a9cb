"""SVC2004 signatures, Task 1 and Task 2, and BDALab `.svc` files, which have the same layout.

The first line is the number of points. Then there is one line per point, with blanks between the
numbers: `x y time button`, and in Task 2 and BDALab also `azimuth altitude pressure`. Time
is in milliseconds, in `.svc` files in seconds; y grows upward. Button 0 is pen up and any other
value (0 to 5 occur) is pen down; it is kept as recorded, and so are timestamps that repeat or go
back.

Some BDALab exports swap the first two columns. The file does not show this, since a page may be
taller than wide or wider than tall: look at the ink, and set `swap_xy` in the data set's `parse`.
"""

import re
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from pentrace.readers import _file_labels
from pentrace.readers._assemble import Malformed, Recording, assemble
from pentrace.readers.results import Labelled, Parsed, Reject
from pentrace.readers.settings import LabelSettings, ParseSettings

_NAME = re.compile(r"(?:USER|U)(\d{1,6})S(\d{1,6})", re.IGNORECASE)
_TASK = re.compile(r"task[ _-]?(\d)", re.IGNORECASE)
_NUMERIC = b"0123456789+-.eE \t\r\n\v\f"
_TASKS = {4: "task1", 7: "task2"}  # columns -> task, if the folder does not give it
_LARGEST = 1e9  # coordinates, angles and pressure; float32 keeps them to one part in 1e7
_LAST_GENUINE, _LAST = 20, 40


def read(files: pa.Table, settings: ParseSettings) -> Parsed:
    """The signatures of `files` (rows of `schema.RAW`), in their order."""
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    for file in files.to_pylist():
        try:
            recordings.append(_recording(file, settings))
        except Malformed as error:
            name = sample_id(file["path"])
            rejects.append(Reject(name, file["path"], error.rule, error.reason))
    ink, rows = assemble(recordings)
    return Parsed(ink, rows, rejects)


def label(
    files: pa.Table, samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """The writer is the user whose signature it is; there are no label files."""
    return _file_labels.label(samples)


def sample_id(path: str, columns: int = 7) -> str:
    """`task2/U1S1` for any spelling of that file name; else the path without suffix.

    If no folder gives the task, the number of `columns` does.
    """
    name = _NAME.fullmatch(_stem(path))
    if not name:
        return str(PurePosixPath(path).with_suffix(""))
    folders = [_TASK.fullmatch(part) for part in PurePosixPath(path).parts[:-1]]
    task = next((f"task{f.group(1)}" for f in reversed(folders) if f), _TASKS[columns])
    return f"{task}/U{int(name.group(1))}S{int(name.group(2))}"


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _recording(file: dict, settings: ParseSettings) -> Recording:
    content: bytes = file["content"]
    if len(content) > settings.max_bytes:
        limit = f"the limit is {settings.max_bytes:,} (parse.max_bytes)"
        raise Malformed("too-large", f"{len(content):,} bytes; {limit}")
    points = _points(content)  # (T, 4) or (T, 7)
    if len(points) > settings.max_points:
        limit = f"the limit is {settings.max_points:,} (parse.max_points)"
        raise Malformed("too-many-points", f"{len(points):,} points; {limit}")
    x, y, time, button = points[:, :4].T
    x, y = (y, x) if settings.swap_xy else (x, y)
    channels = {"button": button}
    if points.shape[1] == 7:
        channels |= dict(zip(("azimuth", "altitude", "pressure"), points[:, 4:].T, strict=True))
    seconds = 1.0 if file["path"].lower().endswith(".svc") else 1e-3
    row = _row(file, points.shape[1])
    return Recording(row, x, y, _strokes(button), time * seconds, channels)


def _row(file: dict, columns: int) -> dict:
    path = file["path"]
    name = _NAME.fullmatch(_stem(path))
    parts = _stem(path).split("_")
    # BDALab names of four or more parts begin with the participant.
    writer = f"U{int(name.group(1))}" if name else parts[0] if len(parts) >= 4 else None
    number = int(name.group(2)) if name else 0
    return {
        "sample_id": sample_id(path, columns),
        "kind": "signature" if name else "ink",
        "source": path,
        "sha256": file["sha256"],
        "y_axis": "up",
        "text": None,
        "writer": writer,
        "genuine": number <= _LAST_GENUINE if 1 <= number <= _LAST else None,
    }


def _strokes(button: np.ndarray) -> np.ndarray:
    """Stroke of each point (T,): from 0, a new one each time the pen comes down; -1 in the air."""
    down = button != 0
    comes_down = down & ~np.append(False, down[:-1])
    return np.where(down, np.cumsum(comes_down) - 1, -1)


def _points(content: bytes) -> np.ndarray:
    """float64 (T, 4 or 7): the point lines. Raises `Malformed`."""
    body = content.removeprefix(b"\xef\xbb\xbf")
    _refuse_letters(body)
    lines, tokens = _tokens_per_line(body)
    if not len(lines):
        raise Malformed("empty", "the file has no numbers")
    if tokens[0] != 1:
        raise Malformed("no-count", f"line {lines[0]}: {tokens[0]} numbers, expected a point count")
    values = _floats(body)
    if values[0] != len(tokens) - 1:
        reason = (
            f"line {lines[0]}: {values[0]:g} points expected, but the file has {len(tokens) - 1}"
        )
        raise Malformed("count-mismatch", reason)
    return _checked(values[1:], lines[1:], tokens[1:])


def _checked(values: np.ndarray, lines: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """`values` in rows of `tokens` numbers each, if the rows are equally long and in range."""
    if not len(lines):
        raise Malformed("empty", "the file has no points")
    if tokens[0] not in _TASKS or (tokens != tokens[0]).any():
        odd = np.flatnonzero((tokens != tokens[0]) | ~np.isin(tokens, list(_TASKS)))[0]
        expected = tokens[0] if tokens[0] in _TASKS else "4 or 7"
        reason = f"line {lines[odd]}: {tokens[odd]} columns, expected {expected}"
        raise Malformed("columns", reason)
    points = values.reshape(-1, tokens[0])
    large = ~(np.abs(np.delete(points, 2, axis=1)) <= _LARGEST).all(1) | ~np.isfinite(points[:, 2])
    large |= (points[:, 3] != np.rint(points[:, 3])) | (np.abs(points[:, 3]) > 32767)
    if large.any():
        line = lines[np.flatnonzero(large)[0]]
        raise Malformed("out-of-range", f"line {line}: not a possible pen position")
    return points


def _refuse_letters(body: bytes) -> None:
    strange = body.translate(None, _NUMERIC)
    if strange:
        at = body.index(strange[:1])
        line = len(re.findall(rb"\r\n|\r|\n", body[:at])) + 1
        raise Malformed("not-numbers", f"line {line}: {chr(strange[0])!r} is not part of a number")


def _floats(body: bytes) -> np.ndarray:
    tokens = body.split()
    try:
        return np.fromiter(map(float, tokens), np.float64, len(tokens))
    except ValueError as error:
        raise Malformed("not-numbers", f"{error}"[:200]) from None


def _tokens_per_line(body: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Line numbers (from 1) of the lines that are not blank, and the count of numbers in each."""
    text = np.frombuffer(b"\n" + body.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), np.uint8)
    blank = text <= ord(" ")
    begins = np.flatnonzero(blank[:-1] & ~blank[1:])
    counts = np.bincount(np.cumsum(text == ord("\n"))[begins])
    lines = np.flatnonzero(counts)
    return lines, counts[lines]
