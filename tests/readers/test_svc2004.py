"""SVC2004 and BDALab files: every naming, every quirk, and named rejects."""

import hashlib
import os
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pentrace import schema
from pentrace.ink import to_table
from pentrace.readers import svc2004
from pentrace.readers.settings import ParseSettings
from pentrace.readers.sources.svc2004 import INK, group

REAL = Path(os.environ.get("PENTRACE_REAL_DATA", "data/raw")) / "svc" / "Task2"
POINTS = [
    (2933, 5678, 31275775, 0, 1550, 710, 439),
    (2933, 5678, 31275785, 1, 1480, 770, 420),
    (3001, -51, 31275785, 5, 1350, 830, 433),
    (3114, 6139, 31275780, 0, 1350, 800, 422),
    (3114, 6139, 31275800, 2, 1350, 800, 422),
]


def raw(**files: bytes) -> pa.Table:
    return pa.table(
        {
            "path": list(files),
            "sha256": [hashlib.sha256(c).hexdigest() for c in files.values()],
            "content": list(files.values()),
        },
        schema=schema.RAW,
    )


def read(files: dict[str, bytes], **settings: object):
    return svc2004.read(raw(**files), ParseSettings.model_validate(settings))


def text(points=POINTS, columns: int = 7, end: str = "\r\n", count: int | None = None) -> bytes:
    lines = [str(len(points) if count is None else count)]
    lines += [" ".join(map(str, point[:columns])) for point in points]
    return "".join(line + end for line in lines).encode()


def test_every_channel_is_kept_as_recorded():
    parsed = read({"Task2/U1S1.TXT": text()})
    ink = parsed.ink
    assert not parsed.rejects
    assert np.column_stack([ink.x, ink.y]).tolist() == [[p[0], p[1]] for p in POINTS]
    assert ink.t.tolist() == [p[2] / 1000 for p in POINTS]  # one equal step, one backward
    for column, name in enumerate(("button", "azimuth", "altitude", "pressure"), 3):
        assert ink.channels[name].tolist() == [p[column] for p in POINTS]
    assert to_table(ink)["button"].to_pylist() == [0, 1, 5, 0, 2]


def test_pen_up_is_in_the_air_and_other_buttons_are_down():
    parsed = read({"Task2/U1S1.TXT": text()})
    assert parsed.ink.stroke.tolist() == [-1, 0, 0, -1, 1]
    row = parsed.samples[0]
    assert (row["n_points"], row["n_strokes"], row["y_axis"]) == (5, 2, "up")
    assert (row["x_min"], row["x_max"], row["y_min"], row["y_max"]) == (2933, 3114, -51, 6139)


def test_task_1_has_no_angles_and_no_pressure():
    parsed = read({"Task1/U1S1.TXT": text(columns=4)})
    table = to_table(parsed.ink)
    assert parsed.ink.ids == ["task1/U1S1"]
    assert table["pressure"].null_count == table["azimuth"].null_count == len(POINTS)
    assert table["button"].null_count == 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Task2/U1S1.TXT", "task2/U1S1"),
        ("Task2/USER3_21.txt", "task2/U3S21"),
        ("BDALab/user3_21.svc", "BDALab/user3_21"),
        ("Task2/USER1S1.TXT", "task2/U1S1"),
        ("task2/user1s1.txt", "task2/U1S1"),
        ("Task2/u1s1", "task2/U1S1"),
        ("Task1/U01S01.TXT", "task1/U1S1"),
        ("Task 1/deeper/U40S40.txt", "task1/U40S40"),
        ("U3S4.TXT", "task2/U3S4"),
        ("BDALab/p1_1990_f_copy.svc", "BDALab/p1_1990_f_copy"),
    ],
)
def test_all_ways_of_naming(path: str, name: str):
    assert read({path: text()}).ink.ids == [name]


def test_columns_show_the_task_if_the_folder_does_not():
    assert read({"U3S4.TXT": text(columns=4)}).ink.ids == ["task1/U3S4"]


