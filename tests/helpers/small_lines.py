"""Lines with texts, of letters so plain that a small network learns to write and read them."""

import numpy as np

LETTERS = "abc "
NORMALISATION = {
    "recipe": "graves", "mean": [1.0, 0.0], "sd": [20.0, 20.0], "cap": None, "filter": {},
    "settings": {"recipe": "graves", "splits": ["train"]},
}  # fmt: skip


def ink(text: str, random: np.random.Generator) -> np.ndarray:
    """Normalised steps (T, 3) of a text: twelve points a letter."""
    turn = np.arange(12) / 12 * 2 * np.pi
    height = np.array([LETTERS.index(c) for c in text])[:, None]
    dx = np.where(height == 3, 0.3, 0.5 + 0.6 * np.cos(turn)).ravel()
    dy = np.where(height == 3, 0.0, (height - 0.5) * np.sin(turn)).ravel()
    ends = np.tile(np.arange(12) == 11, len(text))
    steps = np.stack([dx, dy, ends], 1) + random.normal(0, 0.03, (12 * len(text), 3)) * [1, 1, 0]
    return np.concatenate([np.zeros((1, 3)), steps]).astype(np.float32)
