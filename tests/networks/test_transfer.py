"""Networks of ink that start from one with other characters."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pentrace.errors import PentraceError
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import build
from pentrace.networks.model_file import SHIPPED, shipped
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model, save_model
from pentrace.networks.transfer import summary, transferred, with_latent
from pentrace.train.train import started
from tests.config.test_config import loaded, refused
from tests.helpers import small_model

KINDS = {
    "synthesis": {"components": 2, "window_components": 2},
    "synthesis with styles": {"components": 2, "window_components": 2, "style_size": 3},
    "recognition": {},
    "rare characters": {"components": 2, "fold_rare": 2},
}


def settings_of(kind: str, alphabet: str) -> NetworkSettings:
    name = "recognition" if kind == "recognition" else "synthesis"
    small = {"kind": name, "layers": 3, "hidden": 8, "alphabet": alphabet}
    return NetworkSettings.model_validate(small | KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_known_characters_keep_their_weights(kind: str) -> None:
    torch.manual_seed(4)
    old, new = settings_of(kind, "acd"), settings_of(kind, "abd")
    first = build(old)
    merged, weights, record = transferred(first.state_dict(), old, new)
    assert merged.alphabet == "abcd"
    assert (record["kept"], record["added"], record["not_in_the_corpus"]) == ("ad", "b", "c")
    network = build(merged)
    network.load_state_dict(weights)
    x = torch.from_numpy(np.stack([small_model.line(2)]))
    if kind == "recognition":
        lengths = torch.tensor([x.shape[1]])
        before, after = (net(x, lengths)[0].exp() for net in (first, network))
        # Of the symbols that both have, and the blank, one is as likely beside another as before.
        shared = after[..., [0, 2, 3, 4]]
        torch.testing.assert_close(shared / shared.sum(-1, keepdim=True), before)
        return
    texts = [torch.from_numpy(encode(["cad"], s)) for s in (old, merged)]
    torch.testing.assert_close(network(x, None, texts[1])[0], first(x, None, texts[0])[0])


def test_a_network_takes_size_and_characters_of_the_one_that_it_starts_from(tmp_path: Path) -> None:
    small_model.write(tmp_path)
    first = settings_of("synthesis", "xyz")
    units = {**small_model.NORMALISATION, "mean": [1.0, 1.0]}  # of other data
    save_model(tmp_path / "first.safetensors", build(first), first, units)
    own = NetworkSettings.model_validate({"kind": "synthesis", "alphabet": "ab"})
    data = (tmp_path, own, tmp_path / "first.safetensors")
    settings, weights, record = started(*data, small_model.NORMALISATION)
    assert (settings.layers, settings.hidden, settings.alphabet) == (3, 8, "abxyz")
    build(settings).load_state_dict(weights)  # type: ignore[arg-type]
    assert record is not None and "0 characters kept, 3 more kept" in summary(record)
    wide = own.model_copy(update={"hidden": 9})
    wide.model_fields_set.add("hidden")
    with pytest.raises(PentraceError, match="it differs in hidden; give both the same settings"):
        started(tmp_path, wide, tmp_path / "first.safetensors", small_model.NORMALISATION)
    other = {**small_model.NORMALISATION, "recipe": "write-rnn"}
    with pytest.raises(PentraceError, match="the recipe graves, these are of write-rnn"):
        started(*data, other)


def test_the_networks_of_the_package_can_be_started_from(tmp_path: Path) -> None:
    small_model.write(tmp_path)
    for kind in ("synthesis", "recognition"):
        own = NetworkSettings.model_validate({"kind": kind, "alphabet": "ab"})
        settings, _, record = started(tmp_path, own, Path("pretrained"), small_model.NORMALISATION)
        found = load_model(shipped(own.kind))[1]
        assert settings.size == found.size and settings.alphabet == found.alphabet
        assert record is not None and record["model"] == "pretrained"
    by_file = started(tmp_path, own, SHIPPED.parents[1] / "recogniser", small_model.NORMALISATION)
    assert by_file[2] is not None and by_file[2]["model"] == "pretrained"


def test_the_configuration_fills_in_the_size_of_the_package() -> None:
    synthesis = loaded({}).networks["synthesis"]
    assert synthesis.start == "pretrained" and (synthesis.layers, synthesis.hidden) == (3, 256)
    assert loaded({}).networks["recogniser"].hidden == 96
    message = refused({"networks": {"synthesis": {"hidden": 100}}})
    assert "networks.synthesis.hidden: is 100, but pretrained, which synthesis starts" in message
    message = refused({"networks": {"pretrained": {"hidden": 100}}})
    assert "'pretrained' is the name of the networks that come with Pentrace" in message


def test_a_network_of_another_kind_is_no_start(tmp_path: Path) -> None:
    own = NetworkSettings.model_validate({"kind": "recognition", "alphabet": "b"})
    with pytest.raises(PentraceError, match="differs in kind"):
        started(tmp_path, own, SHIPPED, small_model.NORMALISATION)


def a_writer(style: int) -> tuple[torch.nn.Module, NetworkSettings]:
    given = {"kind": "synthesis", "layers": 2, "hidden": 8, "components": 2, "window_components": 2}
    settings = NetworkSettings.model_validate({**given, "alphabet": " ab", "style_size": style})
    torch.manual_seed(5)
    return build(settings), settings


def with_text(latent: str, **given: Any) -> NetworkSettings:
    given |= {"kind": "variational", "with_text": True, "latent": latent}
    return NetworkSettings.model_validate(given)


def some_lines(settings: NetworkSettings) -> tuple[torch.Tensor, torch.Tensor]:
    steps = torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(6))
    return steps, torch.from_numpy(encode(["ab a", "b a"], settings))


def test_a_held_latent_begins_as_the_vector_of_a_hand() -> None:
    writer, found = a_writer(style=4)
    made, weights = with_latent(writer.state_dict(), found, with_text("line"))
    assert (made.latent_size, made.layers, made.hidden, made.style_size) == (4, 2, 8, 0)
    network = build(made)
    network.load_state_dict(weights)
    steps, text = some_lines(found)
    hand = torch.randn(2, 4)
    torch.testing.assert_close(
        network.base(torch.cat([steps, hand[:, None].expand(-1, 9, -1)], -1), None, text)[0],
        writer(steps, None, text, hand)[0],
    )
    means = network.posterior(steps, torch.ones(2, 9, dtype=torch.bool)).mean
    ink = torch.cat([steps, torch.ones(2, 9, 1)], -1)
    alike = torch.nn.functional.cosine_similarity(means, writer.encoder(ink))
    torch.testing.assert_close(alike, torch.ones(2))


def test_a_held_latent_without_a_hand_before_it_changes_nothing_at_first() -> None:
    writer, found = a_writer(style=0)
    made, weights = with_latent(writer.state_dict(), found, with_text("writer", latent_size=3))
    _, weights, _ = transferred(weights, made, made)
    network = build(made)
    network.load_state_dict(weights)
    steps, text = some_lines(found)
    read = torch.cat([steps, torch.randn(2, 9, 3)], -1)
    torch.testing.assert_close(network.base(read, None, text)[0], writer(steps, None, text)[0])


def test_a_latent_for_each_step_keeps_the_soft_window() -> None:
    writer, found = a_writer(style=4)
    made, weights = with_latent(writer.state_dict(), found, with_text("step", latent_hidden=5))
    assert (made.latent_size, made.latent_hidden, made.layers, made.hidden) == (16, 5, 1, 8)
    _, weights, _ = transferred(weights, made, made)
    network = build(made)
    network.load_state_dict(weights)
    steps, text = some_lines(found)
    without = torch.cat([steps, torch.zeros(2, 9, 4)], -1).transpose(0, 1)
    torch.testing.assert_close(
        network.first(steps.transpose(0, 1).contiguous(), text)[:2],
        writer.first(without, text)[:2],
    )


def test_a_variational_network_takes_its_size_from_the_package() -> None:
    own = {"start": "pretrained", "kind": "variational", "with_text": True, "latent": "line"}
    own["train"] = {"batches": "lines"}
    network = loaded({"networks": {"mine": own}, "train": ["mine"]}).networks["mine"]
    assert (network.layers, network.hidden, network.latent_size) == (3, 256, 32)
    assert "networks.mine.latent_size: is 8, but pretrained" in refused(
        {"networks": {"mine": {**own, "latent_size": 8}}, "train": ["mine"]}
    )
    without = {**own, "with_text": False, "train": {"batches": "crops"}}
    assert "networks.mine.kind" in refused({"networks": {"mine": without}, "train": ["mine"]})
