"""`pentrace normalise`: turn the points of one shard into normalised offsets."""

from collections.abc import Iterator

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.files import read_json
from pentrace.ink import from_table
from pentrace.normalise.frame import Frames
from pentrace.normalise.recipes import to_offsets
from pentrace.normalise.statistics import y_sign


@click.command("normalise")
@click.option("--cleaned", required=True, help="Cleaned points of the shard.")
@click.option("--samples", required=True, help="Samples of the shard, from `parse`.")
@click.option("--statistics", required=True, help="normalisation.json of the data set.")
@click.option("--offsets", required=True, help="The table of offsets to write.")
@click.option("--frames", required=True, help="The table of frames to write.")
def command(cleaned: str, samples: str, statistics: str, offsets: str, frames: str) -> None:
    """Turn points into normalised offsets."""
    normalisation = read_json(statistics)
    rows = tables.read(samples, ["sample_id", "y_axis"]).to_pylist()
    y_signs = {row["sample_id"]: y_sign(row["y_axis"]) for row in rows}
    found: list[pa.Table] = []

    def pieces() -> Iterator[pa.Table]:
        for piece in tables.read_pieces(cleaned):
            ink = from_table(piece)
            signs = np.array([y_signs[name] for name in ink.ids])
            steps, starts, places = to_offsets(ink, signs, normalisation)
            found.append(frames_table(ink.ids, places))
            yield offsets_table(ink.ids, starts, steps)

    written = tables.write(offsets, schema.OFFSETS, pieces())
    tables.write(frames, schema.FRAMES, [pa.concat_tables(found)] if found else [])
    click.echo(f"{written} offsets")


def offsets_table(ids: list[str], starts: np.ndarray, steps: np.ndarray) -> pa.Table:
    """Rows of `schema.OFFSETS` from float32 (N, 3) `steps` of the samples `ids`."""
    owner = np.repeat(np.arange(len(ids), dtype=np.int32), np.diff(starts))
    names = pa.DictionaryArray.from_arrays(pa.array(owner), pa.array(ids, pa.string()))
    dx, dy, ends = (np.ascontiguousarray(steps[:, column]) for column in range(3))
    return pa.table([names, dx, dy, ends.astype(np.uint8)], schema=schema.OFFSETS)


def frames_table(ids: list[str], frames: Frames) -> pa.Table:
    """Rows of `schema.FRAMES`."""
    return pa.table({"sample_id": pa.array(ids, pa.string()), **frames.columns()}, schema.FRAMES)
