"""Offsets in two parts, where the factors of a product are rounded to bfloat16.

An offset has more digits than bfloat16 keeps. The rounding cost about 4 nats a line, which was all
that a training in bfloat16 lost (docs/speed.md). So a layer reads the rounded offset and the rest
of it, with the same weights for both.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

OFFSETS = 2  # dx and dy are the first numbers of a step; the state of the pen needs no digits


def rounds(x: Tensor) -> bool:
    """Whether a product with x rounds it to bfloat16: under autocast on a CPU."""
    return torch.is_autocast_enabled("cpu") and not x.is_cuda and x.dtype == torch.float32


def in_two_parts(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """x (..., 2 + D) and weight (O, 2 + D), for a product that rounds x to bfloat16.

    x begins with the offsets. The results have 2 more columns: the rounded offsets, the rest of the
    offsets, and the D others.
    """
    offsets, others = x.tensor_split([OFFSETS], -1)
    rounded = offsets.detach().bfloat16().to(x.dtype)
    repeated = torch.cat([weight[:, :OFFSETS], weight], 1)
    return torch.cat([rounded, offsets - rounded, others], -1), repeated


def projected(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x W^T + bias for x (..., 2 + D), which begins with the offsets, and W (O, 2 + D)."""
    return linear(*(in_two_parts(x, weight) if rounds(x) else (x, weight)), bias)


def lstm(
    layer: nn.Module, x: Tensor, state: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """What the `nn.LSTM` `layer` returns for x (T, B, 2 + D), which begins with the offsets."""
    if not rounds(x):
        found: tuple[Tensor, tuple[Tensor, Tensor]] = layer(x, state)
        return found
    x, by_input = in_two_parts(x, layer.get_parameter("weight_ih_l0"))
    others = ("weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    weights = [by_input, *map(layer.get_parameter, others)]
    zeros = x.new_zeros(1, x.shape[1], weights[1].shape[1])
    start = (zeros, zeros) if state is None else state
    hidden, last, memory = torch.lstm(x, start, weights, True, 1, 0.0, layer.training, False, False)
    return hidden, (last, memory)
