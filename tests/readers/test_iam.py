"""Lines of IAM-OnDB: the fast way must give what an XML parser gives, or nothing."""

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace import schema
from pentrace.collect.archive import archive_files
from pentrace.collect.find import find, tree_files
from pentrace.demo.board import line_xml
from pentrace.demo.recording import RecordedLine
from pentrace.readers import iam
from pentrace.readers._assemble import Malformed
from pentrace.readers._iam_shapes import read_known
from pentrace.readers._iam_xml import read_xml
from pentrace.readers.results import Parsed
from pentrace.readers.settings import ParseSettings
from pentrace.readers.sources.iam import INK

REAL = Path(os.environ.get("PENTRACE_REAL_DATA", "data/raw")) / "iam"
LIMITS = ParseSettings()
PATH = "lineStrokes/a01/a01-000/a01-000u-01.xml"


def raw(*contents: bytes) -> pa.Table:
    paths = [f"lineStrokes/a01/a01-000/a01-000u-{n:02d}.xml" for n, _ in enumerate(contents, 1)]
    columns = {"path": paths, "sha256": ["0"] * len(paths), "content": list(contents)}
    return pa.table(columns, schema=schema.RAW)


def regular(strokes: Sequence[Sequence[tuple[int, int, int]]]) -> bytes:
    """A file in the owners' form: strokes of points (x, y, hundredths of a second)."""
    points = np.array([point for stroke in strokes for point in stroke])
    number = np.repeat(np.arange(len(strokes)), [len(stroke) for stroke in strokes])
    return line_xml(RecordedLine(points[:, 0], points[:, 1], points[:, 2], number))


TWO_STROKES = regular([[(100, 20, 76905), (7, 300, 76907)], [(12345, 4, 1309107649)]])


def one(content: bytes, settings: ParseSettings = LIMITS) -> Parsed:
    return iam.read(raw(content), settings)


def refusal(content: bytes, settings: ParseSettings = LIMITS) -> tuple[str, str]:
    """Rule and reason of the only reject, of a file that gave no sample."""
    found = one(content, settings)
    assert not found.samples and len(found.ink.x) == 0
    (reject,) = found.rejects
    assert (reject.sample_id, reject.source, reject.lost) == ("a01-000u-01", PATH, "sample")
    return reject.rule, reject.reason


def plainly(content: bytes) -> tuple[np.ndarray, ...] | None:
    try:
        return read_xml(content, LIMITS)[0]
    except Malformed:
        return None


def check_same(content: bytes) -> bool:
    """Whether a file is read the fast way; if so, an XML parser must read the same."""
    (quick,) = read_known([content])
    if quick is None:
        return False
    plain = plainly(content)
    assert plain is not None
    for fast, slow in zip(quick, plain, strict=True):
        np.testing.assert_array_equal(fast, slow)
    return True


def test_a_regular_file() -> None:
    assert check_same(TWO_STROKES)
    found = one(TWO_STROKES)
    assert found.ink.x.tolist() == [100, 7, 12345]
    assert found.ink.y.tolist() == [20, 300, 4]
    assert found.ink.stroke.tolist() == [0, 0, 1]
    assert found.ink.t.tolist() == [769.05, 769.07, 13091076.49]
    (row,) = found.samples
    assert row["sample_id"] == "a01-000u-01" and row["source"] == PATH and row["y_axis"] == "down"
    assert (row["n_points"], row["n_strokes"], row["x_min"], row["y_max"]) == (3, 2, 7, 300)
    assert not found.rejects


coordinate = st.integers(0, 10**8 - 1)
walk = st.lists(
    st.tuples(coordinate, coordinate, st.integers(0, 10**10 - 1)), min_size=1, max_size=6
)


