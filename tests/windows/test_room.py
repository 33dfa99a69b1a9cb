"""Lines and windows that are mapped from a file instead of being in memory."""

import json
from pathlib import Path

import numpy as np
import pytest

from pentrace.train.train import command
from pentrace.windows import room
from pentrace.windows.lines import Lines, load_lines, load_texts
from pentrace.windows.stored import load_windows
from tests.helpers.commands import invoke, train_options
from tests.helpers.small_data import write_data
from tests.helpers.small_lines import NORMALISATION, ink

TEXTS = {"a": "ab c", "b": "c", "c": None, "d": "bb a"}
SPLITS = ["train", "validation"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("room")
    random = np.random.default_rng(0)
    lines = {name: ink(text or "a b", random) for name, text in TEXTS.items()}
    splits = {"train": {n: lines[n] for n in "abc"}, "validation": {"d": lines["d"]}}
    write_data(folder, splits, {n: t for n, t in TEXTS.items() if t})
    (folder / "normalisation.json").write_text(json.dumps(NORMALISATION))
    return folder


def loaded(data: Path) -> list[Lines]:
    lines = load_lines(data, SPLITS)
    return [lines, lines.with_text(), lines.with_ends(), load_windows(data, SPLITS, ends=True)]


def is_mapped(lines: Lines) -> bool:
    return isinstance(lines.steps.base, np.memmap)


def test_mapped_lines_are_those_in_memory(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = loaded(data)
    assert not any(map(is_mapped, expected))
    monkeypatch.setattr(room, "SHARE", 0)
    found = loaded(data)
    assert all(map(is_mapped, found))
    for one, other in zip(expected, found, strict=True):
        assert np.array_equal(one.steps, other.steps) and one.ids == other.ids
        assert np.array_equal(one.starts, other.starts)


def test_training_on_mapped_lines_gives_the_same_bytes(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = {"steps": 2, "batch_size": 2}
    network = {"kind": "synthesis", "layers": 1, "hidden": 4, "components": 1, "train": train}
    models = []
    for share in (0.25, 0):
        monkeypatch.setattr(room, "SHARE", share)
        invoke(command, *train_options(data, data / str(share), network))
        models.append((data / str(share) / "model.safetensors").read_bytes())
    assert models[0] == models[1]


def test_texts_without_the_offsets(data: Path) -> None:
    assert load_texts(data, SPLITS) == load_lines(data, SPLITS).texts
