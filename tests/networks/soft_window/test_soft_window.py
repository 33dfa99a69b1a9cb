"""The soft window: against a plain loop in float64, by finite differences, and its properties."""

import pytest
import torch
from torch.autograd import gradcheck

from pentrace.networks.soft_window import graphs
from pentrace.networks.soft_window import steps as window_steps
from pentrace.networks.soft_window.layer import SoftWindow, Weights, WindowState, attend
from tests.helpers.reference import first_layer, one_hot_text

BOTH = pytest.mark.parametrize("parametrisation", ["exp", "softplus"])
SYMBOLS = torch.tensor([[0, 3, 1, 1, 2], [4, 0, -1, -1, -1]])


def _layer(parametrisation: str, hidden: int = 6, symbols: int = 5, components: int = 3):
    torch.manual_seed(3)
    layer = SoftWindow(3, hidden, symbols, components, parametrisation).double()
    with torch.no_grad():  # larger than at the start, so that nothing is nearly linear
        for parameter in layer.parameters():
            parameter.mul_(2)
    return layer


def _inputs(layer: SoftWindow, steps: int = 7, batch: int = 2):
    x = torch.randn(steps, batch, 3, dtype=torch.float64)
    state = WindowState(*(torch.rand_like(part) for part in layer.start(x)))
    return x, state


def _differentiable(*tensors: torch.Tensor) -> list[torch.Tensor]:
    return [t.detach().clone().requires_grad_() for t in tensors]


@BOTH
def test_results_and_all_gradients_equal_the_plain_loop(parametrisation):
    layer = _layer(parametrisation)
    x, state = _inputs(layer)
    text = one_hot_text(SYMBOLS, layer.symbols, x.dtype)
    gradients, results = [], []
    for plain in (False, True):
        leaves = _differentiable(x, *state, *layer.weights())
        given = (WindowState(*leaves[1:5]), Weights(*leaves[5:]))
        if plain:
            *run, last = first_layer(leaves[0], text, given[1], given[0], parametrisation)[:4]
        else:
            *run, last = attend(leaves[0], SYMBOLS, given[1], given[0], parametrisation)
        run += [*last]
        torch.manual_seed(0)
        loss = sum((torch.randn_like(part) * part).sum() for part in run)
        results.append(run)
        gradients.append(torch.autograd.grad(loss, leaves))
    pairs = zip([*results[0], *gradients[0]], [*results[1], *gradients[1]], strict=True)
    for ours, plain in pairs:
        torch.testing.assert_close(ours, plain, rtol=1e-11, atol=1e-11)


@BOTH
def test_gradients_by_finite_differences(parametrisation):
    layer = _layer(parametrisation, hidden=3, components=2)
    x, state = _inputs(layer, steps=4)

    def run(x, *rest):
        *parts, last = attend(
            x, SYMBOLS, Weights(*rest[4:]), WindowState(*rest[:4]), parametrisation
        )
        return *parts, last.memory

    assert gradcheck(run, _differentiable(x, *state, *layer.weights()), atol=1e-7)


@BOTH
def test_float32_is_float64_within_rounding(parametrisation):
    layer = _layer(parametrisation, hidden=40, symbols=30, components=10)
    x, _ = _inputs(layer, steps=60)
    symbols = torch.randint(0, 30, (2, 25))
    exact = layer(x, symbols)
    rounded = layer.float()(x.float(), symbols)
    for part, reference in zip(rounded[:3], exact[:3], strict=True):
        torch.testing.assert_close(part.double(), reference, rtol=1e-4, atol=1e-4)


@BOTH
def test_carried_state_continues_a_sequence(parametrisation):
    layer = _layer(parametrisation)
    x, state = _inputs(layer, steps=9)
    whole = layer(x, SYMBOLS, state)
    head = layer(x[:4], SYMBOLS, state)
    tail = layer(x[4:], SYMBOLS, head[3])
    for part in range(3):
        torch.testing.assert_close(torch.cat([head[part], tail[part]]), whole[part])
    for carried, last in zip(tail[3], whole[3], strict=True):
        torch.testing.assert_close(carried, last)


def test_gradients_flow_through_the_carried_state():
    layer = _layer("exp")
    x, state = _inputs(layer, steps=9)
    whole = torch.autograd.grad(layer(x, SYMBOLS, state)[1].sum(), list(layer.parameters()))
    head = layer(x[:4], SYMBOLS, state)
    loss = head[1].sum() + layer(x[4:], SYMBOLS, head[3])[1].sum()
    for cut, uncut in zip(torch.autograd.grad(loss, list(layer.parameters())), whole, strict=True):
        torch.testing.assert_close(cut, uncut)