@given(st.lists(st.lists(walk, min_size=1, max_size=5), min_size=1, max_size=40))
def test_regular_files_are_read_the_fast_way_many_at_once(files: list) -> None:
    contents = [regular(strokes) for strokes in files]
    for content, quick in zip(contents, read_known(contents), strict=True):
        plain = plainly(content)
        assert quick is not None and plain is not None
        for fast, slow in zip(quick, plain, strict=True):
            np.testing.assert_array_equal(fast, slow)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["insert", "replace", "remove", "repeat"]),
            st.integers(0, len(TWO_STROKES)),
            st.integers(1, 40),
            st.text('0123456789."<>/\r\n =-xytSPo\x00', min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_damaged_files_are_read_as_by_an_xml_parser_or_not_at_all(damages: list) -> None:
    content = TWO_STROKES
    for how, place, length, text in damages:
        before, after = content[:place], content[place:]
        taken = {"insert": 0, "repeat": 0, "replace": len(text), "remove": length}[how]
        new = {"remove": b"", "repeat": after[:length]}.get(how, text.encode())
        content = before + new + after[taken:]
    check_same(content)


LINES = TWO_STROKES.splitlines(keepends=True)


@given(st.lists(st.integers(0, len(LINES) - 1), min_size=8, max_size=len(LINES)))
def test_lines_in_any_order(order: list[int]) -> None:
    check_same(b"".join(LINES[:9] + [LINES[i] for i in order] + LINES[-2:]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<Stroke ", b"<S7troke "),
        (b"</Stroke>", b"</Stroke1>"),
        (b'colour="black"', b'colour="bl4ck"'),
        (b"      <Point", b"  1    <Point"),
        (b'y="20"', b'2 y="0"'),
        (b'x="100"', b'x="" y1="100"'),
        (b' time="769.05"', b' time=".7695"'),
        (b' time="769.05"', b' time="76905."'),
        (b' time="769.05"', b' time="7690.5"'),
        (b'x="100"', b'x="123456789"'),
        (b'x="100"', b'x=""'),
        (b'.07"/>\r\n', b'.07"/>3\r\n'),
        (b"  </StrokeSet>", b" 9 </StrokeSet>"),
        (b"<WhiteboardDescription>", b"<Whiteboard1Description>"),
    ],
)
def test_a_digit_or_byte_out_of_place_is_left_to_the_xml_parser(old: bytes, new: bytes) -> None:
    assert old in TWO_STROKES
    assert not check_same(TWO_STROKES.replace(old, new, 1))
    # The other file is still read the fast way.
    (odd, good) = read_known([TWO_STROKES.replace(old, new, 1), TWO_STROKES])
    assert odd is None and good is not None


number = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(["", " 5 ", "1_0", "+7", "1e3", "٣", "0x10", "007", "-0"]),
)
odd_point = st.tuples(
    st.permutations(["x", "y", "time"]),
    st.lists(st.sampled_from(["x", "y", "time"]), max_size=1),
    number,
    number,
    number,
)


def odd_xml(strokes: list, newline: str) -> bytes:
    def point(order: list[str], missing: list[str], *values: str) -> str:
        given = dict(zip(("x", "y", "time"), values, strict=True))
        words = [f'{name}="{given[name]}"' for name in order if name not in missing]
        return f"      <Point {' '.join(words)}/>{newline}"

    opening = '    <Stroke colour="black" start_time="0.00" end_time="0.00">\n'
    body = "".join(f"{opening}{''.join(point(*p) for p in s)}    </Stroke>\n" for s in strokes)
    head = b"".join(LINES[:9]).decode().replace("ISO-8859-1", "utf-8")
    return f"{head}{body}{LINES[-2].decode()}{LINES[-1].decode()}".encode()


@given(st.lists(st.lists(odd_point, max_size=4), max_size=4), st.sampled_from(["\r\n", "\n", ""]))
def test_every_file_is_a_sample_or_a_reject(strokes: list, newline: str) -> None:
    content = odd_xml(strokes, newline)
    check_same(content)
    found = one(content)
    lost = [reject for reject in found.rejects if reject.lost == "sample"]
    assert len(found.samples) + len(lost) == 1
    if found.samples:
        filled = [stroke for stroke in strokes if stroke]
        assert found.samples[0]["n_strokes"] == len(filled)
        assert found.samples[0]["n_points"] == sum(map(len, filled))
        assert np.isfinite(found.ink.x).all() and np.isfinite(found.ink.y).all()


def replaced(old: str, new: str) -> bytes:
    assert old.encode() in TWO_STROKES
    return TWO_STROKES.replace(old.encode(), new.encode())


