"""The prediction network of Graves 2013, section 4.1: LSTM layers under a mixture density."""

import torch
from torch import Tensor, nn

from pentrace.networks.cells import recurrent_layers
from pentrace.networks.layers import State, run_layers, top_width
from pentrace.networks.mixture import width
from pentrace.networks.settings import NetworkSettings


class PredictionNetwork(nn.Module):
    """LSTM layers, each fed the input and the layer below; all of them feed the output.

    Differs from the paper in one point: the cells have no peepholes, so that cuDNN and oneDNN can
    run a layer over all steps in one call. The cells of `cells` run step by step. Without `skips`
    it is a plain stack, as in write-rnn, with dropout on the input of the output layer.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        self.layers = recurrent_layers(3 + settings.style_size, settings)
        self.dropout = nn.Dropout(settings.dropout)
        outputs = width(settings.components, settings.pen_states)
        self.output = nn.Linear(top_width(settings.cells, settings.skips), outputs)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Raw outputs (B, T, 6M + 1) for steps x (B, T, 3), and the state to carry on with.

        With three states of the pen they are 6M + 3 wide.

        x holds dx, dy (normalised, y upward) and end of stroke; raw at t describes the density of
        step t + 1, see `mixture`. `state` is what an earlier call returned; None starts from 0.
        """
        first = x.transpose(0, 1).contiguous()
        top, carried = run_layers(self.layers, first, state, self.settings.skips)
        # Means and widths need more than the three digits that half precision has.
        with torch.autocast(x.device.type, enabled=False):
            raw = self.output(self.dropout(top).to(self.output.weight.dtype))
        return raw.transpose(0, 1), carried
