"""`pentrace samples`: one row per recording that could be read, and one row per loss."""

from pathlib import Path

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.options import Command, dataset_option, file_option, folder_option
from pentrace.shards import listed

FROM_LABELS = ["writer", "form", "text", "split"]


@click.command("samples", cls=Command)
@dataset_option
@folder_option("--parsed", help="Folder with the samples and rejects, from parse.")
@file_option("--labels", help="Labels of the data set, from label.")
@file_option("--label-rejects", help="Rejects of label.")
@folder_option("--cleaned", help="Folder with the cleaned points, from clean.")
@folder_option("--cleaned-rejects", help="Folder with the rejects of clean.")
@file_option("--out-samples", help="Table of samples to write.")
@file_option("--out-rejects", help="Table of rejects to write.")
def command(
    dataset: str,
    parsed: Path,
    labels: Path,
    label_rejects: Path,
    cleaned: Path,
    cleaned_rejects: Path,
    out_samples: Path,
    out_rejects: Path,
) -> None:
    """Gather the tables of samples and rejects."""
    by_clean = _read(listed(cleaned_rejects), schema.REJECTS)
    by_parse = _read(listed(parsed, "*.rejects.parquet"), schema.REJECTS)
    rejects = pa.concat_tables([by_parse, _read([label_rejects], schema.REJECTS), by_clean])
    tables.write(out_rejects, schema.REJECTS, [rejects.combine_chunks()])
    named = tables.read(labels, schema.LABELS)
    rows = pa.concat_tables(
        [_labelled(path, named, labels) for path in listed(parsed, "*.samples.parquet")]
    )
    rows = _with_counts(rows, cleaned_counts(listed(cleaned)))
    rows = _with_rules(rows, by_clean)
    rows = rows.append_column("dataset", pa.repeat(pa.scalar(dataset), len(rows)))
    rows = rows.sort_by("sample_id").select(schema.SAMPLES.names)
    tables.write(out_samples, schema.SAMPLES, [rows])
    dropped = len(rows) - rows["dropped_by"].null_count
    click.echo(
        f"{len(rows)} samples, {dropped} of them dropped by cleaning; {len(rejects)} rejects"
    )


def _labelled(path: Path, named: pa.Table, labels: Path) -> pa.Table:
    """The samples of a shard with their labels and the name of the shard.

    Raises `PentraceError` for a sample that is not in `named`, the table at `labels`.
    """
    parsed = tables.read(path, schema.PARSED)
    row = pc.index_in(parsed["sample_id"], value_set=named["sample_id"])
    if row.null_count:
        name = parsed["sample_id"][pc.index(row.is_null(), True).as_py()]
        raise PentraceError(
            f"{labels}: no row for {name} of {path}; build the labels again with snakemake"
        )
    found = parsed.drop_columns([name for name in FROM_LABELS if name in parsed.column_names])
    for name in FROM_LABELS:
        found = found.append_column(name, named[name].take(row))
    shard = pa.repeat(pa.scalar(path.name.split(".")[0]), len(parsed))
    return found.append_column("shard", shard)


def _with_counts(rows: pa.Table, counts: dict[str, tuple[int, int]]) -> pa.Table:
    """`rows` with the numbers of points and strokes as recorded, and after cleaning."""
    recorded = {f"n_{kind}": f"n_{kind}_recorded" for kind in ("points", "strokes")}
    rows = rows.rename_columns([recorded.get(name, name) for name in rows.column_names])
    left = [counts.get(name.as_py(), (0, 0)) for name in rows["sample_id"]]
    numbers = np.array(left, np.int32).reshape(-1, 2)
    rows = rows.append_column("n_points", pa.array(numbers[:, 0]))
    return rows.append_column("n_strokes", pa.array(numbers[:, 1]))


def _with_rules(rows: pa.Table, rejects: pa.Table) -> pa.Table:
    """`rows` with the rule of cleaning that dropped a sample."""
    dropped = rejects.filter(pc.equal(rejects["lost"], "sample"))
    row = pc.index_in(rows["sample_id"], value_set=dropped["sample_id"])
    return rows.append_column("dropped_by", dropped["rule"].take(row))


def cleaned_counts(paths: list[Path]) -> dict[str, tuple[int, int]]:
    """Points and strokes of every sample in the cleaned tables at `paths`."""
    counts: dict[str, tuple[int, int]] = {}
    for path in paths:
        for piece in tables.read_pieces(path, schema.part(schema.POINTS, "sample_id", "stroke")):
            names, stroke = piece["sample_id"].combine_chunks(), piece["stroke"].to_numpy()
            owner = names.indices.to_numpy()
            # `clean` numbers the strokes of each sample from 0, without gaps.
            strokes = np.zeros(len(names.dictionary), np.int64)
            np.maximum.at(strokes, owner, stroke + 1)
            points = np.bincount(owner, minlength=len(strokes))
            pairs = zip(points.tolist(), strokes.tolist(), strict=True)
            counts.update(zip(names.dictionary.to_pylist(), pairs, strict=True))
    return counts


def _read(paths: list[Path], table: pa.Schema) -> pa.Table:
    return pa.concat_tables([tables.read(path, table) for path in paths])
