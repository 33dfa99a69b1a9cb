"""Weights of the soft window on the text over time, below the line."""

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from pydantic import Field

from pentrace.generate.lines import write_lines
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.networks.alphabet import encode
from pentrace.options import Command, settings_option
from pentrace.plot import legends, panels, style, written
from pentrace.plot.data import page_unit
from pentrace.plot.drawing import Drawing
from pentrace.plot.legends import Entry
from pentrace.plot.options import figure_options
from pentrace.plot.settings import BiasedSettings
from pentrace.plot.written import NetworkWithLines

# Inches of the map for one character: at most, at least; least height of a map; greatest height of
# the figure.
LETTER, NARROWEST, LOWEST, TALLEST = 0.1, 0.05, 0.7, 10.0
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
    unit: str  # of the drawing, in the plural
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
    phi = attention(loaded.network, steps, text)
    return Attended(ink, page_unit(loaded.normalisation), text, phi)


def window_figure(shown: list[Attended]) -> Figure:
    """Heat map of phi for each line (rows: characters, columns: steps), with its ink above.

    The ink has the colour of the character with the highest weight. Thin lines lead from the end
    of each stroke to its step. As Graves 2013, figure 13.
    """
    around = panels.TITLE + panels.LINKS + panels.BELOW
    rooms = [panels.page_height(one.drawing) + around for one in shown]
    rows = sum(len(one.text) + 1 for one in shown)
    letter = min(LETTER, max((TALLEST - sum(rooms)) / rows, NARROWEST))
    maps = [max(letter * (len(one.text) + 1), LOWEST) for one in shown]
    column = panels.Column(sum(rooms) + sum(maps), _entries())
    # The weights have no upper bound. The scale ends above the largest weight of most steps.
    largest = np.concatenate([one.phi.max(1) for one in shown])
    scale = PowerNorm(0.6, 0, float(np.percentile(largest, 90)) or 1.0, clip=True)
    for i, one in enumerate(shown):
        column.page(one.drawing, one.unit, one.drawing.name, 2 * i, one.colours)
        column.links(one.drawing)
        axes = column.add(maps[i])
        _map(axes, one, letter, scale)
        axes.set_ylabel(f"({'bd'[i % 2]}) character (·: space)", fontsize=style.SMALL)
        bar = column.bar(axes, axes.images[0], "weight (power scale)", extend="max")
        bar.ax.yaxis.set_major_locator(MaxNLocator(3))
        bar.ax.yaxis.set_major_formatter("{x:g}")
        column.top -= panels.BELOW
    return column.figure


def _entries() -> list[Entry]:
    lines = tuple(legends.line(colour) for colour in COLOURS)
    return [(lines, "colour of the character with the highest weight"), panels.LINK_ENTRY]


def _map(axes: Axes, one: Attended, letter: float, scale: PowerNorm) -> None:
    steps, rows = one.phi.shape
    axes.imshow(
        one.phi.T, cmap=style.HEAT, norm=scale, aspect="auto",
        extent=(0.5, steps + 0.5, rows - 0.5, -0.5), interpolation="nearest",
    )  # fmt: skip
    axes.set(xlim=(0, steps), xlabel="step")
    names = np.array([*one.text.replace(" ", "·"), "end"])
    # Letters that are higher than a row are in two columns, in turn.
    turns = 1 if 72 * letter >= style.SMALL else 2
    for turn, which in zip(range(turns), ("major", "minor"), strict=False):
        at, minor = np.arange(turn, rows, turns), which == "minor"
        axes.set_yticks(at, names[at], minor=minor)
        axes.tick_params("y", which=which, length=0, labelsize=style.SMALL, pad=2 + 9 * turn)
        for tick, shade in zip(axes.get_yticklabels(minor=minor), one.shades[at], strict=True):
            tick.set_color(tuple(shade))


@click.command(cls=Command)
@written.synthesis_options
@settings_option(WindowFigureSettings)
@figure_options
def command(model: Path, data: Path, reader: Path | None, settings: WindowFigureSettings) -> Figure:
    """Weights of the soft window, for a real line and for a written line of the same text."""
    loaded = written.load(model, data, settings.splits, reader)
    real = written.named(settings.line, loaded.lines)
    text = written.text_of(real)
    how = loaded.options(settings.bias, settings.seed)
    (own,) = write_lines(loaded.network, [text], how)
    name = written.label(f"line written by the network, bias {how.bias:g}", own).replace(
        "\n", ", ", 1
    )
    return window_figure(
        [
            attended(loaded, f"real line {real.name}", real.steps, text),
            attended(loaded, name.replace("\n", " "), own.steps, text),
        ]
    )