def test_genuine_are_the_first_twenty_and_the_writer_is_the_user():
    names = [f"Task2/U7S{n}.TXT" for n in (1, 20, 21, 40, 41)]
    rows = read({name: text() for name in names}).samples
    assert [row["genuine"] for row in rows] == [True, True, False, False, None]
    assert {row["writer"] for row in rows} == {"U7"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \t\r\n", "\n\n"])
def test_line_ends_and_runs_of_blanks(end: str):
    content = text(end=end).replace(b" ", b"   \t")
    parsed = read({"Task2/U1S1.TXT": b"\xef\xbb\xbf\n  " + content.rstrip()})
    assert not parsed.rejects
    assert parsed.samples[0]["n_points"] == len(POINTS)


def test_bdalab_has_decimals_and_seconds():
    content = b"2\n 10.5 20.25 0.0075 1 1.5e2 45.5 0.333\n11 21 0.015 1.0 151 45 .4\n"
    parsed = read({"BDALab/sheep_1.svc": content})
    ink, row = parsed.ink, parsed.samples[0]
    assert ink.t.tolist() == [0.0075, 0.015]
    assert ink.x.tolist() == [10.5, 11]
    assert (row["kind"], row["writer"], row["genuine"]) == ("ink", None, None)


@pytest.mark.parametrize(("steps", "unit"), [((7, 8), 1e-3), ((0.0075, 0.008), 1.0)])
def test_the_unit_of_time_of_bdalab_is_found_from_the_median_step(steps, unit: float):
    times = np.cumsum([5, *steps, 0, *steps])
    rows = [f"1 1 {t:g} 1 0 0 9" for t in times]
    ink = read({"BDALab/a.svc": "\n".join([str(len(rows)), *rows]).encode()}).ink
    np.testing.assert_allclose(ink.t, times * unit)


def test_rows_behind_a_count_that_is_too_low_are_kept_with_a_row_in_the_rejects():
    parsed = read({"BDALab/a.svc": text(count=3), "Task2/U1S1.TXT": text(count=4)})
    assert [row["n_points"] for row in parsed.samples] == [5, 5]
    assert {(r.rule, r.lost) for r in parsed.rejects} == {("count-too-low", "nothing")}
    assert parsed.rejects[0].reason == (
        "line 1: 3 points expected, but the file has 5; all of them were kept"
    )
    broken = text(count=4).removesuffix(b" 422\r\n")
    assert read({"Task2/U1S1.TXT": broken}).rejects[0].rule == "columns"


def test_the_sample_release_has_users_and_forgeries():
    rows = read({"Task2/USER3_21.txt": text(), "Task2/USER3_2.txt": text()}).samples
    assert [(r["writer"], r["genuine"], r["kind"]) for r in rows] == [
        ("U3", False, "signature"),
        ("U3", True, "signature"),
    ]
    assert re.fullmatch(INK[1].members, "USER3_21.txt", re.I)
    assert group("Task2/USER3_21.txt") == group("Task2/U3S1.TXT")


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (b"1 2 0 7\n3 4 10 0\n5 6 20 9\n", ["x", "y", "t", "pressure"]),
        (b"3\n1 2 0 7\n3 4 10 0\n5 6 20 9\n", ["x", "y", "t", "pressure"]),
        (b"X\tY\tTIME\tP\r\n1 2 0 7\r\n3 4 10 0\r\n5 6 20 9\r\n", ["x", "y", "t", "pressure"]),
        (b"x y t p\n3\n1 2 0 7\n3 4 10 0\n5 6 20 9\n", ["x", "y", "t", "pressure"]),
        (b"2 1 9 0.00 7\n4 3 9 .01 0\n6 5 9 0.02 9\n", ["y", "x", "-", "t", "pressure"]),
    ],
)
def test_other_columns_are_read_by_their_names(content: bytes, columns: list):
    parsed = read({"Task1/U1S1.TXT": content}, columns=columns)
    assert not parsed.rejects
    ink = parsed.ink
    assert (ink.x.tolist(), ink.y.tolist()) == ([1, 3, 5], [2, 4, 6])
    np.testing.assert_allclose(ink.t, [0, 0.01, 0.02])
    assert ink.channels["pressure"].tolist() == [7, 0, 9] and "button" not in ink.channels
    assert ink.stroke.tolist() == [0, -1, 1]  # a pressure of 0 is pen up


def test_two_and_three_columns_are_one_stroke_without_a_pen():
    ink = read({"U1S1.TXT": b"1 2\n3 4\n"}, columns=["x", "y"]).ink
    assert ink.stroke.tolist() == [0, 0] and np.isnan(ink.t).all() and ink.ids == ["task1/U1S1"]
    ink = read({"U1S1.TXT": b"1 2 1\n3 4 0\n"}, columns=["x", "y", "button"]).ink
    assert ink.stroke.tolist() == [0, -1]


def test_a_damaged_first_row_is_not_taken_for_names():
    content = b"1O 20 0\n11 21 10\n12 22 20\n"
    (reject,) = read({"U1S1.TXT": content}, columns=["x", "y", "t"]).rejects
    assert (reject.rule, "line 1: 'O'" in reject.reason) == ("not-numbers", True)


def test_rows_must_have_the_columns_that_are_named():
    (reject,) = read({"U1S1.TXT": b"1 2 3\n3 4\n"}, columns=["x", "y", "t"]).rejects
    assert (reject.rule, reject.reason) == ("columns", "line 2: 2 columns, expected 3")
    with pytest.raises(ValidationError, match="unknown column 'z'; use x, y, t, button"):
        ParseSettings(columns=("x", "y", "z"))
    with pytest.raises(ValidationError, match="x and y, and each column once"):
        ParseSettings(columns=("x", "x", "t"))


def test_x_and_y_are_swapped_on_request():
    content = b"2\n20.25 10.5 0.0075 1 150 45 .3\n21 11 0.015 1 151 45 .4\n"
    parsed = read({"BDALab/sheep_1.svc": content}, swap_xy=True)
    assert (parsed.ink.x.tolist(), parsed.ink.y.tolist()) == ([10.5, 11], [20.25, 21])
    assert (parsed.samples[0]["x_max"], parsed.samples[0]["y_max"]) == (11, 21)


