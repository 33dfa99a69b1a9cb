"""Checkpoints: all that an interrupted run needs to end with the same bytes.

They contain no random state: batches depend on (seed, epoch), and dropout on (seed, step).
"""

import hashlib
import io
import json
import math
import pickle
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from pentrace.errors import PentraceError
from pentrace.files import whole_file
from pentrace.networks.layers import State
from pentrace.networks.settings import NetworkSettings
from pentrace.train.data import Data

Weights = dict[str, Tensor]
LAST_GOOD = "last-good.safetensors"  # the best network of a training that exploded
_CHECKSUM = hashlib.sha256().digest_size  # bytes at the start of the file


@dataclass
class Position:
    """The progress of a run, and its measurements so far."""

    step: int = 0  # batches trained on
    epoch: int = 0  # complete passes over the training splits
    batch: int = 0  # next batch in this pass
    points: int = 0  # points trained on
    loss_sum: float = 0.0  # nats since the last row of the history
    loss_count: int = 0  # points, or characters, since then
    first_loss: float | None = None  # of the first batch, nats per point or character
    best_loss: float = math.inf  # least validation loss, nats per point or character
    misses: int = 0  # validations since then
    recent: list[float] = field(default_factory=list)  # of the last batches, as first_loss
    history: list[dict] = field(default_factory=list)  # rows of schema.HISTORY


@dataclass
class Checkpoint:
    """A position with the weights there, the best weights so far, and the optimiser's memory."""

    position: Position
    weights: Weights
    best: Weights
    optimiser: dict
    noise: Weights | None = None  # spread of the weights, where they have noise
    state: State | None = None  # what streams carry from batch to batch
    average: Weights | None = None  # averaged weights, where the settings ask for them


def fingerprint(
    settings: NetworkSettings,
    normalisation: dict,
    data: Sequence[Data],
    start: Weights | None,
    code: Sequence[Path],
    machine: dict[str, str | int],
) -> str:
    """16 hex digits that change with anything that the bytes of the model depend on.

    `code` are the files of the program; their names and contents count, not their folders.
    `machine` is what the rounding of sums depends on, such as the number of threads.
    """
    contents = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in code]
    described = [settings.model_dump(mode="json"), normalisation, contents, machine]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name, value in (start or {}).items():
        digest.update(name.encode() + value.numpy().tobytes())
    for lines, symbols, writers, letters, _ in data:  # the last follows from the normalisation
        for array in (symbols, writers, letters):
            digest.update(b"" if array is None else array.tobytes())
        digest.update("\n".join(lines.ids).encode())
        digest.update(lines.starts.tobytes())
        digest.update(lines.steps.data)
    return digest.hexdigest()[:16]


def checkpoint_path(folder: Path, mark: str) -> Path:
    """Path of the checkpoint of one configuration; every other configuration has another path."""
    return folder / f"checkpoint-{mark}.pt"


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write `checkpoint` to `path`, completely or not at all.

    Raises `PentraceError`, and keeps the last checkpoint, if a weight is not finite.
    """
    if not all(bool(value.isfinite().all()) for value in checkpoint.weights.values()):
        raise PentraceError(
            f"weights are not finite after step {checkpoint.position.step}; the last checkpoint, "
            f"{path}, is kept. Lower learning_rate or set clip_norm"
        )
    content = {
        "position": asdict(checkpoint.position),
        "weights": checkpoint.weights,
        "best": checkpoint.best,
        "optimiser": checkpoint.optimiser,
        "noise": checkpoint.noise,
        "state": checkpoint.state,
        "average": checkpoint.average,
    }
    buffer = io.BytesIO()
    torch.save(content, buffer)
    body = buffer.getbuffer()
    with whole_file(path) as partial, partial.open("wb") as file:
        file.write(hashlib.sha256(body).digest())
        file.write(body)


def load_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint at `path`, on the CPU, or None if there is none.

    Raises `PentraceError` if its checksum differs, or if another program wrote it.
    """
    if not path.exists():
        return None
    stored = path.read_bytes()
    checksum, body = stored[:_CHECKSUM], memoryview(stored)[_CHECKSUM:]
    if hashlib.sha256(body).digest() != checksum:
        raise PentraceError(f"{path}: damaged or incomplete; delete it to train from the start")
    try:
        content = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
        position = Position(**content.pop("position"))
        return Checkpoint(position, **content)
    except (RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise PentraceError(
            f"{path}: not a checkpoint of this version ({error}); delete it to train from the start"
        ) from None


def clear_partial(folder: Path) -> None:
    """Remove files that an interrupted process did not finish in `folder`."""
    for leftover in folder.glob(".checkpoint-*.partial"):
        leftover.unlink(missing_ok=True)


def clear_checkpoints(folder: Path) -> None:
    """Remove the checkpoints of all configurations in `folder`, and a network that exploded."""
    for checkpoint in (*folder.glob("checkpoint-*.pt"), folder / LAST_GOOD):
        checkpoint.unlink(missing_ok=True)
