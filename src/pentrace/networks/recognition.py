"""The recognition network: bidirectional LSTM layers under connectionist temporal classification.

As in Graves et al. 2009, 'A novel connectionist system for unconstrained handwriting recognition',
section 3, on normalised offsets instead of the 25 features there. Two more things differ: the
number of steps is reduced before the first layer, because the time on a CPU grows with it, and the
cells have no peepholes.
"""

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from pentrace.networks.alphabet import PADDING, symbol_count
from pentrace.networks.settings import NetworkSettings

REDUCTION = 4  # offsets to a step of the LSTM; a character takes some 20 of them, seldom under 10
SPAN = 8  # offsets that a step sees: twice the reduction, so that neighbours overlap


class BidirectionalLSTM(nn.Module):
    """Two LSTMs, one from the left and one from the right, neither of which sees padding first.

    PackedSequence would do the same, but is many times slower on a CPU. So the lines are reversed
    within their lengths by an index.
    """

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.forwards = nn.LSTM(inputs, hidden)
        self.backwards = nn.LSTM(inputs, hidden)

    def forward(self, x: Tensor, turned: Tensor) -> Tensor:
        """Hidden states (T, B, 2H) for x (T, B, I); `turned` (T, B) as `reversal` returns it."""
        left, _ = self.forwards(x)
        right, _ = self.backwards(_turn(x, turned))
        return torch.cat([left, _turn(right, turned)], -1)


class RecognitionNetwork(nn.Module):
    """A convolution that shortens time, bidirectional LSTM layers, and a class per symbol.

    Of the V + 1 classes the last is the blank, 'no character here'.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        hidden, classes = settings.hidden, symbol_count(settings) + 1
        self.shorten = nn.Conv1d(3, hidden, SPAN, REDUCTION)
        self.layers = nn.ModuleList(
            BidirectionalLSTM(2 * hidden if layer else hidden, hidden)
            for layer in range(settings.layers)
        )
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(2 * hidden, classes)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities (T', B, V + 1) and lengths int64 (B,) of B lines.

        x (B, T, 3) holds dx, dy (normalised, y upward) and end of stroke; `lengths` (B,) is
        the number of steps of each line. T' is T / 4, rounded up. The padding of x, if finite,
        does not change the steps of a line.
        """
        lengths = lengths.to(x.device)
        own = torch.arange(x.shape[1], device=x.device) < lengths[:, None]
        steps = _reduced(lengths)
        hidden = self._shortened(x.where(own[..., None], 0.0))
        turned = reversal(steps, len(hidden))
        for layer in self.layers:
            hidden = self.dropout(layer(hidden, turned))
        # As in `prediction`, the outputs are never rounded to half precision.
        with torch.autocast(x.device.type, enabled=False):
            raw = self.output(hidden.to(self.output.weight.dtype))
        return log_softmax(raw, -1), steps

    def _shortened(self, x: Tensor) -> Tensor:
        """(T', B, H) for x (B, T, 3): step t sees the offsets around REDUCTION t."""
        n_steps = max(_reduced(x.shape[1]), 1)
        before = (SPAN - REDUCTION) // 2
        after = (n_steps - 1) * REDUCTION + SPAN - before - x.shape[1]
        padded = nn.functional.pad(x.transpose(1, 2), (before, after))
        return torch.tanh(self.shorten(padded)).permute(2, 0, 1).contiguous()


Count = TypeVar("Count", int, Tensor)


def _reduced(steps: Count) -> Count:
    return -(-steps // REDUCTION)


def reversal(lengths: Tensor, steps: int) -> Tensor:
    """int64 (steps, B): the place of each step of B lines after a line is reversed.

    Steps of padding stay where they are.
    """
    step = torch.arange(steps, device=lengths.device)[:, None]
    return torch.where(step < lengths, lengths - 1 - step, step)


def _turn(x: Tensor, turned: Tensor) -> Tensor:
    return x.gather(0, turned[..., None].expand(x.shape))


def ctc_loss(log_probabilities: Tensor, lengths: Tensor, text: Tensor) -> Tensor:
    """Minus the log-probability of the texts, summed over the batch, in nats.

    Graves et al. 2006, 'Connectionist temporal classification', equation 12. Log-probabilities
    (T', B, V + 1) and lengths (B,) as the network returns them, text (B, U) int64 padded with -1. A
    line of fewer steps than its text needs (one per character, and one between two equal ones) has
    probability 0; its loss counts as 0 without a derivative, since nothing can be learnt from it.
    """
    long = (text != PADDING).sum(1)
    blank = log_probabilities.shape[-1] - 1
    return nn.functional.ctc_loss(
        log_probabilities, text.clamp(min=0), lengths, long, blank, "sum", zero_infinity=True
    )
