"""Reading and writing Parquet tables, in pieces where they may be large."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pentrace.errors import PentraceError
from pentrace.files import whole_file


def write(path: str | Path, schema: pa.Schema, pieces: Iterable[pa.Table]) -> int:
    """Write `pieces`, each one row group, to `path`, complete or not at all; return the row count.

    The bytes depend only on the rows: the same pieces give the same file.
    """
    floats = [f.name for f in schema if pa.types.is_floating(f.type)]
    dictionary = [f.name for f in schema if pa.types.is_dictionary(f.type)]
    rows = 0
    with (
        whole_file(path) as partial,
        pq.ParquetWriter(
            partial,
            schema,
            compression="zstd",
            use_dictionary=dictionary,
            use_byte_stream_split=floats,
            write_page_checksum=True,
        ) as writer,
    ):
        for piece in pieces:
            # Each row group has its own dictionary, so the dictionaries need not be merged.
            writer.write_table(piece.cast(schema), row_group_size=max(1, len(piece)))
            rows += len(piece)
    return rows


def write_rows(path: str | Path, schema: pa.Schema, rows: list[dict]) -> None:
    """Write a small table, given as a list of dicts; a missing key becomes null."""
    write(path, schema, [pa.Table.from_pylist(rows, schema=schema)])


def read(path: str | Path, columns: list[str] | None = None) -> pa.Table:
    """The complete table at `path`, or these columns of it.

    Raises `PentraceError` that names the file if it is missing, not Parquet, damaged, or lacks a
    column.
    """
    with opened(path) as file, _undamaged(path):
        _check_columns(path, file, columns)
        return file.read(columns=columns)


def read_pieces(path: str | Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The row groups of `path` one by one, so that memory does not grow with the file.

    Raises `PentraceError` as `read` does.
    """
    with opened(path) as file:
        _check_columns(path, file, columns)
        for group in range(file.num_row_groups):
            with _undamaged(path):
                piece = file.read_row_group(group, columns=columns)
            yield piece


def _check_columns(path: str | Path, file: pq.ParquetFile, columns: list[str] | None) -> None:
    missing = [name for name in columns or [] if name not in file.schema_arrow.names]
    if missing:
        raise PentraceError(
            f"{path}: no column {missing[0]!r}: this is another table; give the one that the "
            "option names, or build it again with snakemake"
        )


@contextmanager
def _undamaged(path: str | Path) -> Iterator[None]:
    """Turn the errors of damaged pages, whose checksum differs, into a `PentraceError`."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise PentraceError(
            f"{path}: damaged ({reason}); delete it and build it again with snakemake"
        ) from None


def opened(path: str | Path) -> pq.ParquetFile:
    """The file at `path`, mapped into memory, to be read row group by row group.

    Raises `PentraceError` that names the file where it is missing or not Parquet.
    """
    try:
        return pq.ParquetFile(path, memory_map=True, page_checksum_verification=True)
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; build it with snakemake") from None
    except pa.ArrowInvalid as error:
        raise PentraceError(
            f"{path}: not a Parquet file ({error}); delete it and build it again with snakemake"
        ) from None
