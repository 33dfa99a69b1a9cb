"""`pentrace windows`: cut the offsets of all shards into the windows of four splits."""

from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.settings import settings_option
from pentrace.windows.cut import cut, padded
from pentrace.windows.offsets import Shards
from pentrace.windows.settings import WindowSettings

SPLITS = ("train", "validation", "validation2", "test")
GROUP = 512  # samples in one row group


@click.command("windows")
@click.option("--offsets", required=True, help="Folder with the offsets of all shards.")
@click.option("--samples", required=True, help="The table of samples.")
@click.option("--out", required=True, help="Folder to write <split>.parquet to.")
@settings_option(WindowSettings)
def command(offsets: str, samples: str, out: str, settings: WindowSettings) -> None:
    """Cut offsets into fixed-length windows."""
    told = tables.read(samples, ["sample_id", "split", "text"]).to_pylist()
    by_name = {row["sample_id"]: row for row in told}
    shards = Shards(offsets)
    unknown = [p.sample_id for p in shards.places if p.sample_id not in by_name]
    if unknown:
        raise PentraceError(
            f"{samples}: no row for {unknown[0]} of {offsets}; rebuild with snakemake"
        )
    for split in SPLITS:
        places = [p for p in shards.places if by_name[p.sample_id]["split"] == split]
        texts = {p.sample_id: by_name[p.sample_id]["text"] for p in places}
        groups = (places[i : i + GROUP] for i in range(0, len(places), GROUP))
        pieces = (
            windows_table({p.sample_id: shards.steps(p) for p in group}, split, texts, settings)
            for group in groups
        )
        written = tables.write(Path(out) / f"{split}.parquet", schema.WINDOWS, pieces)
        click.echo(f"{split}: {written} windows of {len(places)} samples")


def windows_table(
    steps: dict[str, np.ndarray], split: str, texts: dict[str, str | None], settings: WindowSettings
) -> pa.Table:
    """Rows of `schema.WINDOWS` from float32 (T, 3) `steps` of each sample, in their order."""
    ids = list(steps)
    flat = np.concatenate(list(steps.values()))
    lengths = np.array([len(rows) for rows in steps.values()])
    cuts = cut(lengths, settings.length, settings.stride)
    first = (np.cumsum(lengths) - lengths)[cuts.sample] + cuts.start
    columns = [
        _lists(padded(np.ascontiguousarray(flat[:, i], kind), first, cuts.valid, settings.length))
        for i, kind in enumerate((np.float32, np.float32, np.uint8))
    ]
    named = pa.array([ids[i] for i in cuts.sample])
    told = pa.array([texts[ids[i]] for i in cuts.sample], pa.string())
    numbers = [pa.array(v.astype(np.int32)) for v in (cuts.window, cuts.start, cuts.valid)]
    splits = pa.array([split] * len(cuts.sample))
    return pa.table([named, splits, *numbers, told, *columns], schema=schema.WINDOWS)


def _lists(rows: np.ndarray) -> pa.ListArray:
    bounds = np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1]
    return pa.ListArray.from_arrays(pa.array(bounds), pa.array(rows.ravel()))
