"""A trained network and the tables it belongs to."""

from pathlib import Path

from pentrace.networks.kinds import Network
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model
from pentrace.normalise.units import checked


def load_trained(model: Path, normalisation: Path) -> tuple[Network, NetworkSettings, dict]:
    """The network at `model`, its settings, and the normalisation of the data.

    Raises `PentraceError` where the network was trained on offsets in other units than those of
    `normalisation`, since no measure would be right.
    """
    network, settings, trained_with = load_model(model)
    return network, settings, checked(model, trained_with, normalisation)
