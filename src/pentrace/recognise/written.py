"""Lines that a synthesis network wrote, as `schema.WRITTEN` and their offsets tell them."""

from pathlib import Path

import numpy as np

from pentrace import tables
from pentrace.errors import PentraceError
from pentrace.ink import runs
from pentrace.windows.lines import Lines


def load_written(folder: Path) -> tuple[Lines, list[dict]]:
    """The lines in `folder`, with their texts, and the row of `schema.WRITTEN` of each.

    Reads `lines.parquet` and `offsets.parquet`. Raises `PentraceError` where the two do not hold
    the same lines.
    """
    rows = {row["sample_id"]: row for row in tables.read(folder / "lines.parquet").to_pylist()}
    table = tables.read(folder / "offsets.parquet")
    starts, ids = runs(table["sample_id"])
    differing = set(rows) ^ set(ids)
    if differing or len(ids) != len(rows):
        name = min(differing, default="a line")
        raise PentraceError(
            f"{folder}: {name} does not stand once in both lines.parquet and offsets.parquet; "
            "write the lines again"
        )
    columns = [table[name].to_numpy() for name in ("dx", "dy", "end_of_stroke")]
    steps = np.stack(columns, 1).astype(np.float32)
    written = [rows[name] for name in ids]
    return Lines(steps, starts, ids, [row["text"] for row in written]), written
