"""A trained network in NumPy, one step at a time, with all the weights of a layer in one matrix.

Writing a line is a loop over its points, and each step uses each weight once. In PyTorch most of
the time is the overhead of many small operations. Here a step is one product per layer and a few
operations on the result. PyTorch is not even imported: its import takes longer than writing a
sentence.

sigmoid(z) = (1 + tanh(z / 2)) / 2. The halves are in the weights, so one tanh computes all gates.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from pentrace.generate.numpy_cells import HyperLayer, NormalisedLayer
from pentrace.generate.numpy_style import FusedStyleEncoder
from pentrace.generate.products import laid_out, product
from pentrace.networks.seen import Counts
from pentrace.networks.settings import NetworkSettings

EXPONENT_LIMIT, BUMP_LIMIT, STEPS_PER_LETTER = 15.0, 50.0, 25.0  # as in networks.soft_window.steps


class Layer:
    """One LSTM layer of B lines, whose inputs are in one matrix with a column for each line.

    `inputs` (D + H + 1, B): D numbers from below, the hidden state of the layer, and 1.
    """

    def __init__(self, by_input: np.ndarray, by_hidden: np.ndarray, bias: np.ndarray) -> None:
        """Weights (4H, D), (4H, H) and (4H,), gates as input, forget, output, candidate."""
        self.size = by_hidden.shape[1]
        halves = np.repeat(np.array([0.5, 0.5, 0.5, 1], np.float32), self.size)
        fused = np.concatenate([by_input, by_hidden, bias[:, None]], 1) * halves[:, None]
        self.weights = fused.astype(np.float32)  # (4H, D + H + 1)

    def start(self, batch: int) -> None:
        """Reset the state, for `batch` lines."""
        self.weights = laid_out(self.weights, batch)
        self.inputs = np.zeros((self.weights.shape[-1], batch), np.float32)
        self.inputs[-1] = 1
        self.hidden = self.inputs[-1 - self.size : -1]  # (H, B), a view
        self.below = self.inputs[: -1 - self.size]  # (D, B), a view
        self.memory = np.zeros((self.size, batch), np.float32)
        self.gates = np.empty((4 * self.size, batch), np.float32)

    def forget(self, lines: np.ndarray) -> None:
        """Reset the state of the lines with these numbers."""
        self.inputs[:-1, lines] = 0
        self.memory[:, lines] = 0

    def keep(self, lines: np.ndarray) -> None:
        """Go on with the lines with these numbers, each as often as its number is in `lines`."""
        inputs, memory = self.inputs[:, lines], self.memory[:, lines]
        self.start(len(lines))
        self.inputs[:], self.memory[:] = inputs, memory

    def step(self) -> np.ndarray:
        """Take one step with `inputs`; return the new hidden state (H, B)."""
        gates, size = product(self.weights, self.inputs, self.gates), self.size
        np.tanh(gates, out=gates)
        squashed = gates[: 3 * size]
        squashed *= np.float32(0.5)
        squashed += np.float32(0.5)
        memory = self.memory
        memory *= squashed[size : 2 * size]
        memory += squashed[:size] * gates[3 * size :]
        return np.multiply(squashed[2 * size :], np.tanh(memory), out=self.hidden)


class Window:
    """The soft window of B lines over their texts (Graves 2013, equations 46 to 51)."""

    def __init__(self, weights: np.ndarray, bias: np.ndarray, exponential: bool) -> None:
        """Weights (3K, H) and bias (3K,)."""
        self.weights, self.bias, self.exponential = weights, bias[:, None], exponential

    def start(self, text: np.ndarray, symbols: int) -> None:
        """Start at the texts (B, U) int64, -1 for padding, of an alphabet of `symbols`."""
        self.text, self.shape = text, (len(text), symbols)
        self.rows, self.places = np.nonzero(text >= 0)
        self.marks = self.rows * symbols + text[self.rows, self.places]
        self.u = np.arange(1, text.shape[1] + 2, dtype=np.float32)
        self.kappa = np.zeros((len(self.bias) // 3, len(text)), np.float32)  # (K, B)

    def keep(self, lines: np.ndarray) -> None:
        """Go on with the lines with these numbers, as `Layer.keep`."""
        kappa = self.kappa[:, lines]
        self.start(self.text[lines], self.shape[1])
        self.kappa[:] = kappa

    def step(self, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Window (V, B), and weights phi (B, U + 1) of each character and of the place behind all.

        hidden (H, B).
        """
        raw = self.weights @ hidden + self.bias
        values = np.exp(np.minimum(raw, EXPONENT_LIMIT)) if self.exponential else softplus(raw)
        alpha, beta, advance = np.split(values, 3)
        self.kappa += advance if self.exponential else advance / np.float32(STEPS_PER_LETTER)
        bumps = self.kappa.T[:, :, None] - self.u  # (B, K, U + 1)
        bumps *= bumps
        bumps *= beta.T[:, :, None]
        np.exp(-np.minimum(bumps, BUMP_LIMIT, out=bumps), out=bumps)
        phi = np.matmul(alpha.T[:, None], bumps)[:, 0]
        seen = np.bincount(self.marks, phi[self.rows, self.places], self.shape[0] * self.shape[1])
        return seen.reshape(self.shape).T, phi


