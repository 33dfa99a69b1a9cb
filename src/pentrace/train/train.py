"""`pentrace train`: trains a network, and writes it and the history of its training."""

import gc
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import torch

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.import_closure import closure
from pentrace.networks.kinds import build
from pentrace.networks.model_file import SHIPPED, counts, located, shipped
from pentrace.networks.seen import counted
from pentrace.networks.settings import PRETRAINED, SHAPE, NetworkSettings
from pentrace.networks.store import load_model, save_model
from pentrace.networks.transfer import styled, summary, transferred, with_latent
from pentrace.normalise.units import read_normalisation
from pentrace.options import (
    Command,
    file_option,
    folder_option,
    settings_option,
    threads_option,
)
from pentrace.train.checkpoint import (
    LAST_GOOD,
    Weights,
    checkpoint_path,
    clear_checkpoints,
    clear_partial,
    fingerprint,
)
from pentrace.train.data import Data, aligned, fill_alphabet, fitting, load
from pentrace.train.distributed import Processes, parts_of, run
from pentrace.train.events import event_writer
from pentrace.train.few_lines import Instead, never_read, untrained
from pentrace.train.loop import Training
from pentrace.train.precision import resolved, set_arithmetic
from pentrace.train.progress import Progress


@click.command("train", cls=Command)
@data_option
@file_option("--start", required=False, help="Network to start from; default: random weights.")
@file_option("--out-model", suffix=".safetensors", help="Network to write, safetensors.")
@file_option("--out-history", help="History of the training to write, Parquet.")
@folder_option("--checkpoints", help="Folder of checkpoints, to continue from after a stop.")
@threads_option
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="INTEGER",
    help="Processes that share each batch; --threads is for each of them.",
)
@folder_option(
    "--out-events",
    required=False,
    help="Folder of TensorBoard events to write; needs tensorboardX.",
)
@file_option(
    "--fits",
    required=False,
    help="Table of lines that pentrace align wrote, for train.misfit.",
)
@file_option(
    "--alignments",
    required=False,
    help="Table of characters that pentrace align wrote, for train.window_loss.",
)
@file_option(
    "--instead",
    required=False,
    help="Network to take without training if there are fewer lines than --fewest-lines.",
)
@click.option(
    "--fewest-lines",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="INTEGER",
    help="Fewest training lines with a text to train on, if --instead is given.",
)
@settings_option(NetworkSettings, without=("start",))
def command(processes: int, **files_and_settings: Any) -> None:
    """Train a network; after an interruption, the same command continues from its checkpoint.

    On several GPUs or machines: torchrun --nproc-per-node=N -m pentrace train ...
    """
    run(processes, partial(train, **files_and_settings))


def train(
    group: Processes,
    *,
    data: Path,
    start: Path | None,
    fits: Path | None,
    alignments: Path | None,
    out_model: Path,
    out_history: Path,
    checkpoints: Path,
    threads: int,
    settings: NetworkSettings,
    out_events: Path | None = None,
    instead: Path | None = None,
    fewest_lines: int = 0,
) -> None:
    """Train a network as one process of `group`."""
    units = dataset.normalisation(data)
    constants = {} if settings.kind == "text" else read_normalisation(units)  # a text has none
    least = Instead(instead, fewest_lines)
    settings, start = untrained(data, settings, start, least, constants.get("recipe"))
    settings, begin, record = started(data, settings, start, constants)
    settings, lines, validation = load(data, settings)
    lines = fitting(lines, fits, settings.train.misfit)
    lines = aligned(lines, alignments, settings.train)
    how = resolved(settings.train, group.device)
    chosen = settings.train.precision == "auto"
    how = how.model_copy(update={"parts": parts_of(how, group)})
    settings = settings.model_copy(update={"train": how})
    set_arithmetic(how, group.device, threads)
    if group.first:
        clear_partial(checkpoints)
    mark = mark_of(settings, constants, (lines, validation), begin, threads, group)
    unit = "character" if settings.kind == "text" else "point"
    progress = Progress(
        quiet=not group.first, unit=unit, name="/".join(out_model.absolute().parts[-3:-1])
    )
    if chosen:
        progress.say(f"precision auto: {how.precision} on this machine")
    path = checkpoint_path(checkpoints, mark)
    with event_writer(out_events if group.first else None) as watch:
        training = Training(settings, lines, validation, path, group, progress, begin, watch)
        # The loop over a line makes thousands of objects. The garbage collector would then search
        # all imported objects again and again: an eighth of the time of a synthesis network.
        gc.freeze()
        try:
            best, rows = training.run()
        except PentraceError as error:
            kept = _kept(training, settings, constants, record, checkpoints, group)
            raise PentraceError(f"{error}{kept}") from None
    # A finished run may be resumed: all processes must have read it before it is removed.
    group.wait()
    if group.first:
        network = build(settings)
        network.load_state_dict(best)
        tables.write_rows(out_history, schema.HISTORY, rows)
        seen = _counts(settings, lines, None if start is None else _file(start, settings))
        save_model(out_model, network, settings, constants, record, seen)
        # Last, so that an interruption at any time leaves enough to write the same bytes.
        clear_checkpoints(checkpoints)


