"""Whether a table that was read is what its schema promises: types, nulls, numbers, order of rows.

Tables may be damaged, from another program, or changed by hand. A stage that computed with them
would fail far from the cause, or write wrong numbers.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pentrace.split_names import SPLITS

# The least and the greatest value of columns of numbers, in any table that has them.
BOUNDS: dict[str, tuple[float, float]] = {
    "x": (-1e12, 1e12),
    "y": (-1e12, 1e12),
    "dx": (-1e12, 1e12),
    "dy": (-1e12, 1e12),
    "stroke": (-1, 2**31 - 2),
    "end_of_stroke": (0, 1),
    "point": (0, 2**31 - 1),
    "scale": (1e-30, 1e30),
    "code": (1, 0x10FFFF),
    "codes": (0, 0x10FFFF),  # 0: padding of windows
    "valid": (0, 2**31 - 1),
    "start": (0, 2**63 - 1),
    "index": (0, 2**31 - 1),
    "first_point": (0, 2**31 - 1),
    "last_point": (0, 2**31 - 1),
    "count": (0, 2**31 - 1),
    "n_points": (0, 2**31 - 1),
    "n_strokes": (0, 2**31 - 1),
}
# The values of columns of text.
VALUES: dict[str, tuple[str, ...]] = {"split": SPLITS, "y_axis": ("down", "up")}


class Unfit(Exception):
    """A table that is not of its schema; the message names column and row."""


def fitted(table: pa.Table, expected: pa.Schema) -> pa.Table:
    """The columns of `expected` of `table`, with its types.

    Raises `pa.ArrowInvalid` for damaged values, and `Unfit` for a column of another kind, a null or
    a number where none may be, or a text that is none of its values.
    """
    table.validate(full=True)  # such as the encoding of texts
    columns = [_fitted(table[field.name], field) for field in expected]
    return pa.table(columns, schema=expected)


def refuse_scattered(names: pa.ChunkedArray, seen: set[str]) -> None:
    """Raise `Unfit` if rows of one name are not consecutive, or in one of the pieces before.

    `names` is a dictionary column of a piece; `seen` are the names before it, and is extended.
    """
    if not len(names):
        return
    coded = names.unify_dictionaries().combine_chunks()
    index = coded.indices.to_numpy()
    first = np.flatnonzero(np.append(True, index[1:] != index[:-1]))
    here = coded.take(pa.array(first)).to_pylist()
    twice = next((name for i, name in enumerate(here) if name in seen or name in here[:i]), None)
    if twice is not None:
        raise Unfit(f"the rows of {twice} are not consecutive")
    seen.update(here)


def _fitted(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    if column.null_count and not field.nullable:
        row = pc.index(pc.is_null(column), True).as_py()
        raise Unfit(f"column {field.name}, row {row}: no value")
    if column.type != field.type:
        column = _cast(column, field)
    if not len(column):
        return column
    _refuse_values(column, field.name)
    return column


def _cast(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    """The column in the type of `field`, if no value changes: programs choose other widths."""
    wrong = Unfit(f"column {field.name} is {column.type}, expected {field.type}")
    if _family(column.type) not in (_family(field.type), "null"):
        raise wrong
    try:
        return column.cast(field.type)
    except pa.ArrowException:
        raise wrong from None


def _family(kind: pa.DataType) -> str:
    """Types of one family can be cast into each other where the values allow it."""
    if pa.types.is_dictionary(kind):
        return _family(kind.value_type)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return "bytes"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "number"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list of {_family(kind.value_type)}"
    return str(kind)


def _refuse_values(column: pa.ChunkedArray, name: str) -> None:
    values, kind = column, column.type
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        values, kind = pc.list_flatten(column), kind.value_type
        if values.null_count:
            raise Unfit(f"column {name}: a list contains no value")
    if pa.types.is_floating(kind):
        _refuse_infinite(values, name)
    if name in BOUNDS and _family(kind) == "number" and len(values) > values.null_count:
        _refuse_beyond(values, name)
    if name in VALUES and _family(kind) == "text":
        known = pc.is_in(values, pa.array(VALUES[name])).to_numpy()
        wrong = np.flatnonzero(~known & pc.is_valid(values).to_numpy())
        if len(wrong):
            given = str(values[int(wrong[0])].as_py())[:40]
            allowed = " or ".join(VALUES[name])
            raise Unfit(f"column {name}, row {wrong[0]}: {given!r}, expected {allowed}")


def _refuse_infinite(values: pa.ChunkedArray, name: str) -> None:
    finite = pc.is_finite(values)
    if not pc.all(finite, min_count=0).as_py():
        row = pc.index(finite, False).as_py()
        raise Unfit(f"column {name}, value {row}: {values[row].as_py()}, expected a finite number")


def _refuse_beyond(values: pa.ChunkedArray, name: str) -> None:
    low, high = BOUNDS[name]
    found = pc.min_max(values).as_py()
    for value in (found["min"], found["max"]):
        if not low <= value <= high:
            raise Unfit(f"column {name}: {value}, expected {low:g} to {high:g}")
