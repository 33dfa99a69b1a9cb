"""`pentrace train`: windows in, a network and the history of its training out."""

import json
from pathlib import Path

import click

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.settings import settings_option
from pentrace.train.arithmetic import set_arithmetic
from pentrace.train.checkpoint import checkpoint_path, clear_partial, fingerprint
from pentrace.train.loop import Training
from pentrace.train.processes import processes
from pentrace.train.progress import Progress
from pentrace.train.settings import TrainSettings
from pentrace.windows.batches import Lines, load_lines

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--windows", type=FILE, required=True, help="Folder of the windows tables.")
@click.option("--normalisation", type=FILE, required=True, help="normalisation.json to put inside.")
@settings_option(NetworkSettings)
@click.option("--model", type=FILE, required=True, help="Model to write, safetensors.")
@click.option("--history", type=FILE, required=True, help="History to write, Parquet.")
@click.option("--checkpoints", type=FILE, required=True, help="Folder to keep checkpoints in.")
@click.option("--threads", type=click.IntRange(min=1), default=1, help="CPU threads to use.")
def command(
    windows: Path,
    normalisation: Path,
    settings: NetworkSettings,
    model: Path,
    history: Path,
    checkpoints: Path,
    threads: int,
) -> None:
    """Train a network; start again after a kill, and it goes on from its last checkpoint.

    On several GPUs: torchrun --nproc-per-node=N -m pentrace train ... (one process each).
    """
    constants = read_normalisation(normalisation)
    train, validation = load(windows, settings.train)
    path = checkpoint_path(checkpoints, fingerprint(settings, constants, [train, validation]))
    with processes() as group:
        set_arithmetic(settings.train, group.device, threads)
        if group.first:
            clear_partial(checkpoints)
        progress = Progress(quiet=not group.first)
        run = Training(settings, train, validation, path, group, progress)
        best, rows = run.run()
        if group.first:
            network = PredictionNetwork(settings)
            network.load_state_dict(best)
            tables.write_rows(history, schema.HISTORY, rows)
            save_model(model, network, settings, constants)


def read_normalisation(path: Path) -> dict:
    """The contents of normalisation.json."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; make it with pentrace statistics") from None
    except ValueError as error:
        raise PentraceError(f"{path}: not JSON ({error}); delete it and rebuild") from None


def load(windows: Path, settings: TrainSettings) -> tuple[Lines, Lines]:
    """The lines to train on and those to validate on; refuses a split without lines."""
    train = load_lines(windows, list(settings.train_on))
    validation = load_lines(windows, [settings.validate_on])
    for lines, key in ((train, "train_on"), (validation, "validate_on")):
        if not len(lines.ids):
            raise PentraceError(
                f"{windows}: no lines in the split {getattr(settings, key)}; "
                f"set train.{key} to splits that have some"
            )
    return train, validation
