"""Rows of tables, with default values in the columns that a test does not need."""

import numpy as np
import pyarrow as pa


def filled(table: pa.Schema, **known: object) -> dict:
    """A row of `table` with `known`: 0 or "" in the other columns that must have a value."""
    needed = [field for field in table if not field.nullable]
    empty = {field.name: 0 if _number(field.type) else "" for field in needed}
    return empty | known


def _number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def window_row(
    name: str, split: str, steps: np.ndarray, length: int, text: str | None = None
) -> dict:
    """One window with a complete line: steps (T, 3) as dx, dy, end of stroke, T <= `length`."""
    columns = np.zeros((3, length))
    columns[:, : len(steps)] = steps.T
    parts = {"dx": columns[0], "dy": columns[1], "end_of_stroke": columns[2].astype(int)}
    row = {"sample_id": name, "split": split, "window": 0, "start": 0, "valid": len(steps)}
    return row | {"text": text} | {key: values.tolist() for key, values in parts.items()}
