"""`pentrace windows`: cut offsets, or the characters of texts, into the windows of four splits."""

from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.errors import UsageError
from pentrace.options import Command, file_option, folder_option, out_folder_option, settings_option
from pentrace.shards import listed
from pentrace.split_names import SPLITS
from pentrace.windows.cut import cut, padded
from pentrace.windows.offsets import Shards
from pentrace.windows.settings import OF_TEXT, WindowSettings
from pentrace.windows.text import text_windows

GROUP = 512  # samples in one row group


@click.command("windows", cls=Command)
@folder_option("--offsets", required=False, help="Folder with the offsets of all shards.")
@file_option("--samples", required=False, help="Table of samples, with --offsets.")
@file_option("--characters", required=False, help="Table of characters, instead of offsets.")
@out_folder_option(help="Folder to write <split>.parquet to.")
@settings_option(
    WindowSettings, defaults=lambda given: OF_TEXT if given["characters"] is not None else {}
)
def command(
    offsets: Path | None,
    samples: Path | None,
    characters: Path | None,
    out: Path,
    settings: WindowSettings,
) -> None:
    """Cut offsets, or the characters of texts, into fixed-length windows."""
    if characters is not None and offsets is None and samples is None:
        _of_characters(characters, out, settings)
    elif characters is None and offsets is not None and samples is not None:
        _of_offsets(offsets, samples, out, settings)
    else:
        raise UsageError("give --offsets and --samples, or --characters")


def _of_characters(characters: Path, out: Path, settings: WindowSettings) -> None:
    for split in SPLITS:
        pieces, texts = text_windows(characters, split, settings)
        shape = schema.text_windows(settings.length)
        written = tables.write(out / f"{split}.parquet", shape, pieces)
        click.echo(f"{split}: {written} windows of {texts} texts")


def _of_offsets(offsets: Path, samples: Path, out: Path, settings: WindowSettings) -> None:
    shards = Shards(listed(offsets), samples)
    for split in SPLITS:
        places = shards.places(split)
        texts = {p.sample_id: p.text for p in places}
        groups = (places[i : i + GROUP] for i in range(0, len(places), GROUP))
        pieces = (
            windows_table({p.sample_id: shards.steps(p) for p in group}, split, texts, settings)
            for group in groups
        )
        shape = schema.windows(settings.length)
        written = tables.write(out / f"{split}.parquet", shape, pieces)
        click.echo(f"{split}: {written} windows of {len(places)} samples")


def windows_table(
    steps: dict[str, np.ndarray], split: str, texts: dict[str, str | None], settings: WindowSettings
) -> pa.Table:
    """Rows of `schema.windows` from float32 (T, 3) `steps` of each sample, in their order."""
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
    transcripts = pa.array([texts[ids[i]] for i in cuts.sample], pa.string())
    numbers = [pa.array(v.astype(np.int32)) for v in (cuts.window, cuts.start, cuts.valid)]
    splits = pa.array([split] * len(cuts.sample))
    rows = [named, splits, *numbers, transcripts, *columns]
    return pa.table(rows, schema=schema.windows(settings.length))


def _lists(rows: np.ndarray) -> pa.FixedSizeListArray:
    return pa.FixedSizeListArray.from_arrays(rows.ravel(), rows.shape[1])
