"""Distributions of real and of generated ink."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pentrace.errors import PentraceError
from pentrace.files import read_keys
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.legends import Entry
from pentrace.plot.options import figure_options

REAL = "#bdbdbd"
LABELS = {
    "dx": "Δx, rightward",
    "dy": "Δy, upward",
    "speed": "speed, pen down",
    "stroke_length": "length of a stroke",
    "stroke_points": "points in a stroke",
}


def comparison_figure(distributions: dict) -> Figure:
    """Histograms of each quantity in `distributions` of metrics.json, with their distances.

    Raises `PentraceError` if nothing was compared.
    """
    found = {k: v for k, v in distributions["quantities"].items() if v is not None}
    if not found:
        raise PentraceError(
            "no real or no generated ink to compare; check evaluate.compare_with and "
            "evaluate.generated_lines"
        )
    columns = 2 if len(found) == 4 else min(len(found), 3)
    rows = -(-len(found) // columns)
    made = style.figure(1.95 * rows + 0.3)
    panels = made.subplots(rows, columns, squeeze=False)
    for i, (axes, (name, entry)) in enumerate(zip(panels.ravel(), found.items(), strict=False)):
        _histogram(axes, entry)
        legends.title(axes, _title(entry), i, 2.2)
        unit = entry["unit"].replace("unit", distributions["unit"] + "s")
        axes.set_xlabel(LABELS.get(name, name) + ("" if unit == "points" else f" ({unit})"))
    for axes in panels.ravel()[len(found) :]:
        axes.remove()
    for axes in panels[:, 0]:
        axes.set_ylabel("share of values per bin")
    legends.key(made, _entries(distributions))
    return made


def _histogram(axes: Axes, entry: dict) -> None:
    histogram = entry["histogram"]
    edges = np.array(histogram["edges"])
    axes.stairs(histogram["real"], edges, fill=True, color=REAL)
    axes.stairs(histogram["generated"], edges, color=style.BLUE, lw=1.2)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
    axes.margins(x=0)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(lambda value, _: legends.number(value))


def _title(entry: dict) -> str:
    """Numbers of values, the distance, and the distance between two splits of real ink."""
    floor = entry["wasserstein_sd_real"]
    real = "" if floor is None else f" [{floor:.2f}]"
    counts = f"{entry['real']['count']:,} real, {entry['generated']['count']:,} generated"
    return f"distance {entry['wasserstein_sd']:.2f} sd{real}\n{counts}"


def _entries(distributions: dict) -> list[Entry]:
    steps = distributions["generated_steps"]
    length = f"lines of {steps} steps" if steps else "complete lines"
    made = f"{distributions['generated_lines']} {length}, bias {distributions['bias']:g}"
    return [
        (Patch(color=REAL, lw=0), f"real, split {distributions['split']}"),
        (legends.line(style.BLUE), f"generated, {made}"),
        (legends.line("none"), "[ ] distance between two splits of real ink"),
    ]


@click.command(cls=Command)
@file_option("--metrics", help="Measures that pentrace evaluate wrote, metrics.json.")
@figure_options
def command(metrics: Path) -> Figure:
    """Offsets, strokes and speeds of real and of generated ink."""
    found = read_keys(metrics, "distributions")["distributions"]
    if not found:
        raise PentraceError(f"{metrics}: no ink was compared; set evaluate.generated_lines above 0")
    return comparison_figure(found)
