"""One text in the styles of several writers."""

from pathlib import Path

import click
from matplotlib.figure import Figure
from pydantic import Field

from pentrace import dataset
from pentrace.errors import PentraceError
from pentrace.generate.lines import LineOptions, Primer, write_lines
from pentrace.options import Command, settings_option
from pentrace.plot import style, written
from pentrace.plot.data import page_unit
from pentrace.plot.lines import Line
from pentrace.plot.options import figure_options
from pentrace.plot.settings import BiasedSettings
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.written import NetworkWithLines
from pentrace.split_names import Split

COUNT = 6  # writers
BETWEEN = 0.05  # inches between a primer and the written text


class StylesFigureSettings(BiasedSettings):
    """What `pentrace plot styles` writes."""

    splits: tuple[Split, ...] = Field(
        ("validation", "validation2", "test"), min_length=1, description="splits of the real lines"
    )
    text: str | None = Field(
        None, description="text to write; null: the text of a line of median length"
    )


def styles_figure(
    loaded: NetworkWithLines, text: str, primers: list[tuple[str, Line]], bias: float, seed: int
) -> Figure:
    """`text`, primed by the real line of each (writer, line); the line is blue above it.

    Graves 2013, section 5.6. Raises `PentraceError` for characters outside the alphabet.
    """
    rows = []
    for writer, real in primers:
        how = LineOptions(bias, seed, Primer(real.steps, written.text_of(real)))
        (line,) = write_lines(loaded.network, [text], how)
        above = written.drawing_of(real.name, real.steps, loaded.normalisation)
        below = written.drawing_of(writer, line.steps, loaded.normalisation)
        rows.append(Row(f"{writer}:\n{real.name}", above, style.BLUE))
        rows.append(Row(written.failure(line), below, failed=line.failed, gap=BETWEEN))
    plural = "writer" if len(primers) == 1 else "writers"
    heading = f"“{text}” in the style of {len(primers)} {plural}, bias {bias:g}"
    return stacked(rows, heading, page_unit(loaded.normalisation), written.REAL_AND_WRITTEN)


def find_primers(lines: list[Line], text: str, samples: Path) -> list[tuple[str, Line]]:
    """A line of each of at most `COUNT` writers, with another text than `text`.

    Raises `PentraceError` if there is none.
    """
    found = written.line_per_writer([line for line in lines if line.text != text], samples, COUNT)
    if not found:
        raise PentraceError(f"no line has another text than {text!r}; give another --text")
    return found


@click.command(cls=Command)
@written.synthesis_options
@settings_option(StylesFigureSettings)
@figure_options
def command(model: Path, data: Path, settings: StylesFigureSettings) -> Figure:
    """One text in the styles of several writers, each primed by a real line."""
    loaded = written.load(model, data, settings.splits)
    to_write = written.text_or_median(settings.text, loaded.lines)
    primers = find_primers(loaded.lines, to_write, dataset.samples(data))
    return styles_figure(loaded, to_write, primers, settings.bias, settings.seed)
