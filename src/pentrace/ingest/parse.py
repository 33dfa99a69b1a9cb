"""`pentrace parse`: read raw recordings into points."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.errors import UsageError
from pentrace.ingest.raw_tables import raw_pieces, raw_table
from pentrace.ingest.text_rules import half_character, printable
from pentrace.ink import to_table
from pentrace.options import Command, dataset_option, file_option, settings_option
from pentrace.readers.names import ink_reader_option
from pentrace.readers.results import Parsed, Reject
from pentrace.readers.settings import ParseSettings


@click.command("parse", cls=Command)
@dataset_option
@ink_reader_option
@file_option("--raw", help="Shard of raw files, from collect.")
@file_option(
    "--included",
    required=False,
    help="raw/labels.parquet of the data set, with files that raw files include; unipen only.",
)
@file_option("--out-points", help="Table of points to write.")
@file_option("--out-samples", help="Table of samples to write.")
@file_option("--out-rejects", help="Table of rejects to write.")
@settings_option(ParseSettings)
def command(
    dataset: str,
    reader: str,
    raw: Path,
    included: Path | None,
    out_points: Path,
    out_samples: Path,
    out_rejects: Path,
    settings: ParseSettings,
) -> None:
    """Read raw recordings into points; files that cannot be read are listed in the rejects."""
    module = import_module(f"pentrace.readers.{reader}")
    read = module.read
    if included is not None:
        if not getattr(module, "INCLUDES", False):
            raise UsageError(f"--included is not for the reader {reader}; remove it")
        read = partial(read, included=raw_table(included))
    rows: list[dict] = []
    refused: list[Reject] = []
    taken: dict[str, str] = {}

    def pieces() -> Iterator[pa.Table]:
        for files in raw_pieces(raw):
            parsed = read(files, settings)
            parsed = _storable(parsed)
            keep, seconds = _first_of_name(parsed, taken)
            rows.extend(row for row, kept in zip(parsed.samples, keep, strict=True) if kept)
            refused.extend(_rejects(parsed, seconds))
            yield _points(parsed, np.array(keep, bool))

    count = tables.write(out_points, schema.POINTS, pieces())
    tables.write_rows(out_samples, schema.PARSED, rows)
    reject_rows = [{**vars(reject), "dataset": dataset, "stage": "parse"} for reject in refused]
    tables.write_rows(out_rejects, schema.REJECTS, reject_rows)
    click.echo(f"{raw}: {len(rows):,} samples, {count:,} points, {len(refused):,} rejects")


def _storable(parsed: Parsed) -> Parsed:
    """`parsed` without texts that Parquet cannot store; they have a row in the rejects."""
    samples, lost = [], []
    for row in parsed.samples:
        reason = half_character(row["text"] or "")
        samples.append(row | {"text": None} if reason else row)
        if reason:
            lost.append(Reject(row["sample_id"], row["source"], "half-character", reason, "text"))
    rejects = [replace(r, reason=printable(r.reason)) for r in [*parsed.rejects, *lost]]
    return replace(parsed, samples=samples, rejects=rejects)


def _first_of_name(parsed: Parsed, taken: dict[str, str]) -> tuple[list[bool], list[Reject]]:
    """Whether each sample is the first of its name, and the rejects of all that are not.

    `taken`: sample -> file, of the complete shard; filled here.
    """
    keep, seconds = [], []
    for row in parsed.samples:
        name, source = row["sample_id"], row["source"]
        first = taken.setdefault(name, source)
        keep.append(first == source)
        if first != source:
            seconds.append(
                Reject(name, source, "same-sample", f"{first} has the same name, {name}")
            )
    return keep, seconds


def _rejects(parsed: Parsed, seconds: list[Reject]) -> list[Reject]:
    """All rejects; a file that is lost completely has no other rejects."""
    lost = {reject.source for reject in seconds}
    return [*(reject for reject in parsed.rejects if reject.source not in lost), *seconds]


def _points(parsed: Parsed, keep: np.ndarray) -> pa.Table:
    """The points of the samples where bool (S,) `keep` is true, as `schema.POINTS`."""
    table = to_table(parsed.ink)
    return table if keep.all() else table.filter(np.repeat(keep, parsed.ink.lengths))
