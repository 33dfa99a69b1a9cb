"""Networks on disk: safetensors, with the settings and the normalisation in its metadata."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save

from pentrace.files import whole_file
from pentrace.networks.kinds import Network, build
from pentrace.networks.model_file import FORMAT, checksum, fitting, read
from pentrace.networks.seen import Counts
from pentrace.networks.settings import KINDS, Kind, NetworkSettings
from pentrace.normalise.units import checked


def save_model(
    path: str | Path,
    network: Network,
    settings: NetworkSettings,
    normalisation: dict,
    transfer: dict | None = None,
    counts: Counts | None = None,
) -> None:
    """Write the weights, float32, with what is needed to use them; same input, same bytes.

    `transfer` is the record of `networks.transfer`, if weights of another network were taken over;
    `counts` says how often each character was seen in training.
    """
    # One value, because safetensors writes several metadata keys in no fixed order.
    content: dict[str, Any] = {
        "format": FORMAT,
        "settings": settings.model_dump(mode="json"),
        "normalisation": normalisation,
    }
    content |= {} if transfer is None else {"transfer": transfer}
    content |= {} if counts is None else {"counts": dict(counts)}
    weights = {
        name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()
    }
    content["sha256"] = checksum(content, weights)
    with whole_file(path) as partial:
        partial.write_bytes(save(weights, {"pentrace": json.dumps(content, sort_keys=True)}))


def arrays(network: Network) -> dict[str, np.ndarray]:
    """The weights of a network on the CPU by name, as `FusedNetwork` of `generate` takes them."""
    return {name: value.numpy() for name, value in network.state_dict().items()}


def load_model(path: str | Path, *kinds: Kind) -> tuple[Network, NetworkSettings, dict]:
    """The network (on the CPU, in evaluation mode), its settings and its normalisation.

    Raises `PentraceError` if the file is missing, cut off, or not written by `save_model`, or if
    `kinds` are given and the network is of none of them.
    """
    weights, settings, normalisation = read(path, "pt", kinds or KINDS)
    network = build(settings)
    with fitting(path):
        network.load_state_dict(weights)
    return network.eval(), settings, normalisation


def load_trained(
    model: Path, normalisation: Path, *kinds: Kind
) -> tuple[Network, NetworkSettings, dict]:
    """The network at `model`, its settings, and the normalisation of the data.

    Raises `PentraceError` as `load_model` does, and if the network was trained on offsets in other
    units than those of `normalisation`: every measure would be wrong.
    """
    network, settings, trained_with = load_model(model, *kinds)
    return network, settings, checked(model, trained_with, normalisation)
