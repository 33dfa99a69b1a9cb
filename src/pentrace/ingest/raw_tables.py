"""Raw files as `collect` stored them, with their checksums compared."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pentrace import schema, tables
from pentrace.errors import PentraceError


def raw_pieces(path: Path) -> Iterator[pa.Table]:
    """The row groups of the table of raw files at `path`, rows of `schema.RAW`.

    Raises `PentraceError` as `tables.read` does, and if the content of a file has changed since
    `collect` read it, or if a file is in it twice.
    """
    seen: set[str] = set()
    for piece in tables.read_pieces(path, schema.RAW):
        _refuse_changed(path, piece)
        for name in piece["path"].to_pylist():
            if name in seen:
                raise PentraceError(
                    f"{path}: two files are {name}: damaged; delete it and build it again with "
                    "snakemake"
                )
            seen.add(name)
        yield piece


def raw_table(path: Path) -> pa.Table:
    """The complete table of raw files at `path`; raises as `raw_pieces` does."""
    return pa.concat_tables([schema.RAW.empty_table(), *raw_pieces(path)])


def _refuse_changed(path: Path, files: pa.Table) -> None:
    names, checksums, contents = (files[name] for name in ("path", "sha256", "content"))
    for name, checksum, content in zip(names, checksums, contents, strict=True):
        if hashlib.sha256(content.as_buffer()).hexdigest() != checksum.as_py():
            raise PentraceError(
                f"{path}: the content of {name} is not that of its checksum: damaged; delete it "
                "and build it again with snakemake"
            )
