"""Networks of ink in half precision still read all digits of an offset."""

import pytest
import torch
from torch import Tensor

from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.two_parts import in_two_parts, lstm, projected

FINE = 2.0**-11  # a change of an offset near 1 that bfloat16 rounds away
TEXT = torch.tensor([[0, 1, 2]])
INK = {"hidden": 8, "components": 2}
NETWORKS = {
    "prediction": {"layers": 2, **INK},
    "plain stack": {"layers": 2, "skips": False, **INK},
    "layer-norm": {"cell": "layer-norm", **INK},
    "hyper": {"cell": "hyper", "hyper_hidden": 4, "hyper_embedding": 2, **INK},
    "synthesis": {"kind": "synthesis", "layers": 2, "alphabet": "abc", **INK},
    "variational": {"kind": "variational", "latent_size": 2, "latent_hidden": 4, **INK},
    "recognition": {"kind": "recognition", "hidden": 8, "alphabet": "abc"},
}


def outputs(name: str, x: Tensor) -> Tensor:
    """What a network of random weights gives for x (1, T, 3), in half precision."""
    given = NETWORKS[name]
    lines = {} if given.get("kind", "prediction") in ("prediction", "variational") else LINES
    torch.manual_seed(1)
    network = build(NetworkSettings.model_validate({**given, **lines})).eval()
    torch.manual_seed(2)
    with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
        if name == "synthesis":
            return network(x, None, TEXT)[0]
        if name == "recognition":
            return network(x, torch.tensor([x.shape[1]]))[0]
        if name == "variational":
            return network(x, torch.zeros_like(x), torch.ones(x.shape[:2], dtype=torch.bool)).raw
        return network(x)[0]


LINES = {"train": {"batches": "lines"}}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_reads_digits_that_bfloat16_rounds_away(name: str) -> None:
    x = torch.ones(1, 12, 3)
    finer = x + torch.tensor([FINE, -FINE, 0])
    assert (finer.bfloat16() == x.bfloat16()).all()
    assert not torch.equal(outputs(name, finer), outputs(name, x))


def test_a_product_with_offsets_has_the_digits_of_both_parts() -> None:
    torch.manual_seed(0)
    x, weight = torch.randn(50, 2), torch.randn(30, 2).bfloat16().float()
    exact = x.double() @ weight.double().t()
    wide, repeated = in_two_parts(x, weight)
    rounded = (wide.bfloat16().double() @ repeated.double().t() - exact).abs().max()
    assert rounded < 1e-4 < 1e-2 < (x.bfloat16().double() @ weight.double().t() - exact).abs().max()


def test_derivatives_and_state_are_those_of_the_layer() -> None:
    torch.manual_seed(0)
    layer, x = torch.nn.LSTM(5, 6), torch.randn(7, 3, 5, requires_grad=True)
    whole, (hidden, memory) = layer(x)
    whole.square().sum().backward()
    expected = [x.grad, *(p.grad for p in layer.parameters())]
    layer.zero_grad()
    again = x.detach().clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        first, state = lstm(layer, again[:4], None)
        second, (last, cells) = lstm(layer, again[4:], state)
    found = torch.cat([first, second]).float()
    found.square().sum().backward()
    torch.testing.assert_close(found, whole, atol=0.02, rtol=0.02)
    torch.testing.assert_close(last.float(), hidden, atol=0.02, rtol=0.02)
    torch.testing.assert_close(cells.float(), memory, atol=0.02, rtol=0.02)
    for a, b in zip([again.grad, *(p.grad for p in layer.parameters())], expected, strict=True):
        torch.testing.assert_close(a, b, atol=0.05, rtol=0.05)


def test_outside_autocast_nothing_changes() -> None:
    layer, x = torch.nn.LSTM(5, 6), torch.randn(7, 3, 5)
    assert torch.equal(lstm(layer, x, None)[0], layer(x)[0])
    weight = torch.randn(4, 5)
    assert torch.equal(projected(x, weight), torch.nn.functional.linear(x, weight))
