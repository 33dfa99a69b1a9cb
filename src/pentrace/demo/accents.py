"""Letters with accents, and signs that the Hershey fonts do not have, drawn from simple strokes.

Positions are as in `glyphs`: complex numbers in x-heights, y upward from the baseline.
"""

import unicodedata

import numpy as np

_MARKS = {  # strokes around x = 0 at y = 0
    "\N{COMBINING GRAVE ACCENT}": ([-0.2 + 0.3j, 0.12 + 0.02j],),
    "\N{COMBINING ACUTE ACCENT}": ([0.2 + 0.3j, -0.12 + 0.02j],),
    "\N{COMBINING CIRCUMFLEX ACCENT}": ([-0.25 + 0.02j, 0.3j, 0.25 + 0.02j],),
    "\N{COMBINING TILDE}": ([-0.3 + 0.05j, -0.12 + 0.2j, 0.1 + 0.08j, 0.3 + 0.24j],),
    "\N{COMBINING DIAERESIS}": ([-0.2 + 0.16j, -0.19 + 0.07j], [0.2 + 0.16j, 0.21 + 0.07j]),
    "\N{COMBINING RING ABOVE}": ([0.32j, -0.14 + 0.18j, 0.04j, 0.14 + 0.18j, 0.32j],),
    "\N{COMBINING CEDILLA}": ([0.0 - 0.02j, 0.02 - 0.16j, 0.14 - 0.28j, -0.1 - 0.4j],),
}
_SIGNS: dict[str, tuple[float, list[list[complex]]]] = {  # width, strokes
    "ß": (1.0, [[0j, 1.2j, 0.2 + 1.5j, 0.55 + 1.4j, 0.5 + 1.0j, 0.25 + 0.8j, 0.6 + 0.6j,
                 0.65 + 0.2j, 0.45 + 0j, 0.2 + 0.05j]]),
    "¡": (0.5, [[0.25 + 1.0j, 0.26 + 0.9j], [0.25 + 0.6j, 0.22 - 0.4j]]),
    "¿": (0.9, [[0.45 + 1.0j, 0.46 + 0.9j],
                [0.45 + 0.6j, 0.4 + 0.3j, 0.1 + 0.05j, 0.15 - 0.3j, 0.45 - 0.45j, 0.75 - 0.25j]]),
    "«": (1.0, [[0.45 + 0.8j, 0.1 + 0.45j, 0.45 + 0.1j], [0.85 + 0.8j, 0.5 + 0.45j, 0.85 + 0.1j]]),
    "»": (1.0, [[0.15 + 0.8j, 0.5 + 0.45j, 0.15 + 0.1j], [0.55 + 0.8j, 0.9 + 0.45j, 0.55 + 0.1j]]),
    "°": (0.6, [[0.3 + 1.5j, 0.1 + 1.3j, 0.3 + 1.1j, 0.5 + 1.3j, 0.3 + 1.5j]]),
    "€": (1.2, [[1.0 + 1.3j, 0.7 + 1.5j, 0.35 + 1.2j, 0.25 + 0.75j, 0.35 + 0.3j, 0.7 + 0j,
                 1.0 + 0.2j], [0.05 + 0.9j, 0.8 + 0.9j], [0.05 + 0.6j, 0.75 + 0.6j]]),
    "£": (1.1, [[0.9 + 1.3j, 0.65 + 1.5j, 0.4 + 1.2j, 0.42 + 0.5j, 0.1 + 0j, 0.5 + 0.05j, 1.0 + 0j],
                [0.15 + 0.7j, 0.75 + 0.7j]]),
    "§": (0.9, [[0.7 + 1.35j, 0.45 + 1.5j, 0.2 + 1.25j, 0.65 + 0.85j, 0.7 + 0.6j, 0.45 + 0.45j],
                [0.5 + 1.0j, 0.2 + 0.8j, 0.25 + 0.6j, 0.7 + 0.2j, 0.45 - 0.1j, 0.15 + 0.05j]]),
}  # fmt: skip
_SLASHED = {"ø": "o", "Ø": "O"}
_JOINED = {"æ": "ae", "œ": "oe", "Æ": "AE", "Œ": "OE"}
ACCENTED = (
    "àáâäãåçèéêëìíîïñòóôöõùúûüýÿÀÁÂÄÃÅÇÈÉÊËÌÍÎÏÑÒÓÔÖÕÙÚÛÜÝ" + "".join(_SLASHED) + "".join(_JOINED)
)
SIGNS = "".join(_SIGNS)


def sign(char: str) -> tuple[float, list[np.ndarray]] | None:
    """Width and strokes of a sign, or None if it is none of those here."""
    if char not in _SIGNS:
        return None
    width, strokes = _SIGNS[char]
    return width, [np.array(s) for s in strokes]


def parts(char: str) -> tuple[str, str] | None:
    """The letters that `char` is made of, and its accent or a slash; None if it is one letter."""
    if char in _SLASHED:
        return _SLASHED[char], "/"
    if char in _JOINED:
        return _JOINED[char], ""
    base, *marks = list(unicodedata.normalize("NFD", char))
    return (base, marks[0]) if len(marks) == 1 and marks[0] in _MARKS else None


def accent(mark: str, letter: list[np.ndarray]) -> list[np.ndarray]:
    """The strokes of an accent, or of a slash, for the strokes of a letter."""
    every = np.concatenate(letter)
    left, right, top = every.real.min(), every.real.max(), every.imag.max()
    middle = (left + right) / 2
    if mark == "/":
        return [np.array([right + 0.05 + (top + 0.1) * 1j, left - 0.05 - 0.1j])]
    at = 0.0 if mark == "\N{COMBINING CEDILLA}" else top + 0.18
    return [np.array(stroke) + middle + 1j * at for stroke in _MARKS[mark]]
