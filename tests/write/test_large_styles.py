"""Small files of ink that contain a huge table: refused before they are read."""

import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pentrace.errors import PentraceError
from pentrace.write.own_ink import read

ROWS = 1_000_001


def save(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path, compression="zstd")
    return path


def test_a_table_with_too_many_rows_is_refused_before_it_is_read(tmp_path: Path) -> None:
    zeros = np.zeros(ROWS)
    path = save(tmp_path / "a.parquet", x=zeros, y=zeros, stroke=zeros.astype(np.int32))
    del zeros
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(PentraceError, match=r"1,000,001 points; the limit is 1,000,000; give one"):
        read(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4_000_000 and pa.total_allocated_bytes() < 4_000_000


def test_columns_that_are_not_needed_are_not_read(tmp_path: Path) -> None:
    x = np.arange(1000.0)
    large = pa.array(["x" * 100_000] * 1000).dictionary_encode()
    more = {"sample_id": large, "note": large, "t": pa.array([None] * 1000, pa.float64())}
    found = read(save(tmp_path / "a.parquet", x=x, y=x, stroke=np.zeros(1000, int), **more))
    assert len(found.xy) == 1000 and np.isnan(found.t).all()
    del large, more
    assert pa.total_allocated_bytes() < 4_000_000


@pytest.mark.parametrize("values", [[["1"]], [["a"] * 3], [[[1]] * 3], [[None] * 3]])
def test_a_column_of_something_else_is_named(values: list, tmp_path: Path) -> None:
    x = pa.array(values[0] * 3 if len(values[0]) == 1 else values[0])
    path = save(tmp_path / "a.parquet", x=x, y=[1.0] * 3, stroke=[0] * 3)
    with pytest.raises(PentraceError, match="column x does not contain only numbers; record it"):
        read(path)
