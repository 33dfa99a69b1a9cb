"""Entropy and words of generated text against temperature."""

from pathlib import Path
from typing import Annotated

import click
import numpy as np
from matplotlib.figure import Figure
from pydantic import Field

from pentrace.evaluate.text_words import words
from pentrace.generate.load_model import load_text
from pentrace.generate.numpy_text import FusedText
from pentrace.generate.sample_text import samples
from pentrace.generate.settings import TextSettings
from pentrace.options import Command, file_option, settings_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options
from pentrace.settings import Settings

TEXTS = 16
Temperature = Annotated[float, Field(ge=0, le=100)]


class TemperatureFigureSettings(Settings):
    """What `pentrace plot temperature` writes."""

    temperatures: tuple[Temperature, ...] = Field(
        (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0),
        min_length=1,
        description="0: always the likeliest character; 1: as the network is",
    )
    length: int = Field(600, ge=1, description="characters in each text")
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")


def temperature_figure(
    network: FusedText, temperatures: tuple[float, ...], length: int, seed: int
) -> Figure:
    """Entropy of the distributions that characters are drawn from, and words, against temperature.

    Each temperature has `TEXTS` texts of `length` characters, from the same random numbers.
    """
    found = [_measured(network, temperature, length, seed) for temperature in temperatures]
    made = style.figure(2.8)
    left, right = made.subplots(1, 2)
    left.plot(temperatures, [bits for bits, _, _ in found], "o-", color=style.BLUE, ms=3)
    left.set(ylabel="entropy (bits per character)")
    right.plot(temperatures, [new for _, new, _ in found], "o-", color=style.RED, ms=3,
               label="distinct words")  # fmt: skip
    right.plot(temperatures, [total for _, _, total in found], "s--", color=style.GREY, ms=3,
               label="all words (b)")  # fmt: skip
    right.set(ylabel="words")
    legends.title(left, f"mean entropy in {TEXTS} texts of {length:,} characters", 0, 3.2)
    legends.title(right, f"words in {TEXTS} texts of {length:,} characters", 1, 3.2)
    legends.key(made, [(left.lines[0], "entropy (a)"), (right.lines[0], "distinct words (b)"),
                       (right.lines[1], "all words (b)")])  # fmt: skip
    for axes in (left, right):
        axes.set(xlabel="temperature", ylim=(0, None))
        axes.grid(axis="y")
    return made


def _measured(
    network: FusedText, temperature: float, length: int, seed: int
) -> tuple[float, int, int]:
    """Mean bits per character, distinct words and words at one temperature."""
    drawn = samples(network, temperature, TextSettings(samples=TEXTS, length=length, seed=seed))
    found = [word for row in drawn for word in words(row["text"], whole=False)]
    bits = float(np.mean([row["entropy"] for row in drawn]))
    # At temperature 0 all texts would be the same, so only one is drawn; it counts `TEXTS` times.
    return bits, len(set(found)), len(found) * TEXTS // len(drawn)


@click.command(cls=Command)
@file_option("--model", help="Text network.")
@settings_option(TemperatureFigureSettings)
@figure_options
def command(model: Path, settings: TemperatureFigureSettings) -> Figure:
    """Entropy and distinct words of generated text against temperature."""
    s = settings
    return temperature_figure(load_text(model), s.temperatures, s.length, s.seed)
