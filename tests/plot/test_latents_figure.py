"""The figure of latents: its panels, the walk, and the share of the variance between writers."""

import numpy as np
import pytest
import torch

from pentrace.generate.load_model import load_ink
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.plot import latents
from pentrace.plot.plot import command
from pentrace.windows.lines import load_lines
from tests.helpers import small_model
from tests.helpers.commands import invoke
from tests.helpers.figure_checks import faults
from tests.helpers.small_data import edit_samples

SMALL = {"kind": "variational", "hidden": 8, "components": 2, "latent_size": 3}
KINDS = {"step": {**SMALL, "latent_hidden": 4}, "line": {**SMALL, "latent": "line"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("latents")
    small_model.write(made)
    edit_samples(made, lambda row: row | {"writer": f"w{row['sample_id'][-1]}"})
    for name, given in KINDS.items():
        torch.manual_seed(1)
        settings = NetworkSettings(**given)
        path = made / f"{name}.safetensors"
        save_model(path, build(settings), settings, small_model.NORMALISATION)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_it_shows_lines_and_writers_without_faults(folder, kind, monkeypatch):
    monkeypatch.setattr(latents, "STEPS", 40)
    network, units = load_ink(folder / f"{kind}.safetensors")
    lines = load_lines(folder, latents.SPLITS)
    made = latents.latents_figure(network, units, None, lines, [name[-1] for name in lines.ids])
    assert faults(made) == []
    assert [len(axes.collections) > 1 for axes in made.axes] == [True] * 4
    assert "4 writers" in made.axes[3].get_title(loc="left")


def test_the_command_writes_the_same_bytes_again(folder, monkeypatch):
    monkeypatch.setattr(latents, "STEPS", 20)
    options = ["--model", folder / "line.safetensors", "--data", folder, "--out"]
    pictures = [folder / "one.png", folder / "two.png"]
    for out in pictures:
        invoke(command, "latents", *map(str, options), str(out))
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


def test_a_walk_leads_from_one_latent_to_the_other(folder):
    for kind in KINDS:
        network, _ = load_ink(folder / f"{kind}.safetensors")
        two = latents.ends_of_walk(network, None)
        way = latents.walk(two, 5)
        np.testing.assert_allclose(way[[0, -1]], two, atol=1e-6)
        lengths = [np.square(one).mean() for one in way]
        assert min(lengths) > 0.1 and max(lengths) < 4


def test_share_between_writers():
    means = np.array([[0.0, 1], [0, 1], [2, 3], [2, 3]])
    assert latents.share_between(means, np.array(list("aabb"))) == 1.0
    assert latents.share_between(means, np.array(list("abab"))) == 0.0
