"""The command `pentrace parse`: raw shards to points, samples and rejects."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pentrace import schema, tables
from pentrace.collect.write_shards import pack
from pentrace.demo.board import line_xml
from pentrace.demo.recording import RecordedLine
from pentrace.errors import PentraceError
from pentrace.ingest.parse import command
from pentrace.ink import from_table
from tests.helpers.commands import invoke

NAMES = ("points", "samples", "rejects")


def line(n_points: int, seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 9000, (2, n_points))
    stroke = np.arange(n_points) // 25
    return line_xml(RecordedLine(x, y, 100 + np.arange(n_points), stroke))


def shard(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "raw.parquet"
    pack(files.items(), {0: path}, lambda path: 0)
    return path


def parse(raw: Path, out: Path, reader: str = "iam", **settings: int) -> dict[str, pa.Table]:
    words = ["--dataset", "mine", "--reader", reader, "--raw", raw]
    for name in NAMES:
        words += [f"--out-{name}", out / f"{name}.parquet"]
    invoke(command, *words, "--settings", json.dumps(settings))
    return {name: tables.read(out / f"{name}.parquet") for name in NAMES}


def lines(count: int) -> dict[str, bytes]:
    names = (f"lineStrokes/a01/a01-000/a01-000u-{n:02d}.xml" for n in range(count))
    return {name: line(30 + n, n) for n, name in enumerate(names)}


def test_tables_have_their_schemas_and_agree(tmp_path: Path) -> None:
    found = parse(shard(tmp_path, lines(20)), tmp_path)
    for name, expected in zip(NAMES, (schema.POINTS, schema.PARSED, schema.REJECTS), strict=True):
        read = pq.read_schema(tmp_path / f"{name}.parquet")
        assert read.equals(expected, check_metadata=True)
    ink = from_table(found["points"])
    assert ink.ids == found["samples"]["sample_id"].to_pylist()
    assert ink.lengths.tolist() == found["samples"]["n_points"].to_pylist()
    strokes = [-(-length // 25) for length in ink.lengths]
    assert found["samples"]["n_strokes"].to_pylist() == strokes
    assert len(found["rejects"]) == 0
    raw = tables.read(tmp_path / "raw.parquet")
    assert found["samples"]["sha256"].equals(raw["sha256"])


def test_bad_files_are_rejected_and_the_other_files_are_read(tmp_path: Path) -> None:
    good = lines(3)
    bad = {
        "lineStrokes/b/b01-1.xml": b"<WhiteboardCaptureSession>\n<Stro",
        "lineStrokes/b/b01-2.xml": b"",
        "lineStrokes/b/b01-3.xml": line(500, 1),
    }
    found = parse(shard(tmp_path, good | bad), tmp_path, max_points=400)
    assert found["samples"]["source"].to_pylist() == list(good)
    rejects = found["rejects"].to_pylist()
    assert [reject["source"] for reject in rejects] == list(bad)
    assert [r["rule"] for r in rejects] == ["xml-syntax", "xml-syntax", "too-many-points"]
    for reject in rejects:
        assert (reject["dataset"], reject["stage"], reject["lost"]) == ("mine", "parse", "sample")
        assert reject["count"] == 1 and reject["reason"]
    assert "the limit is 400 (parse.max_points)" in rejects[2]["reason"]


def test_what_parquet_cannot_store_is_lost_by_a_named_rule(tmp_path: Path) -> None:
    ink = '{"strokes": [[[1, 2], [3, 4], [5, 9]]], "y_axis": "up", "text": "%s"}'
    files = {
        "a.json": (ink % "a\\ud800b").encode(),
        "b.json": (ink % "ab").encode(),
        "c.json": b'{"strokes": [{"\\ud800": 1}]}',
        "d.ndjson": b'{"word": "\\udc00", "drawing": [[[1, 2], [3, 4]]]}',
    }
    found = parse(shard(tmp_path, files), tmp_path, "own")
    assert found["samples"]["text"].to_pylist() == [None, "ab", None]
    rejects = {(r["source"], r["rule"], r["lost"]) for r in found["rejects"].to_pylist()}
    assert rejects == {
        ("a.json", "half-character", "text"),
        ("c.json", "not-points", "sample"),
        ("d.ndjson", "half-character", "text"),
    }


@pytest.mark.parametrize("n_points", [30, 200_000])  # in one piece, and in two
def test_the_first_file_of_a_name_is_kept(tmp_path: Path, n_points: int) -> None:
    empty = line(n_points, 1).replace(b"</StrokeSet>", b"<Stroke/></StrokeSet>")
    files = {"a/a01-01.xml": line(n_points, 0), "b/a01-01.xml": empty, "b/a01-02.xml": line(40, 2)}
    raw = shard(tmp_path, files)
    assert (pq.ParquetFile(raw).num_row_groups > 1) == (n_points > 30)
    found = parse(raw, tmp_path)
    assert found["samples"]["source"].to_pylist() == ["a/a01-01.xml", "b/a01-02.xml"]
    assert from_table(found["points"]).ids == ["a01-01", "a01-02"]
    assert from_table(found["points"]).lengths.tolist() == [n_points, 40]
    (reject,) = found["rejects"].to_pylist()
    assert (reject["source"], reject["rule"]) == ("b/a01-01.xml", "same-sample")
    assert reject["reason"] == "a/a01-01.xml has the same name, a01-01"


def test_two_spellings_of_one_signature(tmp_path: Path) -> None:
    content = b"1\n1 2 3 1 5 6 7\n"
    files = {"Task2/U1S1.TXT": content, "Task2/USER1S1.TXT": content}
    found = parse(shard(tmp_path, files), tmp_path, "svc2004")
    assert (len(found["samples"]), found["rejects"]["rule"].to_pylist()) == (1, ["same-sample"])


def test_row_groups_contain_complete_samples(tmp_path: Path) -> None:
    big = {f"lineStrokes/a/a01-{n}.xml": line(60_000, n) for n in range(10)}
    raw = shard(tmp_path, big)
    assert pq.ParquetFile(raw).num_row_groups > 1
    parse(raw, tmp_path)
    pieces = [from_table(p).ids for p in tables.read_pieces(tmp_path / "points.parquet")]
    assert len(pieces) == pq.ParquetFile(raw).num_row_groups
    assert [name for ids in pieces for name in ids] == [Path(path).stem for path in big]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    raw = shard(tmp_path, lines(5))
    for out in (tmp_path / "a", tmp_path / "b"):
        parse(raw, out)
    for name in NAMES:
        one, other = (tmp_path / folder / f"{name}.parquet" for folder in "ab")
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("reader", ["iam", "svc2004", "inkml"])
def test_an_empty_shard_and_a_shard_of_invalid_files(tmp_path: Path, reader: str) -> None:
    found = parse(shard(tmp_path, {}), tmp_path, reader)
    assert [len(found[name]) for name in NAMES] == [0, 0, 0]
    rubbish = {f"lineStrokes/a/a01-{n}.xml": bytes([n]) * n for n in range(3)}
    found = parse(shard(tmp_path, rubbish), tmp_path, reader)
    assert [len(found[name]) for name in NAMES] == [0, 0, 3]


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match="nowhere"):
        parse(tmp_path / "nowhere.parquet", tmp_path)
    assert not list(tmp_path.iterdir())
