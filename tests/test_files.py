"""Reading and writing of small files."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pentrace import tables
from pentrace.errors import PentraceError
from pentrace.files import read_json, write_json


def test_json_is_read_as_it_was_written(tmp_path: Path) -> None:
    value = {"text": "é", "numbers": [1, 2.5, None], "empty": {}}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value
    assert "é" in (tmp_path / "a.json").read_text(encoding="utf-8")


def test_a_number_that_json_does_not_have_is_null(tmp_path: Path) -> None:
    value = {"a": float("nan"), "b": [1.5, float("inf"), (-float("inf"), np.float64("nan"))]}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == {"a": None, "b": [1.5, None, [None, None]]}


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"", b"[" * 100_000])
def test_what_is_not_json_is_named_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    wrong = r"a\.json: (not JSON.*|the file is empty); record it again"
    with pytest.raises(PentraceError, match=wrong):
        read_json(tmp_path / "a.json", broken="record it again")


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match=r"a\.json: no such file; run pentrace sample"):
        read_json(tmp_path / "a.json", missing="run pentrace sample")


def test_a_flipped_bit_in_a_table_is_an_error_that_names_the_file(tmp_path):
    path, random = tmp_path / "a.parquet", np.random.default_rng(0)
    values = random.normal(size=5000).astype(np.float32)
    kind = pa.schema([pa.field("dx", pa.float32(), nullable=False)])
    tables.write(path, kind, [pa.table({"dx": values}, kind)])
    content = path.read_bytes()
    for _ in range(100):
        damaged = bytearray(content)
        damaged[random.integers(len(damaged))] ^= 1 << random.integers(8)
        path.write_bytes(damaged)
        try:
            found = tables.read(path)
        except PentraceError as error:
            assert str(error).startswith(f"{path}: ")
        else:  # a bit that has no meaning, such as in statistics
            np.testing.assert_array_equal(found["dx"].to_numpy(), values)
