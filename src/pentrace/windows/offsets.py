"""The offsets of all shards, read sample by sample in order of name, with little memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ink import runs


@dataclass(frozen=True, slots=True)  # there is one for each sample
class Place:
    """Where the rows of one sample are, and its text."""

    sample_id: str
    text: str | None
    shard: int
    group: int  # row group
    start: int  # first row in the group
    stop: int


class Shards:
    """The samples in the offsets of all shards, by split and name.

    Raises `PentraceError` for a missing file, and for a sample that is not in the table of samples.
    """

    def __init__(self, offsets: Sequence[Path], samples: Path) -> None:
        self.paths = offsets
        self.files = [tables.opened(path) for path in offsets]
        self.kept: dict[int, tuple[int, np.ndarray]] = {}
        columns = schema.part(schema.SAMPLES, "sample_id", "split", "text")
        rows = tables.read(samples, columns).to_pylist()
        known = {row["sample_id"]: row for row in rows}
        self.by_split: dict[str | None, list[Place]] = {}
        for shard, group, name, start, stop in self._find():
            if name not in known:
                raise PentraceError(
                    f"{samples}: no row for {name} of {offsets[shard]}; rebuild with snakemake"
                )
            place = Place(name, known[name]["text"], shard, group, start, stop)
            self.by_split.setdefault(known[name]["split"], []).append(place)
        for places in self.by_split.values():
            places.sort(key=lambda place: place.sample_id)

    def _find(self) -> Iterator[tuple[int, int, str, int, int]]:
        """Shard, row group, name, first row and end of every sample; its rows are consecutive."""
        names_only = schema.part(schema.OFFSETS, "sample_id")
        seen: set[str] = set()
        for shard, file in enumerate(self.files):
            for group in range(file.num_row_groups):
                path = self.paths[shard]
                table = tables.read_piece(path, file, group, names_only, seen)
                bounds, names = runs(table["sample_id"])
                for name, (start, stop) in zip(names, pairwise(bounds.tolist()), strict=True):
                    yield shard, group, name, start, stop

    def places(self, split: str) -> list[Place]:
        """The samples of a split, in order of name."""
        return self.by_split.get(split, [])

    def rows(self, shard: int, group: int) -> np.ndarray:
        """float32 (N, 3): dx, dy, end of stroke of all samples in a row group."""
        columns = schema.part(schema.OFFSETS, "dx", "dy", "end_of_stroke")
        table = tables.read_piece(self.paths[shard], self.files[shard], group, columns, set())
        return np.stack([column.to_numpy() for column in table.columns], 1, dtype=np.float32)

    def steps(self, place: Place) -> np.ndarray:
        """float32 (T, 3) of one sample. One row group of each shard is kept in memory."""
        if self.kept.get(place.shard, (-1,))[0] != place.group:
            self.kept[place.shard] = (place.group, self.rows(place.shard, place.group))
        return self.kept[place.shard][1][place.start : place.stop]
