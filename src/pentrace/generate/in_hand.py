"""Writing in the hand of given lines."""

from collections.abc import Sequence
from dataclasses import replace

from pentrace.generate.lines import LineOptions, Primer
from pentrace.generate.numpy_networks import FusedNetwork


def in_hand(how: LineOptions, network: FusedNetwork, references: Sequence[Primer]) -> LineOptions:
    """`how`, in the hand that wrote the lines `references`, at least one.

    The network continues the first. One with an encoder of hands also gets the vector of them all.
    """
    if network.encoder is not None:
        vector = network.encoder.vector([primer.steps for primer in references])
        how = replace(how, style=vector)
    return replace(how, primer=references[0])
