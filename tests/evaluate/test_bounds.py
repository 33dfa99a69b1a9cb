"""Bounds of variational networks: their order, their limit, and the rows of `pentrace evaluate`."""

import json
import math

import numpy as np
import pytest
import torch

from pentrace.evaluate.bounds import measure_bounds
from pentrace.evaluate.evaluate import command
from pentrace.networks.kinds import build
from pentrace.networks.mixture import log_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.windows.batches import Batch, gather, load_lines
from tests.helpers import small_model
from tests.helpers.commands import invoke

SMALL = {"kind": "variational", "hidden": 6, "components": 2, "latent_size": 2}
KINDS = [{**SMALL, "latent_hidden": 3}, {**SMALL, "latent": "line"}]


@pytest.fixture
def folder(tmp_path):
    small_model.write(tmp_path)
    return tmp_path


def network_of(given):
    torch.manual_seed(1)
    return build(NetworkSettings(**given)).eval()


@pytest.mark.parametrize("given", KINDS)
def test_more_latents_give_a_lower_bound(folder, given):
    lines, network = load_lines(folder, ["validation"]), network_of(given)
    chosen = np.flatnonzero(lines.n_steps > 0)
    found = measure_bounds(network, lines, chosen, samples=200)
    assert (found.weighted <= found.sums.log_loss + 1e-6).all()
    assert (found.divergence > 0).all()
    again = measure_bounds(network, lines, chosen, samples=200, seed=2)
    torch.testing.assert_close(again.sums.log_loss, found.sums.log_loss, rtol=0.01, atol=0.5)


def test_a_latent_that_is_not_used_makes_no_difference(folder):
    network = network_of(KINDS[1])
    with torch.no_grad():
        for name, weight in network.base.named_parameters():
            if "weight_ih" in name:
                weight[:, 3:5] = 0  # the latent
        # A posterior near the prior, so that 2000 latents are enough.
        network.encoder.project.weight *= 0.1
        network.encoder.project.bias[SMALL["latent_size"] :] = -0.3
    lines = load_lines(folder, ["validation"])
    chosen = np.flatnonzero(lines.n_steps > 0)[:1]
    found = measure_bounds(network, lines, chosen, samples=2000)
    x, y, mask = map(
        torch.from_numpy, gather(lines, Batch(chosen, chosen * 0, lines.n_steps[chosen]))
    )
    read = torch.cat([x, torch.zeros(*x.shape[:2], 2)], -1)
    with torch.no_grad():
        exact = log_loss(network.base(read)[0], y, mask).item()
    assert found.weighted.item() == pytest.approx(exact, abs=0.2)
    bound = found.sums.log_loss.item()
    assert bound == pytest.approx(exact + found.divergence.item(), abs=1e-3)


def test_both_bounds_are_in_the_table(folder):
    settings = NetworkSettings(**KINDS[0])
    model = folder / "model.safetensors"
    save_model(model, network_of(KINDS[0]), settings, small_model.NORMALISATION)
    chosen = {"splits": ["validation"], "bound_samples": 3, "generated_lines": 2}
    options = ["--model", model, "--data", folder, "--out-metrics", folder / "m.json"]
    options += ["--out-lines", folder / "l.parquet", "--published", "graves-2013"]
    options += ["--settings", json.dumps({**chosen, "generated_steps": 30})]
    invoke(command, *map(str, options))
    metrics = json.loads((folder / "m.json").read_text())
    one, several, *_ = metrics["table"]
    assert one["model"] == "variational 1 x 6, a latent for each step"
    assert several["model"] == "variational 1 x 6, a latent for each step, 3 latents"
    assert several["log_loss_per_sequence"] <= one["log_loss_per_sequence"]
    assert one["divergence_per_sequence"] > 0
    apart = one["log_loss_raw_per_sequence"] - one["log_loss_one_sd_per_sequence"]
    assert apart == pytest.approx(2 * math.log(56.04462) * one["steps"] / one["lines"])
    assert metrics["distributions"]["generated_lines"] == 2
