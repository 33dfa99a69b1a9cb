"""Tables of lines that a synthesis network wrote."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pentrace import schema
from pentrace.generate.lines import WrittenLine


def written_row(name: str, line: WrittenLine, bias: float, prime: str | None = None) -> dict:
    """A row of `schema.WRITTEN`."""
    return {
        "sample_id": name,
        "text": line.text,
        "bias": bias,
        "seed": line.seed,
        "prime": prime,
        "attempts": line.attempts,
        "finished": line.finished,
        "missed": line.missed,
        "failed": line.failed,
        "read": line.reading and line.reading.text,
    }


def offsets_table(name: str, steps: np.ndarray) -> pa.Table:
    """Rows of `schema.OFFSETS` of one line, steps (T, 3)."""
    names = pa.DictionaryArray.from_arrays(np.zeros(len(steps), np.int32), [name])
    columns = [names, steps[:, 0], steps[:, 1], steps[:, 2].astype(np.uint8)]
    return pa.table(dict(zip(schema.OFFSETS.names, columns, strict=True))).cast(schema.OFFSETS)


def unified(offsets: list[pa.Table]) -> Iterator[pa.Table]:
    """All offsets in one row group, so that the rows of a sample are not separated."""
    empty = schema.OFFSETS.empty_table()
    yield pa.concat_tables([empty, *offsets]).unify_dictionaries()
