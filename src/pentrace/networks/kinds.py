"""The kinds of network there are, and how one is made from its settings."""

from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.synthesis import SynthesisNetwork

Network = PredictionNetwork | SynthesisNetwork


def build(settings: NetworkSettings) -> Network:
    """A network with fresh weights, drawn from torch's random state."""
    kind = SynthesisNetwork if settings.kind == "synthesis" else PredictionNetwork
    return kind(settings)
