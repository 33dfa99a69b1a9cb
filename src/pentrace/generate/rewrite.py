"""`pentrace rewrite`: the texts of real lines, written by a synthesis network."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.files import whole_folder
from pentrace.generate.lines import LineOptions, WrittenLine, write_lines
from pentrace.generate.load_model import load_ink
from pentrace.generate.settings import RewriteSettings
from pentrace.networks.alphabet import knows
from pentrace.options import Command, file_option, out_folder_option, settings_option
from pentrace.windows.lines import load_lines


@click.command("rewrite", cls=Command)
@file_option("--model", help="Synthesis network.")
@data_option
@out_folder_option(help="Folder to write.")
@settings_option(RewriteSettings)
def command(model: Path, data: Path, out: Path, settings: RewriteSettings) -> None:
    """Write the texts of a split at several biases: offsets.parquet and lines.parquet."""
    network, _ = load_ink(model, "synthesis")
    texts = choose(data, settings, partial(knows, network.settings))
    rows, offsets, failed = [], [], 0
    for bias in settings.bias:
        how = LineOptions(bias, settings.seed, attempts=settings.attempts)
        lines = write_lines(network, list(texts.values()), how)
        names = [f"bias-{bias:g}/{name}" for name in texts]
        rows += [_row(name, line, bias) for name, line in zip(names, lines, strict=True)]
        offsets += [_offsets(name, line.steps) for name, line in zip(names, lines, strict=True)]
        failed += sum(line.failed for line in lines)
    with whole_folder(out) as folder:
        tables.write(folder / "offsets.parquet", schema.OFFSETS, _unified(offsets))
        tables.write_rows(folder / "lines.parquet", schema.WRITTEN, rows)
    attempts = f"{settings.attempts} attempt{'s' * (settings.attempts > 1)}"
    click.echo(f"{out}: {len(rows)} lines written, {failed} failed after {attempts}")


def choose(
    data: Path, settings: RewriteSettings, fit: Callable[[str | None], bool]
) -> dict[str, str]:
    """Sample id -> text of the lines to write, in the order of their names.

    `fit` says whether a text can be written. Raises `PentraceError` if the split has no such text.
    """
    lines = load_lines(data, [settings.split]).with_text(fit)
    if not lines.ids:
        raise PentraceError(
            f"{data}: no line in the split {settings.split} has a transcript that the network can "
            "write; set rewrite.split to another split"
        )
    order = np.random.default_rng([settings.seed, 4]).permutation(len(lines.ids))
    return {lines.ids[i]: lines.texts[i] or "" for i in np.sort(order[: settings.lines])}


def _row(name: str, line: WrittenLine, bias: float) -> dict:
    return {
        "sample_id": name,
        "text": line.text,
        "bias": bias,
        "seed": line.seed,
        "prime": None,
        "attempts": line.attempts,
        "finished": line.finished,
        "missed": line.missed,
    }


def _offsets(name: str, steps: np.ndarray) -> pa.Table:
    names = pa.DictionaryArray.from_arrays(np.zeros(len(steps), np.int32), [name])
    columns = [names, steps[:, 0], steps[:, 1], steps[:, 2].astype(np.uint8)]
    return pa.table(dict(zip(schema.OFFSETS.names, columns, strict=True))).cast(schema.OFFSETS)


def _unified(offsets: list[pa.Table]) -> Iterator[pa.Table]:
    """All offsets in one row group, so that the rows of a sample are not separated."""
    yield pa.concat_tables(offsets).unify_dictionaries()
