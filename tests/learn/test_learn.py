"""A network of one hand from recorded lines."""

import json

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from pentrace.errors import PentraceError
from pentrace.generate.load_model import load_ink
from pentrace.learn.learn import command
from pentrace.learn.recordings import find_recordings, held_out, load_recording
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.networks.transfer import styled, with_hand
from tests.helpers.small_model import NORMALISATION
from tests.helpers.small_style import save, waves

PLAIN = NetworkSettings.model_validate(
    {"kind": "synthesis", "layers": 2, "hidden": 8, "components": 2, "alphabet": " imnsu"}
)
STYLED = PLAIN.model_copy(update={"style_size": 4})


@pytest.fixture
def network(tmp_path):
    """A network with styles, and its file."""
    torch.manual_seed(1)
    made = build(STYLED)
    save_model(tmp_path / "start.safetensors", made, STYLED, NORMALISATION)
    return made


@pytest.fixture
def recordings(tmp_path):
    """A folder with lines of one hand; the text of one of them is in a file beside it."""
    folder = tmp_path / "my-lines"
    folder.mkdir()
    for number in range(4):
        strokes = [stroke * [1, 1 + number / 10, 1] for stroke in waves()]
        save(folder / f"{number}.json", strokes, text=None if number == 3 else "minimum sum")
    (folder / "3.txt").write_text("minimum sum\n")
    (folder / ".hidden").write_text("nothing")
    return folder


def _learn(tmp_path, recordings, name="me.safetensors"):
    out = tmp_path / name
    start = str(tmp_path / "start.safetensors")
    options = ["--steps", "4", "--validate-every", "2", "--model", start]
    return CliRunner().invoke(
        command, [str(recordings), "-o", str(out), *options], catch_exceptions=False
    ), out


def test_a_hand_is_learnt_from_a_folder_and_written_without_a_style(tmp_path, network, recordings):
    result, out = _learn(tmp_path, recordings)
    assert "only 4 lines; record 5 or more" in result.stderr
    assert "3 lines learnt, 1 held out" in result.stdout
    learnt, normalisation = load_ink(out, "synthesis")
    assert learnt.encoder is None
    assert normalisation == NORMALISATION
    _, second = _learn(tmp_path, recordings, "again.safetensors")
    assert out.read_bytes() == second.read_bytes()


def test_the_learnt_network_is_no_worse_on_the_lines_held_out(tmp_path, network, recordings):
    result, _ = _learn(tmp_path, recordings)
    before, after = result.stdout.split("held out: ")[1].split(" nats")[0].split(" to ")
    assert float(after) <= float(before)


@torch.no_grad()
def test_a_constant_hand_is_a_part_of_the_biases(network):
    vector = torch.tensor([1.0, -1.0, 0.5, -0.5])
    settings, weights = with_hand(network.state_dict(), STYLED, vector)
    plain = build(settings)
    plain.load_state_dict(weights)
    x, text = torch.randn(2, 9, 3), torch.tensor([[1, 2, 3], [4, 5, -1]])
    expected = network(x, None, text, vector.expand(2, -1))[0]
    torch.testing.assert_close(plain(x, None, text)[0], expected)


@torch.no_grad()
def test_a_network_that_gets_styles_writes_as_before(network):
    torch.manual_seed(2)
    before = build(PLAIN)
    after = build(STYLED)
    after.load_state_dict(styled(before.state_dict(), PLAIN, STYLED))
    x, text = torch.randn(1, 9, 3), torch.tensor([[1, 2, 3]])
    vector = torch.randn(1, 4)
    torch.testing.assert_close(before(x, None, text)[0], after(x, None, text, vector)[0])


def test_mistakes_are_named_with_the_file(tmp_path, recordings):
    (recordings / "3.txt").unlink()
    with pytest.raises(PentraceError, match=r"3\.json: .*write the text into .*3\.txt"):
        load_recording(recordings / "3.json", NORMALISATION, PLAIN)
    with pytest.raises(PentraceError, match="no such folder"):
        find_recordings(tmp_path / "none")
    empty = tmp_path / "empty"
    empty.mkdir()
    save(empty / "one.json", waves())
    with pytest.raises(PentraceError, match="1 recordings; record 2 lines or more"):
        find_recordings(empty)
    (recordings / "4.json").write_text(json.dumps({"strokes": 3}))
    with pytest.raises(PentraceError, match=r"4\.json"):
        load_recording(recordings / "4.json", NORMALISATION, PLAIN)


@pytest.mark.parametrize(("count", "aside"), [(2, 1), (5, 1), (20, 2), (50, 5)])
def test_lines_are_held_out(count, aside):
    own, other = held_out(count, 0.1, 1)
    assert len(other) == aside
    assert sorted(own + other) == list(range(count))


def test_input_ink_of_lines_with_a_style_is_distorted():
    from pentrace.train.augmentation import misleading

    x = np.ones((3, 5, 3), np.float32)
    style = np.ones((3, 4, 4), np.float32)
    style[1] = 0
    found = misleading(x, style, 1.0, np.random.default_rng(1))
    np.testing.assert_array_equal(found[1], x[1])
    np.testing.assert_array_equal(found[..., 2], x[..., 2])
    assert (found[[0, 2], :, :2] != x[[0, 2], :, :2]).any(-1).all()
