"""A trained text network in NumPy, one character at a time: the layers of `write.fused`."""

from pathlib import Path

import numpy as np

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.stored import read
from pentrace.write.fused import Stack, from_torch


class FusedText:
    """A text network for B texts at once; `start`, then `step` by step."""

    def __init__(self, weights: dict[str, np.ndarray], settings: NetworkSettings) -> None:
        self.settings = settings
        layers = [from_torch(weights, f"layers.{n}") for n in range(len(settings.cells))]
        output = (weights["output.weight"], weights["output.bias"])
        self.stack = Stack(layers, *output, settings.skips)
        self.embedding = weights["embedding.weight"]  # (V, E)

    def start(self, batch: int) -> None:
        """Forget everything, for `batch` texts."""
        self.stack.start(batch)

    def step(self, symbols: np.ndarray) -> np.ndarray:
        """Logits float32 (B, V) of what follows symbols int64 (B,), as `TextNetwork` gives them."""
        return self.stack.step(self.embedding[symbols].T)

    def forget(self, texts: np.ndarray) -> None:
        """Put these texts, by their numbers, back to the start."""
        self.stack.forget(texts)


def load(path: str | Path) -> FusedText:
    """The text network at `path`.

    Raises `PentraceError` where the file is missing, cut, of another version or another kind.
    """
    weights, settings, _ = read(path, "np")
    if settings.kind != "text":
        raise PentraceError(f"{path}: a {settings.kind} network; give one of kind text")
    try:
        return FusedText(weights, settings)
    except KeyError as error:
        raise PentraceError(f"{path}: weights do not fit the settings: no {error}") from None
