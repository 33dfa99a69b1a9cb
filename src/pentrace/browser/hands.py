"""Hands to choose on the page: lines that the network has written itself."""

import numpy as np

from pentrace.generate.lines import LineOptions, WrittenLine, write_lines
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.normalise.positions import positions

TEXT = "the quick brown fox jumps"
SEEDS = (10, 2, 8, 13, 22, 6)  # hands that look different, of the network of the package


def written_hands(
    network: FusedNetwork, normalisation: dict, reader: FusedRecogniser | None
) -> dict[str, dict]:
    """Name -> content of a JSON file of ink; hands whose line is not its text are left out."""
    known = set(network.settings.alphabet or "")
    text = "".join(character for character in TEXT if character in known).strip()
    if not text:
        return {}
    hows = [LineOptions(bias=1.0, seed=seed, attempts=12, reader=reader) for seed in SEEDS]
    lines = [write_lines(network, [text], how)[0] for how in hows]
    good = [line for line in lines if not line.failed]
    return {f"Hand {i}": _ink(line, normalisation) for i, line in enumerate(good, 1)}


def _ink(line: WrittenLine, normalisation: dict) -> dict:
    x, y, t, stroke = positions(line.steps, normalisation)
    points = np.column_stack([x, y, t] if np.isfinite(t).all() else [x, y]).round(2)
    cuts = np.flatnonzero(np.diff(stroke)) + 1
    strokes = [part.tolist() for part in np.split(points, cuts)]
    return {"text": line.text, "y_axis": "up", "strokes": strokes}
