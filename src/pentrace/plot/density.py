"""Where the network expects the pen: predicted densities of the next point, summed over a line."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from pentrace.networks.store import load_model
from pentrace.options import Command, folder_option
from pentrace.plot import drawing, lines, style
from pentrace.plot.heat import gaussian_sum
from pentrace.plot.options import figure_options
from pentrace.plot.predicted import Predicted, predict, reads_text
from pentrace.plot.settings import LineSettings

PIXELS = 1800  # across the page
MOST = 500_000  # pixels in total: a line is flat, a character is as high as wide
TALLEST = 0.3  # height of one panel, as a share of the width of the figure


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
    drawings = [p.drawing for p in shown]
    edges = [_edges(drawing.box(d)) for d in drawings]
    shares = [min(TALLEST, (e[3] - e[2]) / (e[1] - e[0])) for e in edges for _ in (0, 1)]
    made = style.figure(0.35 + 0.25 * len(shares) + (style.WIDTH - 0.2) * sum(shares))
    panels = made.subplots(len(shares), 1, squeeze=False, height_ratios=shares)[:, 0]
    for i, (predicted, ink, edge) in enumerate(zip(shown, drawings, edges, strict=True)):
        above, below = panels[2 * i : 2 * i + 2]
        drawing.draw(above, ink)
        above.set_title(ink.name)
        image = _heat(below, predicted, edge)
        for axes in (above, below):
            style.bare(axes)
            axes.set(xlim=edge[:2], ylim=edge[2:], aspect="equal", anchor="W")
        below.set_title("predicted density of the next point", color=style.GREY)
        drawing.scale_bar(above, edge[0], edge[2], edge[1] - edge[0], predicted.unit)
    bar = made.colorbar(
        image, ax=list(panels), location="bottom", shrink=0.4, aspect=40, pad=0.02, panchor=False
    )
    bar.set_label("summed density, relative to its 99.7th percentile (power scale, 0.4)")
    bar.outline.set_visible(False)
    return made


def _edges(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, right, low, high = box
    pad = max(0.015 * (right - left), 0.15 * (high - low), 1e-6)
    return left - pad, right + pad, low - pad, high + pad


def _heat(axes: Axes, predicted: Predicted, edge: tuple[float, float, float, float]):  # type: ignore[no-untyped-def]
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
    shown = [predict(model, f"real line {real.name}", real.steps, real.text)]
    if generated:
        sample = lines.generated(generated, load_model(model)[2])
        name = f"generated sample {sample.name}"
        shown.append(predict(model, name, sample.steps, sample.text))
    return density_figure(shown)
