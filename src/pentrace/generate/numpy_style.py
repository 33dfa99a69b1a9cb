"""The vector of a hand from any ink of it, in NumPy: the same as `networks.style_encoder`."""

from collections.abc import Sequence

import numpy as np

from pentrace.generate.one_thread import one_thread

LEAST_VARIANCE, ROUNDING = 1e-3, 1e-5  # as in networks.style_encoder, and in layer_norm


class FusedStyleEncoder:
    """The encoder of a synthesis network with `style_size`."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.layers: list[tuple[np.ndarray, np.ndarray]] = []  # kernels (O, I, W) and biases (O,)
        while (name := f"encoder.convolutions.{len(self.layers)}.weight") in weights:
            bias = weights[name.replace("weight", "bias")]
            self.layers.append((weights[name], bias))
        self.project = (weights["encoder.project.weight"], weights["encoder.project.bias"])

    def vector(self, lines: Sequence[np.ndarray]) -> np.ndarray:
        """float32 (S,), mean 0 and variance 1, of `lines` of one hand.

        lines: normalised offsets float32 (T, 3) each, T and their number at least 1.
        """
        vectors = [self._of_line(line) for line in lines]
        return vectors[0] if len(vectors) == 1 else standardised(np.mean(vectors, 0))

    def _of_line(self, line: np.ndarray) -> np.ndarray:
        return standardised(self.raw(line))

    @one_thread
    def raw(self, line: np.ndarray) -> np.ndarray:
        """The vector (S,) of a line (T, 3) before it is standardised."""
        found = np.concatenate([line.T, np.ones((1, len(line)), np.float32)])
        for kernel, bias in self.layers:
            found = np.maximum(_halved(found, kernel) + bias[:, None], 0)
        spread = np.sqrt(found.var(1) + np.float32(LEAST_VARIANCE))
        weight, bias = self.project
        return weight @ np.concatenate([found.mean(1), spread]) + bias


def mixed(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """The vector (S,) of a hand between two: 0 is `one`, 1 is `other`."""
    return standardised((1 - share) * one + share * other)


def standardised(raw: np.ndarray) -> np.ndarray:
    """float32 (S,) with mean 0 and variance 1."""
    centred = raw - raw.mean()
    return (centred / np.sqrt((centred**2).mean() + ROUNDING)).astype(np.float32)


def _halved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolution (O, ceil(T / 2)) of x (I, T) with kernel (O, I, W), at every second point."""
    outputs, _, width = kernel.shape
    padded = np.pad(x, ((0, 0), (width // 2, width // 2)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, width, 1)[:, ::2]  # (I, T', W)
    flat = seen.transpose(0, 2, 1).reshape(-1, seen.shape[1])
    return kernel.reshape(outputs, -1) @ flat
