"""A running average of the weights, which is validated and kept in place of the last weights.

Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging".
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from pentrace.train.checkpoint import Weights


class WeightAverage:
    """The exponential average of the weights of a network over the steps of its training."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        """`decay`: the share of the average that each step keeps; it is smaller at the start."""
        self.network, self.decay = network, decay
        self.weights: Weights = copied(network)

    @torch.no_grad()
    def add(self, step: int) -> None:
        """Add the weights after batch `step`, which counts from 0.

        The first weights are random, so they must not stay in the average of a short training:
        after t steps at most the share (t + 1) / (t + 10) is kept.
        """
        kept = min(self.decay, (step + 1) / (step + 10))
        for name, value in self.network.state_dict().items():
            self.weights[name].lerp_(value, 1 - kept)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The network has its averaged weights in this block, and its own again after it."""
        own = copied(self.network)
        self.network.load_state_dict(self.weights)
        try:
            yield
        finally:
            self.network.load_state_dict(own)


def copied(network: nn.Module) -> Weights:
    """A copy of the weights of `network`, by name."""
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
