"""Offsets before and after normalisation."""

from pathlib import Path
from typing import Literal

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from pydantic import Field

from pentrace.errors import PentraceError
from pentrace.options import Command, file_option, folder_option, settings_option
from pentrace.plot import data, legends, style
from pentrace.plot.options import figure_options
from pentrace.settings import Settings
from pentrace.split_names import Split

SHARE = 0.004  # share of the offsets that is outside the limits of an axis, on either side
BINS = 80


class OffsetsFigureSettings(Settings):
    """What `pentrace plot offsets` shows."""

    split: Split = Field("train", description="split of the offsets")


def offsets_figure(before: np.ndarray, after: np.ndarray, split: str = "train") -> Figure:
    """Density of the offsets (N, 2) in tablet units and normalised, with both marginals.

    The ellipse marks one standard deviation around the mean. Raises `PentraceError` if the split
    is empty.
    """
    if not len(before) or not len(after):
        raise PentraceError(
            f"no offset in split {split!r}; give another --split (see samples.parquet)"
        )
    made = style.figure(4.1)
    edges = [_edges(before[:, axis]) for axis in (0, 1)]
    moved = [_moved(edges[axis], before[:, axis], after[:, axis]) for axis in (0, 1)]
    grid = made.add_gridspec(2, 4, width_ratios=(3, 1, 3, 1), height_ratios=(1, 3))
    images = []
    for i, (steps, bins, unit, title) in enumerate(
        [(before, edges, "tablet units", "recorded"), (after, moved, "normalised", "normalised")]
    ):
        joint = made.add_subplot(grid[1, 2 * i])
        images.append(_joint(joint, steps, bins, unit))
        over = made.add_subplot(grid[0, 2 * i], sharex=joint)
        beside = made.add_subplot(grid[1, 2 * i + 1], sharey=joint)
        _marginal(over, steps[:, 0], bins[0], "vertical")
        _marginal(beside, steps[:, 1], bins[1], "horizontal")
        words = f"{title}: {len(steps):,} offsets, split {split}\n{_moments(steps)}"
        legends.title(over, words, i, 3.2)
    most = max(float(np.asarray(image.get_array()).max()) for image in images)
    for image in images:
        image.set_norm(LogNorm(1, max(most, 2.0)))
    bar = legends.colour_bar(
        made, images[0], "offsets per bin (logarithmic scale; white: none)",
        ax=made.axes, location="bottom", shrink=0.4, aspect=40, pad=0.02,
    )  # fmt: skip
    legends.plain_log(bar.ax.xaxis)
    ellipse = legends.dot(style.BLUE, mfc="none", mew=1.2, ms=7)
    legends.key(made, [(ellipse, "one standard deviation (sd) around the mean")])
    return made


def _edges(values: np.ndarray) -> np.ndarray:
    """Bin edges. Integer values get bins of integer width; other widths would show stripes."""
    low, high = np.percentile(values, [100 * SHARE, 100 * (1 - SHARE)])
    integers = np.array_equal(values, np.round(values))
    width = max(1, round((high - low) / BINS)) if integers else max((high - low) / BINS, 1e-9)
    # The edges are between the integers, so that rounding moves no value into the next bin.
    steps = np.arange(np.floor(low / width) - 2, np.ceil(high / width) + 4)
    return steps * width - min(width, 1) / 2


def _moved(edges: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The same edges in the units of `after`, converted by mean and sd."""
    scale = after.std(dtype=np.float64) / max(before.std(dtype=np.float64), 1e-9)
    return after.mean(dtype=np.float64) + (edges - before.mean(dtype=np.float64)) * (scale or 1.0)


def _joint(axes: Axes, steps: np.ndarray, bins: list[np.ndarray], unit: str) -> QuadMesh:
    *_, image = axes.hist2d(steps[:, 0], steps[:, 1], bins=bins, norm=LogNorm(), cmap=style.HEAT)
    mean, sd = steps.mean(0, dtype=np.float64), steps.std(0, dtype=np.float64)
    turn = np.linspace(0, 2 * np.pi, 100)
    axes.plot(mean[0] + sd[0] * np.cos(turn), mean[1] + sd[1] * np.sin(turn), color="white", lw=2)
    axes.plot(mean[0] + sd[0] * np.cos(turn), mean[1] + sd[1] * np.sin(turn), color=style.BLUE)
    axes.set(xlim=bins[0][[0, -1]], ylim=bins[1][[0, -1]])
    axes.set(xlabel=f"Δx, rightward ({unit})", ylabel=f"Δy, upward ({unit})")
    return image


def _moments(steps: np.ndarray) -> str:
    mean, sd = steps.mean(0, dtype=np.float64), steps.std(0, dtype=np.float64)
    return (
        f"mean ({_rounded(mean[0])}, {_rounded(mean[1])}), "
        f"sd ({_rounded(sd[0])}, {_rounded(sd[1])})"
    )


def _rounded(value: float) -> str:
    """`value` with two decimals, a true minus sign, and no minus sign before zero."""
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")


def _marginal(
    axes: Axes,
    values: np.ndarray,
    edges: np.ndarray,
    direction: Literal["vertical", "horizontal"],
) -> None:
    """Offsets in each column or row of the map, on a log axis; a bin without offsets is a gap."""
    count, _ = np.histogram(values, edges)
    seen = np.where(count > 0, count, np.nan)
    axes.stairs(seen, edges, baseline=None, orientation=direction, color=style.GREY, lw=0.9)
    limits = 0.7, 2.0 * max(float(count.max()), 5.0)
    if direction == "vertical":
        axes.set(yscale="log", ylim=limits, ylabel="offsets")
        axes.tick_params(labelbottom=False)
        legends.plain_log(axes.yaxis, 4)
    else:
        axes.set(xscale="log", xlim=limits, xlabel="offsets")
        axes.tick_params(labelleft=False)
        axes.tick_params(axis="x", labelrotation=90)
        legends.plain_log(axes.xaxis, 4)


@click.command(cls=Command)
@folder_option("--cleaned", help="Folder of cleaned points.")
@folder_option("--offsets", help="Folder of offsets.")
@file_option("--samples", help="Table of samples.")
@settings_option(OffsetsFigureSettings)
@figure_options
def command(cleaned: Path, offsets: Path, samples: Path, settings: OffsetsFigureSettings) -> Figure:
    """Offsets before and after normalisation: density and marginals."""
    rows = data.kept(samples, settings.split)
    before = data.recorded_offsets(cleaned, rows)
    return offsets_figure(before, data.normalised_offsets(offsets, rows), settings.split)
