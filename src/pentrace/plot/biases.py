"""One text, written at several biases."""

from pathlib import Path

import click
from matplotlib.figure import Figure
from pydantic import Field

from pentrace.generate.lines import write_lines
from pentrace.generate.settings import Bias
from pentrace.options import Command, settings_option
from pentrace.plot import written
from pentrace.plot.data import page_unit
from pentrace.plot.options import figure_options
from pentrace.plot.settings import WritingSettings
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.written import NetworkWithLines


class BiasesFigureSettings(WritingSettings):
    """What `pentrace plot biases` writes."""

    text: str | None = Field(
        None, description="text to write; null: the text of a line of median length"
    )
    bias: tuple[Bias, ...] = Field(
        (0.0, 0.5, 1.0, 2.0), min_length=1, description="the text is written at each bias"
    )


def biases_figure(
    loaded: NetworkWithLines, text: str, biases: tuple[float, ...], seed: int
) -> Figure:
    """`text` at each bias, one below the other.

    The candidates of a line, of which the best is kept, are from the same random numbers.

    Graves 2013, section 5.5. Raises `PentraceError` for characters outside the alphabet.
    """
    rows = []
    for bias in biases:
        (line,) = write_lines(loaded.network, [text], loaded.options(bias, seed))
        ink = written.drawing_of(f"bias-{bias:g}", line.steps, loaded.normalisation)
        rows.append(Row(written.label(f"bias {bias:g}", line), ink, failed=line.failed))
    heading = f"“{text}”, written by the network at each bias"
    return stacked(rows, heading, page_unit(loaded.normalisation))


@click.command(cls=Command)
@written.synthesis_options
@settings_option(BiasesFigureSettings)
@figure_options
def command(model: Path, data: Path, reader: Path | None, settings: BiasesFigureSettings) -> Figure:
    """One text at several biases."""
    loaded = written.load(model, data, settings.splits, reader)
    text = written.text_or_median(settings.text, loaded.lines)
    return biases_figure(loaded, text, settings.bias, settings.seed)
