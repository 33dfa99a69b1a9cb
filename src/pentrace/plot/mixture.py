"""The weights of the mixture over time, below the line they belong to."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from pentrace.plot import drawing, lines, style
from pentrace.plot.options import figure_options
from pentrace.plot.predicted import Predicted, predict


def mixture_figure(predicted: Predicted) -> Figure:
    """Heat map of the weights (rows: components, most used on top; columns: steps).

    Thin lines lead from the end of each stroke on the page to the step at which it ends.
    """
    ink = predicted.drawing
    left, right, low, high = drawing.box(ink)
    page = style.WIDTH * 0.92 * (high - low) / max(right - left, 1e-9)
    heat = 0.09 * predicted.weight.shape[1] + 0.1
    made = style.figure(1.35 + page + heat)
    above, between, below = made.subplots(3, 1, height_ratios=(page, 0.4, heat))
    style.pack(made)
    drawing.draw(above, ink, style.INK, 0.7)
    above.set_title(ink.name)
    above.set(xlim=(left, right), aspect="equal", anchor="S")
    above.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    style.bare(above)
    _links(between, predicted, left, right)
    _weights(below, predicted, made)
    return made


def _links(axes: Axes, predicted: Predicted, left: float, right: float) -> None:
    """From the share of the page's width (top) to the share of the steps (bottom)."""
    at = np.flatnonzero(predicted.ends)
    top = (predicted.position[at, 0] - left) / max(right - left, 1e-9)
    bottom = at / (len(predicted.ends) - 1)
    ends = np.stack([np.stack([top, np.ones(len(at))], 1), np.stack([bottom, 0 * top], 1)], 1)
    axes.add_collection(LineCollection(list(ends), colors=style.SKY, linewidths=0.5))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    style.bare(axes)


def _weights(axes: Axes, predicted: Predicted, made: Figure) -> None:
    order = np.argsort(-predicted.weight.mean(0), kind="stable")
    steps, components = predicted.weight.shape
    image = axes.imshow(
        predicted.weight[:, order].T, cmap=style.HEAT, norm=PowerNorm(0.5, 0, 1), aspect="auto",
        extent=(0.5, steps + 0.5, components + 0.5, 0.5), interpolation="nearest",
    )  # fmt: skip
    axes.set(xlim=(0, steps), xlabel="step", ylabel="component (by mean weight)")
    bar = made.colorbar(image, ax=axes, location="bottom", shrink=0.4, aspect=40, pad=0.02)
    bar.set_label("weight")
    bar.outline.set_visible(False)


@click.command()
@lines.line_options
@figure_options
def command(model: Path, windows: Path, split: str, line: str | None) -> Figure:
    """Weights of the mixture over time, below the line they write."""
    real = lines.pick(windows, split, line)
    return mixture_figure(predict(model, real.name, real.steps))
