"""Weights of the soft window on the text over time, below the line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import PowerNorm, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from pydantic import Field

from pentrace.generate.lines import LineOptions, write_lines
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.networks.alphabet import encode
from pentrace.options import Command, settings_option
from pentrace.plot import drawing, style, written
from pentrace.plot.drawing import Drawing
from pentrace.plot.options import figure_options
from pentrace.plot.settings import BiasedSettings
from pentrace.plot.written import NetworkWithLines

# Inches: left edge and width of the panels, height of the links, space above and below the panels,
# greatest height of all lines, greatest height of the ink of one.
LEFT, ACROSS, BETWEEN, ABOVE, BELOW, TALLEST, HIGHEST = 0.35, 6.0, 0.25, 0.3, 0.42, 10.0, 1.5
LETTER = 0.09  # inches of the map for one character
COLOURS = (style.BLUE, style.RED, style.GREEN, style.PINK)  # of neighbouring characters


class WindowFigureSettings(BiasedSettings):
    """What `pentrace plot window` shows."""

    line: str | None = Field(
        None, description="sample id of the real line; null: a line of median length"
    )


@dataclass(frozen=True)
class Attended:
    """The weights of the window while the network read T steps of one line."""

    drawing: Drawing
    text: str  # U characters
    # float32 (T - 1, U + 1), weights when point i + 1 is predicted; the last is for the end of text
    phi: np.ndarray

    @property
    def colours(self) -> np.ndarray:
        """RGBA (T, 4): each point has the colour of the character with the highest weight."""
        return self.shades[np.insert(self.phi.argmax(1), 0, self.phi[0].argmax())]

    @property
    def shades(self) -> np.ndarray:
        """RGBA (U + 1, 4): a colour for each character, grey for the end of the text."""
        own = [COLOURS[u % len(COLOURS)] for u in range(len(self.text))]
        return to_rgba_array([*own, style.GREY])


def attention(network: FusedNetwork, steps: np.ndarray, text: str) -> np.ndarray:
    """Window weights phi float32 (T - 1, U + 1) while the network reads steps (T, 3) of `text`.

    Graves 2013, equations 48 to 51; as `SynthesisNetwork.attention`, without torch.
    """
    network.start(1, encode([text], network.settings, "fold"))
    seen = []
    for step in steps[:-1]:
        network.step(step[None])
        assert network.phi is not None
        seen.append(network.phi[0].copy())
    return np.stack(seen)


def attended(loaded: NetworkWithLines, name: str, steps: np.ndarray, text: str) -> Attended:
    """The line `steps` (T, 3) of `text`, with the window weights while the network reads it."""
    ink = written.drawing_of(name, steps, loaded.normalisation)
    return Attended(ink, text, attention(loaded.network, steps, text))


def window_figure(shown: list[Attended]) -> Figure:
    """Heat map of phi for each line (rows: characters, columns: steps), with its ink above.

    The ink has the colour of the character with the highest weight. Thin lines lead from the end
    of each stroke to its step. As Graves 2013, figure 13.
    """
    pages = [_page_height(one.drawing) for one in shown]
    rooms = [page + ABOVE + BETWEEN + BELOW for page in pages]
    rows = sum(len(one.text) + 1 for one in shown)
    letter = min(LETTER, max(TALLEST - sum(rooms), 1.0) / rows)
    heights = [room + letter * (len(one.text) + 1) for room, one in zip(rooms, shown, strict=True)]
    made = style.figure(sum(heights))
    made.set_layout_engine("none")  # the three panels of a line must be aligned to the pixel
    # The weights have no upper bound. The scale ends above the largest weight of most steps.
    largest = np.concatenate([one.phi.max(1) for one in shown])
    scale = PowerNorm(0.6, 0, float(np.percentile(largest, 90)) or 1.0, clip=True)
    top = sum(heights)
    for one, page, height in zip(shown, pages, heights, strict=True):
        _line(made, one, top - ABOVE - page, page, letter, scale)
        top -= height
    return made


def _unit(ink: Drawing) -> float:
    """An inch of the page, in units of the ink."""
    left, right, low, high = drawing.box(ink)
    return max((right - left) / ACROSS, (high - low) / HIGHEST, 1e-9)


def _page_height(ink: Drawing) -> float:
    _, _, low, high = drawing.box(ink)
    return (high - low) / _unit(ink) + 0.06


def _line(
    made: Figure, one: Attended, low: float, page: float, letter: float, scale: PowerNorm
) -> None:
    """Draw ink of `page` inches from `low` up, and below it the links and the map."""
    tall = letter * (len(one.text) + 1)
    _panel(made, low - BETWEEN - tall, tall, _map, one, letter, scale)
    _panel(made, low - BETWEEN, BETWEEN, _links, one)
    _panel(made, low, page, _ink, one).set_title(one.drawing.name, fontsize=7.5, parse_math=False)


def _panel(made: Figure, low: float, height: float, draw: Callable, *given: Any) -> Axes:
    """Axes ACROSS inches wide, `low` inches above the lower edge, filled by `draw`."""
    width, tall = made.get_size_inches()
    axes = made.add_axes((LEFT / width, low / tall, ACROSS / width, height / tall))
    draw(axes, *given)
    return axes


def _ink(axes: Axes, one: Attended) -> None:
    left, _, low, high = drawing.box(one.drawing)
    unit, middle = _unit(one.drawing), (low + high) / 2
    half = _page_height(one.drawing) * unit / 2
    drawing.draw(axes, one.drawing, one.colours)
    style.bare(axes)
    axes.set(xlim=(left, left + ACROSS * unit), ylim=(middle - half, middle + half))
    for part in axes.collections:
        part.set_clip_on(False)  # the pen reaches half its width over the limits


def _links(axes: Axes, one: Attended) -> None:
    """A line from the end of each stroke on the page (top) to its step (bottom)."""
    wide = ACROSS * _unit(one.drawing)
    stroke = one.drawing.stroke
    at = np.flatnonzero(stroke[1:] != stroke[:-1])
    top = (one.drawing.x[at] - drawing.box(one.drawing)[0]) / wide
    bottom = at / len(one.phi)
    ends = np.stack([np.stack([top, np.ones(len(at))], 1), np.stack([bottom, 0 * top], 1)], 1)
    axes.add_collection(LineCollection(list(ends), colors="#bdbdbd", linewidths=0.5))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    style.bare(axes)


def _map(axes: Axes, one: Attended, letter: float, scale: PowerNorm) -> None:
    steps, rows = one.phi.shape
    image = axes.imshow(
        one.phi.T, cmap=style.HEAT, norm=scale, aspect="auto",
        extent=(0.5, steps + 0.5, rows - 0.5, -0.5), interpolation="nearest",
    )  # fmt: skip
    axes.set(xlim=(0, steps), xlabel="step")
    axes.set_yticks(range(rows), [*one.text.replace(" ", "·"), "end"])
    axes.tick_params("y", length=0, labelsize=min(7.0, 72 * letter), pad=2)
    for tick, shade in zip(axes.get_yticklabels(), one.shades, strict=True):
        tick.set_color(tuple(shade))
    bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.01, 0, 0.012, 1)))
    bar.ax.yaxis.set_major_locator(MaxNLocator(3))
    bar.ax.yaxis.set_major_formatter("{x:g}")
    bar.set_label("weight of a character", labelpad=2)
    bar.outline.set_visible(False)


@click.command(cls=Command)
@written.synthesis_options
@settings_option(WindowFigureSettings)
@figure_options
def command(model: Path, data: Path, settings: WindowFigureSettings) -> Figure:
    """Weights of the soft window, for a real line and for a written line of the same text."""
    loaded, bias = written.load(model, data, settings.splits), settings.bias
    real = written.named(settings.line, loaded.lines)
    text = written.text_of(real)
    (own,) = write_lines(loaded.network, [text], LineOptions(bias, settings.seed))
    name = written.label(f"line written by the network, bias {bias:g}", own).replace("\n", ", ", 1)
    return window_figure(
        [
            attended(loaded, f"real line {real.name}", real.steps, text),
            attended(loaded, name.replace("\n", " "), own.steps, text),
        ]
    )
