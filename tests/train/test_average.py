"""The average of the weights over a training."""

import click
import pytest
import torch
from torch import nn

from pentrace import tables
from pentrace.networks.store import load_model
from pentrace.train.average import WeightAverage
from pentrace.train.checkpoint import load_checkpoint, save_checkpoint
from pentrace.train.train import command
from tests.helpers.commands import train_options
from tests.train.test_train import data, settings, train

__all__ = ["data"]


def test_average_is_the_one_of_a_plain_sum():
    network, steps = nn.Linear(2, 1).double(), 40
    average = WeightAverage(network, 0.7)
    expected = network.weight.detach().clone()
    for step in range(steps):
        with torch.no_grad():
            network.weight.add_(torch.randn_like(network.weight))
        average.add(step)
        kept = min(0.7, (step + 1) / (step + 10))
        expected = kept * expected + (1 - kept) * network.weight.detach()
    torch.testing.assert_close(average.weights["weight"], expected)


def test_the_network_has_its_own_weights_again_after_a_validation():
    network = nn.Linear(2, 1)
    average, own = WeightAverage(network, 0.9), network.weight.detach().clone()
    average.weights["weight"] = own + 1
    with pytest.raises(KeyError), average.in_place():
        torch.testing.assert_close(network.weight.detach(), own + 1)
        raise KeyError
    torch.testing.assert_close(network.weight.detach(), own)


def test_the_averaged_weights_are_validated_and_saved(data):
    train(data, settings(average=0.9, learning_rate=0.02), "averaged")
    train(data, settings(learning_rate=0.02), "plain")
    averaged, plain = (
        tables.read(data / name / "history.parquet").to_pandas() for name in ("averaged", "plain")
    )
    # The average does not change the training itself, only what is validated.
    assert averaged.train_loss.tolist() == plain.train_loss.tolist()
    assert averaged.validation_loss.tolist() != plain.validation_loss.tolist()
    weights = [
        load_model(data / name / "model.safetensors")[0].state_dict()
        for name in ("averaged", "plain")
    ]
    assert any(not torch.equal(weights[0][key], weights[1][key]) for key in weights[0])


def test_a_broken_run_continues_to_the_same_bytes(data, monkeypatch):
    chosen = settings({"dropout": 0.2}, average=0.95, weight_noise=0.02)
    unbroken = train(data, chosen, "unbroken")

    def stop(path, checkpoint):
        save_checkpoint(path, checkpoint)
        if checkpoint.position.step == 20:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(click.Abort):
        patched.setattr("pentrace.train.loop.save_checkpoint", stop)
        command.main(train_options(data, data / "broken", chosen), standalone_mode=False)
    (checkpoint,) = (data / "broken/checkpoints").glob("*.pt")
    found = load_checkpoint(checkpoint)
    assert found is not None and found.average is not None
    assert train(data, chosen, "broken") == unbroken
