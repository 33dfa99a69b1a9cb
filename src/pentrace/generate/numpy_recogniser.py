"""A trained recogniser in NumPy: the same numbers as `networks.recognition`, without PyTorch."""

from collections.abc import Sequence

import numpy as np

from pentrace.networks.settings import NetworkSettings

REDUCTION, SPAN = 4, 8  # as in networks.recognition


class FusedRecogniser:
    """A recognition network that reads lines of any lengths at once."""

    def __init__(self, weights: dict[str, np.ndarray], settings: NetworkSettings) -> None:
        self.settings = settings
        self.weights = sum(weight.size for weight in weights.values())
        kernel = weights["shorten.weight"]  # (H, 3, SPAN)
        self.kernel = kernel.reshape(len(kernel), 3 * SPAN).T
        self.kernel_bias = weights["shorten.bias"]
        self.layers = [Bidirectional(weights, f"layers.{n}") for n in range(settings.layers)]
        self.output, self.bias = weights["output.weight"].T, weights["output.bias"]

    def read(self, lines: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Log-probabilities float32 (T', B, V + 1) and their lengths int64 (B,) of B lines.

        lines: float32 (T, 3) each, the null step first. The last offset is not read, as in
        training. T' is (T - 1) / 4 of the longest, rounded up, and at least 1.
        """
        hidden, lengths = self.hidden(lines)
        return _log_softmax(hidden @ self.output + self.bias), lengths

    def hidden(self, lines: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Hidden states float32 (T', B, 2H) of the last layer, and their lengths, as for `read`."""
        offsets = [line[:-1] for line in lines]
        lengths = np.array([-(-len(line) // REDUCTION) for line in offsets], np.int64)
        hidden = self._shortened(offsets, max(int(lengths.max(initial=0)), 1))
        turned = reversal(lengths, len(hidden))
        for layer in self.layers:
            hidden = layer(hidden, turned)
        return hidden, lengths

    def _shortened(self, offsets: list[np.ndarray], steps: int) -> np.ndarray:
        """(T', B, H): step t sees the offsets around REDUCTION t."""
        before = (SPAN - REDUCTION) // 2
        padded = np.zeros((len(offsets), 3, (steps - 1) * REDUCTION + SPAN), np.float32)
        for row, line in zip(padded, offsets, strict=True):
            row[:, before : before + len(line)] = line.T
        seen = np.lib.stride_tricks.sliding_window_view(padded, SPAN, 2)[:, :, ::REDUCTION]
        flat = seen.transpose(2, 0, 1, 3).reshape(steps, len(offsets), 3 * SPAN)
        return np.tanh(flat @ self.kernel + self.kernel_bias)


class Bidirectional:
    """One LSTM from the left and one from the right, which take each step together."""

    def __init__(self, weights: dict[str, np.ndarray], name: str) -> None:
        ways = [_gates_last(weights, f"{name}.{way}") for way in ("forwards", "backwards")]
        both = (np.stack(part) for part in zip(*ways, strict=True))
        self.by_input, self.by_hidden, self.bias = both

    def __call__(self, x: np.ndarray, turned: np.ndarray) -> np.ndarray:
        """Hidden states (T, B, 2H) for x (T, B, D); `turned` (T, B) as `reversal` returns it."""
        steps, batch, below = x.shape
        both = np.stack([x, _turn(x, turned)]).reshape(2, steps * batch, below)
        gates = np.matmul(both, self.by_input) + self.bias[:, None]
        hidden = self._run(gates.reshape(2, steps, batch, -1))
        return np.concatenate([hidden[0], _turn(hidden[1], turned)], -1)

    def _run(self, gates: np.ndarray) -> np.ndarray:
        """Hidden states (2, T, B, H) for what the inputs add to the gates, (2, T, B, 4H)."""
        _, steps, batch, _ = gates.shape
        size = self.by_hidden.shape[1]
        hidden = np.zeros((2, steps, batch, size), np.float32)
        state, memory = np.zeros((2, 2, batch, size), np.float32)
        for n in range(steps):
            now = np.tanh(np.matmul(state, self.by_hidden) + gates[:, n])
            squashed = now[..., : 3 * size] * np.float32(0.5) + np.float32(0.5)
            memory = memory * squashed[..., size : 2 * size]
            memory += squashed[..., :size] * now[..., 3 * size :]
            state = squashed[..., 2 * size :] * np.tanh(memory)
            hidden[:, n] = state
        return hidden


def _gates_last(weights: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, ...]:
    """Weights (D, 4H), (H, 4H) and (4H,) of an `nn.LSTM`; gates input, forget, output, candidate.

    Those of the sigmoid gates are halved, as in `numpy_networks`, so that one tanh computes all.
    """

    def ordered(part: str) -> np.ndarray:
        i, f, g, o = np.split(weights[f"{name}.{part}_l0"], 4)
        return np.concatenate([i / 2, f / 2, o / 2, g])

    bias = ordered("bias_ih") + ordered("bias_hh")
    return ordered("weight_ih").T, ordered("weight_hh").T, bias


def reversal(lengths: np.ndarray, steps: int) -> np.ndarray:
    """int64 (steps, B): the place of each step of B lines after a line is reversed.

    Steps of padding stay where they are.
    """
    step = np.arange(steps)[:, None]
    return np.where(step < lengths, lengths - 1 - step, step)


def _turn(x: np.ndarray, turned: np.ndarray) -> np.ndarray:
    return np.take_along_axis(x, turned[..., None], 0)


def _log_softmax(x: np.ndarray) -> np.ndarray:
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))
