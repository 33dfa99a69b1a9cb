"""Reading and writing Parquet tables, in pieces where they may be large."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pentrace.errors import REMEDIES, PentraceError
from pentrace.files import whole_file
from pentrace.table_checks import Unfit, fitted, refuse_scattered


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


def read(path: str | Path, columns: Sequence[str] | pa.Schema | None = None) -> pa.Table:
    """The complete table at `path`, or these columns of it.

    A schema as `columns` also gives their types, and all values are checked (`table_checks`).
    Raises `PentraceError` that names the file if it is missing, not Parquet, damaged, lacks a
    column, or does not fit the schema.
    """
    with opened(path) as file, _undamaged(path):
        table = file.read(columns=_names(path, file, columns))
        return _fitting(table, columns, set())


def read_pieces(
    path: str | Path, columns: Sequence[str] | pa.Schema | None = None
) -> Iterator[pa.Table]:
    """The row groups of `path` one by one, so that memory does not grow with the file.

    Raises `PentraceError` as `read` does.
    """
    seen: set[str] = set()
    with opened(path) as file:
        for group in range(file.num_row_groups):
            yield read_piece(path, file, group, columns, seen)


def read_piece(
    path: str | Path,
    file: pq.ParquetFile,
    group: int,
    columns: Sequence[str] | pa.Schema | None,
    seen: set[str],
) -> pa.Table:
    """One row group of the `file` that was opened at `path`."""
    with _undamaged(path):
        piece = file.read_row_group(group, columns=_names(path, file, columns))
        return _fitting(piece, columns, seen)


def _names(
    path: str | Path, file: pq.ParquetFile, columns: Sequence[str] | pa.Schema | None
) -> list[str] | None:
    """The names of the columns to read; None: all."""
    if columns is None:
        return None
    names = list(columns.names) if isinstance(columns, pa.Schema) else list(columns)
    for name in names:
        found = file.schema_arrow.names.count(name)
        if found != 1:
            wrong = f"two columns {name!r}" if found else f"no column {name!r}"
            raise PentraceError(
                f"{path}: {wrong}: this is another table; give the one that the option names, or "
                "build it again with snakemake"
            )
    return names


def _fitting(
    table: pa.Table, columns: Sequence[str] | pa.Schema | None, seen: set[str]
) -> pa.Table:
    """The table as its schema says, if `columns` is one; `seen` are the samples before it."""
    if not isinstance(columns, pa.Schema):
        return table
    table = fitted(table, columns)
    if "sample_id" in columns.names and pa.types.is_dictionary(columns.field("sample_id").type):
        refuse_scattered(table["sample_id"], seen)
    return table


@contextmanager
def _undamaged(path: str | Path) -> Iterator[None]:
    """Turn the errors of damaged pages, and of other contents, into a `PentraceError`."""
    try:
        yield
    except Unfit as error:
        raise PentraceError(
            f"{path}: {error}: damaged, or another table; delete it and build it again with "
            "snakemake"
        ) from None
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise PentraceError(
            f"{path}: damaged ({reason}); delete it and build it again with snakemake"
        ) from None


def opened(path: str | Path) -> pq.ParquetFile:
    """The file at `path`, to be read row group by row group.

    It is not mapped into memory: if its disk failed, that would end the process without a message.

    Raises `PentraceError` that names the file where it is missing or not Parquet.
    """
    try:
        Path(path).open("rb").close()  # pyarrow does not say what the system says
        file = pq.ParquetFile(path, page_checksum_verification=True)
        counted = _counted(file.metadata)
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; build it with snakemake") from None
    except (OSError, ValueError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno in REMEDIES:
            raise
        reason = str(error).splitlines()[0]
        raise PentraceError(
            f"{path}: not a Parquet file ({reason}); delete it and build it again with snakemake"
        ) from None
    if not counted:
        raise PentraceError(
            f"{path}: damaged: its row groups have other numbers of rows than the file; delete it "
            "and build it again with snakemake"
        )
    return file


def _counted(metadata: pq.FileMetaData) -> bool:
    """Whether the row groups have as many rows as the file.

    The end of a Parquet file has no checksum, and a reader passes over a wrong number of rows.
    """
    rows = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    return sum(rows) == metadata.num_rows
