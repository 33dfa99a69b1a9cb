"""Ways to damage tables and JSON: bytes on the disk, or values, as other programs leave them."""

import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from damage import cut, flipped, zeroed

ODD: tuple[Any, ...] = (
    None, float("nan"), float("inf"), -float("inf"), -1, 0, 1e30, 2**31 - 1, -(2**31), 2**62, 1e308,
    "", "x", "train", "\x00", "é" * 300, "../x", True, [], [1], {}, "$^_$",
)  # fmt: skip
TYPES = (pa.string(), pa.int8(), pa.int64(), pa.float64(), pa.bool_(), pa.binary(), pa.null())


def damaged_bytes(content: bytes, random: Random) -> bytes:
    """Damage that the content of a file does not explain: it must be found, or change nothing."""
    way = random.choice((flipped, flipped, flipped, cut, zeroed))
    return bytes(way(bytearray(content), random))


def changed(content: bytes, random: Random) -> bytes:
    """Other values in a file that is well formed: JSON or Parquet."""
    return _json(content, random) if content[:4] != b"PAR1" else _parquet(content, random)


# JSON


def _json(content: bytes, random: Random) -> bytes:
    value = json.loads(content)
    places = list(_places(value))
    holder, key = random.choice(places) if places else (None, None)
    if holder is None or random.random() < 0.05:
        value = random.choice(ODD)
    elif random.random() < 0.3:
        del holder[key]
    else:
        holder[key] = random.choice(ODD)
    return json.dumps(value).encode()


def _places(value: Any) -> Any:
    """Each list or object in `value`, with each of its keys."""
    keys: list = list(value) if isinstance(value, dict) else []
    if isinstance(value, list):
        keys = list(range(len(value)))
    for key in keys:
        yield value, key
        yield from _places(value[key])


# Parquet


def _parquet(content: bytes, random: Random) -> bytes:
    file = pq.ParquetFile(io.BytesIO(content))
    groups = [file.read_row_group(i) for i in range(file.num_row_groups)]
    if not groups:
        groups = [file.schema_arrow.empty_table()]
    change = random.choice(CHANGES)
    at = random.randrange(len(groups))
    done = change(groups, at, random)
    body = io.BytesIO()
    with pq.ParquetWriter(body, done[0].schema) as writer:
        for group in done:
            writer.write_table(group.cast(done[0].schema))
    return body.getvalue()


Groups = list[pa.Table]


def _value(groups: Groups, at: int, random: Random) -> Groups:
    """One odd value in one column, which may make the column nullable."""
    table = groups[at]
    if not len(table):
        return groups
    name = random.choice(table.column_names)
    kind = table.schema.field(name).type
    values = table[name].to_pylist()
    row = random.randrange(len(values))
    for _ in range(20):
        values[row] = random.choice(ODD)
        try:
            column = pa.array(values, _plain(kind))
            break
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            continue
    else:
        return groups
    return [_with(g, name, column if g is table else g[name].cast(_plain(kind))) for g in groups]


def _retyped(groups: Groups, at: int, random: Random) -> Groups:
    """A column of another type."""
    name = random.choice(groups[at].column_names)
    kind = random.choice(TYPES)
    return [_with(g, name, _cast(g[name], kind)) for g in groups]


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    try:
        return column.cast(kind, safe=False)
    except pa.ArrowException:
        return pa.nulls(len(column), kind)


def _renamed(groups: Groups, at: int, random: Random) -> Groups:
    """A column with another name, or the name of another column."""
    names = groups[at].column_names
    place = random.randrange(len(names))
    names[place] = random.choice([*names, "other"])
    return [g.rename_columns(names) for g in groups]


def _dropped(groups: Groups, at: int, random: Random) -> Groups:
    name = random.choice(groups[at].column_names)
    return [g.drop_columns([name]) for g in groups]


def _without_rows(groups: Groups, at: int, random: Random) -> Groups:
    low = random.randrange(len(groups[at]) + 1)
    count = random.choice((1, 3, 10**6))
    groups[at] = pa.concat_tables([groups[at].slice(0, low), groups[at].slice(low + count)])
    return groups


def _repeated_rows(groups: Groups, at: int, random: Random) -> Groups:
    low = random.randrange(len(groups[at]) + 1)
    part = groups[at].slice(low, random.choice((1, 5, 100)))
    return [*groups, part] if random.random() < 0.5 else [*groups[:at], part, *groups[at:]]


def _shuffled(groups: Groups, at: int, random: Random) -> Groups:
    order = list(range(len(groups[at])))
    random.shuffle(order)
    groups[at] = groups[at].take(order) if order else groups[at]
    return groups


def _regrouped(groups: Groups, at: int, random: Random) -> Groups:
    """Other row groups: rows of a sample may be in two, and groups may be empty."""
    table = pa.concat_tables([_decoded(g) for g in groups])
    low = random.randrange(len(table) + 1)
    return [table.slice(0, low), table.slice(0, 0), table.slice(low)]


def _emptied(groups: Groups, at: int, random: Random) -> Groups:
    return [groups[0].slice(0, 0)]


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _decoded(table: pa.Table) -> pa.Table:
    for field in table.schema:
        if pa.types.is_dictionary(field.type):
            table = _with(table, field.name, table[field.name].cast(field.type.value_type))
    return table


def _with(table: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


CHANGES: tuple[Callable[[Groups, int, Random], Groups], ...] = (
    _value, _value, _value, _value, _retyped, _renamed, _dropped, _without_rows, _repeated_rows,
    _shuffled, _regrouped, _emptied,
)  # fmt: skip
