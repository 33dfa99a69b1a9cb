"""Where in its text each step of a line is, from the points of the letters."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.unicode_nfc import nfc
from pentrace.windows.lines import Lines

NOWHERE = -1


def first_points(table: Path, lines: Lines) -> np.ndarray:
    """The first point of each letter, int64 (S, U), as `pentrace align` found it in `table`.

    The points are rows of the offsets of each line, the letters those of its text in NFC; -1 for
    blanks, padding and letters that were not found. Raises `PentraceError` for a line that the
    table does not contain.
    """
    texts = [nfc(text or "") for text in lines.texts]
    points = np.full((len(texts), max(map(len, texts), default=0)), NOWHERE, np.int64)
    found = tables.read(table, schema.part(schema.ALIGNMENTS, "sample_id", "index", "first_point"))
    number = {name: i for i, name in enumerate(lines.ids)}
    row = np.array([number.get(name, NOWHERE) for name in found["sample_id"].to_pylist()], np.int64)
    if missing := set(range(len(texts))) - set(row.tolist()):
        name = lines.ids[min(missing)]
        raise PentraceError(f"{table}: no row for {name}; run pentrace align on this data set")
    point = found["first_point"].fill_null(NOWHERE).to_numpy()
    at, known = found["index"].to_numpy(), row != NOWHERE
    points[row[known], at[known]] = point[known]
    return points


def places(letters: np.ndarray, lines: Lines, sample: Sequence[int], width: int) -> np.ndarray:
    """Where in its text each of `width` steps to predict is, float32 (B, width).

    As positions of a soft window: the ink of letter u, counted from 1, extends from u - 1/2 to
    u + 1/2, and a blank is passed while the letter before it is written. Steps after the end of a
    line have its last position.
    """
    found = np.zeros((len(sample), width), np.float32)
    for row, i in zip(found, sample, strict=True):
        known = np.flatnonzero(letters[i] != NOWHERE)
        if len(known):
            point = np.append(letters[i][known], lines.n_steps[i] + 1)
            place = np.append(known + 0.5, known[-1] + 1.5)
            row[:] = np.interp(np.arange(1, width + 1), point, place)
    return found