def softplus(raw: np.ndarray) -> np.ndarray:
    return np.logaddexp(raw, np.float32(0))


AnyLayer = Layer | NormalisedLayer | HyperLayer


class Stack:
    """Layers one above the other and a linear output, computed as in `networks.layers`."""

    def __init__(
        self, layers: Sequence[AnyLayer], output: np.ndarray, bias: np.ndarray, skips: bool
    ) -> None:
        """Weights of the output (O, H), bias (O,); H is the cells of all layers, or of the last."""
        self.layers, self.output, self.bias, self.skips = layers, output, bias, skips

    def start(self, batch: int) -> None:
        """Reset the state, for `batch` lines."""
        for layer in self.layers:
            layer.start(batch)
        self._start_output(batch)

    def _start_output(self, batch: int) -> None:
        self.output = laid_out(self.output, batch)
        self.top = np.empty((self.output.shape[-1], batch), np.float32)
        self.raw = np.empty((len(self.bias), batch), np.float32)

    def forget(self, lines: np.ndarray) -> None:
        """Reset the state of the lines with these numbers."""
        for layer in self.layers:
            layer.forget(lines)

    def keep(self, lines: np.ndarray) -> None:
        """Go on with the lines with these numbers, as `Layer.keep`."""
        for layer in self.layers:
            layer.keep(lines)
        self._start_output(len(lines))

    def step(
        self, read: np.ndarray, after_first: Callable[[np.ndarray], None] | None = None
    ) -> np.ndarray:
        """Raw outputs float32 (B, O) after `read` (D, B).

        `after_first` is called with the hidden state (H, B) of layer 1, before layer 2 is computed.
        """
        at = 0
        for number, layer in enumerate(self.layers):
            if number == 0 or self.skips:
                layer.below[: len(read)] = read
            if number:
                below = self.layers[number - 1]
                layer.below[-below.size :] = below.hidden
            hidden = layer.step()
            if number == 0 and after_first is not None:
                after_first(hidden)
            if self.skips:
                self.top[at : at + layer.size] = hidden
                at += layer.size
        top = self.top if self.skips else hidden
        return product(self.output, top, self.raw).T + self.bias


