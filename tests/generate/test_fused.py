"""The NumPy network and its drawing against the PyTorch ones, and the rules of writing."""

import numpy as np
import pytest
import torch

from pentrace.errors import PentraceError
from pentrace.generate.ink_loop import LAST_STROKE, draw, write
from pentrace.generate.load_model import load_ink
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.products import BLOCK, FEW, laid_out, product
from pentrace.generate.random_numbers import chances
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from tests.helpers import reference
from tests.helpers.processes import loaded
from tests.helpers.small_model import NORMALISATION

SMALL = {"hidden": 24, "components": 4}
WRITING = {"kind": "synthesis", "alphabet": " abcde", **SMALL}
KINDS = [
    {"layers": 1, **SMALL},
    {"layers": 3, **SMALL},
    {"layers": 4, "skips": False, **SMALL},
    {"layers": 2, "cell": "layer-norm", **SMALL},
    {"layers": 2, "cell": "hyper", "hyper_hidden": 7, "hyper_embedding": 2, **SMALL},
    {"layers": 1, **WRITING},
    {"layers": 3, **WRITING},
    {"layers": 3, **WRITING, "window_parametrisation": "softplus", "fold_rare": 1},
]
TEXTS = ["a bad cab", "dad"]


def _both(tmp_path, **given):
    """A network in PyTorch and, by way of a file, in NumPy."""
    torch.manual_seed(1)
    settings = NetworkSettings(**given)
    network = build(settings)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1.5)
    save_model(tmp_path / "model.safetensors", network, settings, NORMALISATION)
    fused, normalisation = load_ink(tmp_path / "model.safetensors")
    assert (fused.settings, normalisation) == (settings, NORMALISATION)
    return network, fused


def _text(network) -> np.ndarray | None:
    settings = network.settings
    return encode(TEXTS, settings) if settings.kind == "synthesis" else None


def _chance(lines: int, steps: int) -> np.ndarray:
    return np.stack([chances(7, index, steps) for index in range(lines)])


