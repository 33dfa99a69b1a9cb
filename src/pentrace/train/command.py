"""`pentrace train`: windows in, a network and the history of its training out."""

import json
from pathlib import Path

import click
import torch

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.imports import closure
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.settings import settings_option
from pentrace.train.arithmetic import set_arithmetic
from pentrace.train.checkpoint import (
    checkpoint_path,
    clear_checkpoints,
    clear_partial,
    fingerprint,
)
from pentrace.train.loop import Training
from pentrace.train.processes import Processes, processes
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
@click.option("--checkpoints", type=FILE, required=True, help="Folder to resume from.")
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
    refuse_synthesis(settings)
    constants = read_normalisation(normalisation)
    data = load(windows, settings.train)
    with processes() as group:
        set_arithmetic(settings.train, group.device, threads)
        if group.first:
            clear_partial(checkpoints)
        mark = mark_of(settings, constants, data, threads, group)
        progress = Progress(quiet=not group.first)
        run = Training(settings, *data, checkpoint_path(checkpoints, mark), group, progress)
        best, rows = run.run()
        # A finished run may be resumed without a step: all must have read before it is removed.
        group.wait()
        if group.first:
            network = PredictionNetwork(settings)
            network.load_state_dict(best)
            tables.write_rows(history, schema.HISTORY, rows)
            save_model(model, network, settings, constants)
            # Last of all, so that a kill at any moment leaves enough to write the same bytes.
            clear_checkpoints(checkpoints)


def refuse_synthesis(settings: NetworkSettings) -> None:
    """Raise `PentraceError` for a kind of network that this command does not train."""
    if settings.kind == "synthesis":
        raise PentraceError(
            "kind: synthesis networks cannot be trained by this version; set kind to prediction"
        )


def mark_of(
    settings: NetworkSettings,
    normalisation: dict,
    data: tuple[Lines, Lines],
    threads: int,
    group: Processes,
) -> str:
    """The fingerprint of this run: its data, its settings, this program and this machine."""
    machine: dict[str, str | int] = {
        "torch": torch.__version__,
        "threads": threads,
        "processes": group.world,
        "device": group.device.type,
    }
    code = closure("pentrace.train.command")
    return fingerprint(settings, normalisation, data, code, machine)


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
