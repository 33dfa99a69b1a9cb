"""`pentrace parse`: raw files in, points out."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pyarrow as pa

from pentrace import schema, tables
from pentrace.ink import to_table
from pentrace.parse.settings import ParseSettings
from pentrace.readers.results import Reject
from pentrace.settings import settings_option

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--dataset", required=True, help="Name of the data set.")
@click.option("--reader", required=True, help="Reader of the data set: iam, svc2004 or inkml.")
@click.option("--raw", type=FILE, required=True, help="Shard of raw files.")
@click.option("--points", type=FILE, required=True, help="Table of points to write.")
@click.option("--samples", type=FILE, required=True, help="Table of parsed samples to write.")
@click.option("--rejects", type=FILE, required=True, help="Table of rejects to write.")
@settings_option(ParseSettings)
def command(
    dataset: str,
    reader: str,
    raw: Path,
    points: Path,
    samples: Path,
    rejects: Path,
    settings: ParseSettings,
) -> None:
    """Read raw recordings into points; a file that cannot be read goes to the rejects."""
    read = import_module(f"pentrace.readers.{reader}").read
    rows: list[dict] = []
    refused: list[Reject] = []

    def pieces() -> Iterator[pa.Table]:
        for files in tables.read_pieces(raw):
            parsed = read(files, settings)
            rows.extend(parsed.samples)
            refused.extend(parsed.rejects)
            yield to_table(parsed.ink)

    count = tables.write(points, schema.POINTS, pieces())
    tables.write_rows(samples, schema.PARSED, rows)
    told = [{**vars(reject), "dataset": dataset, "stage": "parse"} for reject in refused]
    tables.write_rows(rejects, schema.REJECTS, told)
    click.echo(f"{raw}: {len(rows):,} samples, {count:,} points, {len(refused):,} rejects")
