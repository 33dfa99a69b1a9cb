"""How well classifiers distinguish written from real lines, and real lines from one another."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pentrace.files import read_keys
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options

BAND = "#dcdcdc"
LOOK = {  # classifier -> label, colour, symbol
    "logistic": ("logistic regression", style.BLUE, "o"),
    "boosting": ("gradient boosting", style.ORANGE, "^"),
    "recurrent": ("recurrent network", style.GREEN, "s"),
}
NAMES = {
    "rewritten": "real texts",
    "styled": "in a hand",
    "unstyled": "without a style",
    "sampled": "samples",
    "other hands": "other real hands",
}
HALVES = "halves"
APART = 0.2  # between the symbols of one comparison


def discriminate_figure(table: list[dict]) -> Figure:
    """The AUC of each classifier in each comparison, with 95 % intervals.

    `table` is that of discriminate.json. Without comparisons, the figure says so.
    """
    if not table:
        made = style.figure(0.6)
        made.text(0.5, 0.5, "Too few lines to compare written with real ones.", ha="center")
        return made
    made = style.figure(2.8)
    axes = made.subplots()
    kinds = [kind for kind in LOOK if kind in table[0]["classifiers"]]
    shown = [row for row in table if row["origin"] != HALVES]
    floor = [row for row in table if row["origin"] == HALVES]
    _floor(axes, floor, kinds)
    for i, kind in enumerate(kinds):
        at = np.arange(len(shown)) + APART * (i - (len(kinds) - 1) / 2)
        found = [row["classifiers"][kind] for row in shown]
        value, low, high = (np.array([one[k] for one in found]) for k in ("auc", "low", "high"))
        _, colour, marker = LOOK[kind]
        ends = np.maximum([value - low, high - value], 0)
        axes.errorbar(at, value, ends, fmt=marker, color=colour, ms=4, lw=1)
    axes.axhline(0.5, color=style.GREY, ls="--", lw=0.8)
    axes.set_xticks(range(len(shown)), [_name(row) for row in shown])
    axes.set(xlim=(-0.6, max(len(shown), 1) - 0.4), ylim=(None, 1.02), ylabel="AUC")
    axes.set_xlabel("lines that are compared with real ones")
    axes.grid(axis="y")
    entries = [(legends.dot(LOOK[k][1], LOOK[k][2]), LOOK[k][0]) for k in kinds]
    halves = [(Patch(color=BAND, lw=0), "real lines of the same hands")] if floor else []
    legends.key(made, [*entries, *halves, (legends.line(style.GREY, ls="--"), "chance")])
    return made


def _floor(axes: Axes, rows: list[dict], kinds: list[str]) -> None:
    """A band over all intervals of the comparisons of real lines of the same hands."""
    found = [row["classifiers"][kind] for row in rows for kind in kinds]
    if found:
        low, high = min(one["low"] for one in found), max(one["high"] for one in found)
        axes.axhspan(low, high, color=BAND, lw=0)


def _name(row: dict) -> str:
    bias = "" if row["bias"] is None else f"\nbias {row['bias']:g}"
    return NAMES.get(row["origin"], row["origin"]).replace(" ", "\n", 1) + bias


@click.command(cls=Command)
@file_option("--metrics", help="Measures that pentrace discriminate wrote, discriminate.json.")
@figure_options
def command(metrics: Path) -> Figure:
    """How well classifiers distinguish written from real lines."""
    return discriminate_figure(read_keys(metrics, "table")["table"])
