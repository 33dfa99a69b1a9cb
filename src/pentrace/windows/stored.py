"""Stored windows to train on: they are not cut again, and their padding is left out."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pentrace import dataset, schema, tables
from pentrace.errors import PentraceError
from pentrace.windows.lines import Lines

Kinds = dict[str, type[np.generic]]  # name of a column -> type of its numbers


class _Windows(NamedTuple):
    """W windows, one after the other."""

    columns: list[np.ndarray]  # (N,) each
    starts: np.ndarray  # int64 (W + 1,)
    ids: list[str]  # W names of samples
    last: np.ndarray  # bool (W,), whether the window is the last of its sample


def load_windows(data: Path, splits: Iterable[str], ends: bool = False) -> Lines:
    """The windows of `splits` of the data set in the folder `data`, each as a separate line.

    They are in the order of the files. With `ends`, the state of the pen is 2 at the last step of
    each sample, as in `Lines.with_ends`. Raises `PentraceError` that names a file that is missing.
    """
    kinds: Kinds = {"dx": np.float32, "dy": np.float32, "end_of_stroke": np.uint8}
    found = _read(data, splits, kinds)
    steps = np.stack(found.columns, 1, dtype=np.float32)
    if ends:
        steps[found.starts[1:][found.last] - 1, 2] = 2
    return Lines(steps, found.starts, found.ids, [None] * len(found.ids))


def load_text_windows(data: Path, splits: Iterable[str]) -> Lines:
    """The windows of a text: `steps` are its code points, int32 (N,)."""
    found = _read(data, splits, {"codes": np.int32})
    return Lines(found.columns[0], found.starts, found.ids, [None] * len(found.ids))


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


def _read(data: Path, splits: Iterable[str], kinds: Kinds) -> _Windows:
    """The columns that `kinds` names, with those types."""
    columns: dict[str, list[np.ndarray]] = {name: [np.zeros(0, kinds[name])] for name in kinds}
    start, valid = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    ids: list[str] = []
    for split in splits:
        wanted = ["sample_id", "start", "valid", *kinds]
        path = dataset.windows(data, split)
        for piece in tables.read_pieces(path, _shape(path, wanted)):
            start.append(piece["start"].to_numpy())
            valid.append(piece["valid"].to_numpy())
            ids += piece["sample_id"].to_pylist()
            for name, column in columns.items():
                column.append(_valid(piece[name], valid[-1]))
    starts = np.append(0, np.cumsum(np.concatenate(valid)))
    # The windows of a sample are consecutive, and the first begins with its first offset.
    last = np.append(np.concatenate(start)[1:] == 0, True)[: len(ids)]
    return _Windows([np.concatenate(c) for c in columns.values()], starts, ids, last)


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
