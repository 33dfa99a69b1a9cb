"""The predicted probability of the end of stroke along one line, and the true ends."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from pentrace.options import Command
from pentrace.plot import legends, lines, panels, style
from pentrace.plot.legends import Entry
from pentrace.plot.options import figure_options
from pentrace.plot.predicted import Predicted, predict, reads_text
from pentrace.plot.settings import LineSettings

OVER_TIME = 1.3  # inches of the panel over the steps
LEAST_TOP = 0.25  # smallest probability at which the scale may end
# White ink cannot be seen on white paper, so the scale starts at light grey.
SHADES = LinearSegmentedColormap.from_list("shades", ["#c4c4c4", "#e0828f", "#a02c7c", "#1d1147"])


def end_of_stroke_figure(predicted: Predicted) -> Figure:
    """The line, each point coloured by the predicted probability that its stroke ends there.

    Below it: the same probability over time, with the true ends marked.
    """
    ink = predicted.drawing
    height = 2 * panels.TITLE + panels.page_height(ink) + OVER_TIME + panels.BELOW
    column = panels.Column(height, _entries())
    # The scale ends at the highest probability, so that a network that is never sure shows too.
    scale = Normalize(0, max(LEAST_TOP, float(predicted.end_chance.max())))
    chance = np.append(0.0, predicted.end_chance)  # the first point is given, not predicted
    above = column.page(ink, predicted.unit, f"real sample {ink.name}", 0, SHADES(scale(chance)))
    x, y = predicted.position[predicted.ends].T
    above.scatter(
        x, y, s=16, facecolors="none", edgecolors=style.BLUE, linewidths=0.8, zorder=3,
        clip_on=False,
    )  # fmt: skip
    below = column.add(OVER_TIME, panels.TITLE)
    _over_time(below, predicted, scale)
    shades = ScalarMappable(scale, SHADES)
    column.bar(below, shades, "colour of the ink in (a)").ax.yaxis.set_major_formatter("{x:g}")
    return column.figure


def _entries() -> list[Entry]:
    return [
        (legends.dot(style.BLUE, mfc="none", mew=0.8), "true end of a stroke (a)"),
        (legends.line(style.SKY), "true end of a stroke (b)"),
        (legends.line(style.INK, lw=0.8), "predicted probability (b)"),
    ]


def _over_time(axes: Axes, predicted: Predicted, scale: Normalize) -> None:
    steps = np.arange(1, len(predicted.ends))
    true = np.flatnonzero(predicted.ends)
    axes.vlines(true, 0, 1, color=style.SKY, lw=1.2)
    axes.plot(steps, predicted.end_chance, color=style.INK, lw=0.8)
    axes.set(xlim=(0, len(steps) + 0.5), ylim=(0, 1.02 * (scale.vmax or 1)))
    axes.set(xlabel="step", ylabel="probability")
    legends.title(axes, "predicted probability that the stroke ends at this step", 1)


@click.command(cls=Command)
@lines.line_options
@figure_options
def command(model: Path, data: Path, settings: LineSettings) -> Figure:
    """Predicted probability of the end of stroke along a line, with the true ends."""
    real = lines.pick(data, settings.split, settings.line, reads_text(model, data))
    return end_of_stroke_figure(predict(model, real.name, real.steps, real.text))
