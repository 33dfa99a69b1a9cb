"""Training in two processes, between which a batch is shared out, against training in one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from pentrace import tables
from pentrace.networks.store import load_model
from pentrace.train.command import command
from tests.generate.test_from_text import NORMALISATION, ink
from tests.small_data import Splits, write_data

COUNTS = {"train": 13, "validation": 5, "validation2": 0, "test": 0}
TRAIN = {"steps": 8, "batch_size": 5, "validate_every": 4, "checkpoint_every": 4, "clip_norm": 1.0}
NOISY = {"weight_noise": 0.05, "clip_outputs": 2.0, "loss_per": "sequence"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lines with texts; 13 lines in batches of 5 leave one of 3."""
    splits: Splits = {}
    said = {}
    for number, (split, count) in enumerate(COUNTS.items()):
        random = np.random.default_rng(number)
        texts = ["".join(random.choice(list("abc "), random.integers(2, 7))) for _ in range(count)]
        said |= {f"{split}-{i}": text for i, text in enumerate(texts)}
        splits[split] = {f"{split}-{i}": ink(text, random) for i, text in enumerate(texts)}
    write_data(tmp_path, splits, said)
    (tmp_path / "normalisation.json").write_text(json.dumps(NORMALISATION))
    return tmp_path


def arguments(folder: Path, network: dict, name: str) -> list[str]:
    out = folder / name
    return [
        *("--data", str(folder)),
        *("--settings", json.dumps(network)),
        *("--model", str(out / "model.safetensors")),
        *("--history", str(out / "history.parquet")),
        *("--checkpoints", str(out / "checkpoints")),
    ]


def test_two_processes_train_a_synthesis_network_with_weight_noise_as_one(folder):
    sizes = {"kind": "synthesis", "layers": 2, "hidden": 12, "components": 2}
    network = {**sizes, "train": {**TRAIN, **NOISY}}
    CliRunner().invoke(command, arguments(folder, network, "one"), catch_exceptions=False)
    call = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    call += ["-m", "pentrace", "train", *arguments(folder, network, "two")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, two = (tables.read(folder / n / "history.parquet").to_pandas() for n in ("one", "two"))
    np.testing.assert_allclose(two.to_numpy(), one.to_numpy(), rtol=1e-4)
    first, second = (load_model(folder / n / "model.safetensors")[0] for n in ("one", "two"))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
