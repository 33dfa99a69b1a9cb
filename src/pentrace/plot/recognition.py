"""How legible written lines are, by bias, compared with real lines."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pentrace.errors import PentraceError
from pentrace.files import read_keys
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.legends import Entry
from pentrace.plot.options import figure_options

BAND = "#dcdcdc"
PANELS = {
    "character_error_rate": "character error rate",
    "word_error_rate": "word error rate",
}


def recognition_figure(table: list[dict], split: str) -> Figure:
    """Error rates of a recogniser against bias, with 95 % intervals.

    `table` is that of recognition.json. The real lines of `split` are drawn as a band, written
    lines as points. The legend gives the number of lines, and of lines that failed. Raises
    `PentraceError` if there are no rates.
    """
    known = [row for row in table if all(row[key] for key in PANELS)]
    if not known:
        raise PentraceError("no error rates; give pentrace recognise lines that have a text")
    real = [row for row in known if row["origin"] == "real"]
    written = [row for row in known if row["origin"] == "written"]
    made = style.figure(2.9)
    panels = made.subplots(1, 2, sharex=True)
    for i, (axes, (key, label)) in enumerate(zip(panels, PANELS.items(), strict=True)):
        _real(axes, real, key)
        _written(axes, written, key)
        axes.set(xlabel="bias" if written else "", ylabel="error rate (%)", ylim=(0, None))
        axes.yaxis.set_major_formatter(lambda rate, _: f"{100 * rate:g}")
        axes.grid(axis="y")
        legends.title(axes, label, i)
    legends.key(made, _entries(real, written, split))
    return made


def _entries(real: list[dict], written: list[dict], split: str) -> list[Entry]:
    entries: list[Entry] = []
    for row in real:
        entries.append(
            (legends.line(style.INK, lw=1), f"real, split {split}: {row['lines']} lines")
        )
        entries.append((Patch(color=BAND, lw=0), "its 95 % interval"))
    if written:
        mark = legends.dot(style.BLUE, ls="-", lw=1.2)
        entries.append((mark, f"{_lines(written)}; bars: 95 % interval"))
    return entries


def _real(axes: Axes, rows: list[dict], key: str) -> None:
    for row in rows:
        axes.axhspan(row[key]["low"], row[key]["high"], color=BAND, lw=0)
        axes.axhline(row[key]["rate"], color=style.INK, lw=1)


def _written(axes: Axes, rows: list[dict], key: str) -> None:
    if not rows:
        axes.set_xticks([])
        return
    bias = np.array([row["bias"] for row in rows])
    rate, low, high = (np.array([row[key][k] for row in rows]) for k in ("rate", "low", "high"))
    # With few lines, the bootstrap interval may lie completely above or below the rate.
    error = np.clip([rate - low, high - rate], 0, None)
    axes.errorbar(bias, rate, error, fmt="o-", ms=4, color=style.BLUE, elinewidth=0.8, capsize=2)
    axes.set_xticks(bias, [f"{b:g}" for b in bias])
    axes.margins(x=0.08)


def _lines(rows: list[dict]) -> str:
    """Label: the number of written lines for each bias, and how many failed in total."""
    counts = sorted({row["lines"] for row in rows})
    each = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    failed = sum(row["failed"] for row in rows)
    lost = f", {failed} of all failed" if failed else ""
    return f"written: {each} lines per bias{lost}"


@click.command(cls=Command)
@file_option("--metrics", help="Measures that pentrace recognise wrote, recognition.json.")
@figure_options
def command(metrics: Path) -> Figure:
    """Error rates of a recogniser in real and in written lines, by bias."""
    found = read_keys(metrics, "table", "split")
    return recognition_figure(found["table"], found["split"])
