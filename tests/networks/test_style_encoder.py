"""A synthesis network that follows a hand: PyTorch and NumPy, and what training reads."""

from pathlib import Path

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from pentrace.errors import PentraceError, UsageError
from pentrace.generate.in_hand import in_hand
from pentrace.generate.lines import Hand, LineOptions, Primer
from pentrace.generate.load_model import load_ink, load_writer
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_style import FusedStyleEncoder, mixed
from pentrace.networks.kinds import build
from pentrace.networks.model_file import SHIPPED
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import arrays, load_model, save_model
from pentrace.networks.style_encoder import StyleEncoder
from pentrace.networks.transfer import styled
from pentrace.train.references import other_lines, padded, references
from pentrace.windows.lines import Lines
from pentrace.write.find_style import find_style
from tests.helpers import small_model, small_style, small_synthesis

SIZE = 6


def ink(count: int, shortest: int = 30) -> list[np.ndarray]:
    """Lines of different lengths."""
    return [small_model.line(seed)[: shortest + seed] for seed in range(count)]


def test_numpy_gives_the_vectors_of_pytorch_whatever_the_padding() -> None:
    torch.manual_seed(3)
    encoder, lines = StyleEncoder(SIZE), [*ink(4), ink(1)[0][:1]]
    together = encoder(torch.from_numpy(padded(lines))).detach().numpy()
    fused = FusedStyleEncoder({f"encoder.{n}": v.numpy() for n, v in encoder.state_dict().items()})
    alone = np.stack([fused.vector([line]) for line in lines])
    np.testing.assert_allclose(alone, together, atol=2e-5)
    assert alone.mean(1) == pytest.approx(0, abs=1e-5)
    none = encoder(torch.zeros(1, 5, 4))
    assert not none.any()


def test_a_hand_between_two() -> None:
    one, other = np.random.default_rng(0).normal(size=(2, SIZE)).astype(np.float32)
    one, other = mixed(one, one, 0), mixed(other, other, 0)
    np.testing.assert_allclose(mixed(one, other, 0), one, atol=1e-4)
    np.testing.assert_allclose(mixed(one, other, 1), other, atol=1e-4)
    half = mixed(one, other, 0.5)
    assert half @ one == pytest.approx(half @ other, rel=1e-3)


def network_with_style(folder: Path) -> tuple[FusedNetwork, dict]:
    """A steady network that reads the vector of a hand, whose inputs are not zero."""
    model, found, units = load_model(small_synthesis.save(folder / "plain.safetensors"))
    settings = found.model_copy(update={"style_size": SIZE})
    weights = styled(model.state_dict(), found, settings)
    network = build(settings)
    network.load_state_dict(weights)
    with torch.no_grad():
        network.first.weight_input[:, 3 : 3 + SIZE].normal_(std=0.3)
    save_model(folder / "styled.safetensors", network, settings, units)
    fused, normalisation = load_ink(folder / "styled.safetensors")
    return fused, dict(normalisation)


def test_a_style_changes_nothing_before_training(tmp_path: Path) -> None:
    model, found, _ = load_model(small_synthesis.save(tmp_path / "plain.safetensors"))
    settings = found.model_copy(update={"style_size": SIZE})
    network = build(settings)
    network.load_state_dict(styled(model.state_dict(), found, settings))
    x, text = torch.from_numpy(np.stack([small_model.line(1)])), torch.tensor([[1, 2, 3]])
    reference = torch.from_numpy(padded(ink(1)))
    before = model(x, None, text)[0]
    torch.testing.assert_close(network(x, None, text, reference)[0], before)
    torch.testing.assert_close(network(x, None, text)[0], before)


def test_numpy_draws_with_the_vector_as_pytorch(tmp_path: Path) -> None:
    fused, _ = network_with_style(tmp_path)
    network = load_model(tmp_path / "styled.safetensors")[0]
    line, text, (one, other) = small_model.line(2), np.array([[1, 2, 3]]), ink(2)
    vector = fused.encoder.vector([one])  # type: ignore[union-attr]
    fused.start(1, text, vector)
    drawn = np.stack([fused.step(step[None])[0] for step in line])
    x, symbols = torch.from_numpy(line[None]), torch.from_numpy(text)
    for style in (torch.from_numpy(vector[None]), torch.from_numpy(padded([one]))):
        expected = network(x, None, symbols, style)[0][0].detach().numpy()
        np.testing.assert_allclose(drawn, expected, atol=1e-4)
    another = network(x, None, symbols, torch.from_numpy(padded([other])))[0][0].detach().numpy()
    assert np.abs(another - drawn).max() > 1e-3
    # A stream that is started again is still in the hand.
    fused.forget(np.array([0]))
    np.testing.assert_allclose(fused.step(line[:1])[0], drawn[0], atol=1e-5)


