"""UNIPEN: components, segments of each level, includes, units, and named rejects."""

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pentrace
from pentrace import schema, tables
from pentrace.collect.collect import command as collect
from pentrace.errors import PentraceError
from pentrace.ingest.label import command as label
from pentrace.ingest.parse import command as parse
from pentrace.ink import to_table
from pentrace.readers import unipen
from pentrace.readers.settings import ParseSettings
from tests.helpers.commands import invoke

HEAD = """.VERSION 1.0
.DATA_SOURCE made-up
.COMMENT ### free text with 1 2 3 and "quotes"
   a second line
.HIERARCHY LINE WORD CHARACTER
.COORD X Y T P
.X_POINTS_PER_MM 40
.Y_POINTS_PER_MM 40
.WRITER_ID ada
"""
# Components 0 to 5: down, up, down, an empty one that is not counted, down, up, down.
INK = """.PEN_DOWN
0 0 0 9
1 2 10 9
2 3 20 9
.PEN_UP
5 5 30 0
.PEN_DOWN
6 1 40 9
7 2 50 9
.PEN_UP
.PEN_DOWN 8 1 60 9 9 2 70 9
.PEN_UP
10 4 80 0
.PEN_DOWN
11 1 90 9
12 2 100 9
13 3 110 9
"""
SEGMENTS = """.SEGMENT LINE 0-5 OK
.SEGMENT WORD 0-2 GOOD "to"
.SEGMENT WORD 3-5 BAD "be \\"now\\" \\\\ then"
.SEGMENT CHARACTER 0 OK "t"
.SEGMENT CHARACTER 1:0-2 ? "o"
.SEGMENT CHARACTER 5:1-5:2,3 OK "b"
"""
WHOLE = HEAD + SEGMENTS + INK


def raw(files: dict[str, str | bytes]) -> pa.Table:
    contents = [c if isinstance(c, bytes) else c.encode() for c in files.values()]
    columns = {"path": [*files], "sha256": ["0" * 64] * len(files), "content": contents}
    return pa.table(columns, schema=schema.RAW)


def read(document: str | bytes, included: dict[str, str] | None = None, **given: object):
    others = None if included is None else raw(dict(included))
    return unipen.read(raw({"a/b.dat": document}), ParseSettings.model_validate(given), others)


def only(document: str, **given: object):
    parsed = read(document, **given)
    assert not parsed.rejects, parsed.rejects
    (row,) = parsed.samples
    return parsed.ink, row


