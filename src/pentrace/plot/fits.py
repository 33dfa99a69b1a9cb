"""How well the texts of real lines fit their ink, by a recogniser."""

from pathlib import Path

import click
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.legends import Entry
from pentrace.plot.options import figure_options
from pentrace.split_names import SPLITS

LINEAR = 0.1  # nats: below, the axis is linear
EDGES = np.concatenate([[-1e9], np.linspace(-0.05, LINEAR, 7), LINEAR * 1.25 ** np.arange(1, 22)])
MARKS = ("o", "s", "^", "D")


def fits_figure(misfit: dict[str, np.ndarray], limit: float | None) -> Figure:
    """Share of lines by misfit, in nats per character, for each split; misfit: float (N,) each.

    Values beyond the axis are in its first and last bin. Raises `PentraceError` if there is no
    line.
    """
    misfit = {split: values for split, values in misfit.items() if len(values)}
    if not misfit:
        raise PentraceError("no line was aligned; train the recogniser longer")
    edges = np.append(EDGES[1:], np.inf)
    made = style.figure(2.6)
    axes = made.add_subplot()
    middle = np.append((edges[:-2] + edges[1:-1]) / 2, edges[-2] * 1.1)
    entries: list[Entry] = []
    for number, (split, values) in enumerate(misfit.items()):
        shares = np.histogram(np.maximum(values, edges[0]), edges)[0] / len(values)
        colour, mark = style.PALETTE[number], MARKS[number]
        legends.counts(axes, middle, shares, colour, mark, ms=3.5)
        beyond = "" if limit is None else f", {int((values > limit).sum())} beyond the limit"
        entries.append((legends.dot(colour, mark), f"{split}: {len(values):,} lines{beyond}"))
    if limit is not None:
        axes.axvline(limit, color=style.INK, lw=0.9, ls=(0, (3, 2)))
        entries.append((legends.line(style.INK, lw=0.9, ls=(0, (3, 2))), f"limit: {limit:g}"))
    axes.set(xlabel="misfit (nats per character)", ylabel="share of the lines (%)", yscale="log")
    axes.set_xscale("symlog", linthresh=LINEAR)
    ticks = [0, LINEAR, 1, 10]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}"))
    legends.key(made, entries)
    return made


@click.command(cls=Command)
@file_option("--fits", help="Table of lines that pentrace align wrote.")
@file_option("--samples", help="Table of samples.")
@click.option("--limit", type=float, help="Misfit above which a line is not used for training.")
@figure_options
def command(fits: Path, samples: Path, limit: float | None) -> Figure:
    """How well the texts of real lines fit their ink."""
    rows = tables.read(samples, schema.part(schema.SAMPLES, "sample_id", "split")).to_pylist()
    split_of = {row["sample_id"]: row["split"] for row in rows}
    found: dict[str, list[float]] = {split: [] for split in SPLITS}
    for row in tables.read(fits, schema.part(schema.FITS, "sample_id", "misfit")).to_pylist():
        if row["misfit"] is not None and split_of.get(row["sample_id"]):
            found[split_of[row["sample_id"]]].append(row["misfit"])
    return fits_figure({split: np.array(values) for split, values in found.items()}, limit)
