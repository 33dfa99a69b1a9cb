"""`pentrace fictional`: characters that do not exist, and the real ones nearest to them."""

from pathlib import Path

import click
import numpy as np
import torch

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.fictional.distance import nearest, outlines
from pentrace.fictional.settings import FictionalSettings
from pentrace.files import whole_folder
from pentrace.ink import to_table
from pentrace.networks.kinds import Network
from pentrace.networks.prediction import PredictionNetwork
from pentrace.sample.command import to_ink
from pentrace.sample.generate import Sample, batch, ended
from pentrace.sample.trained import load_trained
from pentrace.settings import settings_option
from pentrace.windows.lines import Lines, load_lines

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--model", type=FILE, required=True, help="Network with three states of the pen.")
@click.option("--windows", type=FILE, required=True, help="Folder of windows.")
@click.option("--normalisation", type=FILE, required=True, help="normalisation.json of the data.")
@click.option("--out", type=FILE, required=True, help="Folder to write.")
@settings_option(FictionalSettings)
def command(
    model: Path, windows: Path, normalisation: Path, out: Path, settings: FictionalSettings
) -> None:
    """Draw characters that do not exist, and find the real ones that they come nearest to."""
    torch.set_num_threads(1)  # a step is too small to share, and one thread gives one result
    network, trained, units = load_trained(model, normalisation)
    steps = draw(model, network, settings)
    known = load_lines(windows, trained.train.train_on)
    if not len(known.ids):
        raise PentraceError(f"{windows}: no sample in {', '.join(trained.train.train_on)}")
    real = unseen(windows, settings)
    drawn = [Sample(f"fictional-{i:02d}", s, settings.bias, None, 0) for i, s in enumerate(steps)]
    names = [*(sample.name for sample in drawn), *real.ids]
    rows = compare(
        names, [*steps, *map(real.__getitem__, range(len(real.ids)))], known, units, settings
    )
    for i, row in enumerate(rows):
        made_up = i < len(drawn)
        row["origin"] = "fictional" if made_up else "real"
        row["ended"] = not made_up or ended(steps[i])
    with whole_folder(out) as folder:
        tables.write(folder / "points.parquet", schema.POINTS, [to_table(to_ink(drawn, units))])
        tables.write_rows(folder / "nearest.parquet", schema.NEAREST, rows)
    click.echo(summary(rows))


def draw(model: Path, network: Network, settings: FictionalSettings) -> list[np.ndarray]:
    """float32 (T, 3) of each character that the network draws, one after the other.

    Raises `PentraceError` where the network does not know where a character ends.
    """
    if not isinstance(network, PredictionNetwork) or network.settings.pen_states != 3:
        raise PentraceError(
            f"{model}: the network does not know where a character ends; train one of kind "
            "prediction with pen_states: 3"
        )
    return batch(network, settings.characters, settings.steps, settings.seed, settings.bias)


def unseen(windows: Path, settings: FictionalSettings) -> Lines:
    """So many real characters of a split, chosen by the seed."""
    lines = load_lines(windows, [settings.real_split])
    order = np.random.default_rng([settings.seed, 4]).permutation(len(lines.ids))
    chosen = set(np.array(lines.ids)[order[: settings.real]].tolist())
    return lines.only(chosen)


def compare(
    names: list[str],
    steps: list[np.ndarray],
    known: Lines,
    units: dict,
    settings: FictionalSettings,
) -> list[dict]:
    """Rows of `schema.NEAREST`, less origin and end, of characters float32 (T, 3) each.

    `known`: what they may be copies of.
    """
    starts = np.cumsum([0, *map(len, steps)])
    some = _outlines(np.concatenate(steps), starts, units, settings.points)
    many = _outlines(known.steps, known.starts, units, settings.points)
    found = nearest(some, many, settings.band)
    return [
        {
            "sample_id": name,
            "n_points": len(one),
            # The last stroke of what was given up has not ended.
            "n_strokes": int((one[:-1, 2] > 0.5).sum()) + 1,
            "nearest": known.ids[at],
            "text": known.texts[at],
            "distance": distance,
        }
        for name, one, at, distance in zip(names, steps, *(v.tolist() for v in found), strict=True)
    ]


def _outlines(steps: np.ndarray, starts: np.ndarray, units: dict, points: int) -> np.ndarray:
    """float32 (S, points, 2) of samples whose normalised steps (N, 3) are given."""
    wide = steps[:, :2].astype(np.float64) * units["sd"] + units["mean"]
    wide[starts[:-1]] = 0
    return outlines(np.cumsum(wide, 0), steps[:, 2] > 0.5, starts, points)


def summary(rows: list[dict]) -> str:
    """A few lines for the log."""
    lines = []
    for origin in ("fictional", "real"):
        apart = [row["distance"] for row in rows if row["origin"] == origin]
        if apart:
            given_up = sum(not row["ended"] for row in rows if row["origin"] == origin)
            lines.append(
                f"{len(apart)} {origin}: distance to the nearest real one {np.median(apart):.4f} "
                f"(median), {min(apart):.4f} (least); {given_up} without an end"
            )
    return "\n".join(lines)
