"""Ink: the pen positions of many samples in flat arrays.

Sample i is the slice `starts[i]:starts[i + 1]` of every array, so a stage works on all points
of a shard at once and never loops over points.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

CHANNELS = ("pressure", "azimuth", "altitude", "button")


@dataclass(frozen=True)
class Ink:
    """Points of S samples, N in all. NaN in `t` or a channel means: not recorded."""

    ids: list[str]  # S names
    starts: np.ndarray  # int64 (S + 1,), starts[0] = 0, starts[S] = N
    x: np.ndarray  # float32 (N,), tablet units, rightward
    y: np.ndarray  # float32 (N,), tablet units, direction as recorded
    stroke: np.ndarray  # int32 (N,), from 0 in each sample; -1: pen in the air
    t: np.ndarray  # float64 (N,), seconds
    channels: dict[str, np.ndarray]  # name of CHANNELS -> float32 (N,)

    @property
    def lengths(self) -> np.ndarray:
        """Points per sample, int64 (S,)."""
        return np.diff(self.starts)

    @property
    def owner(self) -> np.ndarray:
        """Index of the sample of each point, int64 (N,)."""
        return np.repeat(np.arange(len(self.ids)), self.lengths)

    def first_of_sample(self) -> np.ndarray:
        """bool (N,): true at the first point of each sample."""
        first = np.zeros(len(self.x), bool)
        first[self.starts[:-1][self.lengths > 0]] = True
        return first

    def first_of_stroke(self) -> np.ndarray:
        """bool (N,): true where a stroke begins, or a movement of the pen in the air."""
        first = self.first_of_sample()
        first[1:] |= self.stroke[1:] != self.stroke[:-1]
        return first

    def last_of_stroke(self) -> np.ndarray:
        """bool (N,): true where a stroke ends."""
        return np.append(self.first_of_stroke()[1:], True)[: len(self.x)]

    def keep(self, mask: np.ndarray) -> "Ink":
        """The points where bool (N,) `mask` is true; every sample is kept, perhaps empty."""
        counts = np.bincount(self.owner[mask], minlength=len(self.ids))
        return replace(
            self,
            starts=np.concatenate([[0], np.cumsum(counts)]),
            x=self.x[mask],
            y=self.y[mask],
            stroke=self.stroke[mask],
            t=self.t[mask],
            channels={name: values[mask] for name, values in self.channels.items()},
        )


def to_table(ink: Ink) -> "pa.Table":
    """`ink` as rows of `schema.POINTS`."""
    # Imported here: a page can be written without tables, and importing pyarrow takes 0.1 s.
    import pyarrow as pa

    from pentrace import schema

    point = np.arange(len(ink.x)) - np.repeat(ink.starts[:-1], ink.lengths)
    owner = pa.array(ink.owner.astype(np.int32))
    columns = {
        "sample_id": pa.DictionaryArray.from_arrays(owner, pa.array(ink.ids, pa.string())),
        "stroke": ink.stroke,
        "point": point.astype(np.int32),
        "x": ink.x,
        "y": ink.y,
        "t": pa.array(ink.t, from_pandas=True),
    }
    for name in CHANNELS:
        kind = schema.POINTS.field(name).type
        values = ink.channels.get(name)
        columns[name] = (
            pa.nulls(len(ink.x), kind)
            if values is None
            else pa.array(values, from_pandas=True).cast(kind)
        )
    return pa.table(columns, schema=schema.POINTS)


def from_table(table: "pa.Table") -> Ink:
    """Rows of `schema.POINTS` as ink; the rows of a sample must be consecutive."""
    starts, ids = runs(table["sample_id"])
    channels = {
        name: table[name].to_numpy().astype(np.float32)
        for name in CHANNELS
        if table[name].null_count < len(table)
    }
    return Ink(
        ids=ids,
        starts=starts,
        x=table["x"].to_numpy(),
        y=table["y"].to_numpy(),
        stroke=table["stroke"].to_numpy(),
        t=table["t"].to_numpy(),
        channels=channels,
    )


def runs(names: "pa.ChunkedArray") -> tuple[np.ndarray, list[str]]:
    """Bounds int64 (S + 1,) of the runs of one name in a dictionary column, and the S names."""
    import pyarrow as pa

    if not len(names):
        return np.zeros(1, np.int64), []
    coded = names.unify_dictionaries().combine_chunks()
    index = coded.indices.to_numpy()
    first = np.flatnonzero(np.append(True, index[1:] != index[:-1]))
    return np.append(first, len(index)), coded.take(pa.array(first)).to_pylist()