class FusedNetwork:
    """A prediction or synthesis network; `start`, then `step` by step.

    counts: how often it saw each character in training; None if that is not known.
    """

    def __init__(
        self,
        weights: dict[str, np.ndarray],
        settings: NetworkSettings,
        counts: Counts | None = None,
    ) -> None:
        self.settings, self.counts = settings, counts
        self.latents: Literal["step", "line"] | None = None  # what has a latent; None: nothing
        self.held: FusedStyleEncoder | None = None  # the posterior of the latent of a line
        self.window: Window | None = None
        self.encoder = FusedStyleEncoder(weights) if settings.style_size else None
        self.given = 3 + settings.style_size  # inputs before the window: the step, and the style
        stacked = settings.layers - (settings.kind == "synthesis")
        layers = [_layer(weights, f"layers.{n}", settings) for n in range(stacked)]
        if settings.kind == "synthesis":
            first, self.window, self.symbols = window_layer(weights, settings)
            layers = [first, *layers]
        output = (weights["output.weight"], weights["output.bias"])
        self.stack = Stack(layers, *output, settings.skips)

    def start(
        self, batch: int, text: np.ndarray | None = None, style: np.ndarray | None = None
    ) -> None:
        """Reset the state for `batch` lines, with text (B, U) for a synthesis network.

        style: float32 (S,) or (B, S), the vector of the hand; None: no style.
        """
        self.stack.start(batch)
        vector = np.zeros(self.settings.style_size, np.float32) if style is None else style
        self.style = np.broadcast_to(vector, (batch, self.settings.style_size)).T  # (S, B)
        self._give_style()
        self.phi: np.ndarray | None = None
        self._start_window(batch, text)

    def _start_window(self, batch: int, text: np.ndarray | None) -> None:
        if self.window is not None:
            if text is None or len(text) != batch:
                raise ValueError("a synthesis network needs a text for each line")
            self.window.start(text, self.symbols)

    def forget(self, lines: np.ndarray) -> None:
        """Reset the state of the lines with these numbers."""
        self.stack.forget(lines)
        self._give_style()
        if self.window is not None:
            self.window.kappa[:, lines] = 0

    def keep(self, lines: np.ndarray) -> None:
        """Go on with the lines with these numbers, each as often as its number is in `lines`."""
        self.stack.keep(lines)
        self.style = self.style[:, lines]
        if self.window is not None:
            self.window.keep(lines)

    def _give_style(self) -> None:
        for layer in self.stack.layers if self.settings.style_size else ():
            layer.below[3 : self.given] = self.style

    def read(self, x: np.ndarray, following: np.ndarray) -> None:
        """Read steps x (B, 3) of real lines, which continue with the `following` steps (B, 3)."""
        self.step(x)

    def step(self, x: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
        """Raw outputs float32 (B, 6M + 1 or 6M + 3) after steps x float32 (B, 3).

        There is no `noise` without a latent for each step. The result is that of
        `PredictionNetwork` and `SynthesisNetwork` for one step. `phi` (B, U + 1) is then the window
        weight of each character and, last, of the place behind.
        """
        return self.stack.step(x.T, None if self.window is None else self._look)

    def _look(self, hidden: np.ndarray) -> None:
        """Give the window to the layers above at this step, and to layer 1 at the next step."""
        assert self.window is not None
        seen, self.phi = self.window.step(hidden)
        for layer in self.stack.layers:
            layer.below[self.given : self.given + self.symbols] = seen


def window_layer(
    weights: dict[str, np.ndarray], settings: NetworkSettings
) -> tuple[Layer, Window, int]:
    """The layer that reads the text, its window, and the number of symbols."""
    size, recurrent = settings.hidden, weights["first.weight_recurrent"]
    exponential = settings.window_parametrisation == "exp"
    window = Window(weights["first.weight_window"], weights["first.bias_window"], exponential)
    by_input = np.concatenate([weights["first.weight_input"], recurrent[:, size:]], 1)
    layer = Layer(by_input, recurrent[:, :size], weights["first.bias"])
    return layer, window, recurrent.shape[1] - size


def _layer(weights: dict[str, np.ndarray], name: str, settings: NetworkSettings) -> AnyLayer:
    if settings.cell == "lstm":
        return from_torch(weights, name)
    return (NormalisedLayer if settings.cell == "layer-norm" else HyperLayer)(weights, name)


def from_torch(weights: dict[str, np.ndarray], name: str) -> Layer:
    """A layer from the parameters of an `nn.LSTM`, which has the candidate before the output."""

    def reordered(part: str) -> np.ndarray:
        i, f, g, o = np.split(weights[f"{name}.{part}_l0"], 4)
        return np.concatenate([i, f, o, g])

    bias = reordered("bias_ih") + reordered("bias_hh")
    return Layer(reordered("weight_ih"), reordered("weight_hh"), bias)
