"""The prediction network of Graves 2013, section 4.1: LSTM layers with skips, a mixture above."""

import torch
from torch import Tensor, nn

from pentrace.networks.mixture import width
from pentrace.networks.settings import NetworkSettings

# One (hidden, cell) pair per layer, each (1, B, H): what a network remembers between two calls.
State = list[tuple[Tensor, Tensor]]


class PredictionNetwork(nn.Module):
    """LSTM layers, each fed the input and the layer below; all of them feed the output.

    Differs from the paper in one point: the cells have no peepholes, so that cuDNN and oneDNN can
    run a layer over all steps in one call. Without `skips` it is a plain stack, as in write-rnn,
    with dropout on what enters the output.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        layers, hidden, skips = settings.layers, settings.hidden, settings.skips
        first, above = 3, hidden + (3 if skips else 0)
        self.layers = nn.ModuleList(
            nn.LSTM(above if layer else first, hidden) for layer in range(layers)
        )
        self.dropout = nn.Dropout(settings.dropout)
        self.output = nn.Linear(
            hidden * (layers if skips else 1), width(settings.components, settings.pen_states)
        )

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Raw outputs (B, T, 6M + 1) for steps x (B, T, 3), and the state to carry on with.

        With three states of the pen they are 6M + 3 wide.

        x holds dx, dy (normalised, y upward) and end of stroke; raw at t describes the density of
        step t + 1, see `mixture`. `state` is what an earlier call returned; None starts from 0.
        """
        # Steps first inside: oneDNN wants it so, and would copy what comes batch first.
        x = x.transpose(0, 1).contiguous()
        outputs: list[Tensor] = []
        carried: State = []
        for number, layer in enumerate(self.layers):
            inputs = self._inputs(x, outputs)
            hidden, memory = layer(inputs, state[number] if state else None)
            outputs.append(hidden)  # (T, B, H)
            carried.append(memory)
        top = torch.cat(outputs, -1) if self.settings.skips else outputs[-1]
        # Means and widths need more than the three digits that half precision has.
        with torch.autocast(x.device.type, enabled=False):
            raw = self.output(self.dropout(top).to(self.output.weight.dtype))
        return raw.transpose(0, 1), carried

    def _inputs(self, x: Tensor, outputs: list[Tensor]) -> Tensor:
        if not outputs:
            return x
        return torch.cat([x, outputs[-1]], -1) if self.settings.skips else outputs[-1]
