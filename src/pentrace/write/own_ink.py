"""Files of ink, one sample in each: the formats of `readers.own_formats`, Parquet, or a raw file.

`pentrace write` writes JSON that is read here. InkML: as `readers.inkml` reads it, with the text in
an annotation. Parquet: the columns x, y, stroke, and t if there are times, of one sample, y upward;
or the columns dx, dy and end_of_stroke, which must be normalised as the network reads them. Raw
files: as the readers in `RAW` read them.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pentrace.errors import PentraceError, naming
from pentrace.files import refuse_special
from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.complete import (
    LARGEST,
    is_upside_down,
    refuse_large,
    turned_over,
)
from pentrace.readers.own_formats.raw import Axis
from pentrace.readers.own_formats.read import FORMATS, read_own
from pentrace.readers.settings import ParseSettings
from pentrace.write.other_files import picture, picture_by_suffix

LARGEST_FILE = 16_000_000  # bytes
# Suffix of a raw file -> its readers: the first that knows the file reads it.
RAW = {
    ".inkml": ("inkml",),
    ".ink": ("inkml",),
    ".xml": ("iam", "inkml"),
    ".svg": ("kanjivg",),
    ".txt": ("svc2004",),
    ".svc": ("svc2004",),
    ".unp": ("unipen",),
    ".upn": ("unipen",),
    ".dat": ("unipen",),
    "": ("svc2004",),
}
FORMS = (
    ".json, .ndjson, .csv, .tsv, .npy, .npz, .svg, .parquet, .inkml, .xml (IAM-OnDB, "
    "InkML), .unp, .dat (UNIPEN) or .txt (SVC2004)"
)
SUFFIXES = (*FORMATS, *RAW, ".parquet")  # of files of ink
KANJI = re.compile(r"[0-9a-f]{4,6}(-\w+)?\.svg", re.IGNORECASE)  # names of files of KanjiVG

SETTING = re.compile(r" \(parse\.\w+\)|; [^;]*\bparse\.\w+.*")
COLUMNS = ("sample_id", "x", "y", "stroke", "t", "dx", "dy", "end_of_stroke")  # of Parquet

__all__ = ["LARGEST", "OwnInk", "doubted", "offsets", "read"]


@dataclass(frozen=True)
class OwnInk:
    """Points of one line as recorded."""

    xy: np.ndarray  # float64 (N, 2), y upward
    t: np.ndarray  # float64 (N,), s; NaN where not recorded
    stroke: np.ndarray  # int64 (N,); -1 in the air
    text: str | None  # None if the file does not contain it
    unit: str | None = None  # of x and y; None if unknown
    notes: tuple[str, ...] = ()  # what was left out, assumed or doubtful when the file was read
    doubt: str = ""  # the one of `notes` that is about the direction of y


def read(path: Path) -> OwnInk:
    """The ink in the file at `path`.

    Raises `PentraceError` that names the file, the mistake and the remedy.
    """
    if path.is_dir():
        raise PentraceError(
            f"{path}: a folder; give a file with one line (repeat --style for several), or make a "
            f"network of the hand: pentrace learn {path} -o me.safetensors"
        )
    refuse_special(path)
    reader = _reader(path)
    if reader is None:
        raise _unknown(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PentraceError(
                f"{path}: larger than {LARGEST_FILE} bytes; give one line of handwriting"
            )
        _refuse_empty(path)
        with naming(path, path):
            with path.open("rb") as opened:
                if wrong := picture(opened.read(8)):
                    raise _no_ink(path, wrong)
            found = reader(path)
    except FileNotFoundError:
        raise _no_file(path) from None
    if not len(found.xy):
        raise PentraceError(f"{path}: no points; record one line of handwriting")
    return found


def _refuse_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise PentraceError(f"{path}: the file is empty; record one line of handwriting")


def _unknown(path: Path) -> PentraceError:
    """The error for a suffix that is not known."""
    if wrong := picture_by_suffix(path.suffix):
        return _no_ink(path, wrong)
    if path.suffix.lower() == ".zip":
        return PentraceError(f"{path}: an archive; unpack it, and give a file with one line")
    return PentraceError(f"{path}: unknown format of ink; give a {FORMS} file")


def _no_ink(path: Path, what: str) -> PentraceError:
    return PentraceError(
        f"{path}: {what}, which does not contain the movement of the pen; record a line "
        "with a pen or the mouse, on the page of: pentrace page -o write.html (My hand)"
    )


def _reader(path: Path) -> Any:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _parquet
    if suffix in FORMATS and not KANJI.fullmatch(path.name):
        return _own
    return _raw if suffix in RAW else None


def _bounded(path: Path, found: OwnInk) -> OwnInk:
    """The same ink; raises `PentraceError` if a number is out of bounds."""
    try:
        refuse_large(found.xy, found.t, found.stroke)
    except Malformed as error:
        raise PentraceError(f"{path}: {error.reason}; record it again") from None
    return found


def _no_file(path: Path) -> PentraceError:
    return PentraceError(f"{path}: no such file; give a {FORMS} file")


def _own(path: Path) -> OwnInk:
    try:
        found = read_own(path.name, path.read_bytes(), ParseSettings(max_bytes=LARGEST_FILE))
    except Malformed as error:
        place = "correct it there, or " if error.rule in ("json-syntax", "key") else ""
        reason = without_settings(error.reason)
        raise PentraceError(f"{path}: {reason}; {place}record it again") from None
    if len(found) > 1:
        raise PentraceError(f"{path}: {len(found)} samples; give a file with one sample")
    one = found[0]
    xy = one.xy * [1.0, -1.0 if one.axis == "down" else 1.0]
    ink = OwnInk(xy, one.t, one.stroke, one.text, one.unit, one.notes, one.doubt)
    states = f'y_axis is "{one.axis}"' if one.stated else f"in this format, y grows {one.axis}ward"
    return _doubted(ink, one.axis, states, turned_over(one.axis, one.keyed))


def _raw(path: Path) -> OwnInk:
    from pentrace.write.raw_file import read_raw  # imported here: it takes 0.1 s

    found, unit = read_raw(path, RAW[path.suffix.lower()])
    ink, sample = found.ink, found.samples[0]
    sign = -1.0 if sample["y_axis"] == "down" else 1.0
    xy = np.column_stack([ink.x, ink.y * sign]).astype(np.float64)
    notes = tuple(f"{reject.reason}; left out" for reject in found.rejects)
    stroke, axis = ink.stroke.astype(np.int64), sample["y_axis"]
    own = _bounded(path, OwnInk(xy, ink.t, stroke, sample["text"], unit, notes))
    return _doubted(own, axis, f"in this file, y grows {axis}ward", turned_over(axis, False))


def without_settings(reason: str) -> str:
    """`reason` without the settings of data sets that it names: one file is read without any."""
    return SETTING.sub("", reason)


def _doubted(ink: OwnInk, axis: Axis, states: str, remedy: str) -> OwnInk:
    """`ink` with a note if its strokes disagree with the direction of y that its file `states`."""
    if not is_upside_down(ink.xy, ink.stroke):
        return ink
    other = "down" if axis == "up" else "up"
    doubt = f"{states}, but by the ink y grows {other}ward; {remedy}"
    return replace(ink, notes=(*ink.notes, doubt), doubt=doubt)


def doubted(ink: OwnInk) -> OwnInk:
    """`ink` with a note if its y does not grow upward, as it must, by its strokes."""
    return _doubted(ink, "up", "y must grow upward", turned_over("up", False))


def _parquet(path: Path) -> OwnInk:
    table = _sample(path)
    missing = [name for name in ("x", "y", "stroke") if name not in table.column_names]
    if missing:
        raise PentraceError(f"{path}: no column {missing[0]}; give the columns x, y, stroke, t")
    x, y, stroke = (_column(table, name) for name in ("x", "y", "stroke"))
    timed = "t" in table.column_names
    t = _column(table, "t") if timed else np.full(len(x), np.nan)
    if not (np.abs(stroke) < 2**31).all():
        raise PentraceError(f"{path}: a point without a stroke; number strokes from 0")
    notes = table.schema.metadata or {}
    words, unit = (_decoded(notes.get(key)) for key in (b"text", b"unit"))
    xy, number = np.column_stack([x, y]), stroke.astype(np.int64)
    return doubted(_bounded(path, OwnInk(xy, t, number, words, unit)))


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
    steps = np.column_stack([_column(table, name) for name in names]).astype(np.float32)
    if not len(steps) or not np.isfinite(steps).all() or steps[0, :2].any():
        raise PentraceError(
            f"{path}: not the offsets of one sample; give finite numbers, first the null step 0, 0"
        )
    return steps


def _sample(path: Path) -> Any:
    """The columns of numbers that are known in the table at `path`, of one sample.

    What the file says of itself is checked before it is read: a small file can contain a huge
    table.
    """
    from pentrace import tables

    refuse_special(path)
    if not path.exists():
        raise _no_file(path)
    _refuse_empty(path)
    with tables.opened(path) as file:
        columns = [name for name in COLUMNS if name in file.schema_arrow.names]
        _refuse_other_table(path, file, columns)
    table = _read_columns(path, columns)
    if "sample_id" in columns:
        names = table["sample_id"].unique().to_pylist()
        if len(names) > 1:
            raise PentraceError(f"{path}: {len(names)} samples; give a file with one sample")
    return table


def _read_columns(path: Path, columns: list[str]) -> Any:
    import pyarrow as pa

    # As a dictionary, a long name that is in every row is in memory once.
    names = [name for name in columns if name == "sample_id"]
    try:
        with _checked_file(path, names) as file:
            return file.read(columns)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise PentraceError(f"{path}: damaged ({reason}); record it again") from None


def _checked_file(path: Path, names: list[str]) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, read_dictionary=names, page_checksum_verification=True)


def _refuse_other_table(path: Path, file: Any, columns: list[str]) -> None:
    import pyarrow.types as types

    most = ParseSettings().max_points
    if file.metadata.num_rows > most:
        raise PentraceError(
            f"{path}: {file.metadata.num_rows:,} points; the limit is {most:,}; give one line of "
            "handwriting"
        )
    numbers = (types.is_integer, types.is_floating, types.is_boolean, types.is_decimal)
    texts = (types.is_string, types.is_large_string, types.is_dictionary)
    for name in columns:
        if file.schema_arrow.names.count(name) != 1:
            raise PentraceError(f"{path}: no column {name}, or two; record it again")
        kind = file.schema_arrow.field(name).type
        allowed = (*numbers, *texts) if name == "sample_id" else numbers
        if not any(is_kind(kind) for is_kind in allowed):
            raise PentraceError(
                f"{path}: column {name} does not contain only numbers; record it again"
            )


def _column(table: Any, name: str) -> np.ndarray:
    """float64 (N,); NaN where a cell is empty."""
    found: np.ndarray = table[name].cast("float64", safe=False).to_numpy()
    return found
