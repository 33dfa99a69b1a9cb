"""What the latents of a variational network are: lines from one, a walk between two, by writer."""

from functools import partial
from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from pentrace import dataset, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.generate.ink_loop import write
from pentrace.generate.load_model import load_ink_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.posterior import posterior_means
from pentrace.generate.random_numbers import chances, latents
from pentrace.generate.settings import PACE
from pentrace.networks.alphabet import encode, knows
from pentrace.normalise.recipes import from_offsets
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.data import page_unit
from pentrace.plot.drawing import Drawing, box, draw, scale_bar
from pentrace.plot.options import figure_options
from pentrace.windows.lines import Lines, load_lines

SPLITS = ("validation", "validation2", "test")
SEED, BIAS, STEPS = 1, 0.5, 350
LINES, WALK = 4, 5  # lines from one latent; lines of the walk
MOST_WRITERS, MOST_LINES = 6, 240
MARKERS = "os^vDP"


def written(
    network: FusedNetwork, normals: np.ndarray, numbers: list[int], text: str | None
) -> list[np.ndarray]:
    """Steps float32 (T, 3) of a line for each of the normals (B, N, Z), or (B, Z) for held ones.

    `numbers` (B,): which random numbers, besides the latents, each line is drawn with.
    """
    steps = STEPS if text is None else PACE * (2 + len(text))
    chance = np.stack([chances(SEED, number, steps) for number in numbers])
    symbols = None if text is None else encode([text] * len(numbers), network.settings)
    drawn = write(network, chance, symbols, BIAS, latents=normals)
    return [line[:length] for line, length in zip(drawn.steps, drawn.length, strict=True)]


def ends_of_walk(network: FusedNetwork, text: str | None) -> np.ndarray:
    """The normals of two latents, (2, N, Z), or (2, Z) for held ones."""
    held, size = network.latents == "line", network.settings.latent_size
    steps = 1 if held else STEPS if text is None else PACE * (2 + len(text))
    two = np.stack([latents(SEED, 1000 + number, steps, size) for number in range(2)])
    return two[:, 0] if held else two


def walk(two: np.ndarray, count: int) -> np.ndarray:
    """`count` normals from the first of two to the second; all are as long as normals are."""
    angles = np.linspace(0, np.pi / 2, count).reshape(-1, *[1] * (two.ndim - 1))
    return (np.cos(angles) * two[0] + np.sin(angles) * two[1]).astype(np.float32)


def share_between(means: np.ndarray, of: np.ndarray) -> float:
    """The share of the variance of means (L, Z) that is between the writers of (L,), 0 to 1."""
    groups = [means[of == writer] for writer in np.unique(of)]
    total = ((means - means.mean(0)) ** 2).sum()
    within = sum(((group - group.mean(0)) ** 2).sum() for group in groups)
    return float(1 - within / total) if total > 0 else 0.0


def latents_figure(
    network: FusedNetwork, normalisation: dict, text: str | None, lines: Lines, writers: list[str]
) -> Figure:
    """The figure; `writers` has the writer of each of `lines`. Without lines, (c) is empty."""
    two = ends_of_walk(network, text)
    numbers = [*range(LINES)] * 2
    same = written(network, np.repeat(two, LINES, 0), numbers, text)
    between = written(network, walk(two, WALK), [0] * WALK, text)
    drawn = [_drawing(steps, normalisation) for steps in (*same, *between)]
    made = style.figure(5.6)
    panels = made.subplots(2, 2, height_ratios=[LINES, WALK])
    unit = page_unit(normalisation)
    wide = max(right - left for left, right, _, _ in map(box, drawn))
    for axes, group in zip(panels[0], (drawn[:LINES], drawn[LINES : 2 * LINES]), strict=True):
        _stacked(axes, group, wide, unit)
    legends.title(panels[0, 0], "lines from one latent", 0)
    legends.title(panels[0, 1], "and from another")
    _stacked(panels[1, 0], drawn[2 * LINES :], wide, unit)
    legends.title(panels[1, 0], "from the first to the second", 1)
    shown = _by_writer(panels[1, 1], network, lines, writers)
    if shown:
        entries = [(legends.dot(f"C{i}", MARKERS[i]), name) for i, name in enumerate(shown)]
        legends.key(made, entries)
    return made


def _drawing(steps: np.ndarray, normalisation: dict) -> Drawing:
    whole = np.concatenate([np.zeros((1, 3), np.float32), steps])
    x, y = from_offsets(whole, normalisation)
    ends = whole[:, 2] > 0.5
    return Drawing("", x, y, np.cumsum(ends) - ends)


def _stacked(axes: Axes, drawings: list[Drawing], wide: float, unit: str) -> None:
    """Lines under one another, at one scale."""
    style.bare(axes)
    axes.set_aspect("equal")
    top = 0.0
    for one in drawings:
        left, _, low, high = box(one)
        draw(axes, one, shift=(-left, top - high))
        top -= 1.15 * (high - low)
    axes.set(xlim=(-0.01 * wide, 1.01 * wide), ylim=(top - 0.06 * wide, 0.02 * wide))
    scale_bar(axes, 0, top - 0.03 * wide, wide, unit)


def _by_writer(axes: Axes, network: FusedNetwork, lines: Lines, writers: list[str]) -> list[str]:
    """Draw the latents of the lines; returns the writers that are shown."""
    of = np.array(writers)
    found, counts = np.unique(of, return_counts=True)
    if len(found) < 2:
        style.bare(axes)
        axes.text(0.5, 0.5, "Too few writers.", ha="center", transform=axes.transAxes)
        return []
    means = posterior_means(network, lines)
    centred = means - means.mean(0)
    points = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    shown = found[np.argsort(-counts, kind="stable")][:MOST_WRITERS]
    for i, writer in enumerate(shown):
        own = points[of == writer]
        axes.scatter(own[:, 0], own[:, 1], s=9, marker=MARKERS[i], color=f"C{i}", linewidths=0)
    axes.set(xlabel="first component", ylabel="second component")
    share = share_between(means, of)
    legends.title(axes, f"lines of {len(shown)} writers; {share:.0%} between writers", 2)
    return shown.tolist()


@click.command(cls=Command)
@file_option("--model", help="Variational network.")
@data_option
@figure_options
def command(model: Path, data: Path) -> Figure:
    """Lines from one latent, a walk between two, and latents of real lines by writer."""
    network, normalisation = load_ink_for(model, dataset.normalisation(data), "variational")
    lines = load_lines(data, SPLITS)
    text = None
    if network.window is not None:
        lines = lines.with_text(partial(knows, network.settings))
        text = next((one for one in lines.texts if one), None)
        if text is None:
            raise PentraceError(f"{data}: no line with a text that the network knows")
    rows = tables.read(dataset.samples(data), ["sample_id", "writer"]).to_pylist()
    writer = {row["sample_id"]: row["writer"] for row in rows if row["writer"]}
    known = [i for i, name in enumerate(lines.ids) if name in writer]
    most = max(1, -(-len(known) // MOST_LINES))
    some = lines.take(known[::most])
    with threadpool_limits(1):
        own = [writer[name] for name in some.ids]
        return latents_figure(network, normalisation, text, some, own)
