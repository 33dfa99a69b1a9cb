"""The recognition network: its loss against a sum over alignments, padding, decoding, learning."""

import math
from itertools import groupby, product

import numpy as np
import pytest
import torch
from torch import Tensor

from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.networks import ctc
from pentrace.networks.alphabet import encode
from pentrace.networks.recognition import RecognitionNetwork, ctc_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import arrays

SETTINGS = NetworkSettings.model_validate(
    {"kind": "recognition", "layers": 2, "hidden": 6, "alphabet": "abc"}
)
BLANK = 3


def network(**changes: object) -> RecognitionNetwork:
    torch.manual_seed(0)
    return RecognitionNetwork(SETTINGS.model_copy(update=changes)).double().eval()


def lines(*lengths: int) -> tuple[Tensor, Tensor]:
    """Random lines of these lengths, padded with noise to the longest."""
    torch.manual_seed(len(lengths))
    return torch.randn(len(lengths), max(lengths), 3).double(), torch.tensor(lengths)


def probability(log_probabilities: Tensor, text: list[int]) -> float:
    """Of a text, by summing over every path (T, V + 1) that collapses to it."""
    total = 0.0
    for path in product(range(BLANK + 1), repeat=len(log_probabilities)):
        if [symbol for symbol, _ in groupby(path) if symbol != BLANK] == text:
            total += math.exp(sum(log_probabilities[t, s] for t, s in enumerate(path)))
    return total


def decode(log_probabilities: Tensor, lengths: Tensor, alphabet: str) -> list[str]:
    return ctc.decode(log_probabilities.detach().numpy(), lengths.numpy(), alphabet)


def texts(*symbols: list[int]) -> Tensor:
    width = max(map(len, symbols))
    return torch.tensor([line + [-1] * (width - len(line)) for line in symbols])


def test_loss_is_the_sum_over_all_alignments() -> None:
    read = torch.randn(5, 4, 4, dtype=torch.float64).log_softmax(-1)
    lengths, text = torch.tensor([5, 4, 3, 2]), [[0, 1], [2, 2], [1], [0, 2]]
    expected = -sum(
        math.log(probability(read[:n, line], text[line])) for line, n in enumerate(lengths.tolist())
    )
    assert ctc_loss(read, lengths, texts(*text)).item() == pytest.approx(expected, rel=1e-12)


def test_probabilities_of_texts_are_those_of_the_loss() -> None:
    read = torch.randn(9, 5, 4, dtype=torch.float64).log_softmax(-1)
    lengths, text = torch.tensor([9, 4, 3, 2, 6]), [[0, 1, 1], [2, 2], [1], [0, 2], []]
    found = ctc.log_probability(read.numpy(), lengths.numpy(), texts(*text).numpy())
    for line, n in enumerate(lengths.tolist()):
        own = probability(read[:n, line], text[line])
        assert found[line] == pytest.approx(math.log(own), rel=1e-12)


def test_a_text_that_does_not_fit_is_improbable_beyond_measure() -> None:
    read = np.log(np.full((2, 1, 4), 0.25))
    found = ctc.log_probability(read, np.array([2]), np.array([[1, 1]]))
    assert np.isfinite(found).all() and found[0] < -1e20


def test_numpy_gives_the_numbers_of_pytorch_at_any_length() -> None:
    for layers in (1, 3):
        torch.manual_seed(layers)
        settings = SETTINGS.model_copy(update={"layers": layers, "hidden": 20})
        net = RecognitionNetwork(settings).eval()
        given = [torch.randn(n, 3) for n in (61, 2, 1, 8, 9, 33)]  # the last offset is not read
        found, steps = FusedRecogniser(arrays(net), settings).read([x.numpy() for x in given])
        x = torch.nn.utils.rnn.pad_sequence([x[:-1] for x in given], batch_first=True)
        with torch.no_grad():
            expected, lengths = net(x, torch.tensor([len(one) - 1 for one in given]))
        assert steps.tolist() == lengths.tolist()
        for i, n in enumerate(steps):
            np.testing.assert_allclose(found[:n, i], expected[:n, i].numpy(), atol=1e-5)


def test_an_empty_text_is_blank_throughout() -> None:
    read = torch.randn(3, 2, 4, dtype=torch.float64).log_softmax(-1)
    loss = ctc_loss(read[:, :1], torch.tensor([3]), texts([]).reshape(1, 0))
    assert loss.item() == pytest.approx(-read[:, 0, BLANK].sum().item())


