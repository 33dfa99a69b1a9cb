"""A person's ink on a page, as a style to write in."""

import json
from pathlib import Path

import numpy as np

TEXT = "minimum sum"


def waves(strokes: int = 4, points: int = 60) -> list[np.ndarray]:
    """Strokes (n, 3) that go up and down along a line, y upward, t in s at 100 a second."""
    s = np.linspace(0, 1, points)
    return [
        np.column_stack([i + 0.9 * s, 0.8 * np.sin(s * 20), (i * (points + 30) + s * points) / 100])
        for i in range(strokes)
    ]


def save(path: Path, strokes: list[np.ndarray], **more: object) -> Path:
    """The page format with these strokes."""
    content = {"text": TEXT, "y_axis": "up", **more}
    content["strokes"] = [stroke.tolist() for stroke in strokes]
    path.write_text(json.dumps(content))
    return path
