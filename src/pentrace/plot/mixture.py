"""The mixture weights over time, below the line for which they were predicted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pentrace.options import Command
from pentrace.plot import drawing, lines, style
from pentrace.plot.options import figure_options
from pentrace.plot.predicted import Predicted, predict, reads_text
from pentrace.plot.settings import LineSettings

# Inches: left edge and width of the panels, the links, the room below, the tallest page.
LEFT, ACROSS, BETWEEN, BELOW, TALLEST = 0.45, 5.95, 0.4, 0.6, 2.5


def mixture_figure(predicted: Predicted) -> Figure:
    """Heat map of the weights (rows: components, the most used on top; columns: steps).

    Thin lines lead from the end of each stroke on the page to the step at which it ends.
    """
    ink = predicted.drawing
    left, right, low, high = drawing.box(ink)
    wide = max(right - left, 1e-9)
    across = min(ACROSS, TALLEST * wide / max(high - low, 1e-9))  # inches of the page
    page, heat = across * (high - low) / wide + 0.1, 0.09 * predicted.weight.shape[1] + 0.1
    made = style.figure(page + heat + BETWEEN + BELOW + 0.25)
    made.set_layout_engine("none")  # the three panels must be aligned to the pixel
    _panel(made, BELOW, heat, _weights, predicted)
    share = across / ACROSS
    _panel(made, BELOW + heat, BETWEEN, _links, predicted, left, wide / share)
    above = _panel(made, BELOW + heat + BETWEEN, page, drawing.draw, ink)
    above.set_title(ink.name)
    middle, half = (low + high) / 2, page * wide / across / 2
    above.set(xlim=(left, left + wide / share), ylim=(middle - half, middle + half))
    for part in above.collections:
        part.set_clip_on(False)  # the pen reaches half its width over the limits
    style.bare(above)
    return made


def _panel(made: Figure, low: float, height: float, draw: Callable, *given: Any) -> Axes:
    """Axes ACROSS inches wide, `low` inches above the lower edge, filled by `draw`."""
    width, tall = made.get_size_inches()
    axes = made.add_axes((LEFT / width, low / tall, ACROSS / width, height / tall))
    draw(axes, *given)
    return axes


def _links(axes: Axes, predicted: Predicted, left: float, wide: float) -> None:
    """A line from the end of each stroke on the page (top) to its step (bottom)."""
    at = np.flatnonzero(predicted.ends)
    top = (predicted.position[at, 0] - left) / wide
    bottom = at / (len(predicted.ends) - 1)
    ends = np.stack([np.stack([top, np.ones(len(at))], 1), np.stack([bottom, 0 * top], 1)], 1)
    axes.add_collection(LineCollection(list(ends), colors=style.SKY, linewidths=0.5))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    style.bare(axes)


def _weights(axes: Axes, predicted: Predicted) -> None:
    order = np.argsort(-predicted.weight.mean(0), kind="stable")
    steps, components = predicted.weight.shape
    image = axes.imshow(
        predicted.weight[:, order].T,
        cmap=style.HEAT,
        norm=PowerNorm(0.5, 0, 1),
        aspect="auto",
        extent=(0.5, steps + 0.5, components + 0.5, 0.5),
        interpolation="nearest",
    )
    axes.set(xlim=(0, steps), xlabel="step", ylabel="component")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    bar = axes.figure.colorbar(
        image, cax=axes.inset_axes((1.01, 0, 0.012, 1)), ticks=[0, 0.1, 0.5, 1]
    )
    bar.set_label("weight")
    bar.outline.set_visible(False)


@click.command(cls=Command)
@lines.line_options
@figure_options
def command(model: Path, data: Path, settings: LineSettings) -> Figure:
    """Mixture weights over time, below the line for which they were predicted."""
    real = lines.pick(data, settings.split, settings.line, reads_text(model, data))
    return mixture_figure(predict(model, real.name, real.steps, real.text))
