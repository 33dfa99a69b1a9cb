"""Real lines coloured by letter, as a recogniser that was given their texts has found them."""

from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from pydantic import Field

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.normalise.units import read_normalisation
from pentrace.options import Command, file_option, settings_option
from pentrace.plot import legends, panels, style, written
from pentrace.plot.data import page_unit
from pentrace.plot.drawing import Drawing
from pentrace.plot.legends import Entry
from pentrace.plot.options import figure_options
from pentrace.settings import Settings
from pentrace.split_names import Split
from pentrace.windows.lines import load_lines

COLOURS = (style.BLUE, style.RED, style.GREEN, style.PINK)  # of neighbouring letters
NAMES = 0.2  # inches of the row of letters below the ink


class AlignmentFigureSettings(Settings):
    """What `pentrace plot alignment` shows."""

    splits: tuple[Split, ...] = Field(
        ("validation",), min_length=1, description="splits of the lines"
    )
    count: int = Field(6, ge=1, le=20, description="number of lines")


class Aligned(NamedTuple):
    """A line and its letters."""

    drawing: Drawing
    text: str
    letters: list[tuple[str, int, int]]  # character, first and last point


def alignment_figure(shown: list[Aligned], unit: str) -> Figure:
    """Each line in one panel, its letters in turn in four colours, with their names below."""
    around = panels.TITLE + NAMES
    height = sum(panels.page_height(one.drawing) + around for one in shown)
    column = panels.Column(height + 0.05, _entries())
    for number, one in enumerate(shown):
        title = f"{one.drawing.name}: {one.text}"
        axes = column.page(one.drawing, unit, title, number, _colours(one))
        _names(axes, one)
        column.top -= NAMES
    return column.figure


def _entries() -> list[Entry]:
    lines = tuple(legends.line(colour) for colour in COLOURS)
    return [
        (lines, "neighbouring letters, each in one colour"),
        (legends.line(style.GREY), "of no letter"),
    ]


def _colours(one: Aligned) -> np.ndarray:
    """RGBA (T, 4): each point has the colour of its letter."""
    number = np.full(len(one.drawing.x), len(COLOURS))
    for turn, (_, first, last) in enumerate(one.letters):
        number[first : last + 1] = turn % len(COLOURS)
    return to_rgba_array([*COLOURS, style.GREY])[number]


def _names(axes: Axes, one: Aligned) -> None:
    """The letters below their ink, moved rightward where they would overlap."""
    inch, free = panels.inch(one.drawing), -np.inf
    low = axes.get_ylim()[0] - 0.02 * inch
    for turn, (character, first, last) in enumerate(one.letters):
        x = one.drawing.x[first : last + 1]
        wide = legends.text_width(character) * inch
        left = max(float(x.min() + x.max() - wide) / 2, free)
        free = left + wide + 0.015 * inch
        axes.text(left, low, character, fontsize=style.SMALL, va="top", ha="left",
                  color=COLOURS[turn % len(COLOURS)])  # fmt: skip


def load(
    alignments: Path, data: Path, units: dict, splits: tuple[Split, ...], count: int
) -> list[Aligned]:
    """Lines of `splits` that were aligned, evenly spaced over them."""
    lines = load_lines(data, splits).with_text()
    wanted = set(lines.ids)
    rows: dict[str, list[dict]] = {}
    for piece in tables.read_pieces(alignments, schema.ALIGNMENTS):
        for row in piece.to_pylist():
            if row["sample_id"] in wanted:
                rows.setdefault(row["sample_id"], []).append(row)
    found = [i for i, name in enumerate(lines.ids) if any(_ink(row) for row in rows.get(name, []))]
    if not found:
        raise PentraceError(
            f"{alignments}: no line of {', '.join(splits)} has letters; give another --splits"
        )
    spread = np.unique(np.linspace(0, len(found) - 1, count).round().astype(int))
    some = [found[i] for i in spread]
    return [_aligned(lines.ids[i], lines[i], rows[lines.ids[i]], units) for i in some]


def _ink(row: dict) -> bool:
    return row["first_point"] is not None


def _aligned(name: str, steps: np.ndarray, rows: list[dict], units: dict) -> Aligned:
    letters = [(r["character"], r["first_point"], r["last_point"]) for r in rows if _ink(r)]
    text = "".join(row["character"] for row in rows)
    return Aligned(written.drawing_of(name, steps, units), text, letters)


@click.command(cls=Command)
@file_option("--alignments", help="Table of characters that pentrace align wrote.")
@data_option
@settings_option(AlignmentFigureSettings)
@figure_options
def command(alignments: Path, data: Path, settings: AlignmentFigureSettings) -> Figure:
    """Real lines, coloured by letter."""
    units = read_normalisation(dataset.normalisation(data))
    shown = load(alignments, data, units, settings.splits, settings.count)
    return alignment_figure(shown, page_unit(units))
