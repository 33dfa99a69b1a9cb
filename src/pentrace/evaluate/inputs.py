"""The lines that are measured, and the scale of their units against those of the tablet."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pentrace import dataset, schema, tables
from pentrace.errors import PentraceError
from pentrace.evaluate.line_losses import choose
from pentrace.evaluate.settings import EvaluateSettings
from pentrace.networks.settings import NetworkSettings
from pentrace.normalise.coordinate_frame import Frame
from pentrace.normalise.recipes import log_area
from pentrace.train.data import read
from pentrace.windows.batches import Lines


class Split(NamedTuple):
    """One split: its lines, which of them are measured, and the scale of its units."""

    name: str
    lines: Lines
    chosen: np.ndarray  # int64 (L,)
    recorded: int  # lines of the split, kept or dropped
    log_area: np.ndarray  # float64 (L,), see `table.raw_log_loss`
    symbols: np.ndarray | None  # int64 (S, U), -1 for padding; None if the network takes none

    @property
    def names(self) -> list[str]:
        """Their sample ids, L of them."""
        return [self.lines.ids[i] for i in self.chosen]


def log_areas(normalisation: dict, data: Path) -> Callable[[list[str]], np.ndarray]:
    """A function that gives `recipes.log_area` of samples by their names, float64 (L,).

    Raises `PentraceError` if each sample has a separate scale and the frames are missing.
    """
    if normalisation["recipe"] != "line-height":
        return lambda names: np.full(len(names), log_area(normalisation))
    found = [
        (row["sample_id"], row["scale"])
        for path in dataset.frames(data)
        for row in tables.read(path, schema.part(schema.FRAMES, "sample_id", "scale")).to_pylist()
    ]
    area = {name: log_area(normalisation, Frame(scale=scale)) for name, scale in found}
    return lambda names: np.array([area[name] for name in names])


def load_splits(
    data: Path,
    areas: Callable[[list[str]], np.ndarray],
    settings: EvaluateSettings,
    trained: NetworkSettings,
) -> list[Split]:
    """The splits of the settings that have a line to measure, as a network of `trained` takes them.

    `areas` as from `log_areas`. Raises `PentraceError` if there is no line at all.
    """
    rows = tables.read(dataset.samples(data), schema.part(schema.SAMPLES, "split"))
    recorded = Counter(rows["split"].to_pylist())
    splits = []
    for name in settings.splits:
        found = read(data, trained, [name])
        lines, symbols = found.lines, found.symbols
        chosen = choose(lines, settings.lines, settings.seed)
        if len(chosen):
            area = areas([lines.ids[i] for i in chosen])
            splits.append(Split(name, lines, chosen, recorded[name], area, symbols))
    if not splits:
        raise PentraceError(
            f"{data}: no line in {', '.join(settings.splits)}; read why in the rejects table, "
            "or set evaluate.splits to splits that have lines"
        )
    return splits