def test_padded_characters_have_no_influence():
    layer = _layer("exp")
    x, state = _inputs(layer)
    short = layer(x, SYMBOLS[:, :5], state)
    padded = torch.cat([SYMBOLS, torch.full((2, 4), -1)], 1)
    for ours, reference in zip(layer(x, padded, state)[:3], short[:3], strict=True):
        torch.testing.assert_close(ours, reference)
    one = WindowState(*(part[1:] for part in state))
    alone = layer(x[:, 1:], SYMBOLS[1:, :2], one)
    for ours, reference in zip(alone[:3], short[:3], strict=True):
        torch.testing.assert_close(ours, reference[:, 1:])


def test_later_steps_have_no_influence_on_earlier_ones():
    """So that padding a sequence at its end changes nothing before, nor any gradient."""
    layer = _layer("exp")
    x, state = _inputs(layer)
    parameters = list(layer.parameters())
    reference = layer(x[:4], SYMBOLS, state)[0]
    padded = layer(torch.cat([x[:4], torch.zeros(3, 2, 3).double()]), SYMBOLS, state)[0][:4]
    torch.testing.assert_close(padded, reference)
    for ours, plain in zip(
        torch.autograd.grad(padded.square().sum(), parameters),
        torch.autograd.grad(reference.square().sum(), parameters),
        strict=True,
    ):
        torch.testing.assert_close(ours, plain)


@BOTH
def test_the_window_only_moves_forward(parametrisation):
    layer = _layer(parametrisation)
    x, state = _inputs(layer, steps=50)
    position = layer(x, SYMBOLS, state)[2]
    assert (position.diff(dim=0) > 0).all()


def test_a_fresh_window_moves_at_the_pace_of_writing():
    for parametrisation in ("exp", "softplus"):
        torch.manual_seed(0)
        layer = SoftWindow(3, 64, 5, 10, parametrisation)
        position = layer(torch.randn(250, 2, 3), SYMBOLS)[2]
        assert 5 < position[-1].mean() < 20  # 250 steps are about 10 letters


def test_absurd_weights_stay_finite():
    layer = _layer("exp")
    with torch.no_grad():
        layer.bias_window.fill_(1e4)
    x, state = _inputs(layer, steps=30)
    parts = layer.float()(x.float(), SYMBOLS, WindowState(*(part.float() for part in state)))
    sum(part.sum() for part in parts[:3]).backward()
    assert all(part.isfinite().all() for part in parts[:3])
    assert all(p.grad.isfinite().all() for p in layer.parameters())


def test_phi_is_what_the_window_was_made_of():
    layer = _layer("softplus")
    x, state = _inputs(layer)
    hidden, window, position, _ = layer(x, SYMBOLS, state)
    phi = layer.phi(hidden, position, 5)
    text = one_hot_text(SYMBOLS, layer.symbols, x.dtype)
    torch.testing.assert_close(torch.einsum("tbu,buv->tbv", phi, text), window)


def test_runs_cover_every_length_with_few_lengths():
    every = {steps: graphs.runs(steps) for steps in range(1, 400)}
    assert all(0 <= sum(lengths) - steps < 16 for steps, lengths in every.items())
    assert {length for lengths in every.values() for length in lengths} == {64, 16}


@BOTH
@pytest.mark.parametrize("steps", [1, 16, 77, 128])
def test_cut_into_runs_as_on_a_gpu_the_result_is_the_same(parametrisation, steps):
    """The path of a GPU, all but the capture: on a CPU each run is the plain loop."""
    layer = _layer(parametrisation)
    x, state = _inputs(layer, steps=steps)
    weights = layer.weights()
    cell_weight = torch.cat([weights.recurrent, weights.input, weights.bias[:, None]], -1)
    real = SYMBOLS >= 0
    text = (SYMBOLS.clamp(min=0), real.double())
    start = (torch.cat([state.hidden, state.window], -1), state.memory, state.position)
    results = []
    with torch.no_grad():
        for loops in (window_steps, graphs):
            tape = loops.forward_steps(
                parametrisation == "exp", x, *start, *text, cell_weight, *weights[3:]
            )
            torch.manual_seed(1)
            seen = tape.read[1:, :, :-4]
            outer = [torch.randn_like(part) for part in (seen, tape.position[1:])]
            saved = (tape.gates, tape.memory, tape.window, tape.position, tape.bumps)
            back = loops.backward_steps(
                parametrisation == "exp", *saved, *text, *weights[2:4], *outer, state.memory
            )
            read = (tape.read[:-1], seen)  # the last has no input to read
            states = (tape.memory, tape.position, tape.window, tape.bumps[..., :5])
            results.append([tape.gates, *read, *states, *back])
    for ours, plain in zip(*results, strict=True):
        torch.testing.assert_close(ours, plain)
