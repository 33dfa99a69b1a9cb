"""Shared by the figures of a synthesis network: loading it with real lines, labels, options."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.generate.lines import LineOptions, WrittenLine
from pentrace.generate.load_model import load_ink_for, reader_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.normalise.positions import positions
from pentrace.options import file_option, reader_option
from pentrace.plot import legends, style
from pentrace.plot.drawing import Drawing
from pentrace.plot.lines import Line
from pentrace.unicode_nfc import nfc
from pentrace.windows.lines import load_lines

ATTEMPTS = 12  # most candidates of a line, as for `pentrace write`
REAL_AND_WRITTEN = [
    (legends.line(style.BLUE), "real line of the writer (primer)"),
    (legends.line(style.INK), "written by the network"),
]


class NetworkWithLines(NamedTuple):
    """A synthesis network, and real lines that it can read."""

    network: FusedNetwork
    normalisation: dict
    lines: list[Line]  # at least one, each with a text
    reader: FusedRecogniser | None = None  # chooses among candidates; None: only the window does

    def options(self, bias: float, seed: int) -> LineOptions:
        """How lines are drawn and checked, without a style."""
        return LineOptions(bias, seed, attempts=ATTEMPTS, reader=self.reader)


def synthesis_options(function: Callable) -> Callable:
    """Add `--model`, `--data` and `--reader`: a network, real lines, and a recogniser."""
    network = file_option("--model", help="Synthesis network.")
    return network(data_option(reader_option(function)))


def load(
    model: Path, data: Path, splits: Sequence[str], reader: Path | None = None
) -> NetworkWithLines:
    """The network at `model`, and the lines of `splits` whose text is in its alphabet.

    The recogniser is the one at `reader`, or else next to the network. Raises `PentraceError` if
    the network is of another kind, or if there is no such line.
    """
    network, normalisation = load_ink_for(model, dataset.normalisation(data), "synthesis")
    reads = reader_for("reader", reader, model, normalisation)
    known = set(network.settings.alphabet or "")
    lines = load_lines(data, splits).with_text()
    texts = [nfc(text or "") for text in lines.texts]
    usable = [i for i, t in enumerate(texts) if lines.n_steps[i] > 0 and set(t) <= known]
    if not usable:
        raise PentraceError(
            f"{data}: no line in {', '.join(splits)} with a text in the alphabet of {model}; give "
            "another --splits"
        )
    found = [Line(lines.ids[i], np.array(lines[i]), texts[i]) for i in usable]
    return NetworkWithLines(network, normalisation, found, reads.network)


def named(name: str | None, lines: list[Line]) -> Line:
    """The line `name`, or the one of median length; raises `PentraceError` if there is none."""
    if name is None:
        return median(lines)
    for line in lines:
        if line.name == name:
            return line
    raise PentraceError(
        f"no line {name!r} with a text in the alphabet of the network; give another --line or "
        "--split"
    )


def median(lines: list[Line]) -> Line:
    """The line with the median number of points."""
    return sorted(lines, key=lambda line: len(line.steps))[len(lines) // 2]


def text_of(line: Line) -> str:
    """The text of a line of `NetworkWithLines`, which all have one."""
    return line.text or ""


def text_or_median(text: str | None, lines: list[Line]) -> str:
    """`text` in NFC; without one, the text of the line of median length."""
    return nfc(text) if text else text_of(median(lines))


def line_per_writer(lines: list[Line], samples: Path, count: int) -> list[tuple[str, Line]]:
    """(label, line) for at most `count` writers, each with a line near the median length.

    The writers are evenly spaced by label. If the table `samples` has no writers, each form counts
    as one.
    """
    writers = writers_of(samples)
    typical = len(median(lines).steps) if lines else 0
    found: dict[str, Line] = {}
    for line in sorted(lines, key=lambda line: abs(len(line.steps) - typical)):
        writer = writers.get(line.name) if writers else f"form {_form(line.name)}"
        if writer is not None:
            found.setdefault(writer, line)
    names = sorted(found)
    at = np.unique(np.linspace(0, max(len(names) - 1, 0), count).round().astype(int))
    return [(names[i], found[names[i]]) for i in at[: len(names)]]


def writers_of(samples: Path) -> dict[str, str]:
    """sample_id -> the label of its writer, for samples whose writer is known."""
    table = tables.read(samples, schema.part(schema.SAMPLES, "sample_id", "writer")).to_pylist()
    return {row["sample_id"]: f"writer {row['writer']}" for row in table if row["writer"]}


def _form(name: str) -> str:
    """a01-000u of a01-000u-03."""
    return name.rsplit("-", 1)[0]


def drawing_of(name: str, steps: np.ndarray, normalisation: dict) -> Drawing:
    """Normalised steps (T, 3), the null step first, as a drawing."""
    x, y, _, stroke = positions(steps, normalisation)
    return Drawing(name, x, y, stroke)


def failure(line: WrittenLine) -> str:
    """What is wrong with a written line, in a few words; empty if it is complete."""
    if not line.failed:
        return ""
    if line.missed:
        return f"failed, missing\n“{line.missed[:14]}{'…' * (len(line.missed) > 14)}”"
    return "failed, hard to read" if line.finished else "failed, does not end"


def label(name: str, line: WrittenLine) -> str:
    """`name`, and below it what is wrong with the line, if anything."""
    return "\n".join(filter(None, (name, failure(line))))
