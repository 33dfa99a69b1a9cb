"""`pentrace halves`: whether a written line keeps its style from its first to its second half."""

from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from threadpoolctl import threadpool_limits

from pentrace import dataset, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.files import write_json
from pentrace.generate.lines import LineOptions, write_lines
from pentrace.generate.load_model import load_ink_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.unconditional import batch
from pentrace.hands.embedding import Embedding, read_for
from pentrace.hands.settings import HalvesSettings
from pentrace.networks.alphabet import knows
from pentrace.options import Command, file_option, settings_option
from pentrace.recognise.error_rates import rate
from pentrace.split_names import SPLITS
from pentrace.windows.lines import Lines, gathered, load_lines

FEW = 3  # fewer lines cannot be compared
SEED = 1  # of the bootstrap
DEFINITIONS = {
    "own": "share of the second halves that are nearer to the first half of their own line than to "
    "that of any other line; chance is 1 divided by the number of lines",
    "within": "mean distance between the two halves of a line",
    "between": "mean distance between a second half and the first halves of the other lines",
    "real": "real lines, each of another writer, cut at the same number of points",
    "low, high": "95 % interval, bootstrap over lines",
}


@click.command("halves", cls=Command)
@file_option("--model", help="Network that draws ink.")
@data_option
@file_option("--embedding", help="File that pentrace hands wrote.")
@file_option("--out-metrics", help="Measures to write, JSON.")
@settings_option(HalvesSettings)
def command(
    model: Path, data: Path, embedding: Path, out_metrics: Path, settings: HalvesSettings
) -> None:
    """Compare the two halves of each line, of a network and of real writers.

    A network that is conditioned on text writes the texts of the real lines.
    """
    units = dataset.normalisation(data)
    network, _ = load_ink_for(model, units)
    vectors = read_for(embedding, units)
    real = one_of_each_writer(data, network, settings)
    with threadpool_limits(1):
        written = drawn(network, real, settings)
    table = [
        {"origin": origin, **compared(lines, vectors, settings.points)}
        for origin, lines in (("real", real), ("written", written))
    ]
    write_json(out_metrics, {"table": table, "definitions": DEFINITIONS})
    click.echo("\n".join(map(_log_line, table)))


def one_of_each_writer(data: Path, network: FusedNetwork, settings: HalvesSettings) -> Lines:
    """A line of each writer with `points` points; with a text, if the network is conditioned on it.

    Raises `PentraceError` if there are fewer than three.
    """
    rows = tables.read(dataset.samples(data), ["sample_id", "writer"]).to_pylist()
    writer = {row["sample_id"]: row["writer"] for row in rows if row["writer"]}
    lines = load_lines(data, list(SPLITS))
    if network.window is not None:
        lines = lines.with_text(lambda text: knows(network.settings, text))
    order = np.random.default_rng([settings.seed, 4]).permutation(len(lines.ids))
    chosen: dict[str, int] = {}
    for i in order.tolist():
        if lines.n_steps[i] >= settings.points and lines.ids[i] in writer:
            chosen.setdefault(writer[lines.ids[i]], i)
    if len(chosen) < FEW:
        raise PentraceError(
            f"{data}: {len(chosen)} writers have a line of {settings.points} points; lower "
            "--points, or use data with more writers"
        )
    return lines.take(list(chosen.values())[: settings.lines])


def drawn(network: FusedNetwork, real: Lines, settings: HalvesSettings) -> Lines:
    """As many lines of the network as there are real ones."""
    s, count = settings, len(real.ids)
    if network.window is None:
        steps = batch(network, count, s.points, s.seed, s.bias)
    else:
        texts = [text or "" for text in islice(cycle(real.texts), count)]
        how = LineOptions(seed=s.seed, bias=s.bias, attempts=1, checked=False)
        steps = [line.steps for line in write_lines(network, texts, how)]
    return gathered(steps, [f"{i:04d}" for i in range(count)], [None] * count)


class Distances(NamedTuple):
    """Of L lines."""

    apart: np.ndarray  # float64 (L, L): from second halves (rows) to first halves (columns)
    within: float  # mean of those of one line
    between: float  # mean of all others


def distances(lines: Lines, embedding: Embedding, points: int) -> Distances:
    """Distances of the halves of the first `points` points of each line.

    A shorter line is halved as it is.
    """
    each = [np.array(lines[i])[: points + 1] for i in range(len(lines.ids))]
    parts = [[one[: (len(one) + 1) // 2], one[len(one) // 2 :]] for one in each]
    first, second = (
        embedding.of(gathered([two[k] for two in parts], lines.ids, lines.texts)) for k in (0, 1)
    )
    difference = second[:, None] - first
    apart = np.sqrt(np.einsum("qhd,qhd->qh", difference, difference).astype(np.float64))
    other = ~np.eye(len(apart), dtype=bool)
    return Distances(apart, float(apart.diagonal().mean()), float(apart[other].mean()))


def compared(lines: Lines, embedding: Embedding, points: int) -> dict:
    """A row of the table, for JSON."""
    found = distances(lines, embedding, points)
    own = (found.apart.argmin(1) == np.arange(len(found.apart))).astype(int)
    share = rate(own, np.ones_like(own), SEED)
    return {
        "lines": len(own),
        "own": None if share is None else share._asdict(),
        "within": found.within,
        "between": found.between,
    }


def _log_line(row: dict) -> str:
    own = row["own"]
    return (
        f"{row['origin']}: {row['lines']} lines, {own['rate']:.1%} ({own['low']:.1%} to "
        f"{own['high']:.1%}) nearest to their own first half; {row['within']:.3f} apart, other "
        f"lines {row['between']:.3f}"
    )
