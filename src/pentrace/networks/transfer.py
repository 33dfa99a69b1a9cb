"""A text network taken from one corpus to another, whose characters are others."""

import unicodedata

import torch
from torch import Tensor

from pentrace.networks.alphabet import symbol_count
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.text import TextNetwork

ROWS = ("embedding.weight", "output.weight", "output.bias")  # one for each symbol


def transferred(
    weights: dict[str, Tensor], found: NetworkSettings, settings: NetworkSettings
) -> tuple[NetworkSettings, dict[str, Tensor], dict]:
    """Weights of a network of `found`, for the characters of both alphabets, merged.

    Rows of the embedding and of the output that belong to characters which `found` has are kept,
    with all other weights; those of new characters are drawn by the seed of `settings`. Also a
    record of it: characters kept, added, and not in the new corpus (kept too).
    """
    old, new = found.alphabet or "", settings.alphabet or ""
    merged = settings.model_copy(update={"alphabet": "".join(sorted({*old, *new}))})
    torch.manual_seed(settings.train.seed)
    fresh = TextNetwork(merged).state_dict()
    place = {character: number for number, character in enumerate(merged.alphabet or "")}
    rows = [place[character] for character in old]
    # The symbol of rare characters, where there is one, stands behind the alphabet.
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


def told(record: dict) -> str:
    """The record of a transfer for people."""
    added = ", ".join(unicodedata.name(c, repr(c)).lower() for c in record["added"])
    return (
        f"starts from {record['model']}: rows of {len(record['kept'])} characters kept, "
        f"{len(record['added'])} added{': ' * bool(added)}{added}, "
        f"{len(record['not_in_the_corpus'])} not in this corpus, and kept"
    )
