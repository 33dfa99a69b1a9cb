"""Writing in the hand of given lines."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.lines import LineOptions, Primer
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_variational import FusedHeld


def in_hand(
    how: LineOptions, network: FusedNetwork, references: Sequence[Primer], continued: bool = True
) -> LineOptions:
    """`how`, in the hand that wrote the lines `references`, at least one.

    The network continues the first, if `continued`. One with an encoder of hands also gets the
    vector of them all, and one with a latent for a line the mean of their posterior means. Raises
    `PentraceError` if the lines are not `continued` and there is no such vector.
    """
    vector = vector_of(network, [primer.steps for primer in references])
    if vector is None and not continued:
        raise PentraceError(
            "the network has neither an encoder of hands nor a latent for a line; set continued to "
            "true"
        )
    return replace(how, style=vector, primer=references[0] if continued else None)


def vector_of(network: FusedNetwork, lines: Sequence[np.ndarray]) -> np.ndarray | None:
    """What the network holds while it writes in the hand of `lines` (T, 3); None: nothing."""
    if isinstance(network, FusedHeld):
        return np.mean([network.latent(line) for line in lines], 0)
    return None if network.encoder is None else network.encoder.vector(lines)
