"""The windows of texts: characters cut as offsets are, and put together again."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute

from pentrace import schema, tables
from pentrace.windows.cut import cut, padded, unseen
from pentrace.windows.settings import WindowSettings

GROUP = 8192  # windows in one row group


def text_windows(
    path: Path, split: str, settings: WindowSettings
) -> tuple[Iterator[pa.Table], int]:
    """Rows of `schema.TEXT_WINDOWS` of one split of the characters at `path`; how many texts."""
    table = tables.read(path)
    table = table.filter(pyarrow.compute.equal(table["split"], split))
    names = table["sample_id"].to_pylist()
    codes = [piece.values.to_numpy() for piece in table["codes"]]
    runs = [(name, [i for i, _ in run]) for name, run in groupby(enumerate(names), lambda n: n[1])]
    texts = {name: np.concatenate([codes[i] for i in run]) for name, run in runs}
    return (piece for name in texts for piece in _rows(name, texts[name], split, settings)), len(
        texts
    )


def _rows(name: str, codes: np.ndarray, split: str, settings: WindowSettings) -> Iterator[pa.Table]:
    """The windows of one text, int32 (N,) `codes`, some at a time."""
    cuts = cut(np.array([len(codes)]), settings.length, settings.stride)
    for low in range(0, len(cuts.start), GROUP):
        start, valid, window = (v[low : low + GROUP] for v in (cuts.start, cuts.valid, cuts.window))
        rows = padded(codes, start, valid, settings.length)
        bounds = pa.array(np.arange(len(rows) + 1, dtype=np.int32) * settings.length)
        columns = {
            "sample_id": [name] * len(rows),
            "split": [split] * len(rows),
            "window": window.astype(np.int32),
            "start": start.astype(np.int32),
            "valid": valid.astype(np.int32),
            "codes": pa.ListArray.from_arrays(bounds, pa.array(rows.ravel())),
        }  # fmt: skip
        yield pa.table(columns, schema=schema.TEXT_WINDOWS)


def load_codes(folder: str | Path, splits: Iterable[str]) -> np.ndarray:
    """Code points int32 (N,) of `splits`, from the windows in `folder`, text after text.

    Raises `PentraceError` that names a file that is missing.
    """
    parts = [np.zeros(0, np.int32)]
    for split in splits:
        table = tables.read(Path(folder) / f"{split}.parquet", ["start", "valid", "codes"])
        if len(table):
            rows = table["codes"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)
            start, valid = table["start"].to_numpy(), table["valid"].to_numpy()
            parts.append(rows[unseen(start, valid, rows.shape[1])])
    return np.concatenate(parts)
