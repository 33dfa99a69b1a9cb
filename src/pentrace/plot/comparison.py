"""Distributions of real and of generated ink."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pentrace.errors import PentraceError
from pentrace.files import read_keys
from pentrace.options import Command, file_option
from pentrace.plot import style
from pentrace.plot.options import figure_options

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
    rows = -(-(len(found) + 1) // 3)
    made = style.figure(1.75 * rows + 0.1)
    panels = made.subplots(rows, 3, squeeze=False).ravel()
    for axes, (name, entry) in zip(panels, found.items(), strict=False):
        _histogram(axes, entry)
        unit = entry["unit"].replace("unit", distributions["unit"] + "s")
        axes.set_xlabel(LABELS.get(name, name) + ("" if unit == "points" else f" ({unit})"))
    _legend(panels[len(found)], panels[0], distributions)
    for axes in panels[len(found) + 1 :]:
        axes.set_axis_off()
    panels[0].set_ylabel("share of values")
    return made


def _histogram(axes: Axes, entry: dict) -> None:
    histogram = entry["histogram"]
    edges = np.array(histogram["edges"])
    axes.stairs(histogram["real"], edges, fill=True, color="#bdbdbd", label="real")
    axes.stairs(histogram["generated"], edges, color=style.BLUE, lw=1.2, label="generated")
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
    axes.margins(x=0)
    floor = entry["wasserstein_sd_real"]
    real = "" if floor is None else f" (real splits: {floor:.2f})"
    axes.set_title(f"distance {entry['wasserstein_sd']:.2f} sd{real}", fontsize=6.5)


def _legend(axes: Axes, first: Axes, distributions: dict) -> None:
    axes.set_axis_off()
    handles, labels = first.get_legend_handles_labels()
    real, generated = handles
    steps = distributions["generated_steps"]
    length = f"lines of {steps} steps" if steps else "complete lines"
    labels = [
        f"real, split {distributions['split']}",
        f"generated, {distributions['generated_lines']} {length},\nbias {distributions['bias']:g}",
    ]
    axes.legend([real, generated], labels, loc="center left")


@click.command(cls=Command)
@file_option("--metrics", help="Measures that pentrace evaluate wrote, metrics.json.")
@figure_options
def command(metrics: Path) -> Figure:
    """Offsets, strokes and speeds of real and of generated ink."""
    found = read_keys(metrics, "distributions")["distributions"]
    if not found:
        raise PentraceError(f"{metrics}: no ink was compared; set evaluate.generated_lines above 0")
    return comparison_figure(found)
