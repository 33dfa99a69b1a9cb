"""Other ink of the same writer, as the reference of a hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pentrace import dataset, schema, tables
from pentrace.windows.lines import Lines


def load_writers(data: Path, ids: Sequence[str]) -> np.ndarray:
    """The number of the writer of each sample, int64 (S,); unknown writers differ from all."""
    rows = tables.read(
        dataset.samples(data), schema.part(schema.SAMPLES, "sample_id", "writer")
    ).to_pylist()
    known = {row["sample_id"]: row["writer"] for row in rows}
    numbers: dict[str, int] = {}
    names = (known.get(name) or f"unknown/{name}" for name in ids)
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def other_lines(
    writers: np.ndarray, sample: np.ndarray, random: np.random.Generator | None
) -> np.ndarray:
    """For each of `sample` (B,), another sample of its writer, or -1 if there is none.

    Random, or without `random` the next one.
    """
    found = []
    for own in sample.tolist():
        same = np.flatnonzero(writers == writers[own])
        place = int(np.searchsorted(same, own))
        step = 1 if random is None else 1 + int(random.random() * max(len(same) - 1, 1))
        found.append(int(same[(place + step) % len(same)]) if len(same) > 1 else -1)
    return np.array(found, np.int64)


def reference_ink(lines: Lines, sample: np.ndarray) -> np.ndarray:
    """float32 (B, R, 4) of samples (B,), as `StyleEncoder` reads them; -1: no ink."""
    inks = [lines[i] if i >= 0 else lines.steps[:0] for i in sample.tolist()]
    return padded(inks)


def padded(inks: Sequence[np.ndarray]) -> np.ndarray:
    """Lines float32 (T, 3) each, with a column that is 1 at their steps: (B, R, 4)."""
    reference = np.zeros((len(inks), max(1, *map(len, inks)), 4), np.float32)
    for row, ink in zip(reference, inks, strict=True):
        row[: len(ink), :3], row[: len(ink), 3] = ink, 1
    return reference


def references(
    lines: Lines,
    writers: np.ndarray,
    sample: np.ndarray,
    random: np.random.Generator | None = None,
    dropout: float = 0.0,
) -> np.ndarray:
    """Reference ink (B, R, 4) for each of `sample` (B,); a share `dropout` has none."""
    others = other_lines(writers, sample, random)
    if random is not None:
        others[random.random(len(others)) < dropout] = -1
    return reference_ink(lines, others)
