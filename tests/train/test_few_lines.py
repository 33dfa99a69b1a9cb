"""A recogniser that nobody asked for is not trained on a handful of lines."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pentrace import tables
from pentrace.errors import PentraceError, UsageError
from pentrace.networks.model_file import shipped
from pentrace.networks.store import load_model
from pentrace.train.train import command
from tests.helpers import small_lines
from tests.helpers.commands import invoke, train_options
from tests.helpers.small_data import write_data

JUDGE = Path(__file__).parents[2] / "benchmarks/judge/model.safetensors"
OWN = {"kind": "recognition", "layers": 1, "hidden": 8, "train": {"steps": 2, "batch_size": 4}}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Five training lines, one of them without a text, and two to validate on."""
    random = np.random.default_rng(0)
    texts = {f"t{i}": text for i, text in enumerate(["ab", "ba c", "cab", "a\u03b1"])}
    texts |= {"v0": "abc", "v1": "b"}
    ink = {name: small_lines.ink("abc"[: len(text)], random) for name, text in texts.items()}
    train = {name: ink[name] for name in ink if name[0] == "t"} | {"t9": ink["t0"]}
    splits = {"train": train, "validation": {name: ink[name] for name in ("v0", "v1")}}
    write_data(tmp_path, splits, texts)
    (tmp_path / "normalisation.json").write_text(json.dumps(small_lines.NORMALISATION))
    return tmp_path


def train(data: Path, fewest: int, instead: Path, settings: dict = OWN) -> str:
    words = ["--instead", instead, "--fewest-lines", fewest]
    return invoke(command, *train_options(data, data / "run", settings), *words).output


@pytest.mark.parametrize("instead", [shipped("recognition"), JUDGE])
def test_with_too_few_lines_the_other_network_is_taken_without_training(
    data: Path, instead: Path
) -> None:
    printed = train(data, 5, instead)
    assert f"{data}: 4 training lines with a text, fewer than fewest_lines (5): no tr" in printed
    network, settings, units = load_model(data / "run/model.safetensors")
    known, shape, _ = load_model(instead)
    assert (settings.layers, settings.hidden) == (shape.layers, shape.hidden)
    assert units == small_lines.NORMALISATION and settings.train.steps == 0
    history = tables.read(data / "run/history.parquet").to_pylist()
    assert [(row["step"], row["train_loss"]) for row in history] == [(0, None)]
    # What it reads is the same: the character that it does not know is never read.
    x = torch.from_numpy(small_lines.ink("abc", np.random.default_rng(1)))[None]
    before, after = (net(x, torch.tensor([x.shape[1]]))[0] for net in (known, network))
    place = (settings.alphabet or "").index("\u03b1")
    assert after[..., place].exp().max() < 1e-6
    kept = [i for i in range(after.shape[-1]) if i != place]
    torch.testing.assert_close(after[..., kept], before)


def test_with_enough_lines_or_without_another_network_it_is_trained(data: Path) -> None:
    for words in (["--instead", JUDGE, "--fewest-lines", 4], []):
        invoke(command, *train_options(data, data / "run", OWN), *words)
        _, settings, _ = load_model(data / "run/model.safetensors")
        assert (settings.hidden, settings.train.steps) == (8, 2)


def test_other_offsets_and_networks_are_refused_with_the_remedy(data: Path) -> None:
    with pytest.raises(UsageError, match="a synthesis network; give a recognition network"):
        train(data, 5, shipped())
    units = small_lines.NORMALISATION | {"recipe": "write-rnn"}
    (data / "normalisation.json").write_text(json.dumps(units))
    with pytest.raises(PentraceError, match="recipe graves; set recogniser and judge to null, or"):
        train(data, 5, JUDGE)
