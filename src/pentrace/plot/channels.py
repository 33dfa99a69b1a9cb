"""How much each channel of the pen helps to verify signatures."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pentrace.files import read_keys
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options

MARKERS = ("o", "s", "^", "D", "v")
APART = 0.18  # between the symbols of two methods
PANELS = {"common": "one threshold", "per_user": "a threshold for each user"}


def channels_figure(table: list[dict]) -> Figure:
    """Equal error rates against skilled forgeries, by the channel that is left out.

    `table` is that of verification.json. Methods without a channel left out are not drawn. Without
    any, the figure says so.
    """
    rows = [row for row in table if row["skilled"]["common"] and row["skilled"]["per_user"]]
    measured = {(row["method"], row["task"]) for row in rows if row["left_out"]}
    rows = [row for row in rows if (row["method"], row["task"]) in measured]
    if not rows:
        made = style.figure(0.6)
        made.text(0.5, 0.5, "No method was measured without a channel.", ha="center")
        return made
    lines = list(dict.fromkeys((row["method"], row["task"]) for row in rows))
    channels = list(dict.fromkeys(row["left_out"] for row in rows))
    made = style.figure(2.6)
    panels = made.subplots(1, 2)
    for number, (name, words) in enumerate(PANELS.items()):
        for k, line in enumerate(lines):
            own = [row for row in rows if (row["method"], row["task"]) == line]
            _points(panels[number], own, channels, name, k - (len(lines) - 1) / 2, k)
        _axes(panels[number], channels)
        legends.title(panels[number], words, number, style.WIDTH / 2.3)
    tasks = len({task for _, task in lines})
    labels = [f"{method}, {task}" if tasks > 1 else method for method, task in lines]
    looks = [_look(k) for k in range(len(lines))]
    legends.key(
        made,
        [
            (legends.dot(look["color"], look["marker"]), label)
            for look, label in zip(looks, labels, strict=True)
        ],
    )
    return made


def _look(number: int) -> dict:
    return {
        "color": style.PALETTE[number % len(style.PALETTE)],
        "marker": MARKERS[number % len(MARKERS)],
    }


def _points(
    axes: Axes, rows: list[dict], channels: list, name: str, shift: float, number: int
) -> None:
    for row in rows:
        found = row["skilled"][name]
        ends = [[found["rate"] - found["low"]], [found["high"] - found["rate"]]]
        at = channels.index(row["left_out"]) + APART * shift
        axes.errorbar(
            at, found["rate"], np.maximum(ends, 0), ms=4, lw=1, ls="none", **_look(number)
        )


def _axes(axes: Axes, channels: list) -> None:
    words = ["all" if channel is None else f"without\n{channel}" for channel in channels]
    axes.set_xticks(range(len(channels)), words)
    axes.set(xlim=(-0.5, len(channels) - 0.5), ylim=(0, None), ylabel="equal error rate (%)")
    axes.yaxis.set_major_formatter(lambda rate, _: f"{100 * rate:g}")
    axes.grid(axis="y")


@click.command(cls=Command)
@file_option("--rates", help="Error rates that pentrace verify-rates wrote, JSON.")
@figure_options
def command(rates: Path) -> Figure:
    """Equal error rates of verification with each channel left out."""
    return channels_figure(read_keys(rates, "table")["table"])
