"""One text written at several biases by the same hand."""

from pathlib import Path

import click
from matplotlib.figure import Figure

from pentrace.generate.lines import LineOptions, write_lines
from pentrace.plot import told
from pentrace.plot.data import page_unit
from pentrace.plot.options import figure_options
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.told import Told

BIASES = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)


def biases_figure(given: Told, text: str, biases: tuple[float, ...], seed: int) -> Figure:
    """`text` at each bias, one below the other; the chance is the same for all.

    Graves 2013, section 5.5. Raises `PentraceError` for characters that the network does not know.
    """
    rows = []
    for bias in biases:
        (line,) = write_lines(given.network, [text], LineOptions(bias, seed))
        ink = told.drawn(f"bias-{bias:g}", line.steps, given.normalisation)
        rows.append(Row(told.label(f"bias {bias:g}", line), ink, failed=line.failed))
    return stacked(rows, f"“{text}”", page_unit(given.normalisation))


@click.command()
@told.told_options
@told.split_option("validation")
@told.text_option
@click.option("--bias", "biases", type=click.FloatRange(0), multiple=True, default=BIASES,
              help="Bias of a line; may be given again.")  # fmt: skip
@figure_options
def command(
    model: Path,
    data: Path,
    seed: int,
    splits: tuple[str, ...],
    text: str | None,
    biases: tuple[float, ...],
) -> Figure:
    """One text at several biases, in the same hand."""
    given = told.load(model, data, splits)
    return biases_figure(given, told.chosen(text, given.lines), biases, seed)
