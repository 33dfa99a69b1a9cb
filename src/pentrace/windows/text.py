"""The characters of texts: complete, and cut into windows like offsets."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute

from pentrace import dataset, schema, tables
from pentrace.windows.cut import cut, padded
from pentrace.windows.settings import WindowSettings

GROUP = 8192  # windows in one row group


def text_windows(
    path: Path, split: str, settings: WindowSettings
) -> tuple[Iterator[pa.Table], int]:
    """Rows of `schema.text_windows` of one split of the characters at `path`; number of texts."""
    table = tables.read(path, schema.CHARACTERS)
    table = table.filter(pyarrow.compute.equal(table["split"], split))
    names = table["sample_id"].to_pylist()
    codes = [piece.values.to_numpy() for piece in table["codes"]]
    runs = [(name, [i for i, _ in run]) for name, run in groupby(enumerate(names), lambda n: n[1])]
    texts = {name: np.concatenate([codes[i] for i in run]) for name, run in runs}
    return (piece for name in texts for piece in _rows(name, texts[name], split, settings)), len(
        texts
    )


def _rows(name: str, codes: np.ndarray, split: str, settings: WindowSettings) -> Iterator[pa.Table]:
    """The windows of one text, int32 (N,) `codes`, in tables of at most `GROUP` rows."""
    cuts = cut(np.array([len(codes)]), settings.length, settings.stride)
    for low in range(0, len(cuts.start), GROUP):
        start, valid, window = (v[low : low + GROUP] for v in (cuts.start, cuts.valid, cuts.window))
        rows = padded(codes, start, valid, settings.length)
        columns = {
            "sample_id": [name] * len(rows),
            "split": [split] * len(rows),
            "window": window.astype(np.int32),
            "start": start.astype(np.int32),
            "valid": valid.astype(np.int32),
            "codes": pa.FixedSizeListArray.from_arrays(rows.ravel(), settings.length),
        }  # fmt: skip
        yield pa.table(columns, schema=schema.text_windows(settings.length))


def load_codes(data: Path, splits: Iterable[str]) -> np.ndarray:
    """Code points int32 (N,) of `splits` of the data set in the folder `data`, text after text.

    Raises `PentraceError` that names the file if it is missing.
    """
    pieces = list(
        tables.read_pieces(
            dataset.characters(data), schema.part(schema.CHARACTERS, "split", "codes")
        )
    )
    parts = [np.zeros(0, np.int32)]
    for split in splits:
        for piece in pieces:
            own = piece.filter(pyarrow.compute.equal(piece["split"], split))
            parts.append(own["codes"].combine_chunks().flatten().to_numpy())
    return np.concatenate(parts)
