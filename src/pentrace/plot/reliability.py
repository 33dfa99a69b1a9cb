"""Reliability of the predicted probability of the end of stroke."""

from pathlib import Path

import click
import numpy as np
from matplotlib.figure import Figure
from pydantic import Field

from pentrace.errors import PentraceError
from pentrace.files import read_keys
from pentrace.options import Command, file_option, settings_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options
from pentrace.settings import Settings
from pentrace.split_names import Split


class ReliabilityFigureSettings(Settings):
    """What `pentrace plot reliability` shows."""

    split: Split = Field("validation", description="split of the lines")


def reliability_figure(calibration: dict, split: str) -> Figure:
    """Observed share of ends against predicted probability, by bin, with 95 % intervals.

    `calibration` is the entry of one split in metrics.json. The intervals are Wilson's (1927).
    Below: the steps in each bin, on a log axis. Raises `PentraceError` if there are none.
    """
    rows = [row for row in calibration["bins"] if row["steps"]]
    if not rows:
        raise PentraceError(f"no step was measured in split {split!r}; give another --split")
    probability, share, steps = (
        np.array([row[key] for row in rows], float)
        for key in ("mean_probability", "share_of_ends", "steps")
    )
    made = style.figure(4.3, 3.4)
    above, below = made.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    above.plot([0, 1], [0, 1], color=style.GREY, lw=0.8, ls=(0, (3, 2)), label="perfect")
    low, high = _wilson(share, steps)
    error = np.clip([share - low, high - share], 0, None)
    seen = above.errorbar(
        probability, share, error, fmt="o-", ms=4, color=style.BLUE, elinewidth=0.8, capsize=2
    )
    above.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel="observed share of ends of strokes")
    perfect = (above.lines[0], "perfect")
    legends.key(made, [(seen, "observed, 95 % interval"), perfect])
    legends.title(
        above,
        f"split {split}: {int(steps.sum()):,} steps\nBrier score {calibration['brier']:.4f}, "
        f"calibration error {calibration['expected_calibration_error']:.4f}",
        0,
    )
    middle = np.array([(row["from"] + row["to"]) / 2 for row in rows])
    legends.counts(below, middle, steps, style.GREY, "o", ms=4)
    below.set(yscale="log", ylim=(steps.min() / 3, steps.max() * 3))
    below.set(ylabel="steps per bin", xlabel="predicted probability of the end of stroke")
    legends.title(below, "steps in each bin (logarithmic scale)", 1)
    legends.plain_log(below.yaxis)
    return made


def _wilson(share: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of the 95 % interval of each `share` of `count` steps."""
    z = 1.96
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    return centre - half, centre + half


@click.command(cls=Command)
@file_option("--metrics", help="Measures that pentrace evaluate wrote, metrics.json.")
@settings_option(ReliabilityFigureSettings)
@figure_options
def command(metrics: Path, settings: ReliabilityFigureSettings) -> Figure:
    """Observed share of ends of strokes against their predicted probability."""
    known, split = read_keys(metrics, "calibration")["calibration"], settings.split
    if split not in known:
        raise PentraceError(
            f"{metrics}: split {split!r} was not measured; give one of: {', '.join(known)}"
        )
    return reliability_figure(known[split], split)
