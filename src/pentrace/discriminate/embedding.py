"""The recurrent embedding: what a recogniser, which never compared lines, keeps of a line."""

from collections.abc import Sequence

import numpy as np

from pentrace.generate.numpy_recogniser import FusedRecogniser

TOGETHER = 64  # lines at once; changes only memory and speed


def embedded(recogniser: FusedRecogniser, lines: Sequence[np.ndarray]) -> np.ndarray:
    """float64 (S, 2H): means of the last hidden states over each of lines, float32 (T, 3)."""
    found = []
    for start in range(0, len(lines), TOGETHER):
        hidden, lengths = recogniser.hidden(lines[start : start + TOGETHER])
        inside = np.arange(len(hidden))[:, None] < lengths  # (T', B)
        total = (hidden * inside[..., None]).sum(0, dtype=np.float64)
        found.append(total / np.maximum(lengths, 1)[:, None])
    return np.concatenate(found)