def test_quirks_are_kept_as_recorded() -> None:
    assert one(replaced('x="100"', 'x="-100"')).ink.x.tolist() == [-100, 7, 12345]
    assert one(replaced('x="100"', 'x="100.5"')).ink.x.tolist() == [100.5, 7, 12345]
    assert one(replaced("\r\n", "\n")).ink.x.tolist() == [100, 7, 12345]
    assert one(replaced('x="100" y="20"', 'y="20" x="100"')).ink.x.tolist() == [100, 7, 12345]
    assert one(replaced(' time="769.05"', "")).ink.t.tolist()[1:] == [769.07, 13091076.49]
    assert np.isnan(one(replaced(' time="769.05"', "")).ink.t[0])
    backward = regular([[(1, 1, 500), (2, 2, 400)], [(3, 3, 100)]])
    assert one(backward).ink.t.tolist() == [5, 4, 1]


def test_empty_strokes_are_counted_and_reported() -> None:
    empty = '    </Stroke>\n    <Stroke colour="black" start_time="1.00" end_time="1.00">\n'
    found = one(replaced("    </Stroke>\n    <Stroke", f"{empty}    </Stroke>\n    <Stroke"))
    assert found.ink.stroke.tolist() == [0, 0, 1]
    (reject,) = found.rejects
    assert (reject.rule, reject.lost, reject.count) == ("empty-stroke", "strokes", 1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings(encoding: str) -> None:
    text = TWO_STROKES.decode().replace("ISO-8859-1", encoding.removesuffix("-sig"))
    assert one(text.encode(encoding)).ink.x.tolist() == [100, 7, 12345]


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("</WhiteboardCaptureSession>", "", "xml-syntax", "line 19"),
        ("WhiteboardCaptureSession", "ink", "not-iam", "line 2"),
        ("top_left", "bottom_right", "sensor-corner", "line 4"),
        ('x="7"', 'x="1e10"', "out-of-range", "line 12"),
        ('x="7"', 'x="nan"', "number", "line 12"),
        ('y="300"', 'y="30o"', "number", "line 12"),
        (' y="300"', "", "number", "line 12"),
        ("<Stroke ", "<Line ", "xml-syntax", "line 13"),
    ],
)
def test_a_refusal_names_rule_and_line(old: str, new: str, rule: str, line: str) -> None:
    found, reason = refusal(replaced(old, new))
    assert found == rule and line in reason


def test_files_without_ink_or_with_too_much() -> None:
    none = b"".join(LINES[:9] + LINES[-2:])
    assert refusal(none)[0] == "empty"
    assert refusal(none.replace(b"  </StrokeSet>", b'<Point x="1" y="1"/></StrokeSet>'))[0] == (
        "misplaced-point"
    )
    assert refusal(TWO_STROKES, ParseSettings(max_points=2))[0] == "too-many-points"
    assert refusal(TWO_STROKES, ParseSettings(max_bytes=500))[0] == "too-large"
    assert refusal(b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + TWO_STROKES[44:])[0] == "xml-doctype"


def test_a_bad_file_among_good_ones() -> None:
    files = raw(TWO_STROKES, TWO_STROKES[:-9], TWO_STROKES)
    names = pa.array([f"x/a01-000u-0{n}.xml" for n in (1, 2, 3)])
    found = iam.read(files.set_column(0, schema.RAW.field("path"), names), LIMITS)
    assert found.ink.ids == ["a01-000u-01", "a01-000u-03"]
    assert [(r.sample_id, r.rule) for r in found.rejects] == [("a01-000u-02", "xml-syntax")]


def real_files() -> list[bytes]:
    found = find(INK[0], REAL)
    if not found:
        pytest.skip(f"no IAM-OnDB in {REAL}")
    if found.tree:
        return [Path(file.place).read_bytes() for file in tree_files(found)]
    return [content for _, content in archive_files(found)]


def test_every_real_file_is_read_as_by_an_xml_parser() -> None:
    contents = real_files()
    quick = [check_same(content) for content in contents]
    assert len(quick) == 12_195 and quick.count(False) == 2
    samples = [iam.read(raw(*contents[a:b]), LIMITS) for a, b in pairwise(range(0, 12_401, 400))]
    rows = [row for found in samples for row in found.samples]
    assert not any(found.rejects for found in samples)
    assert sum(row["n_points"] for row in rows) == 7_656_867
    assert sum(row["n_strokes"] for row in rows) == 303_676
