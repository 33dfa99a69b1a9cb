"""The prediction network: shapes, sizes of the paper, carried state, causality."""

import pytest
import torch

from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings


def small(**changes) -> PredictionNetwork:
    torch.manual_seed(0)
    settings = {"layers": 2, "hidden": 8, "components": 3, **changes}
    return PredictionNetwork(NetworkSettings(**settings)).eval()


def weights(network: PredictionNetwork) -> int:
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(("layers", "hidden"), [(3, 400), (1, 900)])
def test_has_about_as_many_weights_as_in_the_paper(layers, hidden):
    network = PredictionNetwork(NetworkSettings(layers=layers, hidden=hidden))
    assert weights(network) == pytest.approx(3.4e6, rel=0.02)


@pytest.mark.parametrize("skips", [True, False])
def test_carried_state_continues_the_line(skips):
    network, x = small(skips=skips), torch.randn(3, 20, 3)
    whole, end = network(x)
    first, state = network(x[:, :7])
    second, carried = network(x[:, 7:], state)
    assert whole.shape == (3, 20, 19)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(carried, end)


@pytest.mark.parametrize("skips", [True, False])
def test_neither_the_future_nor_other_lines_matter(skips):
    network, x = small(skips=skips), torch.randn(3, 20, 3)
    whole, _ = network(x)
    other = x.clone()
    other[:, 12:] += 1
    other[0] += 1
    changed, _ = network(other)
    torch.testing.assert_close(changed[1:, :12], whole[1:, :12])
    assert not torch.allclose(changed[1, 12], whole[1, 12])


def test_skips_reach_every_layer_and_the_output():
    network = small(skips=True, layers=3)
    assert [layer.input_size for layer in network.layers] == [3, 11, 11]
    assert network.output.in_features == 24
    plain = small(skips=False, layers=3)
    assert [layer.input_size for layer in plain.layers] == [3, 8, 8]
    assert plain.output.in_features == 8


def test_dropout_works_only_in_training():
    network, x = small(dropout=0.5), torch.randn(2, 30, 3)
    torch.testing.assert_close(network(x)[0], network(x)[0])
    network.train()
    assert not torch.allclose(network(x)[0], network(x)[0])
