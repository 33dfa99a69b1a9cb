"""Detection error trade-off: false rejections against false acceptances."""

from pathlib import Path

import click
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from scipy.stats import norm

from pentrace import tables
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options
from pentrace.signatures.equal_error import curve

TICKS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4)
ENDS = (0.0005, 0.5)  # shares at the ends of the axes
LOOKS = ("-", "--", "-.", ":")
PANELS = {"skilled": "skilled forgeries", "random": "random forgeries"}


def det_figure(comparisons: pd.DataFrame) -> Figure:
    """A panel for each kind of forgery, a line for each method and task.

    `comparisons` are rows of `schema.COMPARISONS`. Without any, the figure says so.
    """
    own = comparisons[comparisons["left_out"].isna()]
    lines = [(str(key[0]), str(key[1])) for key, _ in own.groupby(["method", "task"], sort=False)]
    if not lines:
        made = style.figure(0.6)
        made.text(0.5, 0.5, "Too few signatures to compare.", ha="center")
        return made
    made = style.figure(3.6)
    tasks = len({task for _, task in lines})
    panels = made.subplots(1, 2)
    for i, (kind, words) in enumerate(PANELS.items()):
        for k, (method, task) in enumerate(lines):
            rows = own[(own["method"] == method) & (own["task"] == task)]
            _line(panels[i], rows, kind, _look(k))
        _axes(panels[i])
        legends.title(panels[i], words, i, style.WIDTH / 2.3)
    labels = [f"{method}, {task}" if tasks > 1 else method for method, task in lines]
    entries = [(legends.line(**_look(k)), label) for k, label in enumerate(labels)]
    legends.key(made, [*entries, (legends.line(style.GREY, ls="--", lw=0.8), "equal errors")])
    return made


def _look(number: int) -> dict:
    palette = style.PALETTE
    return {"colour": palette[number % len(palette)], "ls": LOOKS[number % len(LOOKS)]}


def _line(axes: Axes, rows: pd.DataFrame, kind: str, look: dict) -> None:
    genuine, forged = (
        rows.loc[rows["kind"] == name, "score"].to_numpy() for name in ("genuine", kind)
    )
    if len(genuine) and len(forged):
        rejected, accepted = (np.clip(part, *ENDS) for part in curve(genuine, forged))
        axes.plot(norm.ppf(accepted), norm.ppf(rejected), color=look["colour"], ls=look["ls"])


def _axes(axes: Axes) -> None:
    ends = norm.ppf(ENDS)
    axes.plot(ends, ends, color=style.GREY, ls="--", lw=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator(norm.ppf(TICKS)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(lambda at, _: f"{100 * norm.cdf(at):.3g}")
    axes.set(xlim=ends, ylim=ends, xlabel="false acceptances (%)", ylabel="false rejections (%)")
    axes.set_aspect("equal")
    axes.grid()


@click.command(cls=Command)
@file_option(
    "--scores",
    multiple=True,
    help="Table of comparisons that pentrace verify wrote. Repeat the option for several.",
)
@figure_options
def command(scores: tuple[Path, ...]) -> Figure:
    """False rejections against false acceptances of each method, at every threshold."""
    columns = ["method", "left_out", "task", "kind", "score"]
    return det_figure(pd.concat([tables.read(path, columns).to_pandas() for path in scores]))
