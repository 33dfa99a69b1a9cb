"""Transfer of a text network to other characters, and of a synthesis network to styles."""

import unicodedata

import torch
from torch import Tensor

from pentrace.networks.alphabet import symbol_count
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.style_encoder import StyleEncoder
from pentrace.networks.text import TextNetwork

ROWS = ("embedding.weight", "output.weight", "output.bias")  # one for each symbol


def transferred(
    weights: dict[str, Tensor], found: NetworkSettings, settings: NetworkSettings
) -> tuple[NetworkSettings, dict[str, Tensor], dict]:
    """Settings and weights of a network that starts from one of `found`, and a record of both.

    Its alphabet is the union of both. Rows of the embedding and of the output are kept for the
    characters of `found`, with all other weights. Rows of new characters are drawn by the seed of
    `settings`. The record lists characters kept, added, and not in the new corpus (kept too).
    """
    old, new = found.alphabet or "", settings.alphabet or ""
    merged = settings.model_copy(update={"alphabet": "".join(sorted({*old, *new}))})
    torch.manual_seed(settings.train.seed)
    fresh = TextNetwork(merged).state_dict()
    place = {character: number for number, character in enumerate(merged.alphabet or "")}
    rows = [place[character] for character in old]
    # The symbol of rare characters, if there is one, comes after the alphabet.
    rows += range(len(place), symbol_count(merged))[: symbol_count(found) - len(old)]
    for name, value in weights.items():
        if name in ROWS:
            fresh[name][rows] = value
        else:
            fresh[name] = value
    record = {
        "kept": "".join(c for c in new if c in old),
        "added": "".join(c for c in new if c not in old),
        "not_in_the_corpus": "".join(c for c in old if c not in new),
    }
    return merged, fresh, record


def summary(record: dict) -> str:
    """The record of a transfer as one line of text."""
    added = ", ".join(unicodedata.name(c, repr(c)).lower() for c in record["added"])
    return (
        f"starts from {record['model']}: {len(record['kept'])} characters kept, "
        f"{len(record['not_in_the_corpus'])} more kept that are not in this corpus, "
        f"{len(record['added'])} added{': ' * bool(added)}{added}"
    )


def styled(
    weights: dict[str, Tensor], found: NetworkSettings, settings: NetworkSettings
) -> dict[str, Tensor]:
    """Weights of a synthesis network with the style of `settings`, from one of `found` without.

    Inputs for the vector of a hand are 0 at first, so both write alike. The encoder of hands is
    drawn by the seed of `settings`.
    """
    torch.manual_seed(settings.train.seed)
    encoder = StyleEncoder(settings.style_size).state_dict()
    inputs = ["first.weight_input", *(f"layers.{n}.weight_ih_l0" for n in range(found.layers - 1))]
    added = {name: _with_columns(weights[name], settings.style_size) for name in inputs}
    return {**weights, **added, **{f"encoder.{name}": value for name, value in encoder.items()}}


def _with_columns(weight: Tensor, count: int) -> Tensor:
    """`weight` (O, D) with `count` columns of zeros after those of the step."""
    return torch.cat([weight[:, :3], weight.new_zeros(len(weight), count), weight[:, 3:]], 1)


def with_hand(
    weights: dict[str, Tensor], found: NetworkSettings, vector: Tensor
) -> tuple[NetworkSettings, dict[str, Tensor]]:
    """Settings and weights of a network without styles that writes in the hand `vector` (S,).

    What the vector adds to each layer is constant, so it becomes a part of the biases.
    """
    size = found.style_size
    plain = {name: value for name, value in weights.items() if not name.startswith("encoder.")}
    layers = [("first.weight_input", "first.bias")]
    layers += [
        (f"layers.{n}.weight_ih_l0", f"layers.{n}.bias_ih_l0") for n in range(found.layers - 1)
    ]
    for name, bias in layers:
        weight = weights[name]
        plain[bias] = weights[bias] + weight[:, 3 : 3 + size] @ vector
        plain[name] = torch.cat([weight[:, :3], weight[:, 3 + size :]], 1)
    return found.model_copy(update={"style_size": 0}), plain