@pytest.mark.parametrize("given", KINDS)
@torch.no_grad()
def test_every_step_equals_the_torch_network(tmp_path, given):
    network, fused = _both(tmp_path, **given)
    x = np.random.default_rng(2).standard_normal((2, 40, 3), np.float32)
    text = _text(fused)
    fused.start(2, text)
    ours = np.stack([fused.step(x[:, t]) for t in range(40)], 1)
    extra = () if text is None else (torch.from_numpy(text),)
    theirs = network(torch.from_numpy(x), None, *extra)[0].numpy()
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-5)
    if text is not None:
        phi = network.attention(torch.from_numpy(x), None, *extra)[0].numpy()
        np.testing.assert_allclose(fused.phi, phi[:, -1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("given", KINDS)
def test_kept_lines_go_on_as_before(tmp_path, given):
    fused = _both(tmp_path, **given)[1]
    x = np.random.default_rng(2).standard_normal((2, 12, 3), np.float32)
    for lines in ([1], [1, 0, 1], [0] * 20):
        fused.start(2, _text(fused))
        before = [fused.step(x[:, t]) for t in range(12)]
        fused.start(2, _text(fused))
        for t in range(6):
            fused.step(x[:, t])
        fused.keep(np.array(lines))
        for t in range(6, 12):
            after = fused.step(x[lines, t])
            np.testing.assert_allclose(after, before[t][lines], rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("bias", [0.0, 0.7])
def test_draws_equal_the_torch_ones(bias):
    random = np.random.default_rng(3)
    raw = random.standard_normal((500, 25)).astype(np.float32) * 3
    raw[:5] *= 20  # beyond the bounds of the densities
    chance = chances(1, 0, 500)
    theirs = reference.draw(torch.from_numpy(raw), torch.from_numpy(chance), bias).numpy()
    np.testing.assert_allclose(draw(raw, chance, bias), theirs, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "layer-norm", "hyper"])
def test_lines_of_a_prediction_network_equal_the_torch_ones(tmp_path, cell):
    network, fused = _both(tmp_path, layers=2, cell=cell, **SMALL)
    chance = _chance(3, 30)
    theirs = reference.draw_steps(network, reference.blank(3), chance, 0.5)
    ours = write(fused, chance, bias=0.5)
    np.testing.assert_allclose(ours.steps, theirs, rtol=1e-3, atol=1e-4)
    assert ours.length.tolist() == [30] * 3
    assert not ours.stopped.any()


@pytest.mark.parametrize("cell", ["lstm", "layer-norm", "hyper"])
def test_priming_equals_the_torch_one_in_every_batch(tmp_path, cell):
    network, fused = _both(tmp_path, layers=2, cell=cell, **SMALL)
    random = np.random.default_rng(4)
    primers = [random.standard_normal((n, 3)).astype(np.float32) for n in (9, 1, 14)]
    chance = _chance(3, 12)
    ours = write(fused, chance, primers=primers).steps
    for row, primer in enumerate(primers):
        start = reference.primed(network, primer)
        theirs = reference.draw_steps(network, start, chance[row : row + 1])
        np.testing.assert_allclose(ours[row], theirs[0], rtol=1e-3, atol=1e-4)


def test_lines_that_begin_alike_read_their_primer_once(tmp_path, monkeypatch):
    fused = _both(tmp_path, layers=2, **WRITING)[1]
    primer, other = np.random.default_rng(4).standard_normal((2, 30, 3)).astype(np.float32)
    text = encode(["cab", "cab", "dab", "cab"], fused.settings)
    primers, chance = [primer, primer, primer, other], _chance(4, 12)
    widths, read = [], FusedNetwork.read
    monkeypatch.setattr(
        FusedNetwork, "read", lambda *given: (widths.append(len(given[1])), read(*given))
    )
    ours = write(fused, chance, text, primers=primers).steps
    assert set(widths) == {3}
    for row in range(4):
        own = slice(row, row + 1)
        alone = write(fused, chance[own], text[own], primers=primers[own]).steps
        np.testing.assert_allclose(ours[row], alone[0], rtol=1e-3, atol=1e-4)


def _advancing(tmp_path, step: float) -> FusedNetwork:
    """A network whose window moves by about `step` characters per step, for any input."""
    torch.manual_seed(1)
    settings = NetworkSettings(layers=2, **WRITING)
    network = build(settings)
    with torch.no_grad():
        network.first.weight_window.zero_()
        network.first.bias_window.zero_()
        network.first.bias_window[20:] = np.log(step)
    save_model(tmp_path / "model.safetensors", network, settings, NORMALISATION)
    return load_ink(tmp_path / "model.safetensors")[0]


def test_a_line_stops_when_the_window_has_left_its_text(tmp_path):
    fused = _advancing(tmp_path, 0.5)
    text = encode(TEXTS, fused.settings)
    written = write(fused, _chance(2, 60), text)
    assert written.stopped.all()
    # Half a character a step, and half a character more until the place behind is nearest.
    assert written.left.tolist() == [2 * 9 + 1, 2 * 3 + 1]
    # The line ends with the next end of a stroke.
    for row, left in enumerate(written.left):
        ends = np.flatnonzero(written.steps[row, left:, 2]) + left
        assert written.length[row] == ends[0] + 1
    for row, length in enumerate([9, 3]):
        seen = written.character[row, : written.length[row]]
        assert set(seen.tolist()) == set(range(length + 1))
        assert (np.diff(seen) >= 0).all()


def test_a_window_that_jumps_far_beyond_the_text_has_left_it(tmp_path):
    fused = _advancing(tmp_path, 50)
    written = write(fused, _chance(2, 20), encode(TEXTS, fused.settings))
    assert written.stopped.all()
    assert written.left.tolist() == [0, 0]
    assert written.character[:, 0].tolist() == [9, 3]
    # The stroke in progress is finished, if that takes few steps.
    for steps, length in zip(written.steps, written.length, strict=True):
        assert length == 1 + (steps[:, 2] > 0).argmax()


def test_a_stroke_without_an_end_is_cut_where_the_window_left(tmp_path):
    fused = _advancing(tmp_path, 50)
    chance = _chance(2, 2 * LAST_STROKE)
    chance[:, :, 3] = np.nextafter(np.float32(1), np.float32(0))  # the pen is never lifted
    written = write(fused, chance, encode(TEXTS, fused.settings))
    assert written.length.tolist() == [1, 1] and written.stopped.all()


def test_a_line_that_reaches_the_limit_has_not_stopped(tmp_path):
    fused = _advancing(tmp_path, 0.01)
    written = write(fused, _chance(2, 20), encode(TEXTS, fused.settings))
    assert not written.stopped.any()
    assert written.length.tolist() == [20, 20]


def test_a_line_is_the_same_in_every_batch(tmp_path):
    fused = _advancing(tmp_path, 0.1)
    text = encode(TEXTS, fused.settings)
    together = write(fused, _chance(2, 50), text)
    alone = write(fused, _chance(2, 50)[1:], text[1:, :3])
    assert alone.length[0] == together.length[1]
    kept = slice(0, alone.length[0])
    np.testing.assert_allclose(alone.steps[0, kept], together.steps[1, kept], rtol=1e-3, atol=1e-4)


def test_a_text_for_each_line_is_needed(tmp_path):
    fused = _advancing(tmp_path, 0.1)
    with pytest.raises(ValueError, match="text for each line"):
        write(fused, _chance(2, 5))


def test_damaged_weights_are_detected(tmp_path):
    fused = _advancing(tmp_path, 0.1)
    fused.stack.bias[:] = np.nan
    with pytest.raises(PentraceError, match="not finite"):
        write(fused, _chance(2, 5), encode(TEXTS, fused.settings))


def test_weights_that_do_not_fit_are_refused(tmp_path):
    network = build(NetworkSettings(layers=1, **SMALL))
    save_model(tmp_path / "m", network, NetworkSettings(layers=2, **SMALL), NORMALISATION)
    with pytest.raises(PentraceError, match=r"layers\.1\.bias_ih_l0' is missing"):
        load_ink(tmp_path / "m")


def test_writing_needs_no_torch(tmp_path):
    _both(tmp_path, **WRITING)
    program = (
        "import sys; from pentrace.generate.ink_loop import write; "
        "from pentrace.generate.load_model import load_ink; "
        "from pentrace.networks.alphabet import encode; import numpy as np; "
        "network, _ = load_ink(sys.argv[1]); "
        "text = encode(['abc'], network.settings); "
        "write(network, np.full((1, 5, 4), 0.5, np.float32), text)"
    )
    assert "torch" not in loaded(program, tmp_path / "model.safetensors")


@pytest.mark.parametrize("batch", [1, 2, FEW, FEW + 1])
@pytest.mark.parametrize("rows", [2 * BLOCK, 2 * BLOCK + 1])
def test_the_layout_of_weights_changes_no_product(batch, rows):
    rng = np.random.default_rng(1)
    weights = rng.normal(size=(rows, 30)).astype(np.float32)
    columns = rng.normal(size=(30, batch)).astype(np.float32)
    for before in (1, 4, 64):  # the weights of a network are laid out for each new batch
        ready = laid_out(laid_out(weights, before), batch)
        found = product(ready, columns, np.empty((rows, batch), np.float32))
        np.testing.assert_allclose(found, weights @ columns, atol=1e-5)
