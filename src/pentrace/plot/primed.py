"""Real lines, and the network's continuation of each."""

from dataclasses import replace
from pathlib import Path
from textwrap import fill

import click
import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from pydantic import Field

from pentrace import dataset
from pentrace.generate.lines import Primer, write_lines
from pentrace.options import Command, settings_option
from pentrace.plot import style, written
from pentrace.plot.data import page_unit
from pentrace.plot.lines import Line
from pentrace.plot.options import figure_options
from pentrace.plot.settings import BiasedSettings
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.written import NetworkWithLines

COUNT = 3  # real lines
BETWEEN = 0.05  # inches between a real line and its continuation


class PrimedFigureSettings(BiasedSettings):
    """What `pentrace plot primed` writes."""

    text: str | None = Field(
        None, description="text of each continuation; null: the text of another line"
    )


def primed_figure(
    loaded: NetworkWithLines, reals: list[Line], texts: list[str], bias: float, seed: int
) -> Figure:
    """Real line i in blue, and below it the same line, continued in black with text i.

    Graves 2013, section 5.6. Raises `PentraceError` for characters outside the alphabet.
    """
    rows, plural = [], "writer" if len(reals) == 1 else "writers"
    for real, text in zip(reals, texts, strict=True):
        how = replace(loaded.options(bias, seed), primer=Primer(real.steps, written.text_of(real)))
        (line,) = write_lines(loaded.network, [text], how)
        joined = np.concatenate([real.steps, line.lead, line.steps[1:]])
        generated = np.arange(len(joined)) >= len(real.steps)
        above = written.drawing_of(real.name, real.steps, loaded.normalisation)
        below = written.drawing_of(real.name, joined, loaded.normalisation)
        colours = to_rgba_array([style.BLUE, style.INK])[generated.astype(int)]
        rows.append(Row(real.name, above, style.BLUE))
        label = fill(f"continued: “{text}”", 19, max_lines=3, placeholder="…”")
        label = written.label(label, line)
        rows.append(Row(label, below, colours, failed=line.failed, gap=BETWEEN))
    heading = f"real lines of {len(reals)} {plural}, and their continuations at bias {bias:g}"
    return stacked(rows, heading, page_unit(loaded.normalisation), written.REAL_AND_WRITTEN)


@click.command(cls=Command)
@written.synthesis_options
@settings_option(PrimedFigureSettings)
@figure_options
def command(model: Path, data: Path, reader: Path | None, settings: PrimedFigureSettings) -> Figure:
    """Real lines, each above its continuation by the network."""
    loaded = written.load(model, data, settings.splits, reader)
    found = written.line_per_writer(loaded.lines, dataset.samples(data), COUNT)
    reals = [line for _, line in found]
    others = [settings.text or written.text_of(line) for line in reals[1:] + reals[:1]]
    return primed_figure(loaded, reals, others, settings.bias, settings.seed)
