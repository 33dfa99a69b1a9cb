"""`pentrace samples`: one row per recording that could be read, and one row per loss."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.options import Command, dataset_option, file_option, folder_option
from pentrace.shards import listed

FROM_PARSED = [name for name in schema.PARSED.names if name in schema.SAMPLES.names]
FROM_LABELS = [name for name in schema.LABELS.names if name in schema.SAMPLES.names]


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
    by_clean = list(_rows(listed(cleaned_rejects), schema.REJECTS))
    by_parse = _rows(listed(parsed, "*.rejects.parquet"), schema.REJECTS)
    rejects = [*by_parse, *_rows([label_rejects], schema.REJECTS), *by_clean]
    tables.write_rows(out_rejects, schema.REJECTS, rejects)
    counts = cleaned_counts(listed(cleaned))
    dropped = {row["sample_id"]: row["rule"] for row in by_clean if row["lost"] == "sample"}
    labelled = {row["sample_id"]: row for row in _rows([labels], schema.LABELS)}
    rows = []
    for path in listed(parsed, "*.samples.parquet"):
        shard = path.name.split(".")[0]
        for row in _rows([path], schema.PARSED):
            name = row["sample_id"]
            if name not in labelled:
                raise PentraceError(
                    f"{labels}: no row for {name} of {path}; build the labels again with snakemake"
                )
            rows.append(
                sample_row(row, labelled[name], counts.get(name, (0, 0)), dropped.get(name))
                | {"dataset": dataset, "shard": shard}
            )
    rows.sort(key=lambda row: row["sample_id"])
    tables.write_rows(out_samples, schema.SAMPLES, rows)
    click.echo(
        f"{len(rows)} samples, {len(dropped)} of them dropped by cleaning; {len(rejects)} rejects"
    )


def sample_row(parsed: dict, label: dict, counts: tuple[int, int], dropped_by: str | None) -> dict:
    """A row of `schema.SAMPLES`, without data set and shard; `counts`: points and strokes left."""
    return {
        **{name: parsed[name] for name in FROM_PARSED},
        **{name: label[name] for name in FROM_LABELS},
        "n_points_recorded": parsed["n_points"],
        "n_strokes_recorded": parsed["n_strokes"],
        "n_points": counts[0],
        "n_strokes": counts[1],
        "dropped_by": dropped_by,
    }


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


def _rows(paths: list[Path], table: pa.Schema) -> Iterator[dict]:
    for path in paths:
        yield from tables.read(path, table).to_pylist()
