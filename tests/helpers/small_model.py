"""A small untrained network with its tables on disk, for tests of commands that use one."""

import json
from pathlib import Path

import numpy as np
import torch

from pentrace import schema, tables
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from tests.helpers.small_data import sample, write_data

SETTINGS = NetworkSettings.model_validate({"layers": 2, "hidden": 8, "components": 3})
NORMALISATION = {
    "recipe": "graves",
    "mean": [8.0, -0.5],
    "sd": [40.0, 30.0],
    "cap": None,
    "split": ["train"],
    "filter": {"min_points": 2},
    "settings": {"recipe": "graves", "splits": ["train"]},
}
LENGTH = 60  # of a window
LINES = {"train": 6, "validation": 4, "validation2": 0, "test": 2}


def line(seed: int) -> np.ndarray:
    """Random normalised steps (T, 3), the null step first and the pen lifted at the end."""
    random = np.random.default_rng(seed)
    steps = random.normal(size=(30 + seed, 3)).astype(np.float32)
    steps[:, 2] = steps[:, 2] > 1
    steps[0, :2], steps[-1, 2] = 0, 1
    return steps


def write(folder: Path) -> dict[str, np.ndarray]:
    """Fill `folder` like results/<dataset>/; return the lines by name."""
    lines: dict[str, np.ndarray] = {}
    splits = {}
    for split, count in LINES.items():
        splits[split] = {f"{split}-{i}": line(len(lines) + i) for i in range(count)}
        lines |= splits[split]
    write_data(folder, splits)
    rows = tables.read(folder / "samples.parquet").to_pylist()
    rows.append(sample("validation-lost", "validation", dropped_by="min_points"))
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)
    normalise_by(folder, {})
    return lines


def normalise_by(folder: Path, changes: dict) -> None:
    """Write normalisation.json, with `changes`, and a network that fits it."""
    normalisation = {**NORMALISATION, **changes}
    (folder / "normalisation.json").write_text(json.dumps(normalisation))
    torch.manual_seed(1)
    network = PredictionNetwork(SETTINGS)
    save_model(folder / "model.safetensors", network, SETTINGS, normalisation)


def options(folder: Path, model: Path | None = None) -> list[str]:
    """Options that commands which use a network share; `model` is the one in `folder` if None."""
    return ["--model", str(model or folder / "model.safetensors"), "--data", str(folder)]
