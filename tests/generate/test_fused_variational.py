"""Variational networks in NumPy against the PyTorch ones, and what they draw."""

import numpy as np
import pytest
import torch

from pentrace.generate.ink_loop import write
from pentrace.generate.load_model import load_ink
from pentrace.generate.random_numbers import chances, drawn_latents, latents
from pentrace.generate.unconditional import batch
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from tests.helpers.small_model import NORMALISATION

SMALL = {"kind": "variational", "hidden": 12, "components": 3, "latent_size": 5}
STEP = {**SMALL, "latent_hidden": 6}
LINE = {**SMALL, "latent": "line", "layers": 2}
TEXT = {"with_text": True, "alphabet": " abcde", "window_components": 2}
KINDS = [STEP, LINE, {**STEP, **TEXT}, {**LINE, **TEXT}]
T = 12


def _both(tmp_path, given):
    torch.manual_seed(1)
    settings = NetworkSettings(**given)
    network = build(settings).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(2)
    save_model(tmp_path / "model.safetensors", network, settings, NORMALISATION)
    return network, load_ink(tmp_path / "model.safetensors")[0]


def _text(network) -> np.ndarray | None:
    return encode(["bad", "a cab"], network.settings) if network.settings.with_text else None


def _steps() -> np.ndarray:
    return np.random.default_rng(2).standard_normal((2, T + 1, 3), np.float32)


def _torch_step(network, x, text, z_of):
    """Raw outputs (2, T, 6M + 1) with the modules of the network, and z_of(t, state) -> z."""
    n, s = network, network.settings
    read = x
    if text is not None:
        hidden, window, _, _ = n.first(x.transpose(0, 1), torch.from_numpy(text))
        read = torch.cat([x, hidden.transpose(0, 1), window.transpose(0, 1)], -1)
    h, c = torch.zeros(2, s.hidden), torch.zeros(2, s.hidden)
    phi = torch.zeros(2, s.latent_hidden)
    rows = []
    for t in range(T):
        i, f, o, g = (n.read(read[:, t]) + n.recurrent(torch.cat([phi, h], -1))).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        phi = torch.relu(n.latent(z_of(t, h)))
        rows.append(n.output(torch.relu(n.decode(torch.cat([h, phi], -1)))))
    return torch.stack(rows, 1).numpy()


@pytest.mark.parametrize("given", KINDS[::2])
@torch.no_grad()
def test_a_step_draws_its_latent_from_the_prior(tmp_path, given):
    network, fused = _both(tmp_path, given)
    x, noise = _steps()[:, :T], np.stack([latents(1, i, T, 5) for i in range(2)])

    def from_prior(t, state):
        mean, log_sd = network.prior(state).chunk(2, -1)
        return mean + log_sd.exp() * torch.from_numpy(noise[:, t])

    text = _text(fused)
    theirs = _torch_step(network, torch.from_numpy(x), text, from_prior)
    fused.start(2, text)
    ours = np.stack([fused.step(x[:, t], noise[:, t]) for t in range(T)], 1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("given", KINDS[::2])
@torch.no_grad()
def test_reading_takes_the_posterior(tmp_path, given):
    network, fused = _both(tmp_path, given)
    steps, text, found = _steps(), _text(fused), []

    def from_posterior(t, state):
        seen = network.seen(torch.from_numpy(steps[:, t + 1])) + network.by_state(state)
        found.append(network.posterior(torch.relu(seen)).chunk(2, -1)[0])
        return found[-1]

    _torch_step(network, torch.from_numpy(steps[:, :T]), text, from_posterior)
    fused.start(2, text)
    ours = [fused.latent_of(steps[:, t], steps[:, t + 1]) for t in range(T)]
    np.testing.assert_allclose(ours, torch.stack(found), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("given", KINDS[1::2])
@torch.no_grad()
def test_a_held_latent_is_an_input_of_each_step(tmp_path, given):
    network, fused = _both(tmp_path, given)
    steps, text = _steps(), _text(fused)
    y, mask = torch.from_numpy(steps[:, 1:]), torch.ones(2, T, dtype=torch.bool)
    mean = network.posterior(y, mask).mean.numpy()
    np.testing.assert_allclose([fused.latent(line) for line in steps], mean, rtol=1e-3, atol=1e-4)
    x, z = torch.from_numpy(steps[:, :T]), torch.from_numpy(mean)
    theirs = network._decoded(x, z, None if text is None else torch.from_numpy(text)).numpy()
    fused.start(2, text, mean)
    ours = np.stack([fused.step(steps[:, t]) for t in range(T)], 1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("given", KINDS[:2])
def test_a_sample_is_the_same_in_every_batch_and_has_its_own_latent(tmp_path, given):
    _, fused = _both(tmp_path, given)
    together = batch(fused, 3, 20, 1)
    (second,) = batch(fused, 1, 20, 1, first=1)
    np.testing.assert_allclose(second, together[1], rtol=1e-3, atol=1e-4)
    chance = np.stack([chances(1, 0, 20)] * 2)  # only the latents differ
    own = drawn_latents(fused, [(1, 0), (1, 1)], 20)
    first, other = write(fused, chance, latents=own).steps
    np.testing.assert_allclose(first, together[0][1:], rtol=1e-3, atol=1e-4)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("given", [STEP, {**STEP, **TEXT}])
def test_kept_lines_go_on_as_before(tmp_path, given):
    fused, x, lines = _both(tmp_path, given)[1], _steps(), [1, 0, 1]
    fused.start(2, _text(fused))
    before = [fused.step(x[:, t]) for t in range(T)]
    fused.start(2, _text(fused))
    for t in range(6):
        fused.step(x[:, t])
    fused.keep(np.array(lines))
    for t in range(6, T):
        after = fused.step(x[lines, t])
        np.testing.assert_allclose(after, before[t][lines], rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("given", KINDS[:2])
def test_a_primer_gives_the_latent(tmp_path, given):
    _, fused = _both(tmp_path, given)
    chance = np.stack([chances(1, 0, 6)] * 2)
    primers = list(_steps())
    one, two = write(fused, chance, primers=primers).steps
    assert not np.allclose(one, two)
    if fused.latents == "line":  # nothing else is random
        drawn = drawn_latents(fused, [(1, 0), (1, 1)], 6)
        again = write(fused, chance, primers=primers, latents=drawn).steps
        np.testing.assert_array_equal(one, again[0])


def test_normals_have_mean_0_and_sd_1_and_do_not_depend_on_the_number_of_steps():
    drawn = latents(3, 2, 4000, 6)
    assert drawn.shape == (4000, 6)
    assert np.abs(drawn.mean(0)).max() < 0.07 and np.abs(drawn.std(0) - 1).max() < 0.05
    np.testing.assert_array_equal(latents(3, 2, 10, 6), drawn[:10])
    assert np.abs(np.corrcoef(drawn.T) - np.eye(6)).max() < 0.07
