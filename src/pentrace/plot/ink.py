"""Sheets of recorded ink, coloured by stroke, by point or by time."""

from pathlib import Path
from typing import Literal

import click
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgba_array
from matplotlib.figure import Figure
from pydantic import Field

from pentrace.errors import PentraceError
from pentrace.options import Command, file_option, folder_option, settings_option
from pentrace.plot import data, drawing, legends, style
from pentrace.plot.drawing import Drawing
from pentrace.plot.options import figure_options
from pentrace.settings import Settings

AXES = {
    "point": "number of the point in its sample",
    "time": "time since the first point of the sample (s)",
}
STROKES = "neighbouring strokes have different colours, which have no other meaning"


class InkFigureSettings(Settings):
    """What `pentrace plot ink` shows."""

    colour: Literal["stroke", "point", "time"] = Field(
        "stroke", description="what the colour of a point shows"
    )
    count: int = Field(8, ge=1, le=200, description="samples on the sheet")


def columns_for(drawings: list[Drawing]) -> int:
    """1 column for long lines of text, 2 or 4 for narrower drawings."""
    shapes = [drawing.box(d) for d in drawings]
    wide = max((x1 - x0 for x0, x1, _, _ in shapes), default=1.0)
    high = max((y1 - y0 for _, _, y0, y1 in shapes), default=1.0)
    return 1 if wide > 5 * high else 2 if wide > 2.5 * high else 4


def ink_sheet(
    samples: list[tuple[Drawing, np.ndarray]], colour: str, kept: int | None = None
) -> Figure:
    """Samples (drawing, times (T,) in s), each point coloured by `stroke`, `point` or `time`.

    `kept` is the number of samples that they were chosen from, for the heading. Raises
    `PentraceError` if there is no sample, or if no time was recorded to colour by.
    """
    if not samples:
        raise PentraceError("no sample was kept; see rejects.parquet for the reasons")
    drawings = [d for d, _ in samples]
    heading = f"{len(samples):,} of {len(samples) if kept is None else kept:,} kept samples"
    if colour == "stroke":
        palette = to_rgba_array(style.PALETTE)
        colours = [palette[d.stroke % len(palette)] for d in drawings]
        heading += f"; {STROKES}"
        return drawing.sheet(drawings, colours, columns_for(drawings), heading=heading)
    values = [np.arange(len(t)) if colour == "point" else t for _, t in samples]
    return _by_value(drawings, values, AXES[colour], heading)


def _by_value(
    drawings: list[Drawing], values: list[np.ndarray], label: str, heading: str
) -> Figure:
    known = np.concatenate([v[np.isfinite(v)] for v in values])
    if not len(known):
        raise PentraceError("these samples have no recorded time; use --colour point")
    # With one long pause on the scale, all other strokes would have one colour.
    scale = Normalize(0, max(float(np.percentile(known, 99)), 1e-9))
    colours = [style.SEQUENCE(scale(v)) for v in values]
    made = drawing.sheet(drawings, colours, columns_for(drawings), heading=heading, extra=0.5)
    legends.colour_bar(
        made, ScalarMappable(scale, style.SEQUENCE), label, ax=made.axes[0], location="bottom",
        shrink=0.4, aspect=40, pad=0.02, extend="max" if known.max() > scale.vmax else "neither",
    )  # fmt: skip
    return made


@click.command(cls=Command)
@folder_option("--points", help="Folder of recorded or cleaned points.")
@file_option("--samples", help="Table of samples.")
@settings_option(InkFigureSettings)
@figure_options
def command(points: Path, samples: Path, settings: InkFigureSettings) -> Figure:
    """A sheet of recorded samples, evenly spaced over the table of samples."""
    kept = data.kept(samples)
    shown = data.spread(kept, settings.count)
    return ink_sheet(data.drawings(points, shown), settings.colour, len(kept))
