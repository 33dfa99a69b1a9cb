"""Recordings, read file by file, to one `Ink` and its rows of `schema.PARSED`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pentrace.ink import Ink


class Malformed(Exception):
    """A raw file that cannot be read completely: the name of the rule it breaks, and the reason."""

    def __init__(self, rule: str, reason: str) -> None:
        # Raw files contain anything, and a reason is printed and in a table.
        reason = "".join(c if c.isprintable() else repr(c)[1:-1] for c in reason)
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


@dataclass(frozen=True)
class Recording:
    """The T points of one sample, and what its raw file contains about it."""

    row: dict  # of `schema.PARSED`, without counts and bounding box
    x: np.ndarray  # (T,), tablet units, rightward
    y: np.ndarray  # (T,), tablet units, as recorded
    stroke: np.ndarray  # int (T,), from 0; -1: pen in the air
    t: np.ndarray  # (T,), seconds, NaN: not recorded
    channels: dict[str, np.ndarray] = field(default_factory=dict)  # see `pentrace.ink.CHANNELS`


def assemble(recordings: Sequence[Recording]) -> tuple[Ink, list[dict]]:
    """The ink of `recordings`, none of them empty, and one row of `schema.PARSED` each."""
    lengths = np.array([len(r.x) for r in recordings], np.int64)
    names = sorted({name for r in recordings for name in r.channels})
    ink = Ink(
        ids=[r.row["sample_id"] for r in recordings],
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        x=_joined([r.x for r in recordings], np.float32),
        y=_joined([r.y for r in recordings], np.float32),
        stroke=_joined([r.stroke for r in recordings], np.int32),
        t=_joined([r.t for r in recordings], np.float64),
        channels={n: _joined([_channel(r, n) for r in recordings], np.float32) for n in names},
    )
    return ink, _rows(recordings, ink)


def _joined(arrays: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate([a.astype(kind) for a in arrays]) if arrays else np.zeros(0, kind)


def _channel(recording: Recording, name: str) -> np.ndarray:
    return recording.channels.get(name, np.full(len(recording.x), np.nan))


def _rows(recordings: Sequence[Recording], ink: Ink) -> list[dict]:
    if not recordings:
        return []
    first = ink.starts[:-1]
    columns = {
        "n_points": ink.lengths,
        "n_strokes": np.maximum.reduceat(ink.stroke, first) + 1,
        "x_min": np.minimum.reduceat(ink.x, first),
        "x_max": np.maximum.reduceat(ink.x, first),
        "y_min": np.minimum.reduceat(ink.y, first),
        "y_max": np.maximum.reduceat(ink.y, first),
    }
    lists = {name: values.tolist() for name, values in columns.items()}
    return [
        {**r.row, **{name: values[i] for name, values in lists.items()}}
        for i, r in enumerate(recordings)
    ]