def test_derivatives_are_those_of_finite_differences() -> None:
    net = network()
    x, lengths = lines(14, 9)
    text = texts([0, 1], [2])

    def loss(x: Tensor, *weights: Tensor) -> Tensor:
        names = [name for name, _ in net.named_parameters()]
        values = dict(zip(names, weights, strict=True))
        return ctc_loss(*torch.func.functional_call(net, values, (x, lengths)), text)

    weights = [weight.detach().requires_grad_() for weight in net.parameters()]
    assert torch.autograd.gradcheck(loss, (x.requires_grad_(), *weights), fast_mode=True)


def test_padding_and_other_lines_do_not_matter() -> None:
    net = network()
    x, lengths = lines(31, 5, 18, 1)
    together, steps = net(x, lengths)
    assert steps.tolist() == [8, 2, 5, 1]
    for i, n in enumerate(lengths.tolist()):
        alone, own = net(x[i : i + 1, :n], lengths[i : i + 1])
        torch.testing.assert_close(together[: own[0], i], alone[:, 0])


def test_padding_gets_no_derivative() -> None:
    x, lengths = lines(12, 6)
    ctc_loss(*network()(x.requires_grad_(), lengths), texts([0, 1], [2])).backward()
    assert x.grad is not None
    assert (x.grad[1, 6:] == 0).all() and (x.grad[1, :6] != 0).any(-1).all()


def test_both_ends_of_a_line_are_seen_everywhere() -> None:
    x, lengths = lines(30)
    read, _ = network()(x.requires_grad_(), lengths)
    for step in (0, -1):
        (derivative,) = torch.autograd.grad(read[step].square().sum(), x, retain_graph=True)
        assert (derivative[0, [0, -1]] != 0).any(-1).all()


def test_a_line_too_short_for_its_text_adds_no_loss() -> None:
    net = network()
    x, lengths = lines(12, 3)  # 3 steps and 1
    both = ctc_loss(*net(x, lengths), texts([0, 1], [1, 1]))
    alone = ctc_loss(*net(x[:1], lengths[:1]), texts([0, 1]))
    assert torch.isfinite(both) and both.item() == pytest.approx(alone.item())
    both.backward()
    assert all(torch.isfinite(weight.grad).all() for weight in net.parameters())


def test_a_line_without_an_offset_gives_no_step() -> None:
    read, steps = network()(torch.zeros(1, 0, 3).double(), torch.tensor([0]))
    assert steps.tolist() == [0] and decode(read, steps, "abc") == [""]


def test_best_path_drops_repeats_and_blanks() -> None:
    paths = torch.tensor(
        [[0, 0, 3, 0, 1, 1, 3, 2], [3, 2, 2, 1, 3, 3, 0, 0], [3, 3, 0, 0, 0, 0, 0, 0]]
    )
    read = torch.nn.functional.one_hot(paths.T, 4).double().log_softmax(-1)
    assert decode(read, torch.tensor([8, 4, 2]), "abc") == ["aabc", "cb", ""]


def test_the_symbol_of_rare_characters_is_read_as_such() -> None:
    settings = SETTINGS.model_copy(update={"fold_rare": 2})
    assert RecognitionNetwork(settings).output.out_features == 5
    read = torch.nn.functional.one_hot(torch.tensor([[0], [3], [4]]), 5).double()
    assert decode(read, torch.tensor([3]), "abc") == ["a\N{REPLACEMENT CHARACTER}"]


def drawn(text: str) -> Tensor:
    """Each letter of abc as a stroke of 12 offsets in a different direction."""
    angle = torch.tensor([{"a": 0.0, "b": 2.0, "c": 4.0}[c] for c in text]).repeat_interleave(12)
    ends = (torch.arange(len(angle)) % 12 == 11).float()
    return torch.stack([angle.cos(), angle.sin(), ends], 1)


def test_it_learns_to_read_in_seconds() -> None:
    every = ["".join(letters) for n in (2, 3, 4) for letters in product("abc", repeat=n)]
    some = every[::3]
    torch.manual_seed(0)
    net = RecognitionNetwork(SETTINGS.model_copy(update={"layers": 1, "hidden": 16}))
    optimiser = torch.optim.Adam(net.parameters(), 0.02)
    x = torch.nn.utils.rnn.pad_sequence([drawn(text) for text in some], batch_first=True)
    lengths = torch.tensor([12 * len(text) for text in some])
    symbols = torch.from_numpy(encode(some, SETTINGS))
    for _ in range(80):
        optimiser.zero_grad()
        (ctc_loss(*net(x, lengths), symbols) / len(some)).backward()
        optimiser.step()
    with torch.no_grad():
        unseen = [text for text in every if text not in some]
        read = [decode(*net(drawn(t)[None], torch.tensor([12 * len(t)])), "abc")[0] for t in unseen]
    assert sum(a == b for a, b in zip(read, unseen, strict=True)) > 0.12 * len(unseen)
