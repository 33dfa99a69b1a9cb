"""Adaptive weight noise against plain float64 computations, finite differences and statistics."""

import math

import pytest
import torch
from torch import nn

from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.train.weight_noise import WeightNoise, best_prior, divergence


def _network() -> nn.Module:
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).double()


def _posterior() -> tuple[list, list]:
    torch.manual_seed(4)
    means = [torch.randn(5, 2, dtype=torch.float64), torch.randn(3, dtype=torch.float64)]
    return means, [torch.rand_like(m) + 0.1 for m in means]


def test_divergence_is_the_textbook_one_at_the_best_prior():
    means, sds = _posterior()
    mean, variance = best_prior(means, sds)
    prior = torch.distributions.Normal(mean, variance.sqrt())
    expected = sum(
        torch.distributions.kl_divergence(torch.distributions.Normal(m, s), prior).sum()
        for m, s in zip(means, sds, strict=True)
    )
    torch.testing.assert_close(divergence(means, sds), expected)


def test_no_other_prior_is_nearer():
    means, sds = _posterior()
    mean, variance = best_prior(means, sds)
    least = divergence(means, sds)
    for shift, scale in ((0.1, 1), (-0.1, 1), (0, 1.2), (0, 0.8)):
        prior = torch.distributions.Normal(mean + shift, variance.sqrt() * scale)
        other = sum(
            torch.distributions.kl_divergence(torch.distributions.Normal(m, s), prior).sum()
            for m, s in zip(means, sds, strict=True)
        )
        assert other > least


def test_gradient_of_the_divergence_by_finite_differences():
    network = _network()
    noise = WeightNoise(network)
    with torch.no_grad():
        for log_sd in noise.log_sd:
            log_sd += torch.randn_like(log_sd) / 2
    noise.add_divergence(0.25)
    for parameter in [*network.parameters(), *noise.log_sd]:
        flat, step = parameter.detach().view(-1), 1e-5
        for place in range(0, len(flat), 2):
            before = flat[place].item()
            values = []
            for moved in (before + step, before - step):
                flat[place] = moved
                values.append(0.25 * noise.divergence())
            flat[place] = before
            slope = (values[0] - values[1]) / (2 * step)
            assert parameter.grad.view(-1)[place].item() == pytest.approx(slope, abs=1e-8)


def test_gradient_by_the_spread_is_that_of_the_drawn_noise():
    network, x = _network(), torch.randn(6, 3, dtype=torch.float64)
    noise = WeightNoise(network, sd=0.3)
    draw = torch.Generator().manual_seed(1)
    with noise.drawn(draw):
        network(x).square().mean().backward()
    means = [p.detach().clone() for p in network.parameters()]

    def loss(log_sd: list[torch.Tensor]) -> torch.Tensor:
        draw = torch.Generator().manual_seed(1)
        weights = {
            name: mean + torch.empty_like(mean).normal_(generator=draw) * s.exp()
            for (name, _), mean, s in zip(network.named_parameters(), means, log_sd, strict=True)
        }
        return torch.func.functional_call(network, weights, x).square().mean()

    leaves = [s.detach().clone().requires_grad_() for s in noise.log_sd]
    for ours, plain in zip(noise.log_sd, torch.autograd.grad(loss(leaves), leaves), strict=True):
        torch.testing.assert_close(ours.grad, plain)


def test_gradients_add_up_over_several_draws():
    network, x = _network(), torch.randn(6, 3, dtype=torch.float64)
    noise = WeightNoise(network)
    everything = [*network.parameters(), *noise.parameters()]
    draw, alone = torch.Generator().manual_seed(1), []
    for _ in range(2):
        with noise.drawn(draw):
            network(x).sum().backward()
        alone.append([p.grad for p in everything])
        for parameter in everything:
            parameter.grad = None
    draw.manual_seed(1)
    for _ in range(2):
        with noise.drawn(draw):
            network(x).sum().backward()
    for parameter, first, second in zip(everything, *alone, strict=True):
        torch.testing.assert_close(parameter.grad, first + second)


def test_means_come_back_bit_by_bit_even_after_an_error():
    network = PredictionNetwork(NetworkSettings(hidden=8))
    before = [p.detach().clone() for p in network.parameters()]
    noise = WeightNoise(network)
    with pytest.raises(RuntimeError, match="lost"), noise.drawn():
        changed = [p.detach().clone() for p in network.parameters()]
        raise RuntimeError("lost")
    assert all(not torch.equal(a, b) for a, b in zip(before, changed, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))


def test_noise_has_the_asked_spread():
    network = nn.Linear(100, 100)
    noise = WeightNoise(network)
    before = network.weight.detach().clone()
    with noise.drawn(torch.Generator().manual_seed(0)):
        drawn = network.weight.detach() - before
    assert drawn.std().item() == pytest.approx(0.075, rel=0.05)
    assert drawn.mean().item() == pytest.approx(0, abs=0.005)


def test_the_exact_posterior_of_a_gaussian_is_found():
    """y ~ N(w, 1) given n values: for many weights w_j the posterior sd is close to 1 / sqrt(n)
    while n is large against the prior."""
    torch.manual_seed(0)
    weights, values = 300, 25
    network = nn.ParameterList([torch.zeros(weights)])
    data = torch.randn(weights) + torch.randn(values, weights)
    noise = WeightNoise(network)
    optimiser = torch.optim.Adam([*network.parameters(), *noise.parameters()], 0.02)
    for step in range(400):
        optimiser.param_groups[0]["lr"] = 0.02 if step < 250 else 0.002
        optimiser.zero_grad()
        with noise.drawn():
            ((data - network[0]).square().sum() / 2).backward()
        noise.add_divergence(1.0)
        optimiser.step()
    found = noise.log_sd[0].exp().mean().item()
    with torch.no_grad():
        _, variance = best_prior([*network.parameters()], [s.exp() for s in noise.log_sd])
    assert found == pytest.approx(1 / math.sqrt(values + 1 / variance), rel=0.03)
    assert variance.sqrt().item() == pytest.approx(1.0, rel=0.1)


def test_its_state_can_be_saved():
    noise = WeightNoise(_network())
    assert [*noise.state_dict()] == [f"log_sd.{n}" for n in range(4)]
