"""Loading lines that a synthesis network wrote: rows of `schema.WRITTEN`, and offsets."""

from pathlib import Path

import numpy as np

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ink import runs
from pentrace.windows.lines import Lines


def load_written(folder: Path) -> tuple[Lines, list[dict]]:
    """The lines in `folder`, with their texts, and the row of `schema.WRITTEN` of each.

    Reads `lines.parquet` and `offsets.parquet`. Raises `PentraceError` if the two do not contain
    the same lines.
    """
    rows = {
        row["sample_id"]: row
        for row in tables.read(folder / "lines.parquet", schema.WRITTEN).to_pylist()
    }
    table = tables.read(folder / "offsets.parquet", schema.OFFSETS)
    starts, ids = runs(table["sample_id"])
    differing = set(rows) ^ set(ids)
    if differing or len(ids) != len(rows):
        name = min(differing, default="a line")
        raise PentraceError(
            f"{folder}: {name} is not in lines.parquet and in offsets.parquet exactly once; "
            "write the lines again with pentrace rewrite"
        )
    columns = [table[name].to_numpy() for name in ("dx", "dy", "end_of_stroke")]
    steps = np.stack(columns, 1).astype(np.float32)
    written = [rows[name] for name in ids]
    return Lines(steps, starts, ids, [row["text"] for row in written]), written
