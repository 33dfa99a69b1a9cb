"""A trained network and the tables it belongs to."""

import json
from pathlib import Path

from pentrace.errors import PentraceError
from pentrace.networks.kinds import Network
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model

UNITS = ("recipe", "mean", "sd", "cap")


def load_trained(model: Path, normalisation: Path) -> tuple[Network, NetworkSettings, dict]:
    """The network at `model`, its settings, and the normalisation of the data.

    Raises `PentraceError` where the network was trained on offsets in other units than those of
    `normalisation`, since no measure and no ink would be right.
    """
    network, settings, trained_with = load_model(model)
    found = _read(normalisation)
    differing = [key for key in UNITS if found.get(key) != trained_with.get(key)]
    if differing:
        key = differing[0]
        raise PentraceError(
            f"{model}: trained on offsets with {key} {trained_with.get(key)}, but {normalisation} "
            f"has {found.get(key)}; train again on the present tables"
        )
    return network, settings, found


def _read(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {**found, **{key: found[key] for key in ("recipe", "mean", "sd")}}
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; build it with snakemake") from None
    except (ValueError, KeyError, TypeError) as error:
        raise PentraceError(
            f"{path}: not a normalisation ({error!r}); delete it and rebuild"
        ) from None
