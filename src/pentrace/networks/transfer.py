"""Starting a network from one that was trained on other data, with other characters.

The weights of offsets stay as they are: a recipe gives the offsets of every data set the same mean
and sd. Rescaling them, so that the ink in tablet units stays the same, is worse: from the synthesis
network that comes with the package to IAM-OnDB, 0.35 nats a point before training instead of 0.25.
"""

import unicodedata
from collections.abc import Mapping

import torch
from torch import Tensor

from pentrace.networks.alphabet import symbol_count
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings, start_shape
from pentrace.networks.style_encoder import StyleEncoder
from pentrace.networks.variational import FIRST_LOG_SD

Weights = dict[str, Tensor]
# Sd of the numbers of a vector of a hand before it is normalised: 0.33, with an sd of 0.03 over 128
# lines, of the network of the package.
HAND_SD = 0.33


def transferred(
    weights: Mapping[str, Tensor], found: NetworkSettings, settings: NetworkSettings
) -> tuple[NetworkSettings, Weights, dict]:
    """Settings and weights of a network that starts from one of `found`, and a record of both.

    Its alphabet is the union of both. Weights of new characters are drawn by the seed of
    `settings`; all others are kept. The record lists characters kept, added, and not in the new
    corpus (kept too).
    """
    old, new = found.alphabet or "", settings.alphabet or ""
    union = "".join(sorted({*old, *new})) or None
    merged = settings.model_copy(update={"alphabet": union})
    torch.manual_seed(settings.train.seed)
    fresh = build(merged).state_dict()
    for name, value in weights.items():
        place = _symbols(found, name)
        if place is None:
            fresh[name] = value
        else:
            axis, first = place
            kept = _places(found, merged, first, value.shape[axis], fresh[name].shape[axis])
            fresh[name].index_copy_(axis, torch.tensor(kept), value)
    record = {
        "kept": "".join(c for c in new if c in old),
        "added": "".join(c for c in new if c not in old),
        "not_in_the_corpus": "".join(c for c in old if c not in new),
    }
    return merged, fresh, record


def _symbols(settings: NetworkSettings, name: str) -> tuple[int, int] | None:
    """The axis of a weight that contains the symbols, and the place of the first; None if none."""
    match settings.kind:
        case "text":
            return (0, 0) if name.split(".")[0] in ("embedding", "output") else None
        case "recognition":
            return (0, 0) if name.startswith("output.") else None
        case "variational" if settings.latent != "step" and settings.with_text:
            return _symbols(settings.base, name.removeprefix("base."))
        case "variational" if settings.with_text and name == "read.weight":
            return 1, 3 + settings.hidden
        case "variational" if settings.with_text and name == "first.weight_recurrent":
            return 1, settings.hidden
        case "synthesis" if name == "first.weight_recurrent":
            return 1, settings.hidden
        case "synthesis" if name.startswith("layers.") and name.endswith("weight_ih_l0"):
            return 1, 3 + settings.style_size
    return None


def _places(
    found: NetworkSettings, merged: NetworkSettings, first: int, old: int, new: int
) -> list[int]:
    """Where each of `old` rows or columns is among `new` ones; the symbols begin at `first`."""
    place = {character: number for number, character in enumerate(merged.alphabet or "")}
    symbols = [place[character] for character in found.alphabet or ""]
    # The symbol of rare characters, if there is one, comes after the alphabet.
    symbols += range(len(place), symbol_count(merged))[: symbol_count(found) - len(symbols)]
    after = old - first - len(symbols)
    return [*range(first), *(first + s for s in symbols), *range(new - after, new)]


def summary(record: dict) -> str:
    """The record of a transfer as one line of text."""
    about = f"starts from {record['model']}"
    if not any(record[key] for key in ("kept", "added", "not_in_the_corpus")):
        return about
    added = ", ".join(unicodedata.name(c, repr(c)).lower() for c in record["added"])
    return (
        f"{about}: {len(record['kept'])} characters kept, "
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


def with_latent(
    weights: dict[str, Tensor], found: NetworkSettings, settings: NetworkSettings
) -> tuple[NetworkSettings, Weights]:
    """Settings and weights of a variational network with a text, from a synthesis network `found`.

    A latent that is held takes the place of the vector of a hand, and begins with what the encoder
    of hands finds. With one for each step, only the layer of the soft window is kept. `settings`
    say which. Weights that are not returned are drawn by their seed.
    """
    shape = start_shape(found.model_dump(), settings.model_dump(exclude_unset=True))
    made = NetworkSettings.model_validate(shape | {"alphabet": found.alphabet})
    if made.latent == "step":
        _, plain = with_hand(weights, found, torch.zeros(found.style_size))
        return made, {name: value for name, value in plain.items() if name.startswith("first.")}
    kept = weights if found.style_size else styled(weights, found, made.base)
    base = {f"base.{n}": value for n, value in kept.items() if not n.startswith("encoder.")}
    return made, base | (_posterior(weights, made.latent_size) if found.style_size else {})


def _posterior(weights: Weights, size: int) -> Weights:
    """Weights of the encoder of a held latent, whose means are nearly the vectors of hands.

    The encoder of hands normalises each vector. The sd that it divides by hardly differs from line
    to line, so it is a constant here.
    """
    encoder = {n: value for n, value in weights.items() if n.startswith("encoder.")}
    for name in ("weight", "bias"):
        means = encoder[f"encoder.project.{name}"]
        means = (means - means.mean(0)) / HAND_SD
        rest = torch.full_like(means, FIRST_LOG_SD if name == "bias" else 0.0)
        encoder[f"encoder.project.{name}"] = torch.cat([means, rest])
    return encoder


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
