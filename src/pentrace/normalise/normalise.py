"""`pentrace normalise`: turn the points of one shard into normalised offsets."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ink import from_table
from pentrace.normalise.coordinate_frame import Frames
from pentrace.normalise.recipes import to_offsets
from pentrace.normalise.settings import NormaliseSettings
from pentrace.normalise.statistics import y_sign
from pentrace.normalise.units import read_normalisation
from pentrace.options import Command, file_option
from pentrace.settings import explain


@click.command("normalise", cls=Command)
@file_option("--cleaned", help="Cleaned points of the shard, from clean.")
@file_option("--samples", help="Samples of the shard, from parse.")
@file_option("--normalisation", help="normalisation.json of the data set, from statistics.")
@file_option("--out-offsets", help="Table of offsets to write.")
@file_option("--out-frames", help="Table of frames to write.")
def command(
    cleaned: Path, samples: Path, normalisation: Path, out_offsets: Path, out_frames: Path
) -> None:
    """Turn points into normalised offsets."""
    constants = _constants(normalisation)
    rows = tables.read(samples, schema.part(schema.PARSED, "sample_id", "y_axis")).to_pylist()
    y_signs = {row["sample_id"]: y_sign(row["y_axis"]) for row in rows}
    found: list[pa.Table] = []

    def pieces() -> Iterator[pa.Table]:
        for piece in tables.read_pieces(cleaned, schema.POINTS):
            ink = from_table(piece)
            unknown = next((name for name in ink.ids if name not in y_signs), None)
            if unknown is not None:
                raise PentraceError(
                    f"{samples}: no row for {unknown} of {cleaned}; build both again with snakemake"
                )
            signs = np.array([y_signs[name] for name in ink.ids])
            steps, starts, places = to_offsets(ink, signs, constants)
            found.append(frames_table(ink.ids, places))
            yield offsets_table(ink.ids, starts, steps)

    written = tables.write(out_offsets, schema.OFFSETS, pieces())
    tables.write(out_frames, schema.FRAMES, [pa.concat_tables(found)] if found else [])
    click.echo(f"{written} offsets")


def _constants(path: Path) -> dict:
    """The content of normalisation.json, with the settings that it was computed with."""
    found = read_normalisation(path)
    try:
        NormaliseSettings.model_validate(found.get("settings"))
    except ValidationError as error:
        reason = explain(NormaliseSettings, error, "settings")
        raise PentraceError(
            f"{path}: {reason}; delete it and build it again with snakemake"
        ) from None
    return found


def offsets_table(ids: list[str], starts: np.ndarray, steps: np.ndarray) -> pa.Table:
    """Rows of `schema.OFFSETS` from float32 (N, 3) `steps` of the samples `ids`."""
    owner = np.repeat(np.arange(len(ids), dtype=np.int32), np.diff(starts))
    names = pa.DictionaryArray.from_arrays(pa.array(owner), pa.array(ids, pa.string()))
    dx, dy, ends = (np.ascontiguousarray(steps[:, column]) for column in range(3))
    return pa.table([names, dx, dy, ends.astype(np.uint8)], schema=schema.OFFSETS)


def frames_table(ids: list[str], frames: Frames) -> pa.Table:
    """Rows of `schema.FRAMES`."""
    return pa.table({"sample_id": pa.array(ids, pa.string()), **frames.columns()}, schema.FRAMES)
