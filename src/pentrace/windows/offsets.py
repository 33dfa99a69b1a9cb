"""The offsets of all shards, sample by sample in order of name, in little memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pentrace.errors import PentraceError


@dataclass(frozen=True)
class Place:
    """Where the rows of one sample are."""

    sample_id: str
    shard: int
    group: int  # row group
    start: int  # first row in the group
    stop: int


class Shards:
    """Samples of several Parquet files by name. One row group of each file is kept in memory."""

    def __init__(self, folder: str | Path) -> None:
        paths = sorted(Path(folder).glob("*.parquet"))
        if not paths:
            raise PentraceError(f"{folder}: no *.parquet; build it with snakemake")
        self.files = [pq.ParquetFile(path, memory_map=True) for path in paths]
        self.kept: dict[int, tuple[int, np.ndarray]] = {}
        self.places = sorted(self._find(), key=lambda place: place.sample_id)

    def _find(self) -> Iterator[Place]:
        for shard, file in enumerate(self.files):
            for group in range(file.num_row_groups):
                names = file.read_row_group(group, columns=["sample_id"])["sample_id"]
                yield from _runs(names.combine_chunks(), shard, group)

    def steps(self, place: Place) -> np.ndarray:
        """float32 (T, 3): dx, dy, end of stroke of the sample at `place`."""
        group, rows = self.kept.get(place.shard, (-1, np.empty(0)))
        if group != place.group:
            table = self.files[place.shard].read_row_group(
                place.group, columns=["dx", "dy", "end_of_stroke"]
            )
            rows = np.stack([column.to_numpy() for column in table.columns], 1, dtype=np.float32)
            self.kept[place.shard] = (place.group, rows)
        return rows[place.start : place.stop]


def _runs(names: pa.DictionaryArray, shard: int, group: int) -> Iterator[Place]:
    """The places of the samples in one row group; the rows of a sample adjoin."""
    index = names.indices.to_numpy()
    first = np.flatnonzero(np.append(True, index[1:] != index[:-1])[: len(index)])
    bounds = [*first.tolist(), len(index)]
    for start, stop in pairwise(bounds):
        yield Place(names.dictionary[int(index[start])].as_py(), shard, group, start, stop)
