"""Variational networks: the bound against plain formulas, and its limits."""

import math

import pytest
import torch

from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import build, loss, relief
from pentrace.networks.mixture import log_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.transfer import transferred
from pentrace.networks.variational import (
    Gaussian,
    HeldLatentNetwork,
    counted_divergence,
    divergence,
)

SMALL = {"kind": "variational", "hidden": 7, "components": 3, "latent_size": 4}
STEP = {**SMALL, "latent_hidden": 5}
LINE = {**SMALL, "latent": "line", "layers": 2}
TEXT = {"with_text": True, "alphabet": " ab", "window_components": 2}
KINDS = [STEP, LINE, {**STEP, **TEXT}, {**LINE, **TEXT}]
B, T = 3, 9


def small(given):
    torch.manual_seed(1)
    return build(NetworkSettings(**given)).double().eval()


def data(network):
    torch.manual_seed(2)
    steps = torch.randn(B, T + 1, 3, dtype=torch.float64)
    steps[..., 2] = (steps[..., 2] > 1).double()
    mask = torch.arange(T) < torch.tensor([T, 5, 2])[:, None]
    reads = network.settings.with_text
    text = torch.from_numpy(encode(["ab", "a b", "b"], network.settings)) if reads else None
    return steps[:, :-1], steps[:, 1:] * mask.unsqueeze(-1), mask, text


def plain_step_bound(network, x, y):
    """One line, formula by formula (Chung et al. 2015, section 3), with the noise of the seed."""
    n, s = network, network.settings
    noise = torch.randn(T, 1, s.latent_size, dtype=torch.float64)
    h = c = torch.zeros(s.hidden, dtype=torch.float64)
    phi = torch.zeros(s.latent_hidden, dtype=torch.float64)
    reconstruction = apart = 0.0
    for t in range(T):
        recurrent = n.recurrent.weight @ torch.cat([phi, h])
        i, f, o, g = (n.read(x[t]) + recurrent).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        p_mean, p_log = n.prior(h).chunk(2)
        q_mean, q_log = n.posterior(torch.relu(n.seen(y[t]) + n.by_state.weight @ h)).chunk(2)
        q = torch.distributions.Normal(q_mean, q_log.exp())
        p = torch.distributions.Normal(p_mean, p_log.exp())
        apart = apart + torch.distributions.kl_divergence(q, p).sum()
        phi = torch.relu(n.latent(q_mean + q_log.exp() * noise[t, 0]))
        raw = n.output(torch.relu(n.decode(torch.cat([h, phi]))))
        one = torch.ones(1, 1, dtype=torch.bool)
        reconstruction = reconstruction + log_loss(raw[None, None], y[None, None, t], one).sum()
    return reconstruction, apart


def test_the_bound_of_a_latent_for_each_step_is_that_of_the_plain_formulas():
    network = small(STEP)
    x, y, mask, _ = (None if a is None else a[:1] for a in data(network))
    torch.manual_seed(3)
    found = network(x, y, mask)
    torch.manual_seed(3)
    reconstruction, apart = plain_step_bound(network, x[0], y[0])
    torch.testing.assert_close(found.log_loss[0], reconstruction)
    torch.testing.assert_close(found.divergence.sum(), apart)
    parameters = list(network.parameters())
    ours = torch.autograd.grad(found.log_loss.sum() + found.divergence.sum(), parameters)
    theirs = torch.autograd.grad(reconstruction + apart, parameters)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("given", KINDS)
def test_padding_counts_for_nothing(given):
    network = small(given)
    x, y, mask, text = data(network)
    torch.manual_seed(3)
    found = network(x, y, mask, text)
    x[~mask], y[~mask] = 7.0, 0.0
    torch.manual_seed(3)
    other = network(x, y, mask, text)
    torch.testing.assert_close(other.log_loss, found.log_loss)
    torch.testing.assert_close(other.divergence, found.divergence)
    torch.testing.assert_close(other.log_ratio, found.log_ratio)


@pytest.mark.parametrize("given", KINDS)
def test_the_mean_log_ratio_is_the_divergence(given):
    network = small(given)
    x, y, mask, text = data(network)
    rows = slice(2, 3)  # two steps: the states after the first latent vary little
    x, y, mask = (a[rows].expand(4000, -1, -1)[:, :2] for a in (x, y, mask.unsqueeze(-1)))
    text = None if text is None else text[rows].expand(4000, -1)
    with torch.no_grad():
        found = network(x, y, mask[..., 0], text)
    apart = found.divergence.sum((1, 2)).mean().item()
    assert found.log_ratio.mean().item() == pytest.approx(apart, abs=0.1 + 0.05 * apart)


