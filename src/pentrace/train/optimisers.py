"""Update rules, and the learning rate of each step."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.optim import SGD, Adam, AdamW, Optimizer

from pentrace.networks.training import TrainSettings


class GravesRMSProp(Optimizer):
    """RMSProp as in Graves 2013, equations 38 to 41: centred, with momentum.

    n = a n + (1 - a) g^2; m = a m + (1 - a) g; d = b d - lr g / sqrt(n - m^2 + c); w = w + d.
    The constant c is inside the root. `torch.optim.RMSprop` adds it to the root and applies the
    momentum in another way, which is another algorithm.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-4,
        average: float = 0.95,
        momentum: float = 0.9,
        constant: float = 1e-4,
    ) -> None:
        defaults = {"lr": lr, "average": average, "momentum": momentum, "constant": constant}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move all weights that have a gradient by one update; `closure` is not supported."""
        if closure is not None:
            raise ValueError(
                "GravesRMSProp uses one gradient per step; call step() without closure"
            )
        for group in self.param_groups:
            self._update([p for p in group["params"] if p.grad is not None], group)

    def _update(self, weights: list[Tensor], group: dict) -> None:
        if not weights:
            return
        gradients = [p.grad for p in weights if p.grad is not None]
        squares, means, moves = ([self._kept(p)[k] for p in weights] for k in ("n", "m", "d"))
        torch._foreach_lerp_(means, gradients, 1 - group["average"])
        torch._foreach_mul_(squares, group["average"])
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - group["average"])
        root = torch._foreach_mul(means, means)
        torch._foreach_sub_(root, squares)
        torch._foreach_neg_(root)
        # Rounding can make a large, steady n - m^2 negative by more than the constant.
        torch._foreach_clamp_min_(root, 0.0)
        torch._foreach_add_(root, group["constant"])
        torch._foreach_sqrt_(root)
        torch._foreach_mul_(moves, group["momentum"])
        torch._foreach_addcdiv_(moves, gradients, root, -group["lr"])
        torch._foreach_add_(weights, moves)

    def _kept(self, weight: Tensor) -> dict[str, Tensor]:
        """Averages n of the square and m of the gradient, and the last move d; all start at 0."""
        kept = self.state[weight]
        if not kept:
            kept.update({name: torch.zeros_like(weight) for name in ("n", "m", "d")})
        return kept


def make_optimiser(weights: Iterable[Tensor], settings: TrainSettings) -> Optimizer:
    """The optimiser named in `settings`, at its highest learning rate."""
    rate = settings.learning_rate
    if settings.optimiser == "graves-rmsprop":
        return GravesRMSProp(weights, lr=rate)
    if settings.optimiser == "sgd":
        return SGD(weights, lr=rate, momentum=settings.momentum)
    if settings.optimiser == "adamw":
        return AdamW(weights, lr=rate, weight_decay=settings.weight_decay)
    return Adam(weights, lr=rate)


def learning_rate(settings: TrainSettings, step: int, epoch: int) -> float:
    """The rate of batch `step` (from 0) in pass `epoch` (from 0): a pure function of both."""
    rate = settings.learning_rate
    if step < settings.warmup:
        return rate * (step + 1) / settings.warmup
    if settings.schedule == "decay":
        return rate * settings.decay**epoch
    if settings.schedule == "cosine" and settings.steps is not None:
        done = (step - settings.warmup) / (settings.steps - settings.warmup)
        return rate * (1 + math.cos(math.pi * done)) / 2
    return rate
