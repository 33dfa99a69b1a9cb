"""Layers with layer normalisation and HyperLSTM layers against plain formulas, in float64."""

import gc
import weakref

import pytest
import torch

from pentrace.networks.cells import HyperLayer, NormalisedLayer, dropped
from pentrace.networks.recurrence import Recurrence
from pentrace.networks.settings import NetworkSettings

D, H, N, Z, T, B = 5, 6, 4, 3, 7, 2


def normal(x):
    mean = x.mean(-1, keepdim=True)
    return (x - mean) / ((x - mean).square().mean(-1, keepdim=True) + 1e-5).sqrt()


def plain_gates(gates, sums, memory, kept=1.0):
    """Four sums (B, H), in the order of the paper's gates, and the memory, to the new state."""
    i, f, o, g = (normal(s) * gates.gain[k] + gates.bias[k] for k, s in enumerate(sums))
    memory = torch.sigmoid(f) * memory + torch.sigmoid(i) * torch.tanh(g) * kept
    inner = normal(memory) * gates.memory_gain + gates.memory_bias
    return torch.sigmoid(o) * torch.tanh(inner), memory


def plain_normalised(layer, x):
    h = c = torch.zeros(B, H, dtype=x.dtype)
    outputs = []
    for step in x:
        sums = (step @ layer.weight_input.T + h @ layer.weight_recurrent.T).chunk(4, -1)
        h, c = plain_gates(layer.gates, sums, c)
        outputs.append(h)
    return torch.stack(outputs)


def plain_hyper(layer, x):
    """Appendix A.2.2, gate by gate."""
    h = c = torch.zeros(B, H, dtype=x.dtype)
    small = small_c = torch.zeros(B, N, dtype=x.dtype)
    outputs = []
    for step in x:
        read = torch.cat([small, h], -1)
        sums = step @ layer.small_weight_input.T + read @ layer.small_weight_recurrent.T
        small, small_c = plain_gates(layer.small_gates, sums.chunk(4, -1), small_c)
        gates = []
        for y in range(4):
            scales = []
            for of in range(3):
                rows = slice((4 * of + y) * Z, (4 * of + y + 1) * Z)
                z = small @ layer.weight_embedding[rows].T + layer.bias_embedding[rows]
                scales.append(z @ layer.weight_scale[4 * of + y])
            rows = slice(y * H, (y + 1) * H)
            by_state = scales[0] * (h @ layer.weight_recurrent[rows].T)
            by_input = scales[1] * (step @ layer.weight_input[rows].T)
            gates.append(by_state + by_input + scales[2] + layer.bias[rows])
        h, c = plain_gates(layer.gates, gates, c)
        outputs.append(h)
    return torch.stack(outputs)


def layers():
    torch.manual_seed(1)
    made = {plain_normalised: NormalisedLayer(D, H), plain_hyper: HyperLayer(D, H, N, Z)}
    for layer in made.values():
        layer.double()
        with torch.no_grad():  # no weight is at its start, where many are 0
            for parameter in layer.parameters():
                parameter.add_(0.3 * torch.randn_like(parameter))
    return list(made.items())


@pytest.mark.parametrize(("plain", "layer"), layers())
def test_values_and_derivatives_are_those_of_the_plain_formulas(plain, layer):
    x = torch.randn(T, B, D, dtype=torch.float64, requires_grad=True)
    by = torch.randn(T, B, H, dtype=torch.float64)
    arguments = [x, *layer.parameters()]
    ours, theirs = layer(x)[0], plain(layer, x)
    torch.testing.assert_close(ours, theirs)
    found = torch.autograd.grad((ours * by).sum(), arguments)
    torch.testing.assert_close(found, torch.autograd.grad((theirs * by).sum(), arguments))


@pytest.mark.parametrize("layer", [layer for _, layer in layers()])
def test_carried_state_continues(layer):
    x = torch.randn(T, B, D, dtype=torch.float64)
    whole, end = layer(x)
    first, state = layer(x[:3])
    second, carried = layer(x[3:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole)
    torch.testing.assert_close(carried, end)


def test_recurrent_dropout_scales_what_enters_the_memory():
    like = torch.zeros(500, 4, 1)
    factors = torch.stack(dropped(like, H, 0.25))
    assert factors.shape == (500, 4, H)
    assert factors.unique().tolist() == pytest.approx([0, 1 / 0.75])
    assert factors.mean().item() == pytest.approx(1, abs=0.05)
    layer = NormalisedLayer(D, H, dropout=0.5)
    x = torch.randn(T, B, D)
    assert not torch.allclose(layer(x)[0], layer.train()(x)[0])
    layer.eval()
    torch.testing.assert_close(layer(x)[0], layer(x)[0])


def test_settings_of_other_cells_are_refused():
    with pytest.raises(ValueError, match="no recurrent_dropout"):
        NetworkSettings(recurrent_dropout=0.1)
    with pytest.raises(ValueError, match="for cell hyper only"):
        NetworkSettings(cell="layer-norm", hyper_hidden=16)
    with pytest.raises(ValueError, match="has no cell"):
        NetworkSettings(kind="recognition", cell="hyper")


def test_has_as_many_weights_as_the_published_network():
    settings = NetworkSettings(cell="hyper", layers=1, hidden=900, hyper_hidden=128)
    from pentrace.networks.kinds import build

    count = sum(weight.numel() for weight in build(settings).parameters())
    assert count == pytest.approx(3.94e6, rel=0.02)  # Ha et al. 2016, table 5


@pytest.mark.parametrize("backward", [True, False])
def test_a_recurrence_is_freed_after_use(backward):
    """A cycle through the graph of autograd would keep the memory of every batch."""
    recurrence = Recurrence(
        torch.zeros(T, B, H, requires_grad=True), torch.nn.Parameter(torch.ones(H, H))
    )
    hidden = torch.ones(B, H)
    for t in range(T):
        hidden = recurrence(t, hidden)
    if backward:
        hidden.sum().backward()
    kept = weakref.ref(recurrence.products)
    del recurrence, hidden
    gc.collect()
    assert kept() is None
