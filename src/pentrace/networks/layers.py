"""LSTM layers one above the other, with the skips of Graves 2013, section 2, or without."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

# One (hidden, cell) pair per layer, each (1, B, H): what a network remembers between two calls.
State = list[tuple[Tensor, Tensor]]


def lstm_layers(width: int, cells: Sequence[int], skips: bool) -> nn.ModuleList:
    """A layer for each number of cells, above an input of that width.

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
    """What the output reads (T, B, sum of cells with skips, else cells of the last layer).

    read (T, B, width): steps first, as oneDNN wants it; it would copy what comes batch first.
    `between` is put on what each layer gives. Also the state to carry on; None starts from 0.
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
    """How many numbers a step has for the output to read."""
    return sum(cells) if skips else cells[-1]