def _kept(
    training: Training,
    settings: NetworkSettings,
    constants: dict,
    record: dict | None,
    checkpoints: Path,
    group: Processes,
) -> str:
    """Save the best network of a training that stopped; what an error says of it."""
    position = training.position
    if position.best_loss == math.inf or training.is_far(position.best_loss):
        return ""
    path = checkpoints / LAST_GOOD
    if group.first:
        network = build(settings)
        network.load_state_dict(training.best)
        save_model(path, network, settings, constants, record)
    best = min(position.history, key=lambda row: row["validation_loss"])
    return (
        f". {path} is the best network so far, of step {best['step']}; it can be used with --model "
        "or --start"
    )


def _counts(settings: NetworkSettings, train: Data, start: Path | None) -> dict[str, int] | None:
    """How often the network, and the one at `start`, saw each character in training.

    None for a network without texts of lines, or if it is not known of the one at `start`.
    """
    before = None if start is None else counts(start)
    if settings.kind not in ("synthesis", "recognition") or (start is not None and before is None):
        return None
    return counted(train.lines.texts, settings.alphabet, before)


def started(
    data: Path, settings: NetworkSettings, start: Path | None, normalisation: dict
) -> tuple[NetworkSettings, Weights | None, dict | None]:
    """The settings with the characters of the data and of the network at `start`; its weights.

    Also the record of the transfer, which is reported and stored with the model. Settings that are
    not set take the size of that network. Raises `PentraceError` if it has another kind or size, or
    was trained on offsets of another recipe.
    """
    if start is None:
        return settings, None, None
    network, found, units = load_model(_file(start, settings))
    weights = network.state_dict()
    if settings.style_size and not found.style_size and settings.kind == found.kind:
        weights = styled(weights, found, settings)
        found = found.model_copy(update={"style_size": settings.style_size})
    if settings.with_text and found.kind == "synthesis":
        found, weights = with_latent(weights, found, settings)
    settings = settings.shaped(found)
    _refuse(start, found, settings)
    if units.get("recipe") != normalisation.get("recipe"):
        raise PentraceError(
            f"{start}: cannot start from this network: it was trained on offsets of the recipe "
            f"{units.get('recipe')}, these are of {normalisation.get('recipe')}; give both data "
            "sets the same normalise.recipe"
        )
    settings = fill_alphabet(data, settings)
    settings, weights, record = transferred(weights, found, settings)
    if settings.kind == "recognition" and settings.train.steps == 0:
        never_read(weights, settings.alphabet or "", record["added"])
    record = {"model": _name(start), **record}
    click.echo(summary(record), err=True)
    return settings, weights, record


def _name(start: Path) -> str:
    """The name of the network at `start`, for messages and the report."""
    if start.resolve().is_relative_to(SHIPPED.parents[1].resolve()):
        return PRETRAINED
    return "/".join(start.parts[-3:-1]) or start.name


def _file(start: Path, settings: NetworkSettings) -> Path:
    """The model file that `start` names; the recogniser of the package for a recogniser."""
    alone = str(start) == PRETRAINED and not start.exists()
    return shipped(settings.kind) if alone else located(start)


def _refuse(start: Path, found: NetworkSettings, settings: NetworkSettings) -> None:
    differing = [key for key in SHAPE if getattr(found, key) != getattr(settings, key)]
    if differing:
        raise PentraceError(
            f"{start}: cannot start from this network: it differs in {', '.join(differing)}; "
            "give both the same settings, or remove these"
        )


def mark_of(
    settings: NetworkSettings,
    normalisation: dict,
    data: Sequence[Data],
    start: Weights | None,
    threads: int,
    group: Processes,
) -> str:
    """The fingerprint of this run: its data and settings, the program and the machine."""
    machine: dict[str, str | int] = {
        "torch": torch.__version__,
        "threads": threads,
        "device": group.device.type,
    }
    code = closure("pentrace.train.train")
    return fingerprint(settings, normalisation, data, start, code, machine)
