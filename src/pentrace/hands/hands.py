"""`pentrace hands`: learn to identify writers by their handwriting."""

from pathlib import Path

import click
import numpy as np
from threadpoolctl import threadpool_limits

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.hands import embedding
from pentrace.hands.settings import HandSettings
from pentrace.normalise.units import read_normalisation
from pentrace.options import Command, out_file_option, settings_option
from pentrace.windows.lines import Lines, load_lines


@click.command("hands", cls=Command)
@data_option
@out_file_option(suffix=".safetensors", help="File to write, safetensors.")
@settings_option(HandSettings)
def command(data: Path, out: Path, settings: HandSettings) -> None:
    """Learn an embedding of lines from the writers of a split: lines of one writer are near.

    `pentrace style` uses it for writers of other splits. If fewer than two writers are known, the
    embedding has no dimension, and identifies nobody.
    """
    normalisation = read_normalisation(dataset.normalisation(data))
    lines, writers = known_lines(data, settings)
    with threadpool_limits(1):
        if 1 < len(set(writers)) < len(writers):
            found = embedding.fit(lines, writers, normalisation, settings.shrinkage)
        else:
            found = embedding.none(normalisation)
    embedding.write(out, found)
    click.echo(f"{out}: {found.writers} writers, {len(lines.ids)} lines")


def known_lines(data: Path, settings: HandSettings) -> tuple[Lines, list[str]]:
    """At most `settings.lines` lines with a known writer, and the writer of each."""
    rows = tables.read(
        dataset.samples(data), schema.part(schema.SAMPLES, "sample_id", "writer")
    ).to_pylist()
    writer = {row["sample_id"]: row["writer"] for row in rows if row["writer"]}
    lines = load_lines(data, [settings.split]).only(writer)
    lines = lines.take([i for i in range(len(lines.ids)) if lines.n_steps[i] > 0])
    order = np.random.default_rng([settings.seed, 7]).permutation(len(lines.ids))
    lines = lines.take(sorted(order[: settings.lines].tolist()))
    return lines, [writer[name] for name in lines.ids]
