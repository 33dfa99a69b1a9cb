"""Stored windows to train on: they are not cut again, and their padding is left out."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pentrace import dataset, schema, tables
from pentrace.errors import PentraceError
from pentrace.windows.lines import Lines
from pentrace.windows.room import empty


class _Windows(NamedTuple):
    """W windows, one after the other."""

    steps: np.ndarray  # (N, columns)
    starts: np.ndarray  # int64 (W + 1,)
    ids: list[str]  # W names of samples
    last: np.ndarray  # bool (W,), whether the window is the last of its sample


def load_windows(data: Path, splits: Iterable[str], ends: bool = False) -> Lines:
    """The windows of `splits` of the data set in the folder `data`, each as a separate line.

    They are in the order of the files. With `ends`, the state of the pen is 2 at the last step of
    each sample, as in `Lines.with_ends`. Raises `PentraceError` that names a file that is missing.
    """
    found = _read(data, splits, ["dx", "dy", "end_of_stroke"], np.dtype(np.float32))
    if ends:
        found.steps[found.starts[1:][found.last] - 1, 2] = 2
    return Lines(found.steps, found.starts, found.ids, [None] * len(found.ids))


def load_text_windows(data: Path, splits: Iterable[str]) -> Lines:
    """The windows of a text: `steps` are its code points, int32 (N,)."""
    found = _read(data, splits, ["codes"], np.dtype(np.int32))
    return Lines(found.steps[:, 0], found.starts, found.ids, [None] * len(found.ids))


def load_padded(data: Path, split: str, text: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The windows of one split with their padding, W of them of L offsets.

    Returns float32 (W, L, 3), and int64 (W,), how many offsets of each are not padding. Of a `text`
    int64 (W, L), code points. Raises `PentraceError` that names a file that is missing.
    """
    names = ["codes"] if text else ["dx", "dy", "end_of_stroke"]
    path = dataset.windows(data, split)
    table = tables.read(path, _shape(path, ["valid", *names]))
    kind = np.int64 if text else np.float32
    columns = [_rows(table[name]).astype(kind, copy=False) for name in names]
    steps = columns[0] if text else np.stack(columns, -1)
    return steps, table["valid"].to_numpy().astype(np.int64)


def _read(data: Path, splits: Iterable[str], columns: list[str], dtype: np.dtype) -> _Windows:
    """The values of `columns`, piece by piece; how many there are is read before them."""
    files = [dataset.windows(data, split) for split in splits]
    start, valid = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    ids: list[str] = []
    names = ("sample_id", "start", "valid")
    for file in files:
        known = schema.part(_shape(file, [*names, *columns]), *names)
        for piece in tables.read_pieces(file, known):
            start.append(piece["start"].to_numpy())
            valid.append(piece["valid"].to_numpy())
            ids += piece["sample_id"].to_pylist()
    starts = np.append(0, np.cumsum(np.concatenate(valid)))
    steps = empty((int(starts[-1]), len(columns)), dtype)
    at = 0
    for file in files:
        for piece in tables.read_pieces(file, _shape(file, ["valid", *columns])):
            for number, name in enumerate(columns):
                values = _valid(piece[name], piece["valid"].to_numpy())
                steps[at : at + len(values), number] = values
            at += len(values)
    # The windows of a sample are consecutive, and the first begins with its first offset.
    last = np.append(np.concatenate(start)[1:] == 0, True)[: len(ids)]
    return _Windows(steps, starts, ids, last)


def _shape(path: Path, columns: Sequence[str]) -> pa.Schema:
    """The `columns` of windows of the length that the table at `path` has.

    Raises `PentraceError` if its lists have no fixed length.
    """
    values = "codes" if "codes" in columns else "dx"
    with tables.opened(path) as file:
        found = file.schema_arrow
    kind = found.field(values).type if values in found.names else pa.null()
    length = kind.list_size if pa.types.is_fixed_size_list(kind) else 0
    if not length:
        raise PentraceError(
            f"{path}: not windows of a fixed length; delete the folder windows of the data set and "
            "build it again with snakemake"
        )
    table = schema.text_windows(length) if values == "codes" else schema.windows(length)
    return schema.part(table, *columns)


def _valid(column: pa.ChunkedArray, valid: np.ndarray) -> np.ndarray:
    """The first `valid` (W,) values of each of W lists of one length, one after the other."""
    rows = _rows(column)
    if len(valid) and not 0 <= valid.min() <= valid.max() <= rows.shape[1]:
        raise PentraceError(
            f"windows with {valid.max()} valid offsets of {rows.shape[1]}; delete the folder "
            "windows of the data set and build it again with snakemake"
        )
    return rows[np.arange(rows.shape[1]) < valid[:, None]]


def _rows(column: pa.ChunkedArray) -> np.ndarray:
    """Lists of one length as (W, L)."""
    return column.combine_chunks().flatten().to_numpy().reshape(-1, column.type.list_size)
