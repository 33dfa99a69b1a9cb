"""`pentrace clean`: apply the cleaning rules to one shard."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.clean.apply import Removed, clean
from pentrace.clean.settings import CleanSettings
from pentrace.errors import PentraceError
from pentrace.ink import from_table, to_table
from pentrace.options import Command, dataset_option, file_option, settings_option


@click.command("clean", cls=Command)
@dataset_option
@file_option("--points", help="Points of the shard, from parse.")
@file_option("--samples", help="Samples of the shard, from parse.")
@file_option("--labels", help="Labels of the data set, from label.")
@file_option("--out-points", help="Table of cleaned points to write.")
@file_option("--out-rejects", help="Table of rejects to write.")
@settings_option(CleanSettings)
def command(
    dataset: str,
    points: Path,
    samples: Path,
    labels: Path,
    out_points: Path,
    out_rejects: Path,
    settings: CleanSettings,
) -> None:
    """Apply the cleaning rules."""
    parsed = tables.read(samples, schema.part(schema.PARSED, "sample_id", "source"))
    sources = dict(zip(*parsed.to_pydict().values(), strict=True))
    named = tables.read(labels, schema.part(schema.LABELS, "sample_id", "text"))
    with_text = set(named.filter(named["text"].is_valid())["sample_id"].to_pylist())
    with_text &= sources.keys()  # the labels are those of all shards
    rows: list[dict] = []

    def pieces() -> Iterator[pa.Table]:
        empty = dict(sources)
        for piece in tables.read_pieces(points, schema.POINTS):
            ink = from_table(piece)
            unknown = next((name for name in ink.ids if name not in sources), None)
            if unknown is not None:
                raise PentraceError(
                    f"{samples}: no row for {unknown} of {points}; build both again with snakemake"
                )
            has_text = np.array([name in with_text for name in ink.ids], bool)
            left, rejects = clean(ink, settings, has_text)
            rows.extend(
                _row(dataset, ink.ids[removed.sample], sources, removed) for removed in rejects
            )
            for name in ink.ids:
                del empty[name]
            if len(left.x):
                yield to_table(left)
        removed = Removed(0, "no-points", "sample", 1, "the recording has no points")
        rows.extend(_row(dataset, name, sources, removed) for name in empty)

    written = tables.write(out_points, schema.POINTS, pieces())
    tables.write_rows(out_rejects, schema.REJECTS, rows)
    dropped = sum(row["lost"] == "sample" for row in rows)
    click.echo(
        f"{written} points of {len(sources) - dropped} samples kept; {dropped} samples dropped"
    )


def _row(dataset: str, sample_id: str, sources: dict[str, str], removed: Removed) -> dict:
    """A row of `schema.REJECTS`."""
    return {
        "dataset": dataset,
        "sample_id": sample_id,
        "source": sources[sample_id],
        "stage": "clean",
        "rule": removed.rule,
        "lost": removed.lost,
        "count": removed.count,
        "reason": removed.reason,
    }
