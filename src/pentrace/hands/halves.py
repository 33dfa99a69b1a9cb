"""`pentrace halves`: whether a written line keeps its style from its first to its second half."""

from dataclasses import replace
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
from pentrace.generate.in_hand import vector_of
from pentrace.generate.lines import LineOptions, write_lines
from pentrace.generate.load_model import load_ink_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.unconditional import batch
from pentrace.hands.embedding import Embedding, read_for
from pentrace.hands.features import FEATURES, features
from pentrace.hands.settings import HalvesSettings
from pentrace.hands.table import correlation
from pentrace.networks.alphabet import knows
from pentrace.normalise.units import read_normalisation
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
    "in the hand": "lines written with the latent, or the vector, of each real line; their second "
    "halves are compared with the first halves of the real lines",
    "features": "correlation of each plain feature between the real lines and those in the hand",
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
    units_of = read_normalisation(units)
    network, _ = load_ink_for(model, units)
    vectors = read_for(embedding, units)
    real = one_of_each_writer(data, network, settings)
    with threadpool_limits(1):
        written = drawn(network, real, settings)
        held = in_hands(network, real, settings)
    several = [("real", real, None), ("written", written, None), ("in the hand", real, held)]
    table = [
        {"origin": origin, **compared(lines, vectors, settings.points, others)}
        for origin, lines, others in several[: None if held else 2]
    ]
    rows = followed(real, held, units_of, settings.points) if held else []
    write_json(out_metrics, {"table": table, "features": rows, "definitions": DEFINITIONS})
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


def in_hands(network: FusedNetwork, real: Lines, settings: HalvesSettings) -> Lines | None:
    """A line in the hand of each real line, by its vector or latent; None if there is none."""
    s, each = settings, [np.array(real[i])[: settings.points + 1] for i in range(len(real.ids))]
    found = [vector_of(network, [line]) for line in each]
    vectors = [one for one in found if one is not None]
    if not vectors:
        return None
    if network.window is None:
        steps = batch(network, len(each), s.points, s.seed, s.bias, held=np.stack(vectors))
    else:
        how = LineOptions(seed=s.seed, bias=s.bias, attempts=1, checked=False)
        steps = [
            write_lines(network, [text or ""], replace(how, style=vector), number)[0].steps
            for number, (text, vector) in enumerate(zip(real.texts, vectors, strict=True))
        ]
    return gathered(steps, real.ids, [None] * len(each))


def followed(real: Lines, held: Lines, units: dict, points: int) -> list[dict]:
    """For each plain feature, its correlation between real lines and those in their hands."""
    one, two = (features(_first(lines, points), units) for lines in (real, held))
    found = []
    for number, name in enumerate(FEATURES):
        both = np.isfinite(one[:, number]) & np.isfinite(two[:, number])
        alike = correlation(one[both, number], two[both, number])
        found.append({"feature": name, "correlation": alike})
    return found


def _first(lines: Lines, points: int) -> Lines:
    """The first `points` points of each line, without their texts."""
    each = [np.array(lines[i])[: points + 1] for i in range(len(lines.ids))]
    return gathered(each, lines.ids, [None] * len(each))


class Distances(NamedTuple):
    """Of L lines."""

    apart: np.ndarray  # float64 (L, L): from second halves (rows) to first halves (columns)
    within: float  # mean of those of one line
    between: float  # mean of all others


def distances(
    lines: Lines, embedding: Embedding, points: int, others: Lines | None = None
) -> Distances:
    """Distances of the halves of the first `points` points of each line.

    The second halves are those of `others`, if there are any. A shorter line is halved as it is.
    """
    of = (lines, lines if others is None else others)
    first, second = (embedding.of(_half(one, points, k)) for k, one in enumerate(of))
    difference = second[:, None] - first
    apart = np.sqrt(np.einsum("qhd,qhd->qh", difference, difference).astype(np.float64))
    other = ~np.eye(len(apart), dtype=bool)
    return Distances(apart, float(apart.diagonal().mean()), float(apart[other].mean()))


def _half(lines: Lines, points: int, which: int) -> Lines:
    each = [np.array(lines[i])[: points + 1] for i in range(len(lines.ids))]
    parts = [(one[: (len(one) + 1) // 2], one[len(one) // 2 :])[which] for one in each]
    return gathered(parts, lines.ids, lines.texts)


def compared(lines: Lines, embedding: Embedding, points: int, others: Lines | None = None) -> dict:
    """A row of the table, for JSON; `others` as for `distances`."""
    found = distances(lines, embedding, points, others)
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
