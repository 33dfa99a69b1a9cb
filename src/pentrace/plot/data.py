"""Tables of a data set, as the arrays that figures need."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pentrace import schema, tables
from pentrace.ink import Ink, from_table
from pentrace.plot.drawing import Drawing
from pentrace.shards import listed


def page_unit(normalisation: dict) -> str:
    """Unit of positions after mean and sd are undone, in the plural."""
    return "line heights" if normalisation["recipe"] == "line-height" else "tablet units"


def only(table: pa.Table, ids: pa.Array) -> pa.Table:
    """The rows whose `sample_id` is in `ids`."""
    return table.filter(pc.is_in(table["sample_id"].cast(pa.string()), value_set=ids))


def inks(folder: str | Path, ids: pa.Array) -> Iterator[Ink]:
    """The points of the samples `ids`, read one piece of a shard at a time."""
    for path in listed(folder):
        for piece in tables.read_pieces(path, schema.POINTS):
            rows = only(piece, ids)
            if len(rows):
                yield from_table(rows)


def kept(samples: str | Path, split: str | None = None) -> pa.Table:
    """Rows of the samples table that were not dropped; with `split`, only those of this split."""
    table = tables.read(samples, schema.SAMPLES)
    table = table.filter(pc.is_null(table["dropped_by"]))
    return table.filter(pc.equal(table["split"], split)) if split else table


def spread(rows: pa.Table, count: int) -> pa.Table:
    """`count` rows, evenly spaced over `rows`, so that they come from many writers."""
    at = np.unique(np.linspace(0, max(len(rows) - 1, 0), count).round().astype(int))
    return rows.take(at[: len(rows)])


def drawings(folder: str | Path, rows: pa.Table) -> list[tuple[Drawing, np.ndarray]]:
    """For each sample of `rows`: its drawing, and times (T,) in s since its first point."""
    ids = rows["sample_id"].combine_chunks()
    down = dict(zip(ids.to_pylist(), rows["y_axis"].to_pylist(), strict=True))
    found: dict[str, tuple[Drawing, np.ndarray]] = {}
    for ink in inks(folder, ids):
        for i, name in enumerate(ink.ids):
            part = slice(ink.starts[i], ink.starts[i + 1])
            y = -ink.y[part] if down[name] == "down" else ink.y[part]
            t = ink.t[part]
            found[name] = (Drawing(name, ink.x[part], y, ink.stroke[part]), t - t[:1])
    return [found[name] for name in ids.to_pylist() if name in found]


def recorded_offsets(folder: str | Path, rows: pa.Table) -> np.ndarray:
    """Offsets between points of the samples `rows`, tablet units, y upward: float32 (N, 2)."""
    down = set(rows.filter(pc.equal(rows["y_axis"], "down"))["sample_id"].to_pylist())
    parts = []
    for ink in inks(folder, rows["sample_id"].combine_chunks()):
        sign = np.where([name in down for name in ink.ids], -1, 1)[ink.owner]
        steps = np.stack([np.diff(ink.x), np.diff(ink.y) * sign[1:]], 1)
        parts.append(steps[~ink.first_of_sample()[1:]])
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


def normalised_offsets(folder: str | Path, rows: pa.Table) -> np.ndarray:
    """Rows of the offsets tables without the null step of each sample: float32 (N, 2)."""
    ids = rows["sample_id"].combine_chunks()
    parts = []
    for path in listed(folder):
        for piece in tables.read_pieces(path, schema.OFFSETS):
            table = only(piece, ids)
            names = table["sample_id"].cast(pa.string()).combine_chunks()
            same = np.zeros(len(table), bool)
            same[1:] = pc.equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
            steps = np.stack([table["dx"].to_numpy(), table["dy"].to_numpy()], 1)
            parts.append(steps[same])
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)
