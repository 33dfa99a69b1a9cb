"""Update rules and learning rates."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from pentrace.networks.training import TrainSettings
from pentrace.train.optimisers import GravesRMSProp, learning_rate, make_optimiser


def plain_loop(gradients: np.ndarray, rate: float) -> np.ndarray:
    """Equations 38 to 41 of the paper in float64, from weights 0."""
    n, g, d, w = (np.zeros(gradients.shape[1:]) for _ in range(4))
    for e in gradients.astype(np.float64):
        n = 0.95 * n + 0.05 * e * e
        g = 0.95 * g + 0.05 * e
        d = 0.9 * d - rate * e / np.sqrt(n - g * g + 1e-4)
        w = w + d
    return w


def follow(gradients: np.ndarray, rate: float, dtype: torch.dtype) -> torch.Tensor:
    weights = [torch.zeros(gradients.shape[1:], dtype=dtype, requires_grad=True) for _ in range(2)]
    optimiser = GravesRMSProp(weights, lr=rate)
    for gradient in gradients:
        for weight in weights:
            weight.grad = torch.as_tensor(gradient, dtype=dtype)
        optimiser.step()
    assert torch.equal(*weights)
    return weights[0].detach()


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e2])
def test_graves_rmsprop_equals_the_paper(scale):
    gradients = np.random.default_rng(0).normal(0.1, scale, (200, 5, 3)).astype(np.float32)
    expected = plain_loop(gradients, 1e-3)
    double = follow(gradients, 1e-3, torch.float64)
    np.testing.assert_allclose(double.numpy(), expected, rtol=1e-12, atol=1e-15)
    single = follow(gradients, 1e-3, torch.float32)
    np.testing.assert_allclose(single.numpy(), expected, rtol=1e-3, atol=1e-5)


def test_graves_rmsprop_is_not_the_one_of_torch():
    gradients = np.random.default_rng(0).normal(0, 1e-2, (50, 4))
    weight = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    other = torch.optim.RMSprop([weight], 1e-3, 0.95, 1e-4, momentum=0.9, centered=True)
    for gradient in gradients:
        weight.grad = torch.from_numpy(gradient)
        other.step()
    ours = follow(gradients, 1e-3, torch.float64)
    assert (ours - weight.detach()).abs().max() > 0.1 * ours.abs().max()


def test_steady_large_gradients_do_not_take_the_root_of_a_negative():
    gradients = np.full((300, 7), 12345.678, np.float32)
    assert follow(gradients, 1e-4, torch.float32).isfinite().all()


def test_weights_without_gradient_do_not_change():
    used, unused = (torch.ones(2, requires_grad=True) for _ in range(2))
    used.grad = torch.ones(2)
    GravesRMSProp([used, unused]).step()
    assert torch.equal(unused, torch.ones(2)) and (used < 1).all()


@pytest.mark.parametrize("name", ["graves-rmsprop", "sgd", "adam", "adamw"])
def test_every_named_optimiser_reduces_the_loss(name):
    weight = torch.full((3,), 1.0, requires_grad=True)
    optimiser = make_optimiser([weight], TrainSettings(optimiser=name, learning_rate=1e-2))
    for _ in range(50):
        optimiser.zero_grad()
        weight.square().sum().backward()
        optimiser.step()
    assert weight.abs().max() < 0.9


def test_sgd_has_momentum():
    weight = torch.zeros(1, requires_grad=True)
    given = TrainSettings(optimiser="sgd", momentum=0.9, learning_rate=0.5)
    optimiser = make_optimiser([weight], given)
    for _ in range(3):
        weight.grad = torch.ones(1)
        optimiser.step()
    assert weight.item() == pytest.approx(-0.5 * (1 + 1.9 + 2.71))


def test_schedules():
    cosine = TrainSettings(schedule="cosine", learning_rate=1.0, steps=110, warmup=10)
    assert learning_rate(cosine, 0, 0) == pytest.approx(0.1)
    assert learning_rate(cosine, 10, 0) == 1
    assert learning_rate(cosine, 60, 0) == pytest.approx(0.5)
    assert learning_rate(cosine, 110, 0) == 0
    decay = TrainSettings(schedule="decay", decay=0.5, learning_rate=1.0)
    assert [learning_rate(decay, 99, epoch) for epoch in range(3)] == [1, 0.5, 0.25]
    assert learning_rate(TrainSettings(learning_rate=0.3), 10**6, 10**3) == 0.3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"validate_on": "train"}, "also in train_on"),
        ({"train_on": ["train", "train"]}, "twice"),
        ({"batches": "windows", "length": 10}, "remove it, or set windows.length"),
        ({"batches": "lines", "length": 10}, "remove it, or set max_length"),
        ({"weight_decay": 0.1}, "adamw only"),
        ({"momentum": 0.9}, "sgd only"),
        ({"steps": None}, "nothing ends the training"),
        ({"steps": None, "epochs": 1, "schedule": "cosine"}, "set steps"),
        ({"warmup": 2000}, "below steps"),
        ({"decay": 0.5}, "schedule decay only"),
        ({"batchsize": 3}, "batchsize"),
    ],
)
def test_contradictions_are_refused(values, message):
    with pytest.raises(ValidationError, match=message):
        TrainSettings(**values)
