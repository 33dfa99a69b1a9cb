"""Writing raw files into Parquet shards, in constant memory.

Files are read in the order of an archive, and written by shard and path. In between they are in one
nameless temporary file in the folder of the output.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

import pyarrow as pa

from pentrace import schema, tables
from pentrace.collect.archive import Link
from pentrace.errors import naming
from pentrace.shards import natural

ROW_GROUP = 16_000_000  # bytes of content, about


@dataclass(frozen=True, slots=True)  # there is one for each file
class _Spilled:
    """A file in the temporary file."""

    path: str
    sha256: str
    start: int
    size: int


def pack(
    files: Iterable[tuple[str, bytes | Link]],
    outputs: dict[int, Path],
    choose: Callable[[str], int],
) -> int:
    """Write `files` (path, content) as `schema.RAW` to `outputs[choose(path)]`, sorted by path.

    If a path occurs twice, the last file is used, as in a tar. A link is another name of a file
    that came before. Returns the number of files.
    """
    folder = next(iter(outputs.values())).parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as spill, ThreadPoolExecutor(2) as pool:
        spilled = _spill(files, spill, folder)
        shards: dict[int, list[_Spilled]] = {shard: [] for shard in outputs}
        for path, one in spilled.items():
            shards[choose(path)].append(one)
        for rows in shards.values():  # the keys of all files at once would take more memory
            rows.sort(key=lambda one: natural(one.path))
        write = partial(_write, spill.fileno())
        list(pool.map(write, shards.values(), outputs.values()))
    return len(spilled)


def _spill(
    files: Iterable[tuple[str, bytes | Link]], spill: IO[bytes], folder: Path
) -> dict[str, _Spilled]:
    """Write the files to `spill`, a nameless file in `folder`."""
    spilled: dict[str, _Spilled] = {}
    start = 0
    for path, content in files:
        if isinstance(content, Link):
            spilled[path] = replace(spilled[content.target], path=path)
            continue
        with naming(folder, folder):
            spill.write(content)
        checksum = hashlib.sha256(content).hexdigest()
        spilled[path] = _Spilled(path, checksum, start, len(content))
        start += len(content)
    with naming(folder, folder):
        spill.flush()
    return spilled


def _write(spill: int, rows: list[_Spilled], output: Path) -> None:
    tables.write(output, schema.RAW, (_table(spill, group) for group in _groups(rows)))


def _groups(rows: list[_Spilled]) -> Iterator[list[_Spilled]]:
    """Runs of rows with about `ROW_GROUP` bytes of content each."""
    group: list[_Spilled] = []
    size = 0
    for row in rows:
        if group and size + row.size > ROW_GROUP:
            yield group
            group, size = [], 0
        group.append(row)
        size += row.size
    if group:
        yield group


def _table(spill: int, rows: list[_Spilled]) -> pa.Table:
    columns = {
        "path": [row.path for row in rows],
        "sha256": [row.sha256 for row in rows],
        "content": [os.pread(spill, row.size, row.start) for row in rows],
    }
    return pa.table(columns, schema=schema.RAW)
