"""Files of ink, one sample in each: JSON, Parquet, InkML, or a raw file of a known format.

JSON: `{"strokes": [[[x, y, t], ...], ...], "text": "the written text"}`. x grows rightward; y
upward, or downward with `"y_axis": "down"`, as in browsers; t in s or ms, or left out everywhere.
`pentrace write` writes such JSON. InkML: as `readers.inkml` reads it, with the text in an
annotation. Parquet: the columns x, y, stroke, and t if there are times, of one sample, y upward; or
the columns dx, dy and end_of_stroke, which must be normalised as the network reads them. Raw files:
as the readers in `RAW` read them.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pentrace.errors import PentraceError
from pentrace.files import read_json

LARGEST_FILE = 16_000_000  # bytes
LARGEST = 1e9  # of coordinates
LATEST = 1e15  # of times, s or ms
# Suffix of a raw file -> its readers: the first that knows the file reads it.
RAW = {
    ".inkml": ("inkml",),
    ".ink": ("inkml",),
    ".xml": ("iam", "inkml"),
    ".svg": ("kanjivg",),
    ".txt": ("svc2004",),
    ".svc": ("svc2004",),
    "": ("svc2004",),
}
FORMS = ".json, .parquet, .inkml, .xml (IAM-OnDB), .txt (SVC2004) or .svg (KanjiVG)"


@dataclass(frozen=True)
class OwnInk:
    """Points of one line as recorded."""

    xy: np.ndarray  # float64 (N, 2), y upward
    t: np.ndarray  # float64 (N,), s; NaN where not recorded
    stroke: np.ndarray  # int64 (N,); -1 in the air
    text: str | None  # None if the file does not contain it
    unit: str | None = None  # of x and y; None if unknown
    lost: tuple[str, ...] = ()  # what was left out when the file was read, and why


def read(path: Path) -> OwnInk:
    """The ink in the file at `path`.

    Raises `PentraceError` that names the file, the mistake and the remedy.
    """
    readers = {".json": _json, ".parquet": _parquet} | dict.fromkeys(RAW, _raw)
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise PentraceError(f"{path}: unknown format of ink; give a {FORMS} file")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PentraceError(
                f"{path}: larger than {LARGEST_FILE} bytes; give one line of handwriting"
            )
        found = reader(path)
    except FileNotFoundError:
        raise _no_file(path) from None
    except OSError as error:
        raise PentraceError(
            f"{path}: cannot be read ({error.strerror}); give a {FORMS} file"
        ) from None
    if not len(found.xy):
        raise PentraceError(f"{path}: no points; record one line of handwriting")
    return found


def _bounded(path: Path, found: OwnInk) -> OwnInk:
    """The same ink; raises `PentraceError` if a number is out of bounds."""
    far = (~(np.abs(found.xy) <= LARGEST)).any(1)
    late = np.abs(found.t) > LATEST
    for wrong, what, most in ((far, "x or y", LARGEST), (late, "t", LATEST)):
        if wrong.any():
            at = int(wrong.argmax())
            stroke = int(found.stroke[at])
            point = int((found.stroke[:at] == stroke).sum())
            raise PentraceError(
                f"{path}: stroke {stroke}, point {point}: {what} is not a number from {-most:g} to "
                f"{most:g}; record it again"
            )
    return found


def _no_file(path: Path) -> PentraceError:
    return PentraceError(f"{path}: no such file; give a {FORMS} file")


def _json(path: Path) -> OwnInk:
    content = read_json(path, broken="record it again")
    if not isinstance(content, dict) or not isinstance(content.get("strokes"), list):
        raise PentraceError(
            f'{path}: no strokes; give {{"strokes": [[[x, y, t], ...], ...], "text": "..."}}'
        )
    text, axis = content.get("text"), content.get("y_axis", "up")
    if axis not in ("up", "down"):
        raise PentraceError(f'{path}: y_axis is {axis!r}; set it to "up" or "down"')
    if not isinstance(text, str | None):
        raise PentraceError(f"{path}: text is not a string; give the text that is written")
    strokes = [_stroke(path, i, stroke) for i, stroke in enumerate(content["strokes"])]
    if len({points.shape[1] for points in strokes if len(points)}) > 1:
        raise PentraceError(f"{path}: only some points have a time; give a time to all or to none")
    flat = np.concatenate([np.zeros((0, 3)), *(_timed(points) for points in strokes)])
    xy = flat[:, :2] * [1.0, -1.0 if axis == "down" else 1.0]
    number = np.repeat(np.arange(len(strokes)), [len(points) for points in strokes])
    unit = content.get("unit") if isinstance(content.get("unit"), str) else None
    found = _bounded(path, OwnInk(xy, flat[:, 2], number, text, unit))
    return replace(found, t=_seconds(found.t, number))


def _stroke(path: Path, number: int, points: Any) -> np.ndarray:
    """float64 (n, 2 or 3) of one stroke, all finite numbers."""
    try:
        found = np.asarray(points, np.float64)
        if found.size == 0:
            return np.zeros((0, 2))
        if found.ndim == 2 and found.shape[1] in (2, 3) and np.isfinite(found).all():
            return found
    except (TypeError, ValueError, OverflowError):
        pass
    raise PentraceError(
        f"{path}: stroke {number} is not a list of points; give [[x, y], ...] or [[x, y, t], ...]"
    )


def _timed(points: np.ndarray) -> np.ndarray:
    return points if points.shape[1] == 3 else np.insert(points, 2, np.nan, axis=1)


def _seconds(t: np.ndarray, stroke: np.ndarray) -> np.ndarray:
    """t in s: pens record 20 to 1000 points per second, so the step shows whether t is in ms."""
    steps = np.diff(t)[np.diff(stroke) == 0]
    steps = steps[steps > 0]
    return t if len(steps) and np.median(steps) < 0.5 else t * 1e-3


def _raw(path: Path) -> OwnInk:
    from pentrace.write.raw_file import read_raw  # imported here: it takes 0.1 s

    found, unit = read_raw(path, RAW[path.suffix.lower()])
    ink, sample = found.ink, found.samples[0]
    sign = -1.0 if sample["y_axis"] == "down" else 1.0
    xy = np.column_stack([ink.x, ink.y * sign]).astype(np.float64)
    lost = tuple(reject.reason for reject in found.rejects)
    stroke = ink.stroke.astype(np.int64)
    return _bounded(path, OwnInk(xy, ink.t, stroke, sample["text"], unit, lost))


def _parquet(path: Path) -> OwnInk:
    table = _sample(path)
    missing = [name for name in ("x", "y", "stroke") if name not in table.column_names]
    if missing:
        raise PentraceError(f"{path}: no column {missing[0]}; give the columns x, y, stroke, t")
    x, y, stroke = (_column(path, table, name) for name in ("x", "y", "stroke"))
    timed = "t" in table.column_names
    t = _column(path, table, "t") if timed else np.full(len(x), np.nan)
    if not (np.abs(stroke) < 2**31).all():
        raise PentraceError(f"{path}: a point without a stroke; number strokes from 0")
    notes = table.schema.metadata or {}
    words, unit = (_decoded(notes.get(key)) for key in (b"text", b"unit"))
    xy, number = np.column_stack([x, y]), stroke.astype(np.int64)
    return _bounded(path, OwnInk(xy, t, number, words, unit))


def _decoded(note: bytes | None) -> str | None:
    return None if note is None else note.decode("utf-8", "replace")


def offsets(path: Path) -> np.ndarray | None:
    """float32 (T, 3) if the file at `path` contains normalised offsets, else None.

    Raises `PentraceError` if they are not those of one sample, with its null step.
    """
    if path.suffix.lower() != ".parquet":
        return None
    table = _sample(path)
    names = ("dx", "dy", "end_of_stroke")
    if not set(names) <= set(table.column_names):
        return None
    steps = np.column_stack([_column(path, table, name) for name in names]).astype(np.float32)
    if not len(steps) or not np.isfinite(steps).all() or steps[0, :2].any():
        raise PentraceError(
            f"{path}: not the offsets of one sample; give finite numbers, first the null step 0, 0"
        )
    return steps


def _sample(path: Path) -> Any:
    """The table at `path`, of one sample."""
    from pentrace import tables

    if not path.exists():
        raise _no_file(path)
    table = tables.read(path)
    if "sample_id" in table.column_names:
        names = table["sample_id"].unique().to_pylist()
        if len(names) > 1:
            raise PentraceError(f"{path}: {len(names)} samples; give a file with one sample")
    return table


def _column(path: Path, table: Any, name: str) -> np.ndarray:
    try:
        return np.array(table[name].to_pylist(), np.float64)
    except (TypeError, ValueError):
        raise PentraceError(
            f"{path}: column {name} does not contain only numbers; record it again"
        ) from None
