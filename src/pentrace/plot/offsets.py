"""Offsets before and after normalisation."""

from pathlib import Path
from typing import Literal

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from pydantic import Field

from pentrace.errors import PentraceError
from pentrace.options import Command, file_option, folder_option, settings_option
from pentrace.plot import data, style
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
    made = style.figure(3.5)
    edges = [_edges(before[:, axis]) for axis in (0, 1)]
    moved = [_moved(edges[axis], before[:, axis], after[:, axis]) for axis in (0, 1)]
    left, right = made.subfigures(1, 2, squeeze=False)[0]
    for part, steps, bins, unit, title in (
        (left, before, edges, "tablet units", "recorded"),
        (right, after, moved, "normalised", "normalised"),
    ):
        grid = part.add_gridspec(2, 2, width_ratios=(4, 1), height_ratios=(1, 4))
        joint = part.add_subplot(grid[1, 0])
        _joint(joint, steps, bins, unit)
        over = part.add_subplot(grid[0, 0], sharex=joint)
        beside = part.add_subplot(grid[1, 1], sharey=joint)
        _marginal(over, steps[:, 0], bins[0], "vertical")
        _marginal(beside, steps[:, 1], bins[1], "horizontal")
        over.set_title(f"{title}: {len(steps):,} offsets, {split}")
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


def _joint(axes: Axes, steps: np.ndarray, bins: list[np.ndarray], unit: str) -> None:
    axes.hist2d(steps[:, 0], steps[:, 1], bins=bins, norm=LogNorm(), cmap=style.HEAT)
    mean, sd = steps.mean(0, dtype=np.float64), steps.std(0, dtype=np.float64)
    turn = np.linspace(0, 2 * np.pi, 100)
    axes.plot(mean[0] + sd[0] * np.cos(turn), mean[1] + sd[1] * np.sin(turn), color="white", lw=2)
    axes.plot(mean[0] + sd[0] * np.cos(turn), mean[1] + sd[1] * np.sin(turn), color=style.BLUE)
    axes.set(xlim=bins[0][[0, -1]], ylim=bins[1][[0, -1]])
    axes.set(xlabel=f"Δx, rightward ({unit})", ylabel=f"Δy, upward ({unit})")
    axes.text(
        0.03,
        0.97,
        f"mean ({_rounded(mean[0])}, {_rounded(mean[1])})\n"
        f"sd ({_rounded(sd[0])}, {_rounded(sd[1])})",
        transform=axes.transAxes,
        va="top",
        fontsize=6.5,
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5},
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
    bins = edges.tolist()
    axes.hist(values, bins, density=True, log=True, color=style.GREY, orientation=direction)
    axes.tick_params(labelbottom=False, labelleft=False, which="both", length=0)
    axes.spines[:].set_visible(False)


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
