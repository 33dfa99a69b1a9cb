"""A sheet of generated samples, by bias."""

from pathlib import Path

import click
import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from pydantic import Field

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.files import read_json
from pentrace.generate.unconditional import title
from pentrace.ink import Ink, from_table
from pentrace.normalise.units import read_normalisation
from pentrace.options import Command, file_option, folder_option, settings_option
from pentrace.plot import drawing, legends, style
from pentrace.plot.data import page_unit
from pentrace.plot.drawing import Drawing
from pentrace.plot.options import figure_options
from pentrace.settings import Settings


class SamplesFigureSettings(Settings):
    """What `pentrace plot samples` shows."""

    count: int = Field(15, ge=1, le=100, description="maximum number of samples on the sheet")


def samples_figure(ink: Ink, index: list[dict], unit: str, count: int = 15) -> Figure:
    """At most `count` samples of `ink` (y upward), by rising bias, with primers in blue.

    `index` has a dict for each sample, as in samples.json. Every bias gets about the same number
    of samples. Raises `PentraceError` if there is no sample.
    """
    rows = _chosen(index, count)
    if not rows:
        raise PentraceError("no sample to draw; set sample.lines above 0")
    place = {name: i for i, name in enumerate(ink.ids)}
    drawings, colours = [], []
    for row in rows:
        i = place[row["sample_id"]]
        part = slice(ink.starts[i], ink.starts[i + 1])
        drawings.append(Drawing(_title(row), ink.x[part], ink.y[part], ink.stroke[part]))
        primed = np.arange(len(ink.x[part])) < row["primer_points"]
        colours.append(to_rgba_array([style.INK, style.BLUE])[primed.astype(int)])
    heading = f"{len(rows)} of {len(index)} generated samples, by rising bias"
    # Drawn signatures are marked, here too.
    heading = "; ".join([heading, *dict.fromkeys(filter(None, (row.get("note") for row in rows)))])
    entries = [(legends.line(style.INK), "written by the network")]
    if any(row["primer_points"] for row in rows):
        entries.append((legends.line(style.BLUE), "real sample that it continues (primer)"))
    return drawing.sheet(drawings, colours, 1, unit, heading, entries)


def _chosen(index: list[dict], count: int) -> list[dict]:
    """At most `count` rows, by bias; within a bias, primed samples come last."""
    biases = sorted({row["bias"] for row in index})
    each = max(1, count // max(len(biases), 1))
    chosen = []
    for bias in biases:
        rows = [row for row in index if row["bias"] == bias]
        free = [row for row in rows if row["prime"] is None]
        primed = [row for row in rows if row["prime"] is not None][: max(1, each // 2)]
        chosen += [*free[: each - len(primed)], *primed]
    return chosen[:count]


def _title(row: dict) -> str:
    """The title of a sample, as on the sheet of `pentrace sample`."""
    return title(row["bias"], row["prime"], row.get("text"), bool(row.get("failed")))


@click.command(cls=Command)
@folder_option("--generated", help="Folder that pentrace sample wrote.")
@file_option("--normalisation", help="Normalisation of the data set, JSON.")
@settings_option(SamplesFigureSettings)
@figure_options
def command(generated: Path, normalisation: Path, settings: SamplesFigureSettings) -> Figure:
    """A sheet of generated samples, by bias, with primers in blue."""
    ink = from_table(tables.read(generated / "points.parquet", schema.POINTS))
    unit = page_unit(read_normalisation(normalisation))
    return samples_figure(ink, read_json(generated / "samples.json"), unit, settings.count)
