"""A trained text network in NumPy, one character at a time: the layers of `write.fused`."""

from pathlib import Path

import numpy as np

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.stored import read
from pentrace.write.fused import from_torch, laid_out


class FusedText:
    """A text network for B texts at once; `start`, then `step` by step."""

    def __init__(self, weights: dict[str, np.ndarray], settings: NetworkSettings) -> None:
        self.settings, self.cells = settings, settings.cells
        self.layers = [from_torch(weights, f"layers.{n}") for n in range(len(self.cells))]
        self.embedding = weights["embedding.weight"]  # (V, E)
        self.output, self.bias = weights["output.weight"], weights["output.bias"]  # (V, H), (V,)

    def start(self, batch: int) -> None:
        """Forget everything, for `batch` texts."""
        for layer in self.layers:
            layer.start(batch)
        self.output = laid_out(self.output, batch)
        self.top = np.empty((self.output.shape[1], batch), np.float32)

    def step(self, symbols: np.ndarray) -> np.ndarray:
        """Logits float32 (B, V) of what follows symbols int64 (B,), as `TextNetwork` gives them."""
        skips, width = self.settings.skips, self.embedding.shape[1]
        read, at = self.embedding[symbols].T, 0
        for number, layer in enumerate(self.layers):
            if number == 0 or skips:
                layer.below[:width] = read
            if number:
                layer.below[-self.cells[number - 1] :] = self.layers[number - 1].hidden
            hidden = layer.step()
            if skips:
                self.top[at : at + layer.size] = hidden
                at += layer.size
        return (self.output @ (self.top if skips else hidden)).T + self.bias

    def forget(self, texts: np.ndarray) -> None:
        """Put these texts, by their numbers, back to the start."""
        for layer in self.layers:
            layer.forget(texts)


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
