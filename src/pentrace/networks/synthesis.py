"""The synthesis network of Graves 2013, section 5: prediction conditioned on a text."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from pentrace.networks.alphabet import symbol_count
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.soft_window.layer import REMEMBER, SoftWindow, WindowState
from pentrace.networks.style_encoder import StyleEncoder


class SynthesisState(NamedTuple):
    """What the network remembers between two calls."""

    first: WindowState
    above: list[tuple[Tensor, Tensor]]  # (hidden, cell) of each further layer, each (1, B, H)
    positions: Tensor  # (B, T, K), kappa after each step of the last call; not needed to carry on


class SynthesisNetwork(nn.Module):
    """LSTM layers with skips over a soft window on the text; a mixture above.

    Layer 1 reads the step and, through the window, the text; each further layer reads the step,
    the window and the layer below; all layers feed the output. The window goes from layer 1 back
    to layer 1 at the next step, so only that layer is run step by step; the others take the whole
    sequence at once. As in `prediction`, the cells have no peepholes. With `style_size`, all layers
    also read the vector of a hand, which is the same at each step.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        """A network for the symbols of `settings.alphabet`, which must not be None."""
        super().__init__()
        self.settings, hidden, symbols = settings, settings.hidden, symbol_count(settings)
        given = 3 + settings.style_size  # what is read besides text and layers
        self.first = SoftWindow(
            given, hidden, symbols, settings.window_components, settings.window_parametrisation
        )
        self.layers = nn.ModuleList(
            _remembering(nn.LSTM(given + symbols + hidden, hidden))
            for _ in range(settings.layers - 1)
        )
        self.encoder = StyleEncoder(settings.style_size) if settings.style_size else None
        self.dropout = nn.Dropout(settings.dropout)
        self.output = Output([hidden] * settings.layers, 6 * settings.components + 1)

    def forward(
        self,
        x: Tensor,
        state: SynthesisState | None,
        text: Tensor,
        style: Tensor | None = None,
    ) -> tuple[Tensor, SynthesisState]:
        """Raw outputs (B, T, 6M + 1) for steps x (B, T, 3), and the state to carry on with.

        As `PredictionNetwork.forward`, with text (B, U) int64: the symbols of each sequence's
        text as `alphabet.encode` returns them, -1 for padding. A state contains the position of
        each sequence in its text: pass the same text again when carrying on. style: reference ink
        (B, R, 4) of each hand as `StyleEncoder` reads it, or vectors (B, S); None: no style.
        """
        steps = self._styled(x, style)
        hidden, window, kappa, first = self.first(steps, text, state.first if state else None)
        outputs, above = [hidden], []
        for number, layer in enumerate(self.layers):
            inputs = torch.cat([steps, window, outputs[-1]], -1)  # (T, B, 3 + S + V + H)
            hidden, memory = layer(inputs, state.above[number] if state else None)
            outputs.append(hidden)
            above.append(memory)
        raw = self.output(*map(self.dropout, outputs))
        return raw.transpose(0, 1), SynthesisState(first, above, kappa.transpose(0, 1))

    def attention(
        self,
        x: Tensor,
        state: SynthesisState | None,
        text: Tensor,
        style: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Window weights phi (B, T, U + 1) and positions kappa (B, T, K), in characters.

        phi[b, t, u] is the weight of character u of the text, from 0; the last column is the
        position after the text; its weight shows that the window leaves the text (section 5.3).
        """
        steps = self._styled(x, style)
        hidden, _, kappa, _ = self.first(steps, text, state.first if state else None)
        phi = self.first.phi(hidden, kappa, text.shape[1] + 1)
        return phi.transpose(0, 1), kappa.transpose(0, 1)

    def _styled(self, x: Tensor, style: Tensor | None) -> Tensor:
        """Steps with the vector of the hand (T, B, 3 + S): time first, as the loops run."""
        steps = x.transpose(0, 1)
        if self.encoder is None:
            return steps
        if style is None:
            style = x.new_zeros(len(x), self.settings.style_size)
        vector = self.encoder(style) if style.dim() == 3 else style
        return torch.cat([steps, vector.to(x.dtype).expand(len(steps), -1, -1)], -1)


def _remembering(layer: nn.LSTM) -> nn.LSTM:
    """The layer with its forget gates open: the second of the four."""
    with torch.no_grad():
        layer.get_parameter("bias_ih_l0").unflatten(0, (4, -1))[1] += REMEMBER
    return layer


class Output(nn.Module):
    """A linear layer on the concatenation of all hidden states, which is never made.

    It would take 46 MB twice at B = 32, T = 300 and 3 x 400, forward and backward. As in
    `prediction`, the outputs are never rounded to half precision.
    """

    def __init__(self, sizes: list[int], outputs: int) -> None:
        super().__init__()
        whole = nn.Linear(sum(sizes), outputs)
        self.sizes, self.weight, self.bias = sizes, whole.weight, whole.bias

    def forward(self, *hidden: Tensor) -> Tensor:
        """(T, B, outputs) from hidden states (T, B, size), one for each of the sizes."""
        raw = self.bias.expand(*hidden[0].shape[:-1], -1).flatten(0, 1)
        with torch.autocast(raw.device.type, enabled=False):
            for state, weight in zip(hidden, self.weight.split(self.sizes, 1), strict=True):
                raw = torch.addmm(raw, state.to(raw.dtype).flatten(0, 1), weight.t())
        return raw.unflatten(0, hidden[0].shape[:-1])
