"""Validation loss of a text network, with and without transfer from another corpus."""

import math
from pathlib import Path

import click
import pyarrow as pa
from matplotlib.figure import Figure

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options


def transfer_figure(history: pa.Table, start: str, anew: pa.Table | None) -> Figure:
    """Bits per character of the validation split over training steps, with and without transfer.

    `history` and `anew` (from random weights) are rows of `schema.HISTORY`. Raises `PentraceError`
    if one is empty.
    """
    made = style.figure(3.0, 4.8)
    axes = made.add_subplot()
    curves = [
        (history, f"from the weights of {start}", style.RED, "o-"),
        (anew, "from random weights", style.BLUE, "s--"),
    ]
    for table, label, colour, marker in curves:
        if table is None:
            continue
        if not len(table):
            raise PentraceError("a history is empty; train until the first validation")
        bits = table["validation_loss"].to_numpy() / math.log(2)
        axes.plot(table["step"].to_numpy(), bits, marker, color=colour, ms=2.5, label=label)
    axes.set(xlabel="training step (batches)", ylabel="bits per character, validation split")
    axes.grid(axis="y")
    legends.key(made, list(zip(*axes.get_legend_handles_labels(), strict=True)))
    return made


@click.command(cls=Command)
@file_option("--history", help="History that pentrace train wrote.")
@click.option("--start", required=True, help="Network that it started from, for the legend.")
@file_option(
    "--anew", required=False, help="History of the same network, started from random weights."
)
@figure_options
def command(history: Path, start: str, anew: Path | None) -> Figure:
    """Bits per character with and without transfer, over training steps."""
    read, columns = tables.read, schema.HISTORY
    other = read(anew, columns) if anew else None
    return transfer_figure(read(history, columns), start, other)
