"""A small untrained network with its tables on disk, for tests of commands that use one."""

import json
from pathlib import Path

import numpy as np
import torch

from pentrace import schema, tables
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from tests.helpers.rows import filled, window_row

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
    """Fill `folder` as results/<dataset>/ is; return the lines by name."""
    lines: dict[str, np.ndarray] = {}
    rows = []
    for split, count in LINES.items():
        here = {f"{split}-{i}": line(len(lines) + i) for i in range(count)}
        windows = [window_row(name, split, steps, LENGTH) for name, steps in here.items()]
        tables.write_rows(folder / "windows" / f"{split}.parquet", schema.WINDOWS, windows)
        rows += [_sample(name, split, None) for name in here]
        lines |= here
    rows.append(_sample("validation-lost", "validation", "min_points"))
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)
    normalise_by(folder, {})
    return lines


def normalise_by(folder: Path, changes: dict) -> None:
    """Write normalisation.json, with `changes`, and a network that goes with it."""
    normalisation = {**NORMALISATION, **changes}
    (folder / "normalisation.json").write_text(json.dumps(normalisation))
    torch.manual_seed(1)
    network = PredictionNetwork(SETTINGS)
    save_model(folder / "model.safetensors", network, SETTINGS, normalisation)


def options(folder: Path, model: Path | None = None) -> list[str]:
    """Options that commands which use a network share; `model` is the one in `folder` if None."""
    given = {"model": model or folder / "model.safetensors", "windows": folder / "windows"}
    given["normalisation"] = folder / "normalisation.json"
    return [text for key, path in given.items() for text in (f"--{key}", str(path))]


def _sample(name: str, split: str, dropped_by: str | None) -> dict:
    known = {"dataset": "demo", "sample_id": name, "split": split, "dropped_by": dropped_by}
    return filled(schema.SAMPLES, **known, kind="line", y_axis="down", source=name, shard="00")
