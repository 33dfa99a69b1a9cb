"""Training of variational networks: it learns, resumes to the byte, and warms the divergence up."""

import json

import click
import pytest

from pentrace import tables
from pentrace.networks.settings import NetworkSettings
from pentrace.train.checkpoint import load_checkpoint, save_checkpoint
from pentrace.train.distributed import processes
from pentrace.train.step import Descent
from pentrace.train.train import command
from tests.helpers.commands import invoke, train_options
from tests.helpers.small_data import write_data
from tests.train.test_train import SPLITS, UNITS, waves

SMALL = {"kind": "variational", "hidden": 8, "components": 2, "latent_size": 3}
FAST = {"steps": 16, "batch_size": 4, "validate_every": 8, "checkpoint_every": 4}
KINDS = [{**SMALL, "latent_hidden": 4}, {**SMALL, "latent": "line"}]


@pytest.fixture
def data(tmp_path):
    lines = {split: waves(8, number) for number, split in enumerate(SPLITS)}
    named = {s: {f"{s}-{i}": line for i, line in enumerate(lines[s])} for s in lines}
    write_data(tmp_path, named)
    (tmp_path / "normalisation.json").write_text(json.dumps(UNITS))
    return tmp_path


def train(data, settings, name) -> tuple[bytes, list[dict]]:
    invoke(command, *train_options(data, data / name, settings))
    history = tables.read(data / name / "history.parquet").to_pylist()
    return (data / name / "model.safetensors").read_bytes(), history


@pytest.mark.parametrize("given", KINDS)
def test_it_learns_and_continues_a_broken_run_to_the_same_bytes(data, given, monkeypatch):
    settings = {**given, "dropout": 0.1, "train": {**FAST, "divergence_warmup": 6}}
    whole, history = train(data, settings, "whole")
    assert history[-1]["validation_loss"] < history[0]["validation_loss"]
    saved = []

    def stop(path, checkpoint):
        save_checkpoint(path, checkpoint)
        saved.append(path)
        if len(saved) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(click.Abort):
        patched.setattr("pentrace.train.loop.save_checkpoint", stop)
        train_options_given = train_options(data, data / "broken", settings)
        command.main(train_options_given, standalone_mode=False)
    found = load_checkpoint(saved[-1])
    assert found is not None and found.position.step == 8
    assert train(data, settings, "broken") == (whole, history)


def test_it_learns_with_a_latent_of_a_writer_and_inputs_that_are_dropped_or_distorted(data):
    how = {**FAST, "style_distort": 0.5, "input_dropout": 0.2}
    given = {**SMALL, "latent": "writer", "train": how}
    whole, history = train(data, given, "one")
    assert history[-1]["validation_loss"] < history[0]["validation_loss"]
    assert train(data, given, "two") == (whole, history)
    assert train(data, {**given, "latent": "line"}, "line") != (whole, history)


def test_the_weight_of_the_divergence_rises_to_1():
    with processes() as group:
        given = {**SMALL, "train": {"divergence_warmup": 4}}
        descent = Descent(NetworkSettings(**given), group)
        weights = [descent._divergence_weight(step) for step in (0, 1, 3, 9)]
        assert weights == [0.25, 0.5, 1.0, 1.0]
        descent = Descent(NetworkSettings(**SMALL), group)
        assert descent._divergence_weight(0) == 1.0
