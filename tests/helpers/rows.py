"""Rows of tables, with default values in the columns that a test does not need."""

import pyarrow as pa


def filled(table: pa.Schema, **known: object) -> dict:
    """A row of `table` with `known`: 0 or "" in the other columns that must have a value."""
    needed = [field for field in table if not field.nullable]
    empty = {field.name: 0 if _number(field.type) else "" for field in needed}
    return empty | known


def _number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
