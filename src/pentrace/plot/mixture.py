"""The mixture weights over time, below the line for which they were predicted."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pentrace.options import Command
from pentrace.plot import lines, panels, style
from pentrace.plot.options import figure_options
from pentrace.plot.predicted import Predicted, predict, reads_text
from pentrace.plot.settings import LineSettings

COMPONENT, LEAST = 0.09, 0.9  # inches of the map: for one component, in total


def mixture_figure(predicted: Predicted) -> Figure:
    """Heat map of the weights (rows: components, the most used on top; columns: steps).

    Thin lines lead from the end of each stroke on the page to the step at which it ends.
    """
    ink = predicted.drawing
    page, heat = panels.page_height(ink), max(COMPONENT * predicted.weight.shape[1] + 0.1, LEAST)
    height = panels.TITLE + page + panels.LINKS + heat + panels.BELOW
    column = panels.Column(height, [panels.LINK_ENTRY])
    column.page(ink, predicted.unit, f"real sample {ink.name}", 0)
    column.links(ink)
    _weights(column, column.add(heat), predicted)
    return column.figure


def _weights(column: panels.Column, axes: Axes, predicted: Predicted) -> None:
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
    axes.set(xlim=(0, steps), xlabel="step")
    axes.set_ylabel("(b) component", fontsize=style.SMALL)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    bar = column.bar(axes, image, "weight (root scale)", ticks=[0, 0.1, 0.5, 1])
    bar.ax.yaxis.set_major_formatter("{x:g}")


@click.command(cls=Command)
@lines.line_options
@figure_options
def command(model: Path, data: Path, settings: LineSettings) -> Figure:
    """Mixture weights over time, below the line for which they were predicted."""
    real = lines.pick(data, settings.split, settings.line, reads_text(model, data))
    return mixture_figure(predict(model, real.name, real.steps, real.text))