def test_the_divergence_is_that_of_torch():
    mean, log_sd = torch.randn(2, 5, dtype=torch.float64), torch.randn(2, 5, dtype=torch.float64)
    q, p = (Gaussian(m, s) for m, s in zip(mean, log_sd, strict=True))
    normal = [torch.distributions.Normal(g.mean, g.log_sd.exp()) for g in (q, p)]
    torch.testing.assert_close(divergence(q, p), torch.distributions.kl_divergence(*normal))
    z = torch.randn(5, dtype=torch.float64)
    torch.testing.assert_close(q.log_density(z), normal[0].log_prob(z))


def test_free_nats_are_a_floor_for_each_number():
    of = torch.tensor([[[0.1, 3.0], [0.3, 1.0]]], requires_grad=True)
    real = torch.ones(1, 2, dtype=torch.bool)
    counted = counted_divergence(of, real, 0.5)
    assert counted.item() == pytest.approx(2 * 0.5 + 4.0)
    counted.backward()
    assert of.grad.tolist() == [[[0, 1], [0, 1]]]
    assert counted_divergence(of, real, 0).item() == pytest.approx(4.4)


@pytest.mark.parametrize("given", KINDS)
def test_the_weight_of_the_divergence_changes_only_it(given):
    network = small(given)
    x, y, mask, text = data(network)
    total, bound = loss("variational", network, x, y, mask, text)
    assert total.item() == pytest.approx((bound.log_loss.sum() + bound.divergence.sum()).item())
    weighted = total + relief(bound, 0.25, 0.0)
    expected = bound.log_loss.sum() + 0.25 * bound.divergence.sum()
    assert math.isclose(weighted.item(), expected.item())
    weighted.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("given", KINDS[2:])
def test_a_start_with_other_characters_keeps_the_weights_of_known_ones(given):
    old, new = (NetworkSettings(**{**given, "alphabet": letters}) for letters in (" acd", " abd"))
    torch.manual_seed(4)
    first = build(old)
    merged, weights, _ = transferred(first.state_dict(), old, new)
    network = build(merged)
    network.load_state_dict(weights)
    x, y, mask, _ = data(small(STEP))
    found = []
    for one in (first, network):
        text = torch.from_numpy(encode(["cad", "da", "a"], one.settings))
        torch.manual_seed(3)
        found.append(one(x.float(), y.float(), mask, text).raw)
    torch.testing.assert_close(found[1], found[0])


def test_the_posteriors_of_two_lines_differ_from_the_start():
    """Otherwise the network learns to ignore the latent before the encoder has learnt anything."""
    torch.manual_seed(1)
    network = build(NetworkSettings(kind="variational", latent="line", hidden=7))
    assert isinstance(network, HeldLatentNetwork)
    lines = torch.randn(8, 60, 3) * torch.linspace(0.5, 2, 8)[:, None, None]
    found = network.posterior(lines, torch.ones(8, 60, dtype=torch.bool))
    assert (found.mean.std(0) > 0.5 * found.log_sd.exp().mean(0)).float().mean() > 0.8


def test_the_latent_of_a_writer_is_found_in_another_line():
    network = small({**LINE, "latent": "writer"})
    x, y, mask, _ = data(network)
    reference = torch.randn(B, 6, 4, dtype=torch.float64)
    reference[..., 3] = 1
    reference[1] = 0  # this writer has no other line
    found = network(x, y, mask, reference=reference)
    own, other = network.posterior(y, mask), network.posterior(reference[..., :3], mask[:1, :6])
    torch.testing.assert_close(found.mean[1, 0], own.mean[1])
    torch.testing.assert_close(found.mean[[0, 2], 0], other.mean[[0, 2]])


def test_settings_that_do_not_fit_are_refused():
    for given, message in (
        ({"kind": "prediction", "latent": "line"}, "has no latent"),
        ({"kind": "variational", "layers": 2}, "one layer"),
        ({"kind": "variational", "alphabet": "ab"}, "has no alphabet"),
        ({"kind": "prediction", "train": {"free_nats": 1}}, "for kind variational only"),
        ({"kind": "prediction", "train": {"input_dropout": 0.1}}, "for kind variational only"),
        ({"kind": "variational", "train": {"style_distort": 0.5}}, "a latent that is held"),
        (
            {"kind": "variational", "latent": "writer", "train": {"batches": "windows"}},
            "latent writer needs lines",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            NetworkSettings(**given)
