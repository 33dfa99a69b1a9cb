"""Which hand written lines are nearest to, compared with real lines and with chance."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pentrace import schema, tables
from pentrace.files import read_keys
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options

LOOK = {  # origin -> label, colour, symbol
    "real": ("real lines of the hand", style.INK, "s"),
    "styled": ("written in the hand", style.BLUE, "o"),
    "unstyled": ("written without a style", style.ORANGE, "^"),
}
APART = 0.22  # between the symbols of one method


def hands_figure(hands: list[str], table: list[dict], rows: list[dict]) -> Figure:
    """(a) Shares of lines nearest to their own hand, (b) character errors, (c) hands by hands.

    `table` is that of style.json, `rows` are those of `schema.STYLE`. Without hands, the figure
    says so.
    """
    if not hands:
        made = style.figure(0.6)
        made.text(0.5, 0.5, "Too few writers with enough lines to compare hands.", ha="center")
        return made
    made = style.figure(2.9)
    methods = list(table[0]["methods"])
    errors = any(row["character_error_rate"] for row in table)
    panels = made.subplots(
        1, 2 + errors, width_ratios=[2.3, 1, 2][: 2 + errors] if errors else [2.3, 2]
    )
    _shares(panels[0], table, methods, len(hands))
    if errors:
        _errors(panels[1], table)
    _matrix(made, panels[-1], hands, rows, methods[0])
    entries = [(legends.dot(colour, marker), label) for label, colour, marker in LOOK.values()]
    legends.key(made, [*entries, (legends.line(style.GREY, ls="--"), "chance")])
    return made


def _shares(axes: Axes, table: list[dict], methods: list[str], hands: int) -> None:
    for i, row in enumerate(table):
        at = np.arange(len(methods)) + APART * (i - 1)
        _points(axes, at, [row["methods"][m]["nearest"] for m in methods], row["origin"])
    axes.axhline(1 / hands, color=style.GREY, ls="--", lw=0.8)
    axes.set_xticks(range(len(methods)), methods)
    axes.set(xlim=(-0.5, len(methods) - 0.5), ylim=(0, 1.03), ylabel="share of lines (%)")
    _percent(axes)
    legends.title(axes, f"lines nearest to their own hand, of {hands}", 0)


def _errors(axes: Axes, table: list[dict]) -> None:
    for i, row in enumerate(table):
        _points(axes, np.array([float(i)]), [row["character_error_rate"]], row["origin"])
    axes.set_xticks([])
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, None), ylabel="error rate (%)")
    _percent(axes)
    legends.title(axes, "character errors", 1)


def _points(axes: Axes, at: np.ndarray, found: list[dict | None], origin: str) -> None:
    """A symbol with its interval at each place; nothing where there is no rate."""
    _, colour, marker = LOOK[origin]
    for x, one in zip(at, found, strict=True):
        if one:
            ends = [[one["rate"] - one["low"]], [one["high"] - one["rate"]]]
            axes.errorbar(x, one["rate"], np.maximum(ends, 0), fmt=marker, color=colour, ms=4, lw=1)


def _percent(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(lambda rate, _: f"{100 * rate:g}")
    axes.grid(axis="y")


def _matrix(made: Figure, axes: Axes, hands: list[str], rows: list[dict], method: str) -> None:
    counts = np.zeros((len(hands), len(hands)))
    for row in rows:
        if row["method"] == method and row["origin"] == "styled":
            counts[hands.index(row["hand"]), hands.index(row["nearest"])] += 1
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    shown = axes.imshow(shares, cmap=style.HEAT, vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set(xlabel="nearest hand", ylabel="own hand")
    axes.spines[:].set_visible(True)
    legends.title(axes, f"written in the hand, by {method}", 2 if len(made.axes) > 2 else 1)
    bar = legends.colour_bar(made, shown, "share of lines (%)", ax=axes, fraction=0.05, pad=0.03)
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}")


@click.command(cls=Command)
@file_option("--metrics", help="Measures that pentrace style wrote, JSON.")
@file_option("--lines", help="Table of lines that pentrace style wrote.")
@figure_options
def command(metrics: Path, lines: Path) -> Figure:
    """Lines nearest to their own hand: real, written in it, and written without a style."""
    found = read_keys(metrics, "hands", "table")
    return hands_figure(
        found["hands"], found["table"], tables.read(lines, schema.STYLE).to_pylist()
    )
