"""LSTM layers with layer normalisation, and the HyperLSTM, called like `nn.LSTM`.

Ha, Dai and Le 2016 (arXiv 1609.09106), section 3.2 and appendix A.2. Gates are in the order input,
forget, output, candidate, and each gate is normalised separately. The cells have no peepholes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, linear

from pentrace.networks.recurrence import Recurrence
from pentrace.networks.settings import NetworkSettings

OPEN = 1.0  # bias of the forget gate at the start
SCALE = 0.1  # of the weights of a HyperLSTM at the start, before they are normalised
Memory = tuple[Tensor, Tensor]


def recurrent_layers(width: int, settings: NetworkSettings) -> nn.ModuleList:
    """The layers of a prediction network above an input that is `width` wide.

    As `layers.lstm_layers`, with the cell of the settings.
    """
    cells, s = settings.cells, settings
    below = [width, *(size + width * s.skips for size in cells[:-1])]
    if s.cell == "lstm":
        return nn.ModuleList(map(nn.LSTM, below, cells))
    if s.cell == "layer-norm":
        made = [NormalisedLayer(*of, s.recurrent_dropout) for of in zip(below, cells, strict=True)]
        return nn.ModuleList(made)
    return nn.ModuleList(
        HyperLayer(*of, s.hyper_hidden, s.hyper_embedding, dropout=s.recurrent_dropout)
        for of in zip(below, cells, strict=True)
    )


class NormalisedGates(nn.Module):
    """From the sums that enter the gates to the new state of H cells."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.gain, self.bias = nn.Parameter(torch.ones(4, size)), nn.Parameter(torch.zeros(4, size))
        self.memory_gain = nn.Parameter(torch.ones(size))
        self.memory_bias = nn.Parameter(torch.zeros(size))
        with torch.no_grad():
            self.bias[1] = OPEN

    def forward(self, sums: Tensor, memory: Tensor, kept: Tensor | None = None) -> Memory:
        """Hidden state and memory (B, H) after sums (B, 4H) and memory.

        kept (B, H) are the factors of recurrent dropout on the candidate (Semeniuta et al. 2016).
        """
        normal = layer_norm(sums.unflatten(-1, (4, self.size)), (self.size,))
        gates = torch.addcmul(self.bias, normal, self.gain)
        into, forget, out = torch.sigmoid(gates[:, :3]).unbind(1)
        candidate = torch.tanh(gates[:, 3])
        candidate = candidate if kept is None else candidate * kept
        memory = torch.addcmul(forget * memory, into, candidate)
        inner = layer_norm(memory, (self.size,), self.memory_gain, self.memory_bias)
        return out * torch.tanh(inner), memory


