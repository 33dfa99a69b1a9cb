"""A data set in Python: its tables, and what networks read of it."""

import difflib
from collections.abc import Iterator
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pentrace import dataset, schema, tables
from pentrace.api.handwriting import Handwriting
from pentrace.api.keywords import path_of
from pentrace.errors import PentraceError
from pentrace.normalise.units import read_normalisation
from pentrace.shards import listed
from pentrace.split_names import SPLITS
from pentrace.windows.lines import load_lines
from pentrace.windows.stored import load_padded

if TYPE_CHECKING:
    import pandas as pd
    from torch.utils.data import TensorDataset


class SplitLines(NamedTuple):
    """The S lines of one split, by name."""

    names: list[str]  # S sample ids
    texts: list[str | None]  # S transcripts; None if unknown
    # S arrays, float32 (T, 3): dx, dy (normalised, y upward), end of stroke (1, else 0). Row 0 is
    # the null step; a network reads rows [:-1] and predicts rows [1:].
    offsets: list[np.ndarray]


class Dataset:
    """The data set in a folder such as results/demo-iam, as the workflow built it.

    Tables are read when they are used. docs/tables.md explains every column. A data set of texts
    has `documents`, `rejects` and `windows`. Raises `PentraceError` if the folder is missing or
    contains no data set.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = path_of("folder", folder)
        self._is_text = dataset.characters(self.folder).is_file()
        if not self._is_text and not dataset.samples(self.folder).is_file():
            wrong = (
                "no samples.parquet in this folder" if self.folder.is_dir() else "no such folder"
            )
            raise PentraceError(
                f"{self.folder}: {wrong}; give the folder of a data set, such as "
                "results/demo-iam, or build it with snakemake"
            )

    def __fspath__(self) -> str:
        return str(self.folder)

    def __repr__(self) -> str:
        return f"<Dataset {self.folder}>"

    @cached_property
    def samples(self) -> "pd.DataFrame":
        """One row per recording that could be read; `dropped_by` is null if it was kept."""
        self._needs_ink("samples")
        return tables.read(dataset.samples(self.folder), schema.SAMPLES).to_pandas()

    @cached_property
    def rejects(self) -> "pd.DataFrame":
        """One row per loss: what one rule removed from one file or sample, and why."""
        return tables.read(self.folder / "rejects.parquet", schema.REJECTS).to_pandas()

    @cached_property
    def documents(self) -> "pd.DataFrame":
        """One row per document of a data set of texts."""
        if not self._is_text:
            raise PentraceError(f"{self.folder}: no data set of texts; use .samples")
        return tables.read(self.folder / "documents.parquet", schema.DOCUMENTS).to_pandas()

    @property
    def normalisation(self) -> dict[str, Any]:
        """The content of normalisation.json: `recipe`, and `mean` and `sd` of dx and dy."""
        self._needs_ink("normalisation")
        return read_normalisation(dataset.normalisation(self.folder))

    def points(self, split: str | None = None, *, cleaned: bool = False) -> "pd.DataFrame":
        """One row per pen position, of all samples or of one split; the rows of a sample adjoin.

        x and y are float32 in tablet units, and t is float64 in s. They are as recorded: y grows in
        the direction that `y_axis` of `samples` gives. `cleaned`: after the cleaning rules, only
        samples that were kept.
        """
        self._needs_ink("points")
        wanted = None if split is None else self._ids(split)
        pieces = self._points("cleaned" if cleaned else "points", wanted)
        return pa.concat_tables(pieces).unify_dictionaries().to_pandas()

    def ink(self, sample_id: str) -> Handwriting:
        """One sample as recorded, with its text, y upward; a notebook shows it as a drawing."""
        row = self._row(sample_id)
        table = pa.concat_tables(self._points("points", pa.array([sample_id])))
        x, y, stroke, t = (table[name].to_numpy() for name in ("x", "y", "stroke", "t"))
        sign = -1.0 if row["y_axis"] == "down" else 1.0
        text = row["text"] if isinstance(row["text"], str) else None
        return Handwriting(x, sign * y, stroke, t, text, "tablet unit", sample_id)

    def lines(self, split: str) -> SplitLines:
        """Names, texts and normalised offsets of the lines of one split that were kept.

        `names, texts, offsets = data.lines("train")`. The arrays are parts of one large array, and
        are not to be changed.
        """
        self._needs_ink("lines")
        found = load_lines(self.folder, [_checked(split)])
        return SplitLines(found.ids, found.texts, [found[i] for i in range(len(found.ids))])

    def windows(self, split: str) -> "TensorDataset":
        """The stored windows of one split, for a PyTorch `DataLoader`; L is their length.

        Each is a tuple of x, float32 (L - 1, 3), what a network reads; y, float32 (L - 1, 3), what
        it predicts: dx, dy (normalised, y upward), end of stroke (1, else 0); and mask, bool
        (L - 1,), false where y is padding. Of texts, x and y are int64 (L - 1,), code points.
        """
        import torch
        from torch.utils.data import TensorDataset

        steps, valid = load_padded(self.folder, _checked(split), self._is_text)
        mask = np.arange(1, steps.shape[1]) < valid[:, None]
        x, y = steps[:, :-1], steps[:, 1:]
        return TensorDataset(*(torch.from_numpy(values) for values in (x, y, mask)))

    def _needs_ink(self, what: str) -> None:
        if self._is_text:
            raise PentraceError(
                f"{self.folder}: a data set of texts has no {what}; use .documents, .rejects or "
                ".windows(split)"
            )

    def _ids(self, split: str) -> pa.Array:
        rows = self.samples[self.samples["split"] == _checked(split)]
        return pa.array(rows["sample_id"], pa.string())

    def _row(self, sample_id: str) -> "pd.Series[Any]":
        names = list(self.samples["sample_id"])
        if sample_id not in names:
            near = difflib.get_close_matches(str(sample_id), names, 3) or names[:3]
            raise PentraceError(f"{self.folder}: no sample {sample_id}; try {', '.join(near)}")
        return self.samples.iloc[names.index(sample_id)]

    def _points(self, folder: str, ids: pa.Array | None) -> Iterator[pa.Table]:
        """The rows of all samples, or of those in `ids`, row group by row group."""
        columns = schema.OFFSETS if folder == "offsets" else schema.POINTS
        for path in listed(self.folder / folder):
            for piece in tables.read_pieces(path, columns):
                if ids is None:
                    yield piece
                else:
                    names = piece["sample_id"].cast(pa.string())
                    yield piece.filter(pc.is_in(names, value_set=ids))


def _checked(split: str) -> str:
    if split not in SPLITS:
        near = difflib.get_close_matches(str(split), SPLITS, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise PentraceError(f"split {split!r}: {hint}allowed are {', '.join(SPLITS)}")
    return split
