"""One text, written at several biases from the same random numbers."""

from pathlib import Path

import click
from matplotlib.figure import Figure

from pentrace.generate.lines import LineOptions, write_lines
from pentrace.plot import written
from pentrace.plot.data import page_unit
from pentrace.plot.options import figure_options
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.written import NetworkWithLines

BIASES = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)


def biases_figure(
    loaded: NetworkWithLines, text: str, biases: tuple[float, ...], seed: int
) -> Figure:
    """`text` at each bias, one below the other, all from the same random numbers.

    Graves 2013, section 5.5. Raises `PentraceError` for characters outside the alphabet.
    """
    rows = []
    for bias in biases:
        (line,) = write_lines(loaded.network, [text], LineOptions(bias, seed))
        ink = written.drawing_of(f"bias-{bias:g}", line.steps, loaded.normalisation)
        rows.append(Row(written.label(f"bias {bias:g}", line), ink, failed=line.failed))
    return stacked(rows, f"“{text}”", page_unit(loaded.normalisation))


@click.command()
@written.synthesis_options
@written.split_option("validation")
@written.text_option
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
    """One text at several biases, from the same random numbers."""
    loaded = written.load(model, data, splits)
    return biases_figure(loaded, written.text_or_median(text, loaded.lines), biases, seed)
