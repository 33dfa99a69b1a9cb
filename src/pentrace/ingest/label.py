"""`pentrace label`: find writer, text and split of every parsed sample."""

from collections import Counter
from importlib import import_module
from pathlib import Path

import click
import pyarrow as pa

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ingest.assign_splits import HELD_OUT, seeded_split, shared_writers
from pentrace.ingest.raw_tables import raw_pieces
from pentrace.ingest.reject_limit import refuse_many_rejects
from pentrace.ingest.text_rules import without_control_characters
from pentrace.options import (
    Command,
    dataset_option,
    file_option,
    folder_option,
    settings_option,
)
from pentrace.readers.names import ink_reader_option
from pentrace.readers.results import Labelled, Reject
from pentrace.readers.settings import LabelSettings
from pentrace.shards import listed


@click.command("label", cls=Command)
@dataset_option
@ink_reader_option
@file_option("--raw", help="raw/labels.parquet of the data set, from collect.")
@folder_option("--parsed", help="Folder with the samples and rejects, from parse.")
@file_option("--out-labels", help="Table of labels to write.")
@file_option("--out-rejects", help="Table of rejects to write.")
@settings_option(LabelSettings)
def command(
    dataset: str,
    reader: str,
    raw: Path,
    parsed: Path,
    out_labels: Path,
    out_rejects: Path,
    settings: LabelSettings,
) -> None:
    """Find writer, text and split of every sample."""
    samples = _gather(parsed, "samples", schema.PARSED)
    unread = _unread(parsed)
    refuse_many_rejects(dataset, len(samples), unread, settings.max_reject_share, "label")
    refuse_same_names(dataset, samples)
    module = import_module(f"pentrace.readers.{reader}")
    lost = [row["sample_id"] for row in unread]
    sources = dict(zip(*(samples[k].to_pylist() for k in ("sample_id", "source")), strict=True))
    labelled: Labelled = module.label(raw_pieces(raw), samples, lost, settings)
    found = without_control_characters(labelled, sources)
    rows = with_splits(found.rows, settings)
    tables.write_rows(out_labels, schema.LABELS, rows)
    tables.write_rows(out_rejects, schema.REJECTS, [_row(dataset, r) for r in found.rejects])
    click.echo(summary(dataset, rows, found.rejects))
    empty = empty_splits(rows, settings)
    if empty and rows is not found.rows:
        click.echo(empty)


def with_splits(rows: list[dict], settings: LabelSettings) -> list[dict]:
    """`rows` with the official split if it exists and is chosen, else with a seeded split."""
    if settings.split == "official" and any("split" in row for row in rows):
        return rows
    splits = seeded_split(rows, settings)
    return [row | {"split": split} for row, split in zip(rows, splits, strict=True)]


def refuse_same_names(dataset: str, samples: pa.Table) -> None:
    """Raise `PentraceError` if two raw files gave samples of the same name."""
    names = samples["sample_id"].to_pylist()
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        rows = zip(names, samples["source"].to_pylist(), strict=True)
        files = " and ".join(source for name, source in rows if name == twice[0])
        raise PentraceError(
            f"{dataset}: {files} have the same name, {twice[0]}; remove or rename one of them"
        )


def summary(dataset: str, rows: list[dict], rejects: list[Reject]) -> str:
    """A few lines for the log: sizes of the splits, writers, and losses by rule."""
    writers = [row["writer"] for row in rows if row["writer"] is not None]
    splits = Counter(row["split"] or "none" for row in rows)
    sizes = ", ".join(f"{name} {splits[name]}" for name in sorted(splits))
    lines = [
        f"{dataset}: {len(rows)} samples, {len(writers)} of them with a writer "
        f"({len(set(writers))} writers), {sum(row['text'] is not None for row in rows)} with text",
        f"splits: {sizes}; writers in more than one split: {len(shared_writers(rows))}",
    ]
    counts = Counter((reject.lost, reject.rule) for reject in rejects)
    lines += [f"lost {what}: {rule} {n}" for (what, rule), n in sorted(counts.items())]
    return "\n".join(lines)


def empty_splits(rows: list[dict], settings: LabelSettings) -> str:
    """A message if a seeded split had too few groups for all that is asked for; else empty."""
    there = {row["split"] for row in rows}
    wanted = [name for name in HELD_OUT if getattr(settings, name)]
    missing = [name for name in wanted if name not in there]
    if not missing:
        return ""
    kind = "writer" if settings.split == "official" else settings.split
    remedy = "add files" if kind == "sample" else "add files, or set label.split: sample"
    return (
        f"too few groups by {kind}, so there is nothing in {' and '.join(missing)}; networks need "
        f"lines for validation: {remedy}"
    )


def _gather(folder: Path, kind: str, table: pa.Schema) -> pa.Table:
    """All tables `<shard>.<kind>.parquet` in `folder`, in the order of the shards."""
    paths = listed(folder, f"*.{kind}.parquet")
    return pa.concat_tables([tables.read(path, table) for path in paths])


def _unread(folder: Path) -> list[dict]:
    rows = _gather(folder, "rejects", schema.REJECTS).to_pylist()
    return [row for row in rows if row["lost"] == "sample"]


def _row(dataset: str, reject: Reject) -> dict:
    return {"dataset": dataset, "stage": "label", **vars(reject)}
