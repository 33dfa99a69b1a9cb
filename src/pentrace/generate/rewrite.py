"""`pentrace rewrite`: the texts of real lines, written by a network."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import numpy as np

from pentrace import schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.files import whole_folder
from pentrace.generate.lines import line_options, write_lines
from pentrace.generate.load_model import load_writer, reader_for
from pentrace.generate.settings import RewriteSettings
from pentrace.generate.written_files import offsets_table, unified, written_row
from pentrace.networks.alphabet import knows
from pentrace.options import (
    FAILED,
    Command,
    file_option,
    out_folder_option,
    reader_option,
    settings_option,
)
from pentrace.windows.lines import load_lines


@click.command("rewrite", cls=Command)
@file_option("--model", help="Synthesis network, or a variational one with a text.")
@data_option
@out_folder_option(help="Folder to write.")
@reader_option
@settings_option(RewriteSettings)
def command(
    model: Path, data: Path, out: Path, reader: Path | None, settings: RewriteSettings
) -> None:
    """Write the texts of a split at several biases: offsets.parquet and lines.parquet.

    Several candidates of each line are drawn, and a recogniser chooses the one that it reads best.
    If too much of a line is misread, the exit status is 3.
    """
    network, normalisation = load_writer(model)
    reads = reader_for(settings.check, reader, model, normalisation)
    texts = choose(data, settings, partial(knows, network.settings))
    rows, offsets = [], []
    for bias in settings.bias:
        how = line_options(settings, reads.network, bias)
        lines = write_lines(network, list(texts.values()), how)
        names = [f"bias-{bias:g}/{name}" for name in texts]
        rows += [written_row(name, line, bias) for name, line in zip(names, lines, strict=True)]
        offsets += [
            offsets_table(name, line.steps) for name, line in zip(names, lines, strict=True)
        ]
    with whole_folder(out) as folder:
        tables.write(folder / "offsets.parquet", schema.OFFSETS, unified(offsets))
        tables.write_rows(folder / "lines.parquet", schema.WRITTEN, rows)
    if reads.message:
        click.echo(reads.message, err=True)
    attempts = f"{settings.attempts} attempt{'s' * (settings.attempts > 1)}"
    failed = [row["sample_id"] for row in rows if row["failed"]]
    click.echo(f"{out}: {len(rows)} lines written, {len(failed)} failed after {attempts}")
    if failed:
        click.echo(f"failed: {', '.join(failed)}", err=True)
        sys.exit(FAILED)


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
