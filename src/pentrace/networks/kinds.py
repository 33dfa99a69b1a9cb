"""The kinds of network, and how a network is built from its settings."""

from typing import Any

import numpy as np
from torch import Tensor, nn

from pentrace.networks.mixture import log_loss
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.recognition import RecognitionNetwork, ctc_loss
from pentrace.networks.settings import Kind, NetworkSettings
from pentrace.networks.synthesis import SynthesisNetwork
from pentrace.networks.text import TextNetwork, detached, text_loss
from pentrace.networks.variational import (
    Bound,
    HeldLatentNetwork,
    VariationalNetwork,
    counted_divergence,
)

Latent = VariationalNetwork | HeldLatentNetwork
InkNetwork = PredictionNetwork | SynthesisNetwork | Latent  # draws ink
Network = InkNetwork | RecognitionNetwork | TextNetwork


def build(settings: NetworkSettings) -> Network:
    """A network with fresh weights, drawn from torch's random state."""
    match settings.kind:
        case "prediction":
            return PredictionNetwork(settings)
        case "synthesis":
            return SynthesisNetwork(settings)
        case "variational":
            held = settings.latent != "step"
            return HeldLatentNetwork(settings) if held else VariationalNetwork(settings)
        case "recognition":
            return RecognitionNetwork(settings)
        case "text":
            return TextNetwork(settings)


def run(
    network: nn.Module,
    x: Tensor,
    state: Any,
    text: Tensor | None,
    style: Tensor | None = None,
) -> tuple[Tensor, Any]:
    """Raw outputs (B, T, 6M + 1) and state of an ink network, conditioned on text if it takes one.

    text (B, U) as `alphabet.encode` returns it, None for a prediction network; style as for
    `SynthesisNetwork.forward`.
    """
    if text is None:
        return network(x, state)
    return network(x, state, text) if style is None else network(x, state, text, style)


def loss(
    kind: Kind,
    network: nn.Module,
    x: Tensor,
    y: Tensor,
    mask: Tensor,
    text: Tensor | None,
    state: Any = None,
    style: Tensor | None = None,
) -> tuple[Tensor, Any]:
    """Log-loss of a batch in nats, summed over the steps y (B, T, 3) where mask (B, T) is true.

    For a recognition network it is the loss of text (B, U), for a text network that of characters
    y (B, T) after `state`. Also returns the state after the batch, None for a recognition network.
    For a variational network it is the bound with one latent, and its parts are returned; style is
    the ink in which the latent of a writer is found.
    """
    if kind == "variational":
        bound = network(x, y, mask, text, reference=style)
        return bound.log_loss.sum() + bound.divergence.sum(), bound
    if kind == "recognition":
        assert text is not None
        logits, lengths = network(x, mask.sum(1))
        return ctc_loss(logits, lengths, text), None
    raw, after = run(network, x, state, text, style)
    if kind == "text":
        return text_loss(raw, y, mask), detached(after)
    return log_loss(raw, y, mask).sum(), after


def window_loss(positions: Tensor, places: Tensor, mask: Tensor) -> Tensor:
    """How far a soft window is from the letters that are written, summed over steps.

    positions (B, T, K) of its Gaussians, places (B, T) of the letters, both in characters; mask
    (B, T). Half the square of a distance below 1, growing in proportion to larger ones.
    """
    wanted = places.unsqueeze(-1).expand_as(positions)
    loss = nn.functional.smooth_l1_loss(positions, wanted, reduction="none")
    return loss.mean(-1)[mask].sum()


def relief(bound: Bound, weight: float, free: float) -> Tensor:
    """What is added to a bound in training, nats: its divergence has another weight, and a floor.

    See `variational.counted_divergence` for `free`.
    """
    counts = counted_divergence(bound.divergence, bound.real, free)
    return weight * counts - bound.divergence.sum()


def counted(network: Network, mask: np.ndarray, text: np.ndarray | None) -> int:
    """Units of the loss of a batch: the points of mask (B, T), or the characters of text."""
    if network.settings.counted == "character" and text is not None:
        return int((text >= 0).sum())
    return int(mask.sum())
