"""Variational networks with a text write the texts of real lines, in hands and without."""

import json
from pathlib import Path

import pytest
import torch

from pentrace import tables
from pentrace.errors import PentraceError
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.recognise.written_lines import load_written
from tests.helpers import small_hands, small_model
from tests.helpers.commands import pentrace

SMALL = {"kind": "variational", "hidden": 8, "components": 2, "latent_size": 3}
TEXT = {**SMALL, "with_text": True, "alphabet": " abc", "window_components": 2}
HELD = {**TEXT, "latent": "line"}
PLAIN = ["--check", "none", "--seed", "2"]
FEW = [*PLAIN, "--texts", "2", "--compared", "3"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of four writers, and its embedding."""
    folder = tmp_path_factory.mktemp("writers")
    small_hands.write(folder)
    pentrace("hands", "--data", folder, "--out", folder / "hands.safetensors")
    return folder


def network(folder: Path, given: dict) -> Path:
    torch.manual_seed(1)
    settings = NetworkSettings.model_validate(given)
    path = folder / "variational" / "model.safetensors"
    save_model(path, build(settings), settings, small_model.NORMALISATION)
    return path


def steps(folder: Path) -> dict[str, bytes]:
    lines, _ = load_written(folder)
    return {name: lines[i].tobytes() for i, name in enumerate(lines.ids)}


@pytest.mark.parametrize("given", [{**TEXT, "latent_hidden": 4}, HELD])
def test_they_rewrite_and_imitate(data: Path, given: dict) -> None:
    model = network(data, given)
    words = ["--model", model, "--data", data]
    pentrace("rewrite", *words, *PLAIN, "--lines", 2, "--bias", 1, "--out", data / "rewritten")
    assert len(tables.read(data / "rewritten/lines.parquet")) == 2
    pentrace("imitate", *words, *FEW, "--out", data / "imitated")
    assert len(tables.read(data / "imitated/lines.parquet")) == 8


def test_a_held_latent_gives_the_hand_without_a_line_to_continue(data: Path) -> None:
    words = ["--model", network(data, HELD), "--data", data, *FEW]
    found = []
    for name, more in (("continued", []), ("latent", ["--no-continued"])):
        pentrace("imitate", *words, *more, "--out", data / name)
        found.append(steps(data / name))
    same = {name for name in found[0] if found[0][name] == found[1][name]}
    assert same == {name for name in found[0] if name.startswith("unstyled/")}
    other = [name for name in found[1] if name.startswith("styled/")]
    assert all(found[1][n] != found[1]["un" + n] for n in other)


def test_a_hand_needs_a_line_a_vector_or_a_held_latent(data: Path) -> None:
    model = network(data, {**TEXT, "latent_hidden": 4})
    words = ["--model", model, "--data", data, *FEW, "--no-continued", "--out", data / "none"]
    with pytest.raises(PentraceError, match="set continued to true"):
        pentrace("imitate", *words)


def test_a_network_without_a_text_is_refused(data: Path) -> None:
    words = ["--model", network(data, {**SMALL, "latent": "line"}), "--data", data]
    for command in ("rewrite", "imitate"):
        with pytest.raises(PentraceError, match="without a text"):
            pentrace(command, *words, *PLAIN, "--out", data / "none")


@pytest.mark.parametrize("given", [{**SMALL, "latent": "line"}, HELD])
def test_halves_compares_lines_in_the_hands_of_real_ones(data: Path, given: dict) -> None:
    model, out = network(data, given), data / "halves.json"
    words = ["--model", model, "--data", data, "--embedding", data / "hands.safetensors"]
    pentrace("halves", *words, "--points", 100, "--out-metrics", out)
    found = json.loads(out.read_text())
    table = found["table"]
    assert all(-1 <= row["correlation"] <= 1 for row in found["features"] if row["correlation"])
    assert "slant" in [row["feature"] for row in found["features"]]
    assert [row["origin"] for row in table] == ["real", "written", "in the hand"]
    assert [row["lines"] for row in table] == [4, 4, 4]
