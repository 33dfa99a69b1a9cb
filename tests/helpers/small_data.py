"""The tables of a data set that networks read: offsets, samples and windows of made lines."""

from pathlib import Path

import numpy as np

from pentrace import schema, tables
from pentrace.normalise.normalise import offsets_table
from pentrace.windows.windows import command as windows
from tests.helpers.commands import invoke
from tests.helpers.rows import filled

SHARDS, GROUP = 2, 3  # files, and samples in a row group
NO_SPLIT = "in-no-list"  # a sample that no split has
Splits = dict[str, dict[str, np.ndarray]]  # split -> sample -> steps (T, 3)


def write_data(folder: Path, splits: Splits, texts: dict[str, str] | None = None) -> None:
    """Offsets in several row groups, not in order and one of them empty, samples and windows.

    Beside the samples of `splits` there is one that no split has. A window holds 64 offsets.
    """
    steps = {name: line for lines in splits.values() for name, line in lines.items()}
    steps[NO_SPLIT] = np.zeros((5, 3), np.float32)
    names = sorted(steps, reverse=True)
    for shard in range(SHARDS):
        own = names[shard::SHARDS]
        groups = [own[i : i + GROUP] for i in range(0, len(own), GROUP)]
        pieces = [_offsets(group, steps) for group in (*groups[:1], [], *groups[1:])]
        tables.write(folder / "offsets" / f"{shard:02d}.parquet", schema.OFFSETS, pieces)
    split_of = {name: split for split, lines in splits.items() for name in lines}
    rows = [sample(name, split_of.get(name), (texts or {}).get(name)) for name in sorted(steps)]
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)
    cut(folder, 64, 63)


def cut(folder: Path, length: int, stride: int) -> None:
    """Write the windows of the data set in `folder`."""
    words = ["--offsets", folder / "offsets", "--samples", folder / "samples.parquet"]
    words += ["--out", folder / "windows"]
    words += ["--settings", f'{{"length": {length}, "stride": {stride}}}']
    invoke(windows, *words)


def _offsets(names: list[str], steps: dict[str, np.ndarray]):
    starts = np.cumsum([0, *(len(steps[name]) for name in names)])
    none = np.zeros((0, 3), np.float32)
    return offsets_table(names, starts, np.concatenate([none, *(steps[n] for n in names)]))


def sample(name: str, split: str | None, text: str | None = None, **more: object) -> dict:
    """A row of `schema.SAMPLES`."""
    known = {"dataset": "demo", "sample_id": name, "split": split, "text": text, **more}
    return filled(schema.SAMPLES, **{"kind": "line", "y_axis": "down", "source": name} | known)


def edit_samples(folder: Path, change) -> None:
    """Write the table of samples again, with each row replaced by `change` of it."""
    path = folder / "samples.parquet"
    rows = [change(row) for row in tables.read(path).to_pylist()]
    tables.write_rows(path, schema.SAMPLES, rows)
