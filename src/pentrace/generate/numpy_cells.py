"""The cells of `networks.cells` in NumPy, one step at a time, as `numpy_networks.Layer`.

sigmoid(z) = (1 + tanh(z / 2)) / 2. The halves are in the gains and biases.
"""

import numpy as np

from pentrace.generate.products import laid_out, product

ROUNDING = np.float32(1e-5)  # as in layer_norm


class Gates:
    """From the sums that enter the gates to the new state of H cells, for B lines."""

    def __init__(self, weights: dict[str, np.ndarray], name: str) -> None:
        halves = np.array([0.5, 0.5, 0.5, 1], np.float32)[:, None]
        self.gain, self.bias = (
            (weights[f"{name}.{part}"] * halves)[..., None] for part in ("gain", "bias")
        )
        self.memory_gain = weights[f"{name}.memory_gain"][:, None]
        self.memory_bias = weights[f"{name}.memory_bias"][:, None]
        self.size = len(self.memory_gain)

    def step(self, sums: np.ndarray, memory: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        """Change memory and hidden (H, B) by sums (4H, B); return hidden."""
        gates = _normalised(sums.reshape(4, self.size, -1))
        gates *= self.gain
        gates += self.bias
        np.tanh(gates, out=gates)
        squashed = gates[:3]
        squashed *= np.float32(0.5)
        squashed += np.float32(0.5)
        memory *= squashed[1]
        memory += squashed[0] * gates[3]
        inner = _normalised(memory[None])[0]
        inner *= self.memory_gain
        inner += self.memory_bias
        return np.multiply(squashed[2], np.tanh(inner, out=inner), out=hidden)


class NormalisedLayer:
    """`networks.cells.NormalisedLayer` of B lines; `inputs` (D + H, B)."""

    def __init__(self, weights: dict[str, np.ndarray], name: str) -> None:
        self.gates = Gates(weights, f"{name}.gates")
        self.size = self.gates.size
        parts = (weights[f"{name}.weight_input"], weights[f"{name}.weight_recurrent"])
        self.weights = np.concatenate(parts, 1)

    def start(self, batch: int) -> None:
        """Reset the state, for `batch` lines."""
        self.weights = laid_out(self.weights, batch)
        self.inputs = np.zeros((self.weights.shape[-1], batch), np.float32)
        self.hidden, self.below = self.inputs[-self.size :], self.inputs[: -self.size]  # views
        self.memory = np.zeros((self.size, batch), np.float32)
        self.sums = np.empty((4 * self.size, batch), np.float32)

    def forget(self, lines: np.ndarray) -> None:
        """Reset the state of the lines with these numbers."""
        self.inputs[:, lines] = 0
        self.memory[:, lines] = 0

    def keep(self, lines: np.ndarray) -> None:
        """Go on with the lines with these numbers, as `numpy_networks.Layer.keep`."""
        inputs, memory = self.inputs[:, lines], self.memory[:, lines]
        self.start(len(lines))
        self.inputs[:], self.memory[:] = inputs, memory

    def step(self) -> np.ndarray:
        """Take one step with `inputs`; return the new hidden state (H, B)."""
        return self.gates.step(
            product(self.weights, self.inputs, self.sums), self.memory, self.hidden
        )


class HyperLayer:
    """`networks.cells.HyperLayer` of B lines; `inputs` (D + H + N, B)."""

    def __init__(self, weights: dict[str, np.ndarray], name: str) -> None:
        own = {key: weights[f"{name}.{key}"] for key in _OF_HYPER}
        self.gates, self.small = (
            Gates(weights, f"{name}.{part}") for part in ("gates", "small_gates")
        )
        self.size, small = self.gates.size, self.small.size
        self.by_input, self.by_state = own["weight_input"], own["weight_recurrent"]
        by_small, by_hidden = np.split(own["small_weight_recurrent"], [small], 1)
        self.by_all = np.concatenate([own["small_weight_input"], by_hidden, by_small], 1)
        self.embedding, self.embedding_bias = (
            own["weight_embedding"],
            own["bias_embedding"][:, None],
        )
        self.scale = np.ascontiguousarray(own["weight_scale"].transpose(0, 2, 1))  # (12, H, Z)
        self.bias = own["bias"][:, None]

    def start(self, batch: int) -> None:
        """Reset the state, for `batch` lines."""
        self.by_input, self.by_state, self.by_all, self.embedding = (
            laid_out(weight, batch)
            for weight in (self.by_input, self.by_state, self.by_all, self.embedding)
        )
        width, small = self.by_all.shape[-1], self.small.size
        self.inputs = np.zeros((width, batch), np.float32)
        below = width - small - self.size
        self.below, self.hidden, self.state = np.split(self.inputs, [below, width - small])  # views
        self.memory = np.zeros((self.size, batch), np.float32)
        self.small_memory = np.zeros((small, batch), np.float32)
        rows = (4 * self.size, 4 * self.size, 4 * small, len(self.embedding_bias))
        self.made = [np.empty((number, batch), np.float32) for number in rows]

    def forget(self, lines: np.ndarray) -> None:
        """Reset the state of the lines with these numbers."""
        for values in (self.inputs, self.memory, self.small_memory):
            values[:, lines] = 0

    def keep(self, lines: np.ndarray) -> None:
        """Go on with the lines with these numbers, as `numpy_networks.Layer.keep`."""
        state = (self.inputs, self.memory, self.small_memory)
        kept = [values[:, lines] for values in state]
        self.start(len(lines))
        for values, old in zip((self.inputs, self.memory, self.small_memory), kept, strict=True):
            values[:] = old

    def step(self) -> np.ndarray:
        """Take one step with `inputs`; return the new hidden state (H, B)."""
        sums, by_input, small, given = self.made
        self.small.step(product(self.by_all, self.inputs, small), self.small_memory, self.state)
        product(self.embedding, self.state, given)
        given += self.embedding_bias
        vectors = np.matmul(self.scale, given.reshape(12, -1, given.shape[-1]))  # (12, H, B)
        state, read, bias = vectors.reshape(3, -1, given.shape[-1])  # (4H, B) each
        product(self.by_state, self.hidden, sums)
        sums *= state
        product(self.by_input, self.below, by_input)
        by_input *= read
        sums += by_input
        sums += bias
        sums += self.bias
        return self.gates.step(sums, self.memory, self.hidden)


_OF_HYPER = (
    "weight_input", "weight_recurrent", "small_weight_input", "small_weight_recurrent",
    "weight_embedding", "bias_embedding", "weight_scale", "bias",
)  # fmt: skip


def _normalised(values: np.ndarray) -> np.ndarray:
    """values (G, H, B) with mean 0 and variance 1 over H, in a new array."""
    centred = values - values.mean(1, keepdims=True)
    variance = np.einsum("ghb,ghb->gb", centred, centred)[:, None] / np.float32(values.shape[1])
    centred /= np.sqrt(variance + ROUNDING)
    return centred
