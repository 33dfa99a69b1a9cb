"""Where the network expects the pen: predicted densities of the next point, summed over a line."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from pentrace.networks.store import load_model
from pentrace.options import Command, folder_option
from pentrace.plot import legends, lines, panels, style
from pentrace.plot.heat import gaussian_sum
from pentrace.plot.options import figure_options
from pentrace.plot.predicted import Predicted, predict, reads_text
from pentrace.plot.settings import LineSettings

PIXELS = 1800  # across the page
MOST = 500_000  # pixels in total: a line is flat, a character is as high as wide
BAR = 0.55  # inches of the colour bar with its labels


def page_density(
    predicted: Predicted, box: tuple[float, float, float, float], pixel: float
) -> np.ndarray:
    """Sum over t of the density of point t + 1 on the page, per square unit: float64 (H, W).

    `box` is left, right, low, high in the unit of `predicted`; row 0 is the lowest. Graves 2013,
    figure 10, shows the same for a line of IAM-OnDB.
    """
    return gaussian_sum(
        predicted.weight.ravel(),
        (predicted.position[:-1, None] + predicted.mean).reshape(-1, 2),
        predicted.covariance.reshape(-1, 2, 2),
        box,
        pixel,
    )


def density_figure(shown: list[Predicted]) -> Figure:
    """For each line: the ink, and the predicted density of its next points."""
    pages = [panels.page_height(predicted.drawing) for predicted in shown]
    column = panels.Column(2 * sum(page + panels.TITLE for page in pages) + BAR, [])
    for i, predicted in enumerate(shown):
        ink = predicted.drawing
        column.page(ink, predicted.unit, ink.name, 2 * i)
        below = column.add(pages[i], panels.TITLE)
        panels.frame(below, ink)
        image = _heat(below, predicted)
        legends.title(below, "predicted density of the next point, at the same scale", 2 * i + 1)
    place = panels.LEFT / style.WIDTH, 0.4 / column.height, 0.4, 0.08 / column.height
    bar = legends.colour_bar(
        column.figure, image, "density, as a share of its 99.7th percentile (power scale)",
        cax=column.figure.add_axes(place), orientation="horizontal", extend="max",
        ticks=[0, 0.05, 0.2, 0.5, 1],
    )  # fmt: skip
    bar.ax.xaxis.set_major_formatter("{x:g}")
    return column.figure


def _heat(axes: Axes, predicted: Predicted) -> AxesImage:
    edge = (*axes.get_xlim(), *axes.get_ylim())
    width, height = edge[1] - edge[0], edge[3] - edge[2]
    pixel = max(width / PIXELS, (width * height / MOST) ** 0.5)
    total = page_density(predicted, edge, pixel)
    # While the pen rests, all density is on one pixel. The scale ends below such peaks.
    top = np.percentile(total[total > 0], 99.7) if (total > 0).any() else 1.0
    return axes.imshow(
        total / top, origin="lower", extent=edge, cmap=style.HEAT, interpolation="bilinear",
        norm=PowerNorm(0.4, 0, 1, clip=True),
    )  # fmt: skip


@click.command(cls=Command)
@lines.line_options
@folder_option(
    "--generated",
    required=False,
    help="Folder that pentrace sample wrote; default: only the real line.",
)
@figure_options
def command(model: Path, data: Path, settings: LineSettings, generated: Path | None) -> Figure:
    """Density of the next point, for a real line and for a sample that the network generated."""
    real = lines.pick(data, settings.split, settings.line, reads_text(model, data))
    shown = [predict(model, f"real sample {real.name}", real.steps, real.text)]
    if generated:
        sample = lines.generated(generated, load_model(model)[2])
        name = f"generated sample {sample.name}"
        shown.append(predict(model, name, sample.steps, sample.text))
    return density_figure(shown)
