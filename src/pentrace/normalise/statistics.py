"""`pentrace statistics`: take the normalising statistics from the training split."""

from collections.abc import Container, Iterator
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from pentrace import schema, tables
from pentrace.files import write_json
from pentrace.ink import Ink, from_table
from pentrace.normalise.mean_and_sd import gather
from pentrace.normalise.recipes import Steps, to_steps
from pentrace.normalise.settings import NormaliseSettings
from pentrace.options import (
    Command,
    file_option,
    folder_option,
    json_object,
    out_file_option,
    settings_option,
)
from pentrace.shards import listed


@click.command("statistics", cls=Command)
@folder_option("--cleaned", help="Folder with the cleaned points, from clean.")
@file_option("--samples", help="Table of samples.")
@out_file_option(help="File to write, normalisation.json.")
@click.option(
    "--filter",
    "filter_",
    default="{}",
    metavar="JSON",
    help="Settings of clean as JSON; stored in the file.",
)
@settings_option(NormaliseSettings)
def command(
    cleaned: Path, samples: Path, out: Path, filter_: str, settings: NormaliseSettings
) -> None:
    """Compute the normalisation from the training split."""
    rows = tables.read(
        samples, schema.part(schema.SAMPLES, "sample_id", "split", "y_axis")
    ).to_pylist()
    y_signs = {r["sample_id"]: y_sign(r["y_axis"]) for r in rows if r["split"] in settings.splits}
    found = gather(_pieces(cleaned, y_signs, settings), settings)
    if not _timed(cleaned):
        found["timed"] = False
    write_json(out, found | {"filter": json_object(filter_, "--filter")})
    click.echo(f"{found['recipe']}: mean {found['mean']}, sd {found['sd']}")


def _timed(folder: Path) -> bool:
    """Whether any point has a time; drawn characters have none."""
    pieces = (
        t
        for path in listed(folder)
        for t in tables.read_pieces(path, schema.part(schema.POINTS, "t"))
    )
    return any(piece["t"].null_count < len(piece) for piece in pieces)


def y_sign(y_axis: str) -> int:
    """-1 if y was recorded downward, else 1."""
    return -1 if y_axis == "down" else 1


def _pieces(folder: Path, y_signs: dict[str, int], settings: NormaliseSettings) -> Iterator[Steps]:
    """Steps of the samples named in `y_signs`, from all shards."""
    for path in listed(folder):
        for piece in tables.read_pieces(path, schema.POINTS):
            ink = only(from_table(piece), y_signs)
            signs = np.array([y_signs[name] for name in ink.ids], np.int64)
            yield to_steps(ink, signs, settings)[0]


def only(ink: Ink, names: Container[str]) -> Ink:
    """The samples of `ink` that are in `names`."""
    wanted = np.array([name in names for name in ink.ids], bool)
    left = ink.keep(wanted[ink.owner])
    ids = [name for name in ink.ids if name in names]
    return replace(left, ids=ids, starts=np.append(left.starts[:-1][wanted], left.starts[-1]))
