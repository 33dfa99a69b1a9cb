"""Training in two processes, which share each batch, against training in one."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.train.distributed import Processes, run
from pentrace.train.train import command, train
from tests.helpers.commands import invoke, train_options
from tests.helpers.processes import python
from tests.helpers.small_corpus import VERSE, build
from tests.helpers.small_data import Splits, write_data
from tests.helpers.small_lines import NORMALISATION, ink

pytestmark = pytest.mark.slow

COUNTS = {"train": 13, "validation": 5, "validation2": 0, "test": 0}
TRAIN = {"steps": 6, "batch_size": 5, "validate_every": 3, "checkpoint_every": 4, "clip_norm": 1.0,
         "clip_outputs": 2.0}  # fmt: skip
NETWORKS: dict[str, dict[str, Any]] = {
    "prediction": {"layers": 2, "hidden": 12, "components": 3, "dropout": 0.1, "train": TRAIN},
    "synthesis": {"kind": "synthesis", "layers": 2, "hidden": 12, "components": 2, "style_size": 4,
                  "train": TRAIN | {"weight_noise": 0.05, "loss_per": "sequence"}},
    "variational": {"kind": "variational", "layers": 1, "hidden": 8, "components": 2,
                    "train": TRAIN},
    "layer-norm": {"layers": 1, "hidden": 8, "components": 2, "cell": "layer-norm",
                   "recurrent_dropout": 0.1, "train": TRAIN},
    "hyper": {"layers": 1, "hidden": 8, "components": 2, "cell": "hyper", "hyper_hidden": 4,
              "hyper_embedding": 2, "train": TRAIN},
    "recognition": {"kind": "recognition", "hidden": 8, "train": TRAIN | {"distort": True}},
    "text": {"kind": "text", "layers": 2, "hidden": 12, "embedding": 5, "dropout": 0.2,
             "train": TRAIN | {"batches": "streams", "length": 20}},
}  # fmt: skip
PARTS = dict.fromkeys(NETWORKS, 2) | {"prediction": 4}
SHORT: dict[str, Any] = {**NETWORKS["prediction"], "train": {**TRAIN, "steps": 2}}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lines with texts, and a text. 13 lines in batches of 5 leave one of 3."""
    folder = tmp_path_factory.mktemp("processes")
    lines, text = folder / "ink", folder / "text"
    splits: Splits = {}
    said = {}
    for number, (split, count) in enumerate(COUNTS.items()):
        random = np.random.default_rng(number)
        texts = ["".join(random.choice(list("abc "), random.integers(2, 7))) for _ in range(count)]
        said |= {f"{split}-{i}": text for i, text in enumerate(texts)}
        splits[split] = {f"{split}-{i}": ink(text, random) for i, text in enumerate(texts)}
    lines.mkdir()
    write_data(lines, splits, said)
    (lines / "normalisation.json").write_text(json.dumps(NORMALISATION))
    build(text, {"a.txt": (VERSE * 12).encode()})
    return folder


def train_all(group: Processes, folder: Path, out: str) -> None:
    """Train each of the networks as a process of `group`, in parts of a batch."""
    for name, values in NETWORKS.items():
        train_one(group, folder, f"{out}/{name}", in_parts(values, PARTS[name]))


def in_parts(settings: dict[str, Any], parts: int) -> dict[str, Any]:
    return {**settings, "train": {**settings["train"], "parts": parts}}


def train_one(group: Processes, folder: Path, out: str, settings: dict[str, Any]) -> None:
    data = folder / ("text" if settings.get("kind") == "text" else "ink")
    place = folder / out
    place.mkdir(parents=True, exist_ok=True)
    train(
        group,
        data=data,
        start=None,
        fits=None,
        alignments=None,
        out_model=place / "model.safetensors",
        out_history=place / "history.parquet",
        checkpoints=place / "checkpoints",
        threads=1,
        settings=NetworkSettings.model_validate(settings),
    )


def test_two_processes_give_the_bytes_of_one(data: Path) -> None:
    for count, out in ((1, "one"), (2, "two")):
        run(count, partial(train_all, folder=data, out=out))
    for name in NETWORKS:
        assert not list((data / "two" / name / "checkpoints").iterdir())
        for file in ("model.safetensors", "history.parquet"):
            one, two = ((data / n / name / file).read_bytes() for n in ("one", "two"))
            assert one == two, (name, file)


def test_torchrun_gives_the_same_bytes(data: Path) -> None:
    given = train_options(data / "ink", data / "torchrun", SHORT)
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    printed = python(*launch, "-m", "pentrace", "train", *given).stderr
    assert printed.count("validation") == 1  # the second process is quiet
    run(1, partial(train_one, folder=data, out="alone", settings=in_parts(SHORT, 2)))
    first, second = ((data / n / "model.safetensors").read_bytes() for n in ("torchrun", "alone"))
    assert first == second


def ends_early(group: Processes) -> None:
    if not group.first:
        raise SystemExit(3)
    group.wait()


def test_a_lost_process_is_named() -> None:
    with pytest.raises(PentraceError, match="another process of this training has ended"):
        run(2, ends_early)


def test_parts_that_cannot_be_shared(data: Path) -> None:
    given = train_options(data / "ink", data / "uneven", in_parts(SHORT, 3))
    with pytest.raises(PentraceError, match=r"parts: 2 processes cannot share 3 parts equally"):
        invoke(command, *given, "--processes", "2")