class NormalisedLayer(nn.Module):
    """An LSTM layer with layer normalisation of each gate, and of the memory before the output."""

    def __init__(self, inputs: int, size: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.input_size, self.dropout = inputs, dropout
        self.weight_input = _uniform((4 * size, inputs), size)
        self.weight_recurrent = _uniform((4 * size, size), size)
        self.gates = NormalisedGates(size)

    def forward(self, x: Tensor, state: Memory | None = None) -> tuple[Tensor, Memory]:
        """Hidden states (T, B, H) of x (T, B, D), and the state, (1, B, H) each, to carry on."""
        hidden, memory = _start(x, self.gates.size) if state is None else (s[0] for s in state)
        by_input = linear(x, self.weight_input).to(hidden.dtype)
        kept = dropped(by_input, self.gates.size, self.dropout * self.training)
        recurrence = Recurrence(by_input, self.weight_recurrent)
        outputs = []
        with torch.autocast(x.device.type, enabled=False):
            for t in range(len(x)):
                sums = recurrence(t, hidden)
                hidden, memory = self.gates(sums, memory, kept and kept[t])
                outputs.append(hidden)
        return torch.stack(outputs), (hidden[None], memory[None])


class HyperLayer(nn.Module):
    """An LSTM layer whose weights are scaled at each step by a smaller LSTM, the hypernetwork.

    The smaller one reads the input and the last hidden state. As in the program of the authors, its
    new state, not the one before, gives the scales. Both are normalised as `NormalisedLayer`. The
    state is that of the layer, then that of the smaller one.
    """

    def __init__(
        self, inputs: int, size: int, small: int, embedding: int, dropout: float = 0.0
    ) -> None:
        """`small` cells N in the hypernetwork, and `embedding` numbers Z for a vector of scales."""
        super().__init__()
        self.input_size, self.dropout = inputs, dropout
        self.weight_input = _uniform((4 * size, inputs), size)
        self.weight_recurrent = _uniform((4 * size, size), size)
        self.small_weight_input = _uniform((4 * small, inputs), small)
        self.small_weight_recurrent = _uniform((4 * small, small + size), small)
        self.gates, self.small_gates = NormalisedGates(size), NormalisedGates(small)
        # For the products with the state and with the input, and for the bias; 4 gates each.
        self.weight_embedding = nn.Parameter(torch.zeros(12 * embedding, small))
        self.bias_embedding = nn.Parameter(torch.ones(12 * embedding))
        self.weight_scale = nn.Parameter(torch.full((12, embedding, size), SCALE / embedding))
        self.bias = nn.Parameter(torch.zeros(4 * size))
        with torch.no_grad():
            self.weight_embedding[8 * embedding :].normal_(0, 0.01)
            self.bias_embedding[8 * embedding :] = 0
            self.weight_scale[8:] = 0

    def forward(self, x: Tensor, state: Memory | None = None) -> tuple[Tensor, Memory]:
        """Hidden states (T, B, H) of x (T, B, D), and the state to carry on, (1, B, H + N) each."""
        sizes = (self.gates.size, self.small_gates.size)
        hidden, memory = _start(x, sum(sizes)) if state is None else (s[0] for s in state)
        by_input = linear(x, self.weight_input).to(hidden.dtype)
        inputs, kept = by_input.unbind(0), dropped(by_input, sizes[0], self.dropout * self.training)
        small_input = linear(x, self.small_weight_input).to(hidden.dtype)
        outer = Recurrence(torch.zeros_like(by_input), self.weight_recurrent)
        inner = Recurrence(small_input, self.small_weight_recurrent)
        (hidden, small), (memory, small_memory) = hidden.split(sizes, -1), memory.split(sizes, -1)
        outputs = []
        with torch.autocast(x.device.type, enabled=False):
            for t in range(len(x)):
                read = torch.cat([small, hidden], -1)
                small, small_memory = self.small_gates(inner(t, read), small_memory)
                by_state, by_x, bias = self._scales(small)
                sums = torch.addcmul(bias, by_state, outer(t, hidden))
                sums = torch.addcmul(sums, by_x, inputs[t])
                hidden, memory = self.gates(sums, memory, kept and kept[t])
                outputs.append(hidden)
        after = (torch.cat([hidden, small], -1)[None], torch.cat([memory, small_memory], -1)[None])
        return torch.stack(outputs), after

    def _scales(self, small: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Factors of the products with the state and the input, and biases, (B, 4H) each."""
        given = torch.addmm(self.bias_embedding, small, self.weight_embedding.t())
        vectors = given.unflatten(-1, (12, -1)).transpose(0, 1) @ self.weight_scale  # (12, B, H)
        state, by_input, bias = vectors.transpose(0, 1).flatten(1).chunk(3, -1)
        return state, by_input, bias + self.bias


def dropped(like: Tensor, size: int, rate: float) -> Sequence[Tensor] | None:
    """Factors (B, H) of recurrent dropout for each of the T steps of like (T, B, ...)."""
    if not rate:
        return None
    drawn = like.new_empty(*like.shape[:2], size).bernoulli_(1 - rate)
    return drawn.div_(1 - rate).unbind(0)


def _start(x: Tensor, size: int) -> Memory:
    dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
    zeros = torch.zeros(x.shape[1], size, dtype=dtype, device=x.device)
    return zeros, zeros


def _uniform(shape: tuple[int, int], size: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(shape).uniform_(-(size**-0.5), size**-0.5))