def test_references_are_other_lines_of_the_writer() -> None:
    writers = np.array([0, 1, 0, 2, 0])
    assert other_lines(writers, np.arange(5), None).tolist() == [2, -1, 4, -1, 0]
    random = np.random.default_rng(0)
    found = {int(other_lines(writers, np.array([2]), random)[0]) for _ in range(50)}
    assert found == {0, 4}
    steps = np.concatenate(ink(5))
    starts = np.cumsum([0, *map(len, ink(5))])
    lines = Lines(steps, starts, list("abcde"), [None] * 5)
    given = references(lines, writers, np.array([0, 1]))
    assert (given[0, : len(lines[2]), :3] == lines[2]).all() and not given[1].any()
    dropped = references(lines, writers, np.zeros(400, int), random, 0.25)
    assert 60 < int((~dropped.any((1, 2))).sum()) < 140


def test_a_style_is_a_vector_of_all_ink_and_a_line_whose_text_is_known(tmp_path: Path) -> None:
    network, units = network_with_style(tmp_path)
    one = small_style.save(tmp_path / "one.json", small_style.waves())
    two = small_style.save(tmp_path / "two.json", small_style.waves(6))
    silent = small_style.save(tmp_path / "silent.json", small_style.waves(), text="")
    odd = small_style.save(tmp_path / "odd.json", small_style.waves(), text="3 %")
    found = find_style([one, two], None, None, units, network)
    assert isinstance(found, Hand) and found.primer is not None
    assert found.primer.text == small_style.TEXT
    assert not np.allclose(found.vector, find_style([two], None, None, units, network).vector)  # type: ignore[union-attr]
    for other in (silent, odd):  # no text, or one that the network does not know
        alone = find_style([other], None, None, units, network)
        assert isinstance(alone, Hand) and alone.primer is None
    vague = small_style.save(tmp_path / "vague.json", small_style.waves(), y_axis=None)
    found = find_style([vague], None, None, units, network)
    assert isinstance(found, Hand) and "direction of y" in found.warning
    between = find_style([one], None, None, units, network, (two, 0.5))
    assert isinstance(between, Hand) and between.primer is None
    for share, hand in ((0, one), (1, two)):  # no mixture: as without the other hand
        found = find_style([one], None, None, units, network, (two, share))
        same = find_style([hand], None, None, units, network)
        assert isinstance(found, Hand) and isinstance(same, Hand) and found.primer is not None
        np.testing.assert_array_equal(found.vector, same.vector)
        np.testing.assert_array_equal(found.primer.steps, same.primer.steps)  # type: ignore[union-attr]
    plain, _ = load_ink(tmp_path / "plain.safetensors")
    assert isinstance(find_style([one], None, None, units, plain), Primer)
    with pytest.raises(UsageError, match=r"no encoder of hands.* --model pretrained"):
        find_style([one, two], None, None, units, plain)
    with pytest.raises(PentraceError, match=r"gone\.json: no such file"):
        find_style([one, "gone.json"], None, None, units, network)
    with pytest.raises(UsageError, match="give --style too"):
        find_style([], None, None, units, network, (one, 0.5))


def test_lines_in_a_hand(tmp_path: Path) -> None:
    network, _ = network_with_style(tmp_path)
    lines = [Primer(line, "ab") for line in ink(2)]
    how = in_hand(LineOptions(), network, lines)
    np.testing.assert_array_equal(how.style, network.encoder.vector([x.steps for x in lines]))  # type: ignore[union-attr]
    plain, _ = load_ink(tmp_path / "plain.safetensors")
    assert in_hand(LineOptions(), plain, lines) == LineOptions(primer=lines[0])


def test_only_synthesis_networks_follow_a_hand() -> None:
    with pytest.raises(ValueError, match="style_size"):
        NetworkSettings.model_validate({"kind": "prediction", "style_size": 4})
    assert arrays(build(NetworkSettings(kind="synthesis", alphabet="ab", hidden=4, style_size=3)))


def test_a_vector_does_not_depend_on_the_number_of_threads() -> None:
    network, units = load_writer(SHIPPED)
    found = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            hand = find_style(["anna"], None, None, units, network)
            assert isinstance(hand, Hand)
            found.append(hand.vector)
    np.testing.assert_array_equal(*found)
