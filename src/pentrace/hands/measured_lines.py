"""The lines that are measured, and the real lines that they are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.recognise.written_lines import load_written
from pentrace.split_names import SPLITS
from pentrace.windows.lines import Lines, gathered, load_lines

ORIGINS = ("real", "styled", "unstyled")


@dataclass(frozen=True)
class MeasuredLines:
    """Q lines of H hands, and C real lines of these hands."""

    hands: list[str]  # H labels
    compared: Lines  # C lines
    compared_hand: np.ndarray  # int64 (C,), number of the hand
    lines: Lines  # Q lines
    own: np.ndarray  # int64 (Q,), number of the own hand
    origin: list[str]  # Q of `ORIGINS`
    failed: np.ndarray  # bool (Q,), whether the check of the writing found an error; real: False


def load_measured(data: Path, imitated: Path) -> MeasuredLines:
    """What `pentrace imitate` wrote to `imitated`, and the real lines of its hands in `data`.

    Raises `PentraceError` if a line of one is not in the other.
    """
    roles = tables.read(imitated / "hands.parquet", schema.HANDS).to_pylist()
    hand = {row["sample_id"]: row["hand"] for row in roles}
    role = {row["sample_id"]: row["role"] for row in roles}
    hands = sorted(set(hand.values()))
    real = load_lines(data, SPLITS).only(hand)
    written, about = load_written(imitated)
    origin = [name.partition("/")[0] for name in written.ids]
    _check(imitated, set(hand) - set(real.ids), set(map(_source, written.ids)) - set(hand))
    compared = real.only({name for name in hand if role[name] == "compared"})
    texts = real.only({name for name in hand if role[name] == "text"})
    lines = gathered(
        [part[i] for part in (texts, written) for i in range(len(part.ids))],
        texts.ids + written.ids,
        texts.texts + written.texts,
    )
    return MeasuredLines(
        hands,
        compared,
        _numbers(hands, (hand[name] for name in compared.ids)),
        lines,
        _numbers(hands, [hand[n] for n in texts.ids] + [hand[_source(n)] for n in written.ids]),
        ["real"] * len(texts.ids) + origin,
        np.array([False] * len(texts.ids) + [row["failed"] for row in about], bool),
    )


def _source(name: str) -> str:
    """The real line of styled/NAME or unstyled/NAME."""
    return name.partition("/")[2]


def _check(imitated: Path, not_in_data: set[str], not_in_hands: set[str]) -> None:
    for names, where in ((not_in_data, "the data"), (not_in_hands, "hands.parquet")):
        if names:
            raise PentraceError(
                f"{imitated}: {min(names)} is not in {where}; write the lines again with pentrace "
                "imitate"
            )


def _numbers(hands: list[str], labels: Iterable[str]) -> np.ndarray:
    return np.array([hands.index(label) for label in labels], np.int64)
