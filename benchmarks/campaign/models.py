"""Cases for model files and checkpoints: damaged bytes, metadata and weights.

Bytes that are damaged on the disk must be found. A model of other weights or settings must be
refused, or write ink that is finite.
"""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from kinds import Kind, Outcome, Run, refused
from safetensors import safe_open
from safetensors.numpy import save
from table_damage import ODD, damaged_bytes

from pentrace.errors import PentraceError
from pentrace.generate.lines import LineOptions, write_lines
from pentrace.generate.load_model import load_ink
from pentrace.networks import model_file

NORMALISATION = {"recipe": "graves", "mean": [8.0, -0.5], "sd": [40.0, 30.0], "cap": None}


def _made(folder: Path) -> Path:
    """A small synthesis network with random weights."""
    import torch

    from pentrace.networks.kinds import build
    from pentrace.networks.settings import NetworkSettings
    from pentrace.networks.store import save_model

    settings = NetworkSettings.model_validate(
        {"kind": "synthesis", "hidden": 8, "components": 2, "window_components": 2,
         "alphabet": "abc "}
    )  # fmt: skip
    torch.manual_seed(1)
    path = folder / "model.safetensors"
    save_model(path, build(settings), settings, NORMALISATION)
    return path


def _written(path: Path) -> np.ndarray:
    """The offsets of a line that the network at `path` writes."""
    network, normalisation = load_ink(path, "synthesis")
    how = LineOptions(seed=1, attempts=1)
    steps = next(iter(write_lines(network, ["ab c"], how))).steps
    return np.column_stack([steps[:, :2] * normalisation["sd"], steps[:, 2]])


def _models(folder: Path) -> Run:
    path = _made(folder)
    content, whole = path.read_bytes(), _written(path)

    def run(random: Random) -> Outcome:
        on_disk = random.random() < 0.5
        harmed = damaged_bytes(content, random) if on_disk else _changed(path, content, random)
        path.write_bytes(harmed)
        try:
            found = _written(path)
        except PentraceError as error:
            return refused(str(error), harmed)
        if on_disk and not np.array_equal(found, whole):
            return Outcome("wrong", "bits changed the ink", harmed)
        if not np.isfinite(found).all():
            return Outcome("wrong", "the ink is not finite", harmed)
        return Outcome("right")

    return run


def _changed(path: Path, content: bytes, random: Random) -> bytes:
    """The model with other metadata or weights, half of the time with a checksum that fits."""
    path.write_bytes(content)
    with safe_open(path, "np") as file:
        stored = json.loads(file.metadata()["pentrace"])
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    random.choice((_value, _value, _weight, _shape, _type, _missing, _renamed))(
        stored, weights, random
    )
    if random.random() < 0.5 and isinstance(stored, dict):
        stored["sha256"] = model_file.checksum(stored, weights)
    elif isinstance(stored, dict):
        stored.pop("sha256", None)
    return save(weights, {"pentrace": json.dumps(stored)})


Weights = dict[str, np.ndarray]


def _value(stored: Any, weights: Weights, random: Random) -> None:
    from table_damage import _places

    holder, key = random.choice(list(_places(stored)))
    if random.random() < 0.3:
        del holder[key]
    else:
        holder[key] = random.choice(ODD)


def _weight(stored: Any, weights: Weights, random: Random) -> None:
    weight = weights[random.choice(list(weights))].reshape(-1)
    odd = (np.nan, np.inf, -np.inf, 1e30, -1e30, 3e38, 0.0, 1e-40)
    weight[random.randrange(len(weight))] = random.choice(odd)


def _shape(stored: Any, weights: Weights, random: Random) -> None:
    name = random.choice(list(weights))
    ways: tuple[Callable[[np.ndarray], np.ndarray], ...] = (
        np.ravel, np.transpose, lambda w: w[:1], lambda w: w[..., :0], lambda w: w[None],
        lambda w: np.concatenate([w, w]),
    )  # fmt: skip
    weights[name] = np.ascontiguousarray(random.choice(ways)(weights[name]))


def _type(stored: Any, weights: Weights, random: Random) -> None:
    name = random.choice(list(weights))
    weights[name] = weights[name].astype(random.choice(("f8", "f2", "i4", "i8", "u1", "?")))


def _missing(stored: Any, weights: Weights, random: Random) -> None:
    del weights[random.choice(list(weights))]


def _renamed(stored: Any, weights: Weights, random: Random) -> None:
    name = random.choice(list(weights))
    weights[random.choice([*weights, "other"])] = weights[name]


def _checkpoints(folder: Path) -> Run:
    import torch

    from pentrace.train.checkpoint import Checkpoint, Position, load_checkpoint, save_checkpoint

    path = folder / "checkpoint-0.pt"
    weights = {"a": torch.arange(100.0), "b": torch.ones(3, 4)}
    save_checkpoint(path, Checkpoint(Position(step=3), weights, weights, {"state": {}}))
    content = path.read_bytes()

    def run(random: Random) -> Outcome:
        harmed = damaged_bytes(content, random)
        path.write_bytes(harmed)
        try:
            load_checkpoint(path)
        except PentraceError as error:
            return refused(str(error), harmed)
        right = harmed == content
        return Outcome("right") if right else Outcome("wrong", "was not noticed", harmed)

    return run


KINDS = (Kind("models", 6, _models), Kind("checkpoints", 2, _checkpoints))
