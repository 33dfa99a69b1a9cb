"""Whole samples, put together from windows: one flat array that batches are cut from."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pentrace import tables
from pentrace.windows.cut import unseen

COLUMNS = ("sample_id", "start", "valid", "text", "dx", "dy", "end_of_stroke")


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
        """The same with 2 for the state of the pen at the last step of each sample.

        The state is otherwise 1 at the end of a stroke, else 0. A network is fed all steps but the
        last, so what it reads has two states even so.
        """
        steps = self.steps.copy()
        steps[self.starts[1:][np.diff(self.starts) > 0] - 1, 2] = 2
        return Lines(steps, self.starts, self.ids, self.texts)

    def with_text(self, fit: Callable[[str | None], bool] = bool) -> "Lines":
        """The samples alone whose transcript is there, not empty, and `fit`."""
        return self.take([i for i, text in enumerate(self.texts) if text and fit(text)])

    def only(self, names: Container[str]) -> "Lines":
        """The samples alone that are in `names`."""
        return self.take([i for i, name in enumerate(self.ids) if name in names])

    def take(self, kept: list[int]) -> "Lines":
        """The samples of these numbers alone."""
        if len(kept) == len(self.ids):
            return self
        return Lines(
            steps=np.concatenate([self.steps[:0], *(self[i] for i in kept)]),
            starts=np.append(0, np.cumsum((self.n_steps + 1)[kept])),
            ids=[self.ids[i] for i in kept],
            texts=[self.texts[i] for i in kept],
        )


def load_lines(folder: str | Path, splits: Iterable[str]) -> Lines:
    """The samples of `splits`, from the windows in `folder`, in the order of the files.

    The files are mapped into memory and decoded once. Raises `PentraceError` that names a file
    that is missing.
    """
    parts = [
        _pieces(table)
        for split in splits
        for table in tables.read_pieces(Path(folder) / f"{split}.parquet", list(COLUMNS))
        if len(table)
    ]
    steps = [part[0] for part in parts]
    lengths = [part[1] for part in parts]
    return Lines(
        steps=np.concatenate([np.zeros((0, 3), np.float32), *steps]),
        starts=np.append(0, np.cumsum(np.concatenate([np.zeros(0, np.int64), *lengths]))),
        ids=[name for part in parts for name in part[2]],
        texts=[text for part in parts for text in part[3]],
    )


def _pieces(table: pa.Table) -> tuple[np.ndarray, np.ndarray, list[str], list[str | None]]:
    """Offsets, lengths, names and texts of the samples in one row group of windows."""
    columns = [_matrix(table[name]) for name in COLUMNS[-3:]]
    start, valid = table["start"].to_numpy(), table["valid"].to_numpy()
    new = unseen(start, valid, columns[0].shape[1])
    steps = np.empty((int(new.sum()), 3), np.float32)
    for i, column in enumerate(columns):
        steps[:, i] = column[new]
    first = np.flatnonzero(start == 0)
    names, texts = (table[name].take(first).to_pylist() for name in ("sample_id", "text"))
    return steps, np.add.reduceat(new.sum(axis=1), first), names, texts


def _matrix(column: pa.ChunkedArray) -> np.ndarray:
    """(W, length) from a column of W lists of one length."""
    return column.combine_chunks().flatten().to_numpy().reshape(len(column), -1)
