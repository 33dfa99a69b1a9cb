"""Damaged tables and raw files, found by the campaign in benchmarks/campaign: each is refused."""

import hashlib
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ingest.raw_tables import raw_table
from pentrace.readers import iam, kanjivg, own
from pentrace.readers.settings import ParseSettings

FITS = {"sample_id": ["a", "b"], "text": ["x", "y"], "read": ["x", "y"], "unknown": [0, 0],
        "misfit": [0.5, None]}  # fmt: skip
OFFSETS = {"sample_id": ["a", "a", "b"], "dx": [0.0, 1.0, 0.0], "dy": [0.0, 1.0, 0.0],
           "end_of_stroke": [0, 1, 1]}  # fmt: skip


def read(path, columns: dict, expected: pa.Schema) -> pa.Table:
    pq.write_table(pa.table(columns), path)
    return tables.read(path, expected)


def test_other_widths_of_the_same_values_are_read(tmp_path):
    assert read(tmp_path / "a.parquet", FITS, schema.FITS).schema == schema.FITS
    assert read(tmp_path / "a.parquet", OFFSETS, schema.OFFSETS).schema == schema.OFFSETS


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"dx": [0.0, float("nan"), 0.0]}, "column dx, value 1: nan, expected a finite number"),
        ({"dx": [0.0, None, 0.0]}, "column dx, row 1: no value"),
        ({"dx": ["0", "1", "2"]}, "column dx is string, expected float"),
        ({"end_of_stroke": [0, 300, 0]}, "column end_of_stroke is int64, expected uint8"),
        ({"end_of_stroke": [0, 3, 0]}, "column end_of_stroke: 3, expected 0 to 1"),
        ({"sample_id": ["a", "b", "a"]}, "the rows of a are not consecutive"),
    ],
)
def test_values_that_a_table_cannot_have_are_named(tmp_path, changes, wrong):
    with pytest.raises(PentraceError, match=rf"a\.parquet: {wrong}"):
        read(tmp_path / "a.parquet", OFFSETS | changes, schema.OFFSETS)


def test_an_unknown_split_is_named(tmp_path):
    with pytest.raises(PentraceError, match="column split, row 0: 'Train', expected train or"):
        read(tmp_path / "a.parquet", {"split": ["Train"]}, schema.part(schema.SAMPLES, "split"))


def raw(path: str, content: bytes) -> dict:
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "content": content}


def test_a_raw_file_that_changed_or_is_doubled_is_named(tmp_path):
    path = tmp_path / "raw.parquet"
    tables.write_rows(path, schema.RAW, [raw("a", b"x") | {"content": b"y"}])
    with pytest.raises(PentraceError, match="the content of a is not that of its checksum"):
        raw_table(path)
    tables.write_rows(path, schema.RAW, [raw("a", b"x"), raw("a", b"x")])
    with pytest.raises(PentraceError, match="two files are a"):
        raw_table(path)


LINE = (
    b'<WhiteboardCaptureSession><StrokeSet><Stroke><Point x="1" y="2" time="0"/>'
    b'<Poinu x="1" y="2" time="0"/></Stroke></StrokeSet></WhiteboardCaptureSession>'
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M1,2c1,1,2,2,3,3"/>%s</svg>'


@pytest.mark.parametrize(
    ("read_files", "path", "content", "reason"),
    [
        (iam.read, "a-01.xml", LINE, "line 1: Poinu, expected Stroke or Point"),
        (kanjivg.read, "04e86.svg", SVG % b'<pati d="M1,2l3,3"/>', "has path data, expected path"),
        (kanjivg.read, "04e86.svg", SVG % b"<path/>", "has no data d"),
        (own.read, "a.csv", b"x,y,stroke\n1,2,0\n1,2,\n", "the column for stroke is empty"),
        (own.read, "a.csv", b"x,y,stroke\n1,2,0\n9,1,2,0\n", "line 3: 4 cells, expected 3"),
    ],
)
def test_nothing_of_a_raw_file_is_left_out_in_silence(read_files, path, content, reason):
    files = pa.Table.from_pylist([raw(path, content)], schema.RAW)
    (reject,) = read_files(files, ParseSettings()).rejects
    assert reason in reject.reason


def test_a_wrong_number_of_rows_is_named(tmp_path):
    """The end of a Parquet file has no checksum, and it states the rows of each row group."""
    path, expected = tmp_path / "characters.parquet", schema.CHARACTERS
    row = {"sample_id": "a", "split": "train", "start": 0, "codes": [65] * 20}
    piece = pa.Table.from_pylist([row], schema=expected)
    tables.write(path, expected, [piece] * 3)
    good = path.read_bytes()
    # In the compact protocol of Thrift: a number, which is 1; then the place of the row group.
    places = [found.start() + 1 for found in re.finditer(b"\x16\x02\x26", good)]
    assert len(places) == 3
    for at in places:
        path.write_bytes(good[:at] + b"\x03" + good[at + 1 :])  # -2
        with pytest.raises(PentraceError, match=r"characters\.parquet: damaged: its row groups"):
            list(tables.read_pieces(path, expected))
