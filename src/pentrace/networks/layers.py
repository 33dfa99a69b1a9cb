"""A stack of LSTM layers, with or without the skip connections of Graves 2013, section 2."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

# One (hidden, cell) pair per layer, each (1, B, H): what a network remembers between two calls.
State = list[tuple[Tensor, Tensor]]


def lstm_layers(width: int, cells: Sequence[int], skips: bool) -> nn.ModuleList:
    """One layer for each number in `cells`, above an input that is `width` wide.

    With `skips` each layer reads the input and the layer below. The cells have no peepholes, so
    that cuDNN and oneDNN can run a layer over all steps in one call.
    """
    below = [width, *(size + width * skips for size in cells[:-1])]
    return nn.ModuleList(map(nn.LSTM, below, cells))


def run_layers(
    layers: nn.ModuleList,
    read: Tensor,
    state: State | None,
    skips: bool,
    between: nn.Module | None = None,
) -> tuple[Tensor, State]:
    """Input of the output layer (T, B, sum of cells with skips, else cells of the last layer).

    read (T, B, width) has time first, because oneDNN would copy a batch-first tensor. `between` is
    applied to the output of each layer. Also returns the state to carry on; None starts from 0.
    """
    outputs: list[Tensor] = []
    carried: State = []
    for number, layer in enumerate(layers):
        below = [*([read] if skips or not outputs else []), *outputs[-1:]]
        hidden, memory = layer(
            torch.cat(below, -1) if len(below) > 1 else below[0], state[number] if state else None
        )
        outputs.append(hidden if between is None else between(hidden))
        carried.append(memory)
    return torch.cat(outputs, -1) if skips else outputs[-1], carried


def top_width(cells: Sequence[int], skips: bool) -> int:
    """Width of the input of the output layer."""
    return sum(cells) if skips else cells[-1]
