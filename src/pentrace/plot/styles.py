"""One text in the hands of several writers."""

from pathlib import Path

import click
from matplotlib.figure import Figure

from pentrace import dataset
from pentrace.errors import PentraceError
from pentrace.generate.lines import LineOptions, Primer, write_lines
from pentrace.plot import style, told
from pentrace.plot.data import page_unit
from pentrace.plot.lines import Line
from pentrace.plot.options import figure_options
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.told import Told

COUNT = 6
SMALL = 0.6  # of the scale of what is written
BETWEEN = 0.05  # inches, a primer and what follows it


def styles_figure(
    given: Told, text: str, hands: list[tuple[str, Line]], bias: float, seed: int
) -> Figure:
    """`text` primed by a real line of each writer of `hands`, which stands small and blue above it.

    Graves 2013, section 5.6. Raises `PentraceError` for characters that the network does not know.
    """
    rows = []
    for writer, real in hands:
        how = LineOptions(bias, seed, Primer(real.steps, told.text_of(real)))
        (line,) = write_lines(given.network, [text], how)
        above = told.drawn(real.name, real.steps, given.normalisation)
        below = told.drawn(writer, line.steps, given.normalisation)
        rows.append(Row(writer, above, style.BLUE, SMALL))
        rows.append(Row(told.failure(line), below, failed=line.failed, gap=BETWEEN))
    return stacked(rows, f"“{text}”, bias {bias:g}", page_unit(given.normalisation))


def primers(lines: list[Line], text: str, samples: Path) -> list[tuple[str, Line]]:
    """A line of each of `COUNT` writers that says something else than `text`.

    Raises `PentraceError` where there is none.
    """
    found = told.hands([line for line in lines if line.text != text], samples, COUNT)
    if not found:
        raise PentraceError(f"no line says anything else than {text!r}; give another --text")
    return found


@click.command()
@told.told_options
@told.split_option("validation", "validation2", "test")
@told.text_option
@told.bias_option
@figure_options
def command(
    model: Path,
    data: Path,
    seed: int,
    splits: tuple[str, ...],
    text: str | None,
    bias: float,
) -> Figure:
    """One text in the styles of several writers, each from a real line of theirs."""
    given = told.load(model, data, splits)
    said = told.chosen(text, given.lines)
    return styles_figure(given, said, primers(given.lines, said, dataset.samples(data)), bias, seed)
