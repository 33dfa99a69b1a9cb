"""The predicted probability of the end of stroke along one line, and the true ends."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from pentrace.options import Command
from pentrace.plot import drawing, lines, style
from pentrace.plot.drawing import Drawing
from pentrace.plot.options import figure_options
from pentrace.plot.predicted import Predicted, predict, reads_text
from pentrace.plot.settings import LineSettings

TALLEST = 0.4  # greatest height of the page, as a share of its width
LEAST_TOP = 0.25  # smallest probability at which the scale may end
# White ink cannot be seen on white paper, so the scale starts a little above white.
SHADES = LinearSegmentedColormap.from_list("shades", style.HEAT(np.linspace(0.2, 1, 256)))


def end_of_stroke_figure(predicted: Predicted) -> Figure:
    """The line, each point coloured by the predicted probability that its stroke ends there.

    Below it: the same probability over time, with the true ends marked.
    """
    ink = predicted.drawing
    left, right, low, high = drawing.box(ink)
    share = min(max((high - low) / max(right - left, 1e-9), 0.02), TALLEST)
    made = style.figure(2.2 + style.WIDTH * share)
    above, below = made.subplots(2, 1, height_ratios=(style.WIDTH * share + 0.3, 1.3))
    # The scale ends at the highest probability, so that a network that is never sure shows too.
    scale = Normalize(0, max(LEAST_TOP, float(predicted.end_chance.max())))
    _page(above, ink, predicted, scale)
    drawing.scale_bar(above, left, low - 0.2 * (high - low), right - left, predicted.unit)
    _over_time(below, predicted, scale)
    shades = ScalarMappable(scale, SHADES)
    bar = made.colorbar(shades, ax=above, location="right", shrink=0.8, pad=0.01)
    bar.set_label("P(end of stroke)")
    bar.outline.set_visible(False)
    return made


def _page(axes: Axes, ink: Drawing, predicted: Predicted, scale: Normalize) -> None:
    chance = np.append(0.0, predicted.end_chance)  # the first point is given, not predicted
    drawing.draw(axes, ink, SHADES(scale(chance)), drawing.WIDE_PEN)
    x, y = predicted.position[predicted.ends].T
    axes.scatter(x, y, s=14, facecolors="none", edgecolors=style.BLUE, linewidths=0.7, zorder=3)
    axes.set_title(f"{ink.name}: ○ true ends of strokes")
    style.bare(axes)
    drawing.limits(axes, ink, 0.24)


def _over_time(axes: Axes, predicted: Predicted, scale: Normalize) -> None:
    steps = np.arange(1, len(predicted.ends))
    true = np.flatnonzero(predicted.ends)
    axes.vlines(true, 0, 1, color=style.SKY, lw=0.8, label="true end of stroke")
    axes.plot(steps, predicted.end_chance, color=style.INK, lw=0.8, label="predicted")
    axes.set(xlim=(0, len(steps)), ylim=(0, 1.02 * (scale.vmax or 1)))
    axes.set(xlabel="step", ylabel="P(end of stroke)")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0)


@click.command(cls=Command)
@lines.line_options
@figure_options
def command(model: Path, data: Path, settings: LineSettings) -> Figure:
    """Predicted probability of the end of stroke along a line, with the true ends."""
    real = lines.pick(data, settings.split, settings.line, reads_text(model, data))
    return end_of_stroke_figure(predict(model, real.name, real.steps, real.text))
