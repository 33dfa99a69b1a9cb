"""Bits per character of a whole text: by a fixed network, and by one that keeps learning."""

import copy
import math

import numpy as np
import torch
from torch import Tensor

from pentrace.networks.layers import State
from pentrace.networks.text import TextNetwork, detached, text_loss


@torch.no_grad()
def static_loss(network: TextNetwork, symbols: np.ndarray, chunk: int) -> float:
    """Minus the log-probability of all but the first of symbols int64 (N,), in nats.

    The state is carried over the whole text; `chunk`, characters at once, changes only memory.
    """
    network.eval()
    state: State | None = None
    total = 0.0
    for x, y in _pieces(network, symbols, chunk):
        logits, state = network(x, state)
        total += text_loss(logits, y, torch.ones_like(y, dtype=torch.bool)).item()
    return total


def dynamic_loss(
    network: TextNetwork, symbols: np.ndarray, length: int, rate: float, clip_norm: float
) -> float:
    """The same, with a step of gradient descent on each piece of `length` characters after it.

    Graves 2013, section 3: every character is predicted before anything is learnt from it, so
    this is as fair as the static loss. `network` itself is not changed. The step is `rate` times
    the gradient of the mean loss of a character, whose norm is bounded by `clip_norm`.
    """
    learner = copy.deepcopy(network).train()  # cuDNN gives derivatives in this mode only
    learner.dropout.p = 0.0
    weights = list(learner.parameters())
    state: State | None = None
    total = 0.0
    for x, y in _pieces(learner, symbols, length):
        logits, after = learner(x, state)
        state = detached(after)
        loss = text_loss(logits, y, torch.ones_like(y, dtype=torch.bool))
        total += loss.item()
        gradients = torch.autograd.grad(loss / y.numel(), weights)
        _descend(weights, gradients, rate, clip_norm)
    return total


@torch.no_grad()
def _descend(
    weights: list[torch.nn.Parameter], gradients: tuple[Tensor, ...], rate: float, bound: float
) -> None:
    norm = torch.stack([gradient.norm() for gradient in gradients]).norm().item()
    factor = rate * min(1.0, bound / max(norm, 1e-12))
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.sub_(gradient, alpha=factor)


def _pieces(network: TextNetwork, symbols: np.ndarray, length: int) -> list[tuple[Tensor, Tensor]]:
    """Inputs and targets int64 (1, T) of a text, T at most `length`, on its device."""
    text = torch.from_numpy(symbols)[None].to(network.output.bias.device)
    return [
        (text[:, a : a + length][:, : text.shape[1] - 1 - a], text[:, a + 1 : a + 1 + length])
        for a in range(0, text.shape[1] - 1, length)
    ]


def bits(nats: float, count: int) -> float:
    """Bits per character of a text with `count` characters and this total loss."""
    return nats / count / math.log(2)


def unigram_loss(train: np.ndarray, symbols: np.ndarray, size: int) -> float:
    """Loss in nats of all but the first of `symbols`, by the counts of `size` symbols in `train`.

    One is added to every count, so that no character has probability 0.
    """
    counts = np.bincount(train, minlength=size) + 1
    chances = np.log(counts / counts.sum())
    return -float(chances[symbols[1:]].sum())
