"""Which features distinguish written from real lines, and the distributions of the strongest."""

from pathlib import Path

import click
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pentrace import tables
from pentrace.files import read_keys
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options

REAL = "#bdbdbd"
REAL_ORIGINS = ("halves", "other hands")
MOST = 15  # features in the first panel
STRONGEST = 5
BINS = 24
UNITS = {"step": "tablet units", "advance": "tablet units", "height": "tablet units",
         "turn": "rad", "turn spread": "rad", "turn balance": "rad"}  # fmt: skip


def giveaways_figure(rows: list[dict], values: pd.DataFrame) -> Figure:
    """(a) AUC of features, (b to f) distributions of the five strongest, (g) importance.

    `rows` are the features of discriminate.json, `values` the rows of
    `schema.TRAJECTORY_FEATURES`. The first comparison with written lines is shown, and in (a) also
    all others of the same origin, by bias. Without written lines, the figure says so.
    """
    written = [row for row in rows if row["origin"] not in REAL_ORIGINS]
    if not written:
        made = style.figure(0.6)
        made.text(0.5, 0.5, "Too few lines to compare written with real ones.", ha="center")
        return made
    origin, bias = written[0]["origin"], written[0]["bias"]
    own = [row for row in written if row["origin"] == origin]
    first = {row["feature"]: row for row in own if row["bias"] == bias}
    order = sorted(first, key=lambda name: -abs(first[name]["auc"] - 0.5))
    made = style.figure(4.4)
    grid = made.add_gridspec(3, 3)
    axes = made.add_subplot(grid[:, 0])
    _alone(axes, own, [row for row in rows if row["origin"] == "halves"], order[:MOST])
    shown = values[(values.origin == origin) & (values.bias == bias)]
    places = [(0, 1), (0, 2), (1, 1), (1, 2), (2, 1)]
    for i, (name, place) in enumerate(zip(order[:STRONGEST], places, strict=False)):
        _distribution(made.add_subplot(grid[place]), shown[shown.feature == name], name, i + 1)
    _importance(made.add_subplot(grid[2, 2]), list(first.values()))
    biases = sorted({row["bias"] for row in own})
    entries: list[legends.Entry] = [
        (legends.dot(_shade(i, len(biases))), f"written, bias {b:g}") for i, b in enumerate(biases)
    ]
    entries.append((legends.dot(style.GREY, "x"), "real lines with one another"))
    entries.append((Patch(color=REAL, lw=0), "(b to f) real"))
    entries.append((legends.line(_shade(0, len(biases))), f"(b to f) written, bias {bias:g}"))
    legends.key(made, entries)
    return made


def _shade(number: int, of: int) -> str:
    return to_hex(style.SEQUENCE(number / max(of - 1, 1)))


def _alone(axes: Axes, own: list[dict], floor: list[dict], names: list[str]) -> None:
    at = {name: -i for i, name in enumerate(names)}
    biases = sorted({row["bias"] for row in own})
    for rows, colour, marker in (
        (floor, style.GREY, "x"),
        *(([r for r in own if r["bias"] == b], _shade(i, len(biases)), "o")
          for i, b in enumerate(biases)),
    ):  # fmt: skip
        some = [row for row in rows if row["feature"] in at]
        axes.plot([row["auc"] for row in some], [at[row["feature"]] for row in some], marker,
                  color=colour, ms=4, mew=1 if marker == "x" else 0)  # fmt: skip
    axes.axvline(0.5, color=style.GREY, ls="--", lw=0.8)
    axes.set_yticks(list(at.values()), list(at))
    axes.set(xlim=(-0.04, 1.04), ylim=(0.7 - len(names), 0.7), xlabel="AUC of the feature alone")
    axes.grid(axis="y")
    legends.title(axes, "right: larger in written lines", 0)


def _importance(axes: Axes, rows: list[dict]) -> None:
    """The features that the gradient boosting depends on most."""
    chosen = sorted(rows, key=lambda row: -row["importance"])[:STRONGEST]
    at = -np.arange(len(chosen))
    axes.barh(at, [row["importance"] for row in chosen], 0.6, color=_shade(0, 2))
    axes.set_yticks(at, [row["feature"] for row in chosen])
    axes.set(xlim=(0, None), xlabel="fall of the AUC without it")
    axes.xaxis.set_major_locator(MaxNLocator(3))
    legends.title(axes, "importance", STRONGEST + 1)


def _distribution(axes: Axes, rows: pd.DataFrame, name: str, number: int) -> None:
    real, written = (rows[rows.other == side].value.to_numpy() for side in (False, True))
    both = np.concatenate([real, written])
    low, high = np.quantile(both, [0.01, 0.99])
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    shares = [np.histogram(np.clip(v, low, high), edges)[0] / len(v) for v in (real, written)]
    axes.stairs(shares[0], edges, fill=True, color=REAL)
    axes.stairs(shares[1], edges, color=_shade(0, 2), lw=1.2)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, None))
    axes.set_ylabel("share of lines")
    unit = f" ({UNITS[name]})" if name in UNITS else ""
    axes.set_xlabel(name + unit)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.6g}".replace("-", "−"))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    legends.title(axes, "", number)


@click.command(cls=Command)
@file_option("--metrics", help="Measures that pentrace discriminate wrote, discriminate.json.")
@file_option("--features", help="Table of features that pentrace discriminate wrote.")
@figure_options
def command(metrics: Path, features: Path) -> Figure:
    """Features that distinguish written from real lines, and the five strongest."""
    return giveaways_figure(
        read_keys(metrics, "features")["features"], tables.read(features).to_pandas()
    )