def test_a_line_has_the_words_inside_it_as_its_text() -> None:
    ink, row = only(WHOLE)
    assert (row["sample_id"], row["kind"], row["writer"]) == ("a/b/0", "line", "ada")
    assert row["text"] == 'to be "now" \\ then'
    assert (row["y_axis"], row["n_points"], row["n_strokes"]) == ("up", 12, 4)
    assert ink.stroke.tolist() == [0, 0, 0, -1, 1, 1, 2, 2, -1, 3, 3, 3]
    assert ink.x.tolist() == [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert ink.t.tolist() == pytest.approx([i / 100 for i in range(12)])  # ms
    assert ink.channels["pressure"].tolist() == [9, 9, 9, 0, 9, 9, 9, 9, 0, 9, 9, 9]


def test_words_and_characters_are_samples_on_request() -> None:
    words = read(WHOLE, segments="word")
    assert [(r["sample_id"], r["text"]) for r in words.samples] == [
        ("a/b/0", "to"),
        ("a/b/1", 'be "now" \\ then'),
    ]
    assert words.ink.lengths.tolist() == [6, 6] and not words.rejects
    letters = read(WHOLE, segments="CHARACTER")
    assert [(r["text"], r["kind"], r["n_points"]) for r in letters.samples] == [
        ("t", "character", 3),
        ("o", "character", 3),
        ("b", "character", 4),
    ]
    assert letters.ink.x.tolist()[-4:] == [12, 13, 8, 9]  # in the order of the segment
    assert letters.ink.stroke.tolist() == [0, 0, 0, -1, 0, 0, 0, 0, 1, 1]
    (reject,) = letters.rejects  # component 5, point 0
    assert (reject.rule, reject.lost, reject.count) == ("no-segment", "points", 1)
    whole = read(WHOLE, segments="FILE")
    assert [r["sample_id"] for r in whole.samples] == ["a/b"] and len(whole.ink.x) == 12


def test_characters_make_the_text_where_no_words_are_labelled() -> None:
    document = WHOLE.replace('GOOD "to"', "GOOD").replace('BAD "be', '? "be')
    words = read(document, segments="WORD")
    assert words.samples[0]["text"] == "to"
    line = read(document.replace("LINE 0-5", "LINE 0-2")).samples[0]
    assert line["text"] == "to"
    assert read(HEAD + ".SEGMENT LINE 0-5\n" + INK).samples[0]["text"] is None


def test_segments_without_numbers_reach_to_the_next_of_their_level() -> None:
    document = f"""{HEAD.replace(" P", "")}.SEGMENT LINE
.SEGMENT WORD ? OK "one"
.PEN_DOWN 0 0 0 1 1 10
.PEN_DOWN 2 2 20
.SEGMENT WORD ? OK "two"
.PEN_DOWN 3 3 30
.SEGMENT LINE ? OK "three"
.SEGMENT WORD
.PEN_DOWN 4 4 40
"""
    lines = read(document)
    assert [(r["text"], r["n_points"]) for r in lines.samples] == [("one two", 4), ("three", 1)]
    words = read(document, segments="WORD")
    assert [(r["text"], r["n_points"]) for r in words.samples] == [
        ("one", 3),
        ("two", 1),
        (None, 1),
    ]


def test_each_set_counts_its_components_from_0() -> None:
    one = '.PEN_DOWN 1 1 0 0\n.SEGMENT WORD 0 OK "{}"\n'
    document = HEAD + one.format("a") + ".START_SET second\n" + one.format("b")
    assert [(r["sample_id"], r["text"]) for r in read(document).samples] == [
        ("a/b/0", "a"),
        ("a/b/1", "b"),
    ]
    before = HEAD + '.SEGMENT WORD 0 OK "c"\n.START_SET x\n.PEN_DOWN 1 1 0 0\n'
    assert only(before)[1]["text"] == "c"


def test_a_file_without_segments_is_one_sample() -> None:
    _, row = only(HEAD + INK)
    assert (row["sample_id"], row["text"], row["kind"]) == ("a/b", None, "ink")


def test_times_without_t_come_from_the_rate_and_from_dt() -> None:
    head = ".COORD X Y\n.POINTS_PER_SECOND 100 [Hz]\n"
    ink, _ = only(head + ".PEN_DOWN 0 0 1 1\n.DT 500\n.PEN_DOWN 2 2 3 3\n")
    assert ink.t.tolist() == pytest.approx([0, 0.01, 0.52, 0.53])
    assert np.isnan(only(".COORD X Y\n.PEN_DOWN 0 0 1 1\n")[0].t).all()


@pytest.mark.parametrize(
    ("units", "y"),
    [
        (".X_POINTS_PER_INCH 254\n.Y_POINTS_PER_INCH 254\n", 100),
        (".X_POINTS_PER_INCH 254\n.Y_POINTS_PER_INCH 508\n", 50),
        (".X_POINTS_PER_MM 10\n.Y_POINTS_PER_INCH 508\n", 50),
        (".X_POINTS_PER_MM 10\n", 100),
        (".X_POINTS_PER_MM 0\n.Y_POINTS_PER_MM 5\n", 100),
    ],
)
def test_y_is_in_the_unit_of_x(units: str, y: float) -> None:
    ink, _ = only(f".COORD Y X\n{units}.PEN_DOWN 100 7 0 0\n")
    assert (ink.x.tolist(), ink.y.tolist()) == ([7, 0], [pytest.approx(y), 0])


def test_included_files_are_read_in_their_place() -> None:
    document = ".VERSION 1.0\n.INCLUDE b.doc\n.INCLUDE INK\\B.INK\n.INCLUDE b.lex\n.INCLUDE b.seg\n"
    included = {"x/b.doc": "wrong", "a/b.doc": HEAD, "a/ink/b.ink": INK, "b.seg": SEGMENTS}
    parsed = read(document, included)
    assert not parsed.rejects
    np.testing.assert_array_equal(parsed.ink.x, only(WHOLE)[0].x)
    assert parsed.samples[0]["text"] == only(WHOLE)[1]["text"]


def test_a_missing_include_is_reported_and_named_where_it_is_needed() -> None:
    parsed = read(HEAD + INK + ".INCLUDE words.seg\n", {})
    (reject,) = parsed.rejects
    assert len(parsed.samples) == 1 and reject.lost == "nothing"
    assert reject.reason == "line 27: .INCLUDE words.seg: no such file in the raw folder"
    (reject,) = read(".INCLUDE a.doc\n.PEN_DOWN 1 1\n").rejects
    assert (reject.rule, reject.lost) == ("coord", "sample")
    (reject,) = read(".INCLUDE a.doc\n").rejects
    assert reject.rule == "not-unipen" and ".INCLUDE a.doc: no such file" in reject.reason


def test_includes_are_bounded() -> None:
    assert read(".INCLUDE a.doc\n", {"a.doc": ".INCLUDE a.doc\n"}).rejects[0].rule == "include"
    many = ".INCLUDE a.doc\n" * 1000
    big = read(many, {"a.doc": ".COMMENT " + "x" * 10_000}, max_bytes=1_000_000)
    assert big.rejects[0].rule == "too-large"


@pytest.mark.parametrize(
    ("rule", "document", "where"),
    [
        ("not-unipen", "1 2 3\n", "not a UNIPEN file"),
        ("not-unipen", b"\x00\xff\x93NUMPY", "not a UNIPEN file"),
        ("coord", ".PEN_DOWN\n1 2\n", "line 1: .PEN_DOWN without a .COORD"),
        ("coord", ".COORD X T\n.PEN_DOWN 1 2\n", "line 1: .COORD X T: expected X and Y"),
        ("coord", ".COORD X Y X\n", "each name once"),
        ("component", ".COORD X Y\n.PEN_DOWN\n1 2\n3\n", "line 2: 3 numbers, expected a multiple"),
        ("component", ".COORD X Y\n.PEN_DOWN\n1 2\n3 x\n", "line 2: 'x' is not a number"),
        ("component", ".COORD X Y\n.PEN_DOWN 1 nan\n", "'nan' is not a number"),
        ("component", ".COORD X Y\n.PEN_DOWN 1 1_0\n", "'1_0' is not a number"),
        ("component", ".COORD X Y\n.PEN_DOWN 1 1-2\n", "is not a number"),
        ("out-of-range", ".COORD X Y\n.PEN_DOWN 1 1e12\n", "line 2"),
        ("empty", ".COORD X Y\n.PEN_DOWN\n", "no points"),
        ("empty", ".COORD X Y\n.PEN_UP 1 2\n", "the pen is up everywhere"),
        ("segment", '.COORD X Y\n.SEGMENT WORD 0 OK "a\n.PEN_DOWN 1 2\n', "has no end"),
        ("segment", ".COORD X Y\n.SEGMENT WORD 0-1 OK\n.PEN_DOWN 1 2\n", "the set has 1"),
        ("segment", ".COORD X Y\n.SEGMENT WORD 0:3 OK\n.PEN_DOWN 1 2\n", "no such points"),
        ("segment", ".COORD X Y\n.SEGMENT WORD 0:0-0:4 OK\n.PEN_DOWN 1 2\n", "no such points"),
        ("segment", ".COORD X Y\n.SEGMENT WORD a-b OK\n.PEN_DOWN 1 2\n", "not a part of the ink"),
        ("segment", ".COORD X Y\n.PEN_DOWN 1 2\n.SEGMENT WORD\n", "has no component"),
    ],
)
def test_what_cannot_be_read_is_named(rule: str, document: str | bytes, where: str) -> None:
    parsed = read(document)
    assert not parsed.samples
    reject = next(r for r in parsed.rejects if r.lost == "sample")
    assert reject.rule == rule and where in reject.reason


def test_a_level_that_is_not_there_is_named() -> None:
    (reject,) = read(WHOLE, segments="PAGE").rejects
    assert reject.rule == "no-segments"
    assert reject.reason == ("no .SEGMENT PAGE (parse.segments); it has LINE, WORD, CHARACTER")


def test_limits_are_kept_and_time_is_linear() -> None:
    assert read(WHOLE, max_bytes=10).rejects[0].rule == "too-large"
    assert read(WHOLE, max_points=5).rejects[0].rule == "too-many-points"
    begin = time.process_time()
    many = HEAD + INK * 400 + ".SEGMENT WORD 0-1999 OK\n" * 1000
    rules = {reject.rule for reject in read(many, max_points=5000).rejects}
    assert "too-many-points" in rules
    words = "".join(f'.SEGMENT WORD {i} OK "a"\n.SEGMENT LINE 0-9 OK\n' for i in range(1000))
    read(HEAD + words + INK * 400)
    read('.COORD X Y\n.SEGMENT WORD 0 OK "' + "\\\\" * 200_000)
    # Segments from the first to the last component, many levels in many sets, missing includes.
    read(".COORD X Y\n" + ".PEN_DOWN 1 1\n" * 5000 + ".SEGMENT WORD 0,4999 OK\n" * 5000)
    read(".COORD X Y\n.HIERARCHY " + "A " * 50_000 + "\n" + ".START_SET\n.PEN_DOWN 1 1\n" * 5000)
    other = {f"{i}.doc": "" for i in range(1000)}
    read(".COORD X Y\n.PEN_DOWN 1 1\n" + ".INCLUDE a.doc\n" * 5000, other)
    assert time.process_time() - begin < 8


DATA = st.text('.PENDOWUCRSGMT_ "\\0123456789-:,? \n', max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(DATA, max_size=3), st.binary(max_size=8), st.integers(0, 600))
def test_any_bytes_give_samples_or_named_rejects(parts: list[str], junk: bytes, at: int) -> None:
    document = (WHOLE + "\n".join(parts)).encode()
    parsed = read(document[:at] + junk + document[at:])
    assert parsed.samples or parsed.rejects
    assert all(reject.reason for reject in parsed.rejects)
    assert len(to_table(parsed.ink)) == sum(row["n_points"] for row in parsed.samples)


# The commands


def test_a_folder_with_includes_becomes_tables(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    (folder / "include").mkdir(parents=True)
    (folder / "include/ink.doc").write_text(HEAD)
    for name in ("one.unp", "two.dat"):
        (folder / name).write_text(f".INCLUDE ink.doc\n{SEGMENTS}{INK}")
    words = ["--reader", "unipen", "--raw", folder, "--shards", 1, "--out", tmp_path]
    invoke(collect, *words, "--only", "ink")
    invoke(collect, *words, "--only", "labels")
    words = ["--dataset", "mine", "--reader", "unipen"]
    outs = [f"--out-{name}" for name in ("points", "samples", "rejects")]
    files = [tmp_path / f"parsed/00.{name}.parquet" for name in ("points", "samples", "rejects")]
    given = [word for pair in zip(outs, files, strict=True) for word in pair]
    (tmp_path / "parsed").mkdir()
    labels = tmp_path / "labels.parquet"
    invoke(parse, *words, "--raw", tmp_path / "ink-00.parquet", "--included", labels, *given)
    assert tables.read(files[1])["sample_id"].to_pylist() == ["one/0", "two/0"]
    words += ["--raw", labels, "--parsed", tmp_path / "parsed", "--split", "sample"]
    outs = ["--out-labels", tmp_path / "l.parquet", "--out-rejects", tmp_path / "r.parquet"]
    invoke(label, *words, *outs)
    rows = tables.read(tmp_path / "l.parquet").to_pylist()
    assert {(row["writer"], row["text"]) for row in rows} == {("ada", 'to be "now" \\ then')}


def test_a_file_is_ink_for_python(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_text(HEAD)
    (tmp_path / "a.unp").write_text(f".INCLUDE a.doc\n{SEGMENTS}{INK}")
    ink = pentrace.read_ink(tmp_path / "a.unp")
    assert ink.text == 'to be "now" \\ then' and len(ink.x) == 12
    (tmp_path / "b.dat").write_text(WHOLE.replace("LINE 0-5", "PAGE 0-5"))
    with pytest.raises(PentraceError, match="2 samples; give a file with one sample"):
        pentrace.read_ink(tmp_path / "b.dat")
    (tmp_path / "c.dat").write_text("1 2 3\n")
    with pytest.raises(PentraceError, match="not a UNIPEN file; give a complete UNIPEN file"):
        pentrace.read_ink(tmp_path / "c.dat")


def test_a_reason_can_be_printed_whatever_is_in_the_file() -> None:
    content = b".COORD X\x00Y \x1b[31m\xc2\x85\n.PEN_DOWN\n1 1\n"
    row = {"path": "a.dat", "sha256": "", "content": content}
    (reject,) = unipen.read(pa.Table.from_pylist([row], schema.RAW), ParseSettings()).rejects
    assert reject.reason.isprintable() and r"X\x00Y" in reject.reason
