"""Complete lines as input of a network: real ones from the offsets, and generated ones."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pentrace import schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.files import read_json
from pentrace.ink import from_table
from pentrace.options import file_option, settings_option
from pentrace.plot.settings import LineSettings
from pentrace.windows.lines import load_lines


class Line(NamedTuple):
    """One line as a network reads it."""

    name: str
    steps: np.ndarray  # float32 (T, 3), normalised, the null step first
    text: str | None


def line_options(function: Callable) -> Callable:
    """Add `--model`, `--data` and the settings that choose a line: a network and a real line."""
    network = file_option("--model", help="Prediction or synthesis network.")
    return network(data_option(settings_option(LineSettings)(function)))


def pick(data: Path, split: str, name: str | None, texts: bool = False) -> Line:
    """The line `name` of a split; without a name, the line of median length.

    With `texts`, only lines with a transcript. Raises `PentraceError` if there is no such line.
    """
    lines = load_lines(data, [split])
    lines = lines.with_text() if texts else lines
    if name is None:
        usable = np.flatnonzero(lines.n_steps > 0)
        if not len(usable):
            raise PentraceError(f"{data}: no line in split {split!r}; give another --split")
        at = int(usable[np.argsort(lines.n_steps[usable], kind="stable")[len(usable) // 2]])
    elif name in lines.ids:
        at = lines.ids.index(name)
    else:
        raise PentraceError(
            f"{data}: no line {name!r} in split {split!r}; take a sample_id of samples.parquet"
        )
    return Line(lines.ids[at], np.array(lines[at]), lines.texts[at])


def generated(folder: Path, normalisation: dict) -> Line:
    """A sample of `pentrace sample` in `folder`: one without primer if possible, at low bias."""
    index = read_json(folder / "samples.json")
    rows = [row for row in index if row["points"] > 1]
    if not rows:
        raise PentraceError(f"{folder}: contains no sample; set sample.lines above 0")
    chosen = min(rows, key=lambda row: (row["prime"] is not None, row["bias"]))
    ink = from_table(tables.read(folder / "points.parquet", schema.POINTS))
    at = ink.ids.index(chosen["sample_id"])
    part = slice(ink.starts[at], ink.starts[at + 1])
    offsets = np.diff(np.stack([ink.x[part], ink.y[part]], 1).astype(np.float64), axis=0)
    steps = np.zeros((len(offsets) + 1, 3), np.float32)
    steps[1:, :2] = (offsets - normalisation["mean"]) / normalisation["sd"]
    steps[:, 2] = ink.last_of_stroke()[part]
    steps[-1, 2] = 0  # the sample ends here, but perhaps the stroke does not
    return Line(chosen["sample_id"], steps, chosen.get("text"))
