"""Training with the points of letters: the window is led to the letter that is written."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.networks.kinds import window_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model
from pentrace.train.checkpoint import load_checkpoint
from pentrace.train.data import Data, aligned, read
from pentrace.train.progress import Progress
from pentrace.train.train import command as train
from pentrace.windows.batches import Batch, gather
from tests.helpers.commands import invoke, train_options
from tests.helpers.small_data import write_data
from tests.helpers.small_lines import NORMALISATION, ink

TEXTS = ["ab cab", "b ca", "ca bb ac", "abc"]
LETTER = 12  # points
NETWORK = {"kind": "synthesis", "layers": 1, "hidden": 12, "components": 2, "window_components": 2}
HOW = {
    "batches": "lines", "steps": 12, "batch_size": 4, "validate_every": 10, "checkpoint_every": 5,
    "learning_rate": 0.01, "first_length": 20, "grow_epochs": 3,
    "window_loss": 0.5, "window_epochs": 3,
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random, said, splits = np.random.default_rng(1), {}, {}
    for split, count in (("train", 12), ("validation", 4), ("validation2", 1), ("test", 1)):
        texts = {f"{split}-{i}": TEXTS[i % len(TEXTS)] for i in range(count)}
        said |= texts
        splits[split] = {name: ink(text, random) for name, text in texts.items()}
    write_data(tmp_path, splits, said)
    (tmp_path / "normalisation.json").write_text(json.dumps(NORMALISATION))
    rows = [
        {"sample_id": name, "index": u, "character": c, "log_probability": -0.1}
        | {"first_point": None if c == " " else LETTER * u + (u > 0), "last_point": None}
        for name, text in said.items()
        for u, c in enumerate(text)
    ]
    tables.write_rows(tmp_path / "alignments.parquet", schema.ALIGNMENTS, rows)
    return tmp_path


def data_of(folder: Path, **how: object) -> Data:
    settings = NetworkSettings.model_validate(NETWORK | {"alphabet": " abc", "train": HOW | how})
    return aligned(read(folder, settings, ["train"]), folder / "alignments.parquet", settings.train)


def test_places_go_through_the_letters(folder: Path) -> None:
    data = data_of(folder)
    stop = data.lines.n_steps[[0, 1]]  # "ab cab" and "b ca"
    found = data.places(Batch(np.array([0, 1]), np.zeros(2, np.int64), stop))
    half = LETTER // 2
    assert found[0, [half, LETTER + half]] == pytest.approx([1, 2], abs=0.1)  # b, and its blank
    assert found[0, 3 * LETTER + half] == pytest.approx(4, abs=0.1)
    assert (np.diff(found) >= 0).all()
    assert found[0, -1] == pytest.approx(6.5, abs=0.1)
    assert found[1, stop[1] :] == pytest.approx(4.5, abs=0.1)  # after the end nothing moves


def test_letters_are_found_by_the_name_of_the_line(folder: Path) -> None:
    data, table = data_of(folder), folder / "alignments.parquet"
    assert data.letters is not None and data.letters.shape == (12, len(TEXTS[2]))
    assert data.letters[1].tolist() == [0, -1, 25, 37, -1, -1, -1, -1]
    rows = tables.read(table).to_pylist()
    some = [row for row in rows if row["sample_id"] != "train-3"]
    tables.write_rows(table, schema.ALIGNMENTS, some)
    with pytest.raises(PentraceError, match="no row for train-3; run pentrace align"):
        data_of(folder)
    assert data_of(folder, window_loss=0.0, window_epochs=2).letters is None


def test_the_loss_of_the_window_grows_with_its_distance() -> None:
    places, mask = torch.tensor([[1.0, 2.0, 9.0]]), torch.tensor([[True, True, False]])
    at = places.unsqueeze(-1).expand(1, 3, 2)
    assert window_loss(at, places, mask) == 0
    assert window_loss(at + 0.5, places, mask) == pytest.approx(2 * 0.125)
    assert window_loss(at - 3, places, mask) == pytest.approx(2 * 2.5)


def run(folder: Path, out: Path, **how: object) -> None:
    settings = NETWORK | {"train": HOW | how}
    given = train_options(folder, out, settings)
    invoke(train, *given, "--alignments", str(folder / "alignments.parquet"))


def test_interrupted_training_ends_as_if_unbroken(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(folder, tmp_path / "whole")
    shown: list[object] = []

    def stop(*values: object) -> None:
        shown.append(values)
        if len(shown) == 9:
            raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="killed"):
        patch.setattr(Progress, "show", stop)
        run(folder, tmp_path / "again")
    (checkpoint,) = (tmp_path / "again/checkpoints").iterdir()
    found = load_checkpoint(checkpoint)
    # In the middle of an epoch, while the lines grow and the window is led.
    assert found is not None and (found.position.epoch, found.position.batch) == (1, 2)
    assert found.state is None
    run(folder, tmp_path / "again")
    for name in ("model.safetensors", "history.parquet"):
        first, second = ((tmp_path / n / name).read_bytes() for n in ("whole", "again"))
        assert first == second


def test_the_window_is_led_to_its_letters(folder: Path, tmp_path: Path) -> None:
    data, distance = data_of(folder), {}
    batch = Batch(np.arange(4), np.zeros(4, np.int64), data.lines.n_steps[:4])
    (x, _, mask), text = gather(data.lines, batch), data.text(batch)
    for weight in (0.0, 2.0):
        epochs = {"window_epochs": 100} if weight else {"window_epochs": 2}
        given = {"first_length": None, "grow_epochs": 10, "steps": 30}
        run(folder, tmp_path / str(weight), window_loss=weight, **given, **epochs)
        network = load_model(tmp_path / str(weight) / "model.safetensors")[0]
        _, kappa = network.attention(torch.from_numpy(x), None, torch.from_numpy(text))
        away = kappa.detach().numpy().mean(-1) - data.places(batch)
        distance[weight] = np.abs(away[mask]).mean()
    assert distance[2.0] < 0.6 * distance[0.0]


def test_the_table_of_alignments_is_asked_for(folder: Path) -> None:
    given = NETWORK | {"train": HOW}
    with pytest.raises(PentraceError, match="give it with --alignments"):
        aligned(data_of(folder), None, NetworkSettings.model_validate(given).train)
