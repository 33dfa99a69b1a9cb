"""Loading what is compared: real lines, and lines that networks wrote."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pentrace import dataset, schema, tables
from pentrace.clean.settings import CleanSettings
from pentrace.discriminate.comparisons import Source, WrittenLine
from pentrace.discriminate.trajectories import Trajectory, cleaning_rules, filtered
from pentrace.errors import PentraceError
from pentrace.files import read_json
from pentrace.ink import from_table
from pentrace.normalise.positions import positions
from pentrace.recognise.written_lines import load_written
from pentrace.split_names import SPLITS
from pentrace.windows.lines import Lines, load_lines

SAMPLED = "sampled"
Positions = tuple[np.ndarray, np.ndarray, np.ndarray]  # x, y and stroke (T,); y upward


class Filter(NamedTuple):
    """What is applied to all lines, real and written."""

    normalisation: dict
    unit: float  # tablet units in a unit of the positions
    rules: CleanSettings
    grid: float  # tablet units

    def of(self, lines: Sequence[Positions]) -> list[Trajectory]:
        """The trajectories of lines at positions in the unit of the data."""
        scaled = [(x * self.unit, y * self.unit, stroke) for x, y, stroke in lines]
        return filtered(scaled, self.rules, self.grid) if scaled else []

    def of_offsets(self, lines: Lines) -> list[Trajectory]:
        """The trajectories of lines in normalised offsets."""
        return self.of([self._positions(lines[i]) for i in range(len(lines.ids))])

    def _positions(self, steps: np.ndarray) -> Positions:
        x, y, _, stroke = positions(steps, self.normalisation)
        return x, y, stroke

    def steps(self, line: Trajectory) -> np.ndarray:
        """float32 (T, 3): the normalised offsets of a trajectory, with the null step first."""
        moves = np.stack([np.diff(line.x), np.diff(line.y)], 1) / self.unit
        found = np.zeros((len(line), 3), np.float32)
        found[1:, :2] = (moves - self.normalisation["mean"]) / self.normalisation["sd"]
        found[:, 2] = line.lifted
        return found


def filter_of(data: Path, normalisation: dict, grid: float) -> Filter:
    """The filter for the data set in the folder `data`.

    Lines of one height have no separate tablet unit: that of the median line is used.
    """
    unit = 1.0
    if normalisation["recipe"] == "line-height":
        scales = [tables.read(path, ["scale"])["scale"].to_numpy() for path in dataset.frames(data)]
        unit = float(np.median(np.concatenate(scales)))
    return Filter(normalisation, unit, cleaning_rules(normalisation), grid)


def load_sources(data: Path) -> dict[str, Source]:
    """What is known of each real line that was not dropped, by its name."""
    columns = ["sample_id", "writer", "form", "text", "split", "dropped_by"]
    rows = tables.read(dataset.samples(data), columns).to_pylist()
    return {
        row["sample_id"]: Source(
            row["writer"] or row["form"] or row["sample_id"], row["text"], row["split"]
        )
        for row in rows
        if row["dropped_by"] is None
    }


def load_real(data: Path, splits: Iterable[str], how: Filter) -> dict[str, Trajectory]:
    """The real lines of `splits`, by name."""
    lines = load_lines(data, [split for split in SPLITS if split in set(splits)])
    return dict(zip(lines.ids, how.of_offsets(lines), strict=True))


def load_written_lines(folder: Path, how: Filter) -> list[WrittenLine]:
    """What `pentrace rewrite`, `imitate` or `sample` wrote to `folder`, without primed samples.

    Raises `PentraceError` if the folder contains neither.
    """
    if (folder / "lines.parquet").is_file():
        lines, rows = load_written(folder)
        return [
            WrittenLine(_origin(name), row["bias"], name, name.partition("/")[2], line)
            for name, row, line in zip(lines.ids, rows, how.of_offsets(lines), strict=True)
        ]
    if (folder / "samples.json").is_file():
        return _sampled(folder, how)
    raise PentraceError(
        f"{folder}: no written lines; give a folder that pentrace rewrite, imitate or sample wrote"
    )


def _origin(name: str) -> str:
    """styled or unstyled, of a line of `imitate`; lines of `rewrite` are named by their bias."""
    first = name.partition("/")[0]
    return "rewritten" if first.startswith("bias-") else first


def _sampled(folder: Path, how: Filter) -> list[WrittenLine]:
    ink = from_table(tables.read(folder / "points.parquet", schema.POINTS.names))
    bias = {
        row["sample_id"]: row["bias"]
        for row in read_json(folder / "samples.json")
        if row["prime"] is None
    }
    chosen = [i for i, name in enumerate(ink.ids) if name in bias]
    spans = [slice(*ink.starts[i : i + 2]) for i in chosen]
    lines = how.of([(ink.x[s], ink.y[s], ink.stroke[s]) for s in spans])
    return [
        WrittenLine(SAMPLED, bias[ink.ids[i]], ink.ids[i], None, line)
        for i, line in zip(chosen, lines, strict=True)
    ]
