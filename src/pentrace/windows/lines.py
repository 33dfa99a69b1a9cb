"""Complete samples, read from the offsets into one flat array that batches are cut from."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from pentrace import dataset
from pentrace.windows.offsets import Place, Shards
from pentrace.windows.room import empty


@dataclass(frozen=True)
class Lines:
    """S samples, N offsets: sample i is the rows `starts[i]:starts[i + 1]` of `steps`."""

    # float32 (N, 3): dx, dy, state of the pen; a null step begins each sample. int64 (N,): a text.
    steps: np.ndarray
    starts: np.ndarray  # int64 (S + 1,)
    ids: list[str]  # S names
    texts: list[str | None]  # S transcripts

    @property
    def n_steps(self) -> np.ndarray:
        """Steps to predict per sample, int64 (S,): one less than offsets."""
        return np.diff(self.starts) - 1

    def __getitem__(self, sample: int) -> np.ndarray:
        """The offsets of one sample, float32 (T, 3)."""
        return self.steps[self.starts[sample] : self.starts[sample + 1]]

    def with_ends(self) -> "Lines":
        """The same lines, with pen state 2 at the last step of each sample.

        At other steps the state is 1 at the end of a stroke, else 0. A network reads all steps
        except the last, so its input still has two states.
        """
        steps = empty(self.steps.shape, self.steps.dtype)
        steps[:] = self.steps
        steps[self.starts[1:][np.diff(self.starts) > 0] - 1, 2] = 2
        return Lines(steps, self.starts, self.ids, self.texts)

    def with_text(self, fit: Callable[[str | None], bool] = bool) -> "Lines":
        """Only the samples that have a transcript that is not empty and for which `fit` is true."""
        return self.take([i for i, text in enumerate(self.texts) if text and fit(text)])

    def only(self, names: Container[str]) -> "Lines":
        """Only the samples that are in `names`."""
        return self.take([i for i, name in enumerate(self.ids) if name in names])

    def take(self, kept: list[int]) -> "Lines":
        """Only the samples with these numbers."""
        if len(kept) == len(self.ids):
            return self
        starts = np.append(0, np.cumsum((self.n_steps + 1)[kept]))
        steps = empty((int(starts[-1]), *self.steps.shape[1:]), self.steps.dtype)
        for number, sample in enumerate(kept):
            steps[starts[number] : starts[number + 1]] = self[sample]
        return Lines(
            steps=steps,
            starts=starts,
            ids=[self.ids[i] for i in kept],
            texts=[self.texts[i] for i in kept],
        )


def gathered(steps: Sequence[np.ndarray], ids: Sequence[str], texts: Sequence[str | None]) -> Lines:
    """Lines from the offsets float32 (T, 3), the name and the text of each."""
    starts = np.cumsum([0, *map(len, steps)])
    flat = np.concatenate([np.zeros((0, 3), np.float32), *steps])
    return Lines(flat, starts, list(ids), list(texts))


def load_lines(data: Path, splits: Iterable[str]) -> Lines:
    """The samples of `splits` of the data set in the folder `data`, by name in each split.

    Every row group is decoded once, and only one at a time is in memory besides the lines. Lines
    that would fill the memory are mapped from a file, see `room.empty`. Raises `PentraceError` that
    names a missing file or row.
    """
    shards, places = _places(data, splits)
    starts = np.cumsum([0, *(place.stop - place.start for place in places)])
    steps = empty((int(starts[-1]), 3), np.dtype(np.float32))
    stored = [(place.shard, place.group) for place in places]
    order = sorted(range(len(places)), key=stored.__getitem__)
    for group, some in groupby(order, stored.__getitem__):
        rows = shards.rows(*group)
        for i in some:
            steps[starts[i] : starts[i + 1]] = rows[places[i].start : places[i].stop]
    return Lines(steps, starts, [p.sample_id for p in places], [p.text for p in places])


def load_texts(data: Path, splits: Iterable[str]) -> list[str | None]:
    """The transcripts of the same samples, without their offsets."""
    return [place.text for place in _places(data, splits)[1]]


def _places(data: Path, splits: Iterable[str]) -> tuple[Shards, list[Place]]:
    shards = Shards(dataset.offsets(data), dataset.samples(data))
    return shards, [place for split in splits for place in shards.places(split)]
