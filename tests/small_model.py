"""A small untrained network with its tables on disk, for tests of commands that use one."""

import json
from pathlib import Path

import numpy as np
import torch

from pentrace import schema, tables
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model

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
        windows = [_window(name, split, steps) for name, steps in here.items()]
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


def options(folder: Path) -> list[str]:
    """Options that `pentrace sample` and `pentrace evaluate` share."""
    names = {"model": "model.safetensors", "windows": "windows"}
    names["normalisation"] = "normalisation.json"
    return [text for key, name in names.items() for text in (f"--{key}", str(folder / name))]


def _window(name: str, split: str, steps: np.ndarray) -> dict:
    """One window that holds the whole line."""
    length = 60
    columns = np.zeros((3, length))
    columns[:, : len(steps)] = steps.T
    row = {"sample_id": name, "split": split, "window": 0, "start": 0, "valid": len(steps)}
    parts = {"dx": columns[0], "dy": columns[1], "end_of_stroke": columns[2].astype(int)}
    return row | {key: values.tolist() for key, values in parts.items()}


def _sample(name: str, split: str, dropped_by: str | None) -> dict:
    row: dict = {"dataset": "demo", "sample_id": name, "kind": "line", "split": split}
    row |= dict.fromkeys(("n_points_recorded", "n_strokes_recorded", "n_points", "n_strokes"), 1)
    row |= dict.fromkeys(("x_min", "x_max", "y_min", "y_max"), 0.0)
    row |= {"y_axis": "down", "source": name, "sha256": "", "shard": "00"}
    return row | {"dropped_by": dropped_by}
