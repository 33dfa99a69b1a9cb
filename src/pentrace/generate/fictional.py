"""`pentrace fictional`: characters that do not exist, and the real ones nearest to them."""

import re
from pathlib import Path

import click
import numpy as np

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.files import whole_folder
from pentrace.generate.load_model import load_ink_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.sample_files import refuse_foreign, to_ink, write_pictures
from pentrace.generate.settings import FictionalSettings
from pentrace.generate.time_warping import nearest, outlines
from pentrace.generate.unconditional import Sample, batch, ended
from pentrace.ink import to_table
from pentrace.options import Command, file_option, note_option, out_folder_option, settings_option
from pentrace.windows.lines import Lines, load_lines

COLUMNS = 6  # characters in a row of the sheet
# The files that a folder of characters may contain; the time stamp is snakemake's.
OURS = re.compile(
    r"fictional-\d+\.(svg|png|inkml)|sheet\.(svg|png)|(points|nearest)\.parquet|"
    r"\.snakemake_timestamp"
)


@click.command("fictional", cls=Command)
@file_option("--model", help="Prediction network with pen_states: 3.")
@data_option
@out_folder_option(help="Folder to write; older characters in it are removed.")
@note_option
@settings_option(FictionalSettings)
def command(
    model: Path,
    data: Path,
    out: Path,
    note: str,
    settings: FictionalSettings,
) -> None:
    """Draw fictional characters, and find the nearest real ones."""
    refuse_foreign(out, OURS)
    network, units = load_ink_for(model, dataset.normalisation(data))
    drawn = draw(model, network, settings)
    splits = network.settings.train.train_on
    known = load_lines(data, splits)
    if not len(known.ids):
        raise PentraceError(f"{data}: no sample in {', '.join(splits)}")
    rows = compare(drawn, unseen(data, settings), known, units, settings)
    ink, formats = to_ink(drawn, units), settings.formats
    titles = [title(row) for row in rows[: len(drawn)]]
    words = [described(row, settings) for row in rows[: len(drawn)]]
    with whole_folder(out) as folder:
        tables.write(folder / "points.parquet", schema.POINTS, [to_table(ink)])
        tables.write_rows(folder / "nearest.parquet", schema.NEAREST, rows)
        write_pictures(folder, drawn, ink, formats, note, titles, words, COLUMNS)
    click.echo(summary(rows))


def draw(model: Path, network: FusedNetwork, settings: FictionalSettings) -> list[Sample]:
    """The characters that the network draws.

    Raises `PentraceError` if the network has two states of the pen.
    """
    if network.settings.pen_states != 3:
        raise PentraceError(
            f"{model}: the network has two states of the pen and cannot end a character; train "
            "a prediction network with pen_states: 3"
        )
    s = settings
    drawn = batch(network, s.characters, s.steps, s.seed, s.bias)
    return [Sample(f"fictional-{i:02d}", x, s.bias, None, 0) for i, x in enumerate(drawn)]


def unseen(data: Path, settings: FictionalSettings) -> Lines:
    """`settings.real` characters of the split `settings.real_split`, chosen by the seed."""
    lines = load_lines(data, [settings.real_split])
    order = np.random.default_rng([settings.seed, 4]).permutation(len(lines.ids))
    chosen = set(np.array(lines.ids)[order[: settings.real]].tolist())
    return lines.only(chosen)


def compare(
    drawn: list[Sample], real: Lines, known: Lines, units: dict, settings: FictionalSettings
) -> list[dict]:
    """Rows of `schema.NEAREST` of the drawn characters, and of `real` samples.

    `known`: the training samples. A character is marked as a possible copy if it is nearer to a
    training sample than every unseen real character is.
    """
    names = [*(sample.name for sample in drawn), *real.ids]
    steps = [*(sample.steps for sample in drawn), *(real[i] for i in range(len(real.ids)))]
    some = _outlines(np.concatenate(steps), np.cumsum([0, *map(len, steps)]), units, settings)
    many = _outlines(known.steps, known.starts, units, settings)
    index, apart = nearest(some, many, settings.band)
    least = apart[len(drawn) :].min(initial=np.inf)
    return [
        _row(names[i], steps[i], i < len(drawn))
        | {"nearest": known.ids[at], "text": known.texts[at], "distance": float(apart[i])}
        | {"copy": bool(apart[i] < least) if len(real.ids) else None}
        for i, at in enumerate(index)
    ]


def _row(name: str, steps: np.ndarray, drawn: bool) -> dict:
    return {
        "origin": "fictional" if drawn else "real",
        "sample_id": name,
        "ended": ended(steps) if drawn else True,
        "n_points": len(steps),
        # A character that was cut off at the limit of steps ends within a stroke.
        "n_strokes": int((steps[:-1, 2] > 0.5).sum()) + 1,
    }


def _outlines(
    steps: np.ndarray, starts: np.ndarray, units: dict, settings: FictionalSettings
) -> np.ndarray:
    """float32 (S, points, 2) of samples whose normalised steps (N, 3) are given."""
    wide = steps[:, :2].astype(np.float64) * units["sd"] + units["mean"]
    wide[starts[:-1]] = 0
    return outlines(np.cumsum(wide, 0), steps[:, 2] > 0.5, starts, settings.points)


def title(row: dict) -> str:
    """The title of a fictional character on the sheet, from its row of `schema.NEAREST`."""
    return f"{row['sample_id']}{', no end' * (not row['ended'])}{', copy?' * bool(row['copy'])}"


def described(row: dict, settings: FictionalSettings) -> str:
    """The title, the bias, the seed and the nearest real character."""
    return (
        f"{title(row)}, bias {settings.bias:g}, seed {settings.seed}, "
        f"nearest to {row['nearest']} at a distance of {row['distance']:.3f}"
    )


def summary(rows: list[dict]) -> str:
    """A few lines for the log, from rows of `schema.NEAREST`."""
    lines = []
    for origin in ("fictional", "real"):
        apart = [row["distance"] for row in rows if row["origin"] == origin]
        if apart:
            given_up = sum(not row["ended"] for row in rows if row["origin"] == origin)
            lines.append(
                f"{len(apart)} {origin} characters: distance to the nearest training sample "
                f"{np.median(apart):.4f} (median), {min(apart):.4f} (minimum); {given_up} cut off"
            )
    if rows[-1]["origin"] == "real":
        copies = [row["sample_id"] for row in rows if row["copy"]]
        named = f": {', '.join(copies)}" if copies else ""
        lines.append(f"{len(copies)} possible copies, nearer than every real character{named}")
    return "\n".join(lines)
