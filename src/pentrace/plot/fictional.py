"""Characters that a network made up, each beside the real one that it comes nearest to."""

from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pentrace import dataset, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.files import read_json
from pentrace.ink import from_table
from pentrace.normalise.positions import positions
from pentrace.plot import drawing, style
from pentrace.plot.drawing import Drawing
from pentrace.plot.options import FILE, figure_options
from pentrace.splits import SPLITS
from pentrace.windows.lines import load_lines

COLUMNS = 4  # pairs in a row
HEADS = {
    "fictional": "drawn by the network (black), and the nearest that it was trained on (blue)",
    "real": "for comparison: real ones that it has not seen (black), and the nearest that it was "
    "trained on (blue)",
}


def fictional_figure(rows: list[dict], drawings: dict[str, Drawing]) -> Figure:
    """Pairs of `rows` of `schema.NEAREST`: the character, and the nearest one, of one size each.

    `drawings` has both by their names.
    """
    groups = [[row for row in rows if row["origin"] == origin] for origin in HEADS]
    groups = [group for group in groups if group]
    if not groups:
        raise PentraceError("no character to draw; set fictional.characters above 0")
    lines = [-(-len(group) // COLUMNS) for group in groups]
    cell = style.WIDTH / COLUMNS / 2
    made = style.figure(sum(lines) * (cell + 0.17) + 0.3 * len(lines))
    parts = made.subfigures(len(groups), 1, height_ratios=[n + 0.2 for n in lines], squeeze=False)
    for part, group, n in zip(parts[:, 0], groups, lines, strict=True):
        part.suptitle(_head(group), fontsize=8, x=0.01, ha="left")
        panels = part.subplots(n, 2 * COLUMNS, squeeze=False).reshape(-1, 2)
        for pair, row in zip(panels, group, strict=False):
            _pair(pair, row, drawings)
        for axes in panels[len(group) :].ravel():
            axes.set_axis_off()
    return made


def _head(group: list[dict]) -> str:
    median = np.median([row["distance"] for row in group])
    copies = sum(bool(row["copy"]) for row in group)
    marked = f"; {copies} may be {'a copy' if copies == 1 else 'copies'} (red)" if copies else ""
    return f"{HEADS[group[0]['origin']]}; median distance {median:.3f}{marked}"


def _pair(pair: np.ndarray, row: dict, drawings: dict[str, Drawing]) -> None:
    _one(pair[0], drawings[row["sample_id"]], style.INK)
    _one(pair[1], drawings[row["nearest"]], style.BLUE)
    if row["origin"] == "real" or row["ended"]:
        pair[0].set_title(_code(row["sample_id"]), fontsize=6, color=style.GREY)
    else:
        pair[0].set_title("no end", fontsize=6, color=style.RED)
    told = f"{_code(row['nearest'])}  {row['distance']:.3f}{'  copy?' if row['copy'] else ''}"
    pair[1].set_title(told, fontsize=6, color=style.RED if row["copy"] else style.BLUE)


def _code(name: str) -> str:
    """A short name: the number of a fictional character, the code of a real one."""
    return name.removeprefix("fictional-").removeprefix("0").upper() if name else name


def _one(axes: Axes, ink: Drawing, colour: str) -> None:
    style.bare(axes)
    drawing.draw(axes, ink, colour)
    left, right, low, high = drawing.box(ink)
    half = 0.54 * max(right - left, high - low, 1e-6)
    x, y = (left + right) / 2, (low + high) / 2
    axes.set(xlim=(x - half, x + half), ylim=(y - half, y + half), aspect="equal")


def load_drawings(drawn: Path, data: Path, names: set[str]) -> dict[str, Drawing]:
    """By name: what the network drew, and those of `names` that are real."""
    ink = from_table(tables.read(drawn / "points.parquet"))
    units = read_json(dataset.normalisation(data))
    found = {}
    for i, name in enumerate(ink.ids):
        part = slice(ink.starts[i], ink.starts[i + 1])
        found[name] = Drawing(name, ink.x[part], ink.y[part], ink.stroke[part])
    lines = load_lines(data, SPLITS).only(names)
    for i, name in enumerate(lines.ids):
        x, y, _, stroke = positions(lines[i], units)
        found[name] = Drawing(name, x, y, stroke)
    return found


@click.command()
@click.option("--drawn", type=FILE, required=True, help="fictional/ of the network.")
@data_option
@figure_options
def command(drawn: Path, data: Path) -> Figure:
    """Fictional characters beside the real ones nearest to them."""
    rows = tables.read(drawn / "nearest.parquet").to_pylist()
    names = {name for row in rows for name in (row["sample_id"], row["nearest"])}
    return fictional_figure(rows, load_drawings(drawn, data, names))
