"""Adaptive weight noise: each weight a Gaussian whose mean and spread are learned.

Graves 2011, "Practical variational inference for neural networks" (NIPS 24), and Graves 2013,
section 4.2. The posterior is Q(w) = product of N(mean_i, sd_i^2), the prior P(w) one
N(prior_mean, prior_sd^2) over all weights, whose best values given Q are known in closed form.
Training minimises the description length

    L = E_Q[loss of the complete training set] + KL(Q || P),

both in nats. The means are the parameters of the network, so the trained network is used like any
other. The paper takes the gradient by sd^2 from squared gradients of single sequences. Here it is
the gradient by the drawn noise, E_Q[(d loss / d w) noise], which has the same mean without the
paper's approximation, and needs only the gradient of the batch.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

INITIAL_SD = 0.075


def best_prior(means: list[Tensor], sds: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean and variance, float64 scalars, of the prior nearest to Q (Graves 2011, section 5.2)."""
    count = sum(mean.numel() for mean in means)
    mean = _total(means) / count
    spread = _total([(m - mean).square() for m in means]) + _total([s.square() for s in sds])
    return mean, spread / count


def divergence(means: list[Tensor], sds: list[Tensor]) -> Tensor:
    """KL(Q || P) in nats, a float64 scalar, for the best prior.

    For that prior only the sum over weights of log(prior_sd / sd) remains: the quadratic terms are
    1/2 per weight by the definition of the prior, and cancel.
    """
    count = sum(mean.numel() for mean in means)
    _, variance = best_prior(means, sds)
    return count * variance.log() / 2 - _total([sd.log() for sd in sds])


def _total(tensors: list[Tensor]) -> Tensor:
    return torch.stack([tensor.sum(dtype=torch.float64) for tensor in tensors]).sum()


class WeightNoise(nn.Module):
    """The spread of every parameter of a network, optimised together with the network.

        noise = WeightNoise(network)
        optimiser = Adam([*network.parameters(), *noise.parameters()])
        with noise.drawn(generator):
            loss(network).backward()
        noise.add_divergence(1 / number_of_sequences)
        optimiser.step()

    where loss is the mean log-loss of a sequence. Its `state_dict` belongs in the checkpoint.
    """

    def __init__(self, network: nn.Module, sd: float = INITIAL_SD) -> None:
        super().__init__()
        self._means = list(network.parameters())  # a plain list: not registered here
        self.log_sd = nn.ParameterList(
            torch.full_like(mean, math.log(sd), requires_grad=True) for mean in self._means
        )

    @contextmanager
    def drawn(self, generator: torch.Generator | None = None) -> Iterator[None]:
        """Weights drawn from Q in this block; differentiate the loss within it.

        Afterwards the network has exactly its means again. The gradient by the drawn weights is
        added to theirs, and `log_sd` has the gradient of the loss by the spread. Processes that
        average their gradients must draw the same noise: give them equal generators.
        """
        means = [mean.detach().clone() for mean in self._means]
        earlier = [mean.grad for mean in self._means]
        noise = [self._noise(log_sd, generator) for log_sd in self.log_sd]
        for mean, drawn in zip(self._means, noise, strict=True):
            mean.data.add_(drawn)
            mean.grad = None
        try:
            yield
        finally:
            for mean, value in zip(self._means, means, strict=True):
                mean.data.copy_(value)
        for mean, log_sd, drawn, before in zip(
            self._means, self.log_sd, noise, earlier, strict=True
        ):
            if mean.grad is not None:  # d w / d log sd is the noise itself
                _add_gradient(log_sd, mean.grad * drawn)
            if before is not None:
                _add_gradient(mean, before)

    @staticmethod
    def _noise(log_sd: Tensor, generator: torch.Generator | None) -> Tensor:
        unit = torch.empty_like(log_sd).normal_(generator=generator)
        return unit.mul_(log_sd.detach().exp())

    @torch.no_grad()
    def add_divergence(self, weight: float) -> None:
        """Add the gradient of weight KL(Q || P); the prior follows Q, and is 0 to first order."""
        mean, variance = best_prior(list(self._means), [s.exp() for s in self.log_sd])
        for parameter, log_sd in zip(self._means, self.log_sd, strict=True):
            _add_gradient(parameter, (parameter - mean).mul_(weight / variance))
            by_log_sd = (2 * log_sd).exp().mul_(weight / variance).sub_(weight)
            _add_gradient(log_sd, by_log_sd)

    @torch.no_grad()
    def divergence(self) -> float:
        """KL(Q || P) in nats."""
        return divergence(list(self._means), [s.exp() for s in self.log_sd]).item()


def _add_gradient(parameter: Tensor, gradient: Tensor) -> None:
    gradient = gradient.to(parameter.dtype)
    parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
