"""A trained text network in NumPy, one character at a time: the same as `networks.text`."""

import numpy as np

from pentrace.generate.numpy_networks import Stack, from_torch
from pentrace.networks.settings import NetworkSettings


class FusedText:
    """A text network for B texts at once; `start`, then `step` by step."""

    def __init__(self, weights: dict[str, np.ndarray], settings: NetworkSettings) -> None:
        self.settings = settings
        layers = [from_torch(weights, f"layers.{n}") for n in range(len(settings.cells))]
        output = (weights["output.weight"], weights["output.bias"])
        self.stack = Stack(layers, *output, settings.skips)
        self.embedding = weights["embedding.weight"]  # (V, E)

    def start(self, batch: int) -> None:
        """Reset the state, for `batch` texts."""
        self.stack.start(batch)

    def step(self, symbols: np.ndarray) -> np.ndarray:
        """Logits float32 (B, V) of the next symbols after int64 (B,), as from `TextNetwork`."""
        return self.stack.step(self.embedding[symbols].T)

    def forget(self, texts: np.ndarray) -> None:
        """Reset the state of the texts with these numbers."""
        self.stack.forget(texts)