@pytest.mark.parametrize(
    ("rule", "content", "where"),
    [
        ("empty", b"", "no numbers"),
        ("empty", b"0\r\n", "no points"),
        ("no-count", b"1 2 3 1\r\n1 2 3 1\r\n", "line 1: 4 numbers, expected a point count"),
        ("no-count", b"1 2 3 1\r\n1 2 3 1\r\n", "name the columns in parse.columns"),
        ("no-count", b"1.5\r\n1 2 3 1\r\n", "line 1: 1.5, expected"),
        ("not-numbers", b"X Y T P\r\n1 2 3 1\r\n", "name the columns in parse.columns"),
        ("columns", b"1\n1 2\n", "line 2: 2 columns, expected 4 or 7; name the columns"),
        ("columns", b"1\n1 2 3\n", "3 columns"),
        ("count-mismatch", text(count=7), "7 points"),
        ("count-mismatch", text()[: text().rindex(b"3114 6139")], "the file has 4"),
        ("columns", b"2\n1 2 3 1\n1 2 3\n", "line 3: 3 columns, expected 4"),
        ("columns", b"1\n\n1 2 3 1 5\n", "line 3: 5 columns, expected 4 or 7"),
        ("not-numbers", b"1\n1 2 3 x\n", "line 2: 'x' is not part of a number"),
        ("not-numbers", b"1\n1 2 3 1-2\n", "1-2"),
        ("not-numbers", b"1\n1 2 3 nan\n", "line 2"),
        ("button", b"1\n1 2 3 6\n", "line 2: a button of 6, expected 0 to 5"),
        ("button", b"1\n1 2 3 0.5\n", "line 2: a button of 0.5"),
        ("button", b"2\n1 2 3 0\n1 2 3 1023\n", "parse.columns to [x, y, t, pressure]"),
        ("button", text([(1, 2, 3, 9, 0, 0, 0)]), "line 2: a button of 9"),
        ("out-of-range", b"2\n1 2 3 1\n1e300 2 3 1\n", "line 3"),
    ],
)
def test_a_bad_file_is_named_and_the_other_files_are_read(rule: str, content: bytes, where: str):
    parsed = read({"Task2/U1S1.TXT": text(), "Task2/U1S2.TXT": content, "Task2/U1S3.TXT": text()})
    assert parsed.ink.ids == ["task2/U1S1", "task2/U1S3"]
    (reject,) = parsed.rejects
    assert (reject.sample_id, reject.source) == ("task2/U1S2", "Task2/U1S2.TXT")
    assert (reject.rule, reject.lost) == (rule, "sample")
    assert where in reject.reason


def test_limits_are_kept():
    files = {"Task2/U1S1.TXT": text()}
    assert read(files, max_points=4).rejects[0].rule == "too-many-points"
    assert read(files, max_bytes=10).rejects[0].rule == "too-large"


token = st.one_of(
    st.integers(-(10**7), 10**7).map(str),
    st.sampled_from(["", ".", "-", "1e", "e", "1.5", "1e400"]),
)
grid = st.lists(st.lists(token, max_size=8).map(" ".join), max_size=6)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=60), grid.map(lambda lines: "\r\n".join(lines).encode())))
def test_any_bytes_give_a_sample_or_a_reject(content: bytes):
    parsed = read({"Task2/U1S1.TXT": content, "b.svc": content})
    assert len(parsed.samples) + len(parsed.rejects) == 2
    assert len(to_table(parsed.ink)) == sum(row["n_points"] for row in parsed.samples)


number = st.integers(-(10**6), 10**6)
point = st.tuples(number, number, number, st.integers(0, 5), number, number, number)


@settings(deadline=None)
@given(st.lists(point, min_size=1, max_size=20))
def test_what_is_written_is_read(points: list):
    ink = read({"Task2/U1S1.TXT": text(points)}).ink
    columns = [ink.x, ink.y, np.rint(ink.t * 1000)]
    columns += [ink.channels[n] for n in ("button", "azimuth", "altitude", "pressure")]
    assert np.column_stack(columns).astype(int).tolist() == [list(p) for p in points]


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real signatures in {REAL}")
def test_all_real_signatures_of_task_2():
    paths = sorted(REAL.iterdir())
    parsed = read({f"Task2/{path.name}": path.read_bytes() for path in paths})
    assert (len(parsed.samples), len(parsed.rejects)) == (1600, 0)
    assert len(parsed.ink.x) == 333_133
    assert sum(row["genuine"] for row in parsed.samples) == 800
    assert len({row["writer"] for row in parsed.samples}) == 40
    steps = np.diff(parsed.ink.t)[~parsed.ink.first_of_sample()[1:]]
    owners = parsed.ink.owner[1:][~parsed.ink.first_of_sample()[1:]]
    assert (len(set(owners[steps == 0])), len(set(owners[steps < 0]))) == (431, 13)
