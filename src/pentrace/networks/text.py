"""The text network of Graves 2013, section 3: LSTM layers over characters under a softmax."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from pentrace.networks.alphabet import symbol_count
from pentrace.networks.layers import State, lstm_layers, run_layers, top_width
from pentrace.networks.settings import NetworkSettings


class TextNetwork(nn.Module):
    """An embedding, LSTM layers, and a score for each of V symbols as the next.

    With `skips` each layer is fed the embedding and the layer below, and all of them feed the
    output, as in the paper; else it is a plain stack.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        cells, width = settings.cells, settings.embedding
        # Tutorials feed one number, the symbol's index over V. That gives letters an order and a
        # distance (e is nearer to f than to E), which the first layer has to undo. An embedding is
        # the paper's one-hot input times weights, and learns which characters are alike.
        self.embedding = nn.Embedding(symbol_count(settings), width)
        self.layers = lstm_layers(width, cells, settings.skips)
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(top_width(cells, settings.skips), symbol_count(settings))

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Logits (B, T, V) of the symbol after each of x (B, T) int64, and the state to carry on.

        `state` is what an earlier call returned; None starts from 0.
        """
        first = self.embedding(x.T.contiguous())  # (T, B, E)
        skips = self.settings.skips
        top, carried = run_layers(self.layers, first, state, skips, self.dropout)
        # As in `prediction`, the outputs are never rounded to half precision.
        with torch.autocast(x.device.type, enabled=False):
            raw = self.output(top.to(self.output.weight.dtype))
        return raw.transpose(0, 1), carried


def text_loss(logits: Tensor, y: Tensor, mask: Tensor) -> Tensor:
    """Minus the log-probability of symbols y (B, T) int64 where mask (B, T) is true, in nats.

    Logits (B, T, V) as the network returns them.
    """
    rows = logits.transpose(0, 1)  # the order in memory
    each = cross_entropy(rows.flatten(0, 1), y.T.flatten(), reduction="none")
    return each.where(mask.T.flatten(), 0.0).sum()


def detached(state: State) -> State:
    """The state without its history: no derivative flows back into earlier steps."""
    return [(hidden.detach(), memory.detach()) for hidden, memory in state]
