"""One text in the styles of several writers, each below a real line of the writer."""

from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from matplotlib.figure import Figure
from pydantic import Field

from pentrace import dataset
from pentrace.errors import PentraceError
from pentrace.generate.in_hand import in_hand
from pentrace.generate.lines import Primer, write_lines
from pentrace.hands.embedding import Embedding, read_for
from pentrace.hands.nearest import standing, to_hands
from pentrace.options import Command, file_option, settings_option
from pentrace.plot import legends, style, written
from pentrace.plot.data import page_unit
from pentrace.plot.lines import Line
from pentrace.plot.options import figure_options
from pentrace.plot.settings import BiasedSettings
from pentrace.plot.stacked import Row, stacked
from pentrace.plot.written import NetworkWithLines
from pentrace.split_names import Split
from pentrace.windows.lines import gathered

COUNT = 6  # writers
BETWEEN = 0.05  # inches between a real line and the written text
ENTRIES = [
    (legends.line(style.BLUE), "real line of the writer"),
    (legends.line(style.INK), "written in the hand of this line"),
]


class StylesFigureSettings(BiasedSettings):
    """What `pentrace plot styles` writes."""

    splits: tuple[Split, ...] = Field(
        ("validation", "validation2", "test"), min_length=1, description="splits of the real lines"
    )
    text: str | None = Field(
        None, description="text to write; null: the text of a line of median length"
    )


class Hands(NamedTuple):
    """The hands in the figure, with which each written line is compared."""

    embedding: Embedding
    writers: list[str]  # H labels
    vectors: np.ndarray  # float32 (C, D), of real lines
    of: np.ndarray  # int64 (C,), number of the writer of each

    def nearest(self, steps: np.ndarray, own: str) -> str:
        """Which hand the line `steps` (T, 3) is nearest to, in words; `own` is its own."""
        vector = self.embedding.of(gathered([steps], [""], [""]))
        apart = to_hands(vector, self.vectors, self.of)
        found = standing(apart, np.array([self.writers.index(own)]))
        near = "its own hand" if found.rank[0] == 1 else self.writers[found.nearest[0]]
        return f"nearest of these {len(self.writers)}:\n{near}"


def styles_figure(
    loaded: NetworkWithLines,
    text: str,
    primers: list[tuple[str, Line]],
    bias: float,
    seed: int,
    hands: Hands | None = None,
) -> Figure:
    """`text` in the hand of the real line of each (writer, line), which is blue above it.

    With `hands`, the label says which hand each written line is nearest to. Raises
    `PentraceError` for characters outside the alphabet.
    """
    rows = []
    for writer, real in primers:
        references = [Primer(real.steps, written.text_of(real))]
        how = in_hand(loaded.options(bias, seed), loaded.network, references)
        (line,) = write_lines(loaded.network, [text], how)
        above = written.drawing_of(real.name, real.steps, loaded.normalisation)
        below = written.drawing_of(writer, line.steps, loaded.normalisation)
        near = "" if hands is None else hands.nearest(line.steps, writer)
        rows.append(Row(f"{writer}:\n{real.name}", above, style.BLUE))
        label = "\n".join(filter(None, (near, written.failure(line))))
        rows.append(Row(label, below, failed=line.failed, gap=BETWEEN))
    plural = "writer" if len(primers) == 1 else "writers"
    heading = f"“{text}” in the style of {len(primers)} {plural}, bias {bias:g}"
    return stacked(rows, heading, page_unit(loaded.normalisation), ENTRIES)


def find_hands(
    lines: list[Line], primers: list[tuple[str, Line]], samples: Path, embedding: Embedding
) -> Hands | None:
    """The writers of the `primers`, by their other lines.

    None if there are fewer than two, or one of them has no other line.
    """
    label = written.writers_of(samples)
    writers, taken = [writer for writer, _ in primers], {line.name for _, line in primers}
    real = [line for line in lines if label.get(line.name) in writers and line.name not in taken]
    alone = len({label[line.name] for line in real}) < len(writers)
    if len(writers) < 2 or alone or not embedding.axes.shape[1]:
        return None
    known = gathered([x.steps for x in real], [x.name for x in real], [x.text for x in real])
    of = np.array([writers.index(label[line.name]) for line in real])
    return Hands(embedding, writers, embedding.of(known), of)


def find_primers(lines: list[Line], text: str, samples: Path) -> list[tuple[str, Line]]:
    """A line of each of at most `COUNT` writers, with another text than `text`.

    Raises `PentraceError` if there is none.
    """
    found = written.line_per_writer([line for line in lines if line.text != text], samples, COUNT)
    if not found:
        raise PentraceError(f"no line has another text than {text!r}; give another --text")
    return found


@click.command(cls=Command)
@written.synthesis_options
@file_option(
    "--embedding",
    required=False,
    help="File that pentrace hands wrote, to name the hand that each line is nearest to.",
)
@settings_option(StylesFigureSettings)
@figure_options
def command(
    model: Path,
    data: Path,
    reader: Path | None,
    embedding: Path | None,
    settings: StylesFigureSettings,
) -> Figure:
    """One text in the styles of several writers, each below a real line of the writer."""
    loaded = written.load(model, data, settings.splits, reader)
    to_write = written.text_or_median(settings.text, loaded.lines)
    primers = find_primers(loaded.lines, to_write, dataset.samples(data))
    hands = None
    if embedding is not None:
        vectors = read_for(embedding, dataset.normalisation(data))
        hands = find_hands(loaded.lines, primers, dataset.samples(data), vectors)
    return styles_figure(loaded, to_write, primers, settings.bias, settings.seed, hands)
