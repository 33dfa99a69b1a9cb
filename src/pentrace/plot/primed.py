"""Real lines above what the network writes on from them."""

from pathlib import Path
from textwrap import fill

import click
import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure

from pentrace import dataset
from pentrace.generate.lines import LineOptions, Primer, write_lines
from pentrace.plot import style, told
from pentrace.plot.data import page_unit
from pentrace.plot.lines import Line
from pentrace.plot.options import figure_options
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.told import Told

COUNT = 3
BETWEEN = 0.05  # inches, a real line and what follows it


def primed_figure(
    given: Told, reals: list[Line], texts: list[str], bias: float, seed: int
) -> Figure:
    """Each real line, and below it the same line with text i written on, in black.

    Graves 2013, section 5.6. Raises `PentraceError` for characters that the network does not know.
    """
    rows = []
    for real, text in zip(reals, texts, strict=True):
        how = LineOptions(bias, seed, Primer(real.steps, told.text_of(real)))
        (line,) = write_lines(given.network, [text], how)
        whole = np.concatenate([real.steps, line.lead, line.steps[1:]])
        own = np.arange(len(whole)) >= len(real.steps)
        above = told.drawn(real.name, real.steps, given.normalisation)
        below = told.drawn(real.name, whole, given.normalisation)
        colours = to_rgba_array([style.BLUE, style.INK])[own.astype(int)]
        rows.append(Row(real.name, above, style.BLUE))
        label = fill(f"going on with “{text}”", 19, max_lines=3, placeholder="…”")
        rows.append(Row(told.label(label, line), below, colours, failed=line.failed, gap=BETWEEN))
    return stacked(rows, f"bias {bias:g}", page_unit(given.normalisation))


@click.command()
@told.told_options
@told.split_option("validation")
@click.option("--text", help="What to go on with; without it, the text of another line.")
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
    """Real lines above their continuation by the network."""
    given = told.load(model, data, splits)
    reals = [line for _, line in told.hands(given.lines, dataset.samples(data), COUNT)]
    others = [text or told.text_of(line) for line in reals[1:] + reals[:1]]
    return primed_figure(given, reals, others, bias, seed)
