"""Training in two processes, which share each batch, against training in one."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pentrace import tables
from pentrace.networks.store import load_model
from pentrace.train.train import command
from tests.helpers.commands import invoke, train_options
from tests.helpers.processes import python
from tests.helpers.small_data import Splits, write_data
from tests.helpers.small_lines import NORMALISATION, ink

pytestmark = pytest.mark.slow

COUNTS = {"train": 13, "validation": 5, "validation2": 0, "test": 0}
TRAIN = {"steps": 8, "batch_size": 5, "validate_every": 4, "checkpoint_every": 4, "clip_norm": 1.0,
         "clip_outputs": 2.0}  # fmt: skip
NOISY = {"weight_noise": 0.05, "loss_per": "sequence"}
NETWORKS = {
    "prediction": {"layers": 2, "hidden": 12, "components": 3, "train": TRAIN},
    "synthesis": {"kind": "synthesis", "layers": 2, "hidden": 12, "components": 2,
                  "train": TRAIN | NOISY},
}  # fmt: skip


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


@pytest.mark.parametrize("network", NETWORKS)
def test_two_processes_train_as_one(folder: Path, network: str) -> None:
    settings = NETWORKS[network]
    invoke(command, *train_options(folder, folder / "one", settings))
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    given = train_options(folder, folder / "two", settings)
    printed = python(*launch, "-m", "pentrace", "train", *given).stderr
    assert printed.count("validation") == 2  # the second process is quiet
    assert not list((folder / "two/checkpoints").iterdir())
    one, two = (tables.read(folder / n / "history.parquet").to_pandas() for n in ("one", "two"))
    np.testing.assert_allclose(two.to_numpy(), one.to_numpy(), rtol=1e-4)
    first, second = (load_model(folder / n / "model.safetensors")[0] for n in ("one", "two"))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
