"""Files of ink that people have: each format gives the ink that was recorded."""

import io
import json
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentrace import schema
from pentrace.readers import own
from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.complete import looks_like_offsets, upward
from pentrace.readers.own_formats.raw import Found
from pentrace.readers.own_formats.read import FORMATS, read_own
from pentrace.readers.results import Parsed
from pentrace.readers.settings import ParseSettings

STROKES = [[(10, 20, 0), (12, 30, 8), (15, 22, 16)], [(30, 20, 300), (31, 25, 308)]]
XY = [[10, 20], [12, 30], [15, 22], [30, 20], [31, 25]]
T = [0, 0.008, 0.016, 0.3, 0.308]
STROKE = [0, 0, 0, 1, 1]


def one(name: str, content: object, **given: object) -> Found:
    (found,) = several(name, content, **given)
    return found


def several(name: str, content: object, **given: object) -> list[Found]:
    raw = content if isinstance(content, bytes) else None
    raw = content.encode() if isinstance(content, str) else raw
    raw = json.dumps(content).encode() if raw is None else raw
    return read_own(name, raw, ParseSettings.model_validate(given))


def named(stroke: list, *, time: str = "time", **more: object) -> list[dict]:
    return [{"x": x, "y": y, time: t + 1.7e12, **more} for x, y, t in stroke]


def events() -> list[dict]:
    found = [{"x": 0, "y": 0, "t": -50, "type": "pointermove"}]
    for stroke in STROKES:
        kinds = ["pointerdown", *["pointermove"] * (len(stroke) - 2), "pointerup"]
        found += [
            {"x": x, "y": y, "t": t, "type": kind}
            for (x, y, t), kind in zip(stroke, kinds, strict=True)
        ]
    return found


BROWSER = {
    "signature_pad": [
        {"penColor": "black", "dotSize": 0, "points": named(s, pressure=0.5)} for s in STROKES
    ],
    "react-signature-canvas": [named(s, color="black") for s in STROKES],
    "react-canvas-draw": {"lines": [{"points": named(s)} for s in STROKES], "width": 400},
    "react-sketch-canvas": [{"drawMode": True, "paths": named(s)} for s in STROKES],
    "points with a stroke": [{**p, "stroke": i} for i, s in enumerate(STROKES) for p in named(s)],
    "Pentrace": {"strokes": STROKES, "y_axis": "down", "text": "it", "unit": "px"},
    "Quick, Draw!": {"word": "it", "drawing": [list(zip(*s, strict=True)) for s in STROKES]},
}


@pytest.mark.parametrize("name", BROWSER)
def test_json_of_browsers(name):
    found = one("a.json", BROWSER[name])
    np.testing.assert_array_equal(found.xy, XY)
    assert found.stroke.tolist() == STROKE
    np.testing.assert_allclose(found.t - found.t[0], T, atol=1e-3)
    assert (found.axis, found.notes) == ("down", ())


def test_pressure_is_a_channel():
    assert one("a.json", BROWSER["signature_pad"]).channels["pressure"].tolist() == [0.5] * 5


def test_movements_before_the_pen_comes_down_are_in_the_air():
    found = one("a.json", events())
    assert found.stroke.tolist() == [-1, *STROKE]
    np.testing.assert_array_equal(found.xy[1:], XY)


def test_quick_draw_has_one_drawing_in_each_line():
    lines = [{"word": w, "key_id": k, "drawing": [[[1, 2], [3, 4]]]} for w, k in ("a1", "b2")]
    found = several("cat.ndjson", "\n".join(map(json.dumps, lines)) + "\n")
    assert [(f.name, f.text, f.axis) for f in found] == [("1", "a", "down"), ("2", "b", "down")]
    assert found[0].xy.tolist() == [[1, 3], [2, 4]] and np.isnan(found[0].t).all()
    with pytest.raises(Malformed, match="line 2: not JSON"):
        several("a.ndjson", json.dumps(lines[0]) + "\n{")
    with pytest.raises(Malformed, match="line 1, stroke 0: expected"):
        several("a.ndjson", '{"drawing": [[[1, 2], [3]]]}')


def test_times_in_some_strokes_only_are_left_out_with_a_note():
    strokes = [STROKES[0], [point[:2] for point in STROKES[1]]]
    found = one("a.json", {"strokes": strokes, "y_axis": "up"})
    assert np.isnan(found.t).all()
    assert found.notes == ("only 3 of 5 points have a time; the times were left out",)


def line(seed: int = 0, letters: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """A line of letters, y upward, and their strokes: each begins at its top."""
    s = np.linspace(0, 1, 12)
    letter = np.column_stack([0.2 - 0.3 * s + 0.8 * s**3, np.cos(s * 5) + 0.3 - s])
    jitter = np.random.default_rng(seed).normal(0, 0.05, (letters, 1, 2))
    strokes = letter + jitter + np.arange(letters)[:, None, None] * [1.0, 0.0]
    return 40 * strokes.reshape(-1, 2), np.repeat(np.arange(letters), 12)


@pytest.mark.parametrize(("sign", "axis"), [(1, "up"), (-1, "down")])
def test_a_missing_direction_of_y_is_found_from_the_ink(sign, axis):
    xy, stroke = line()
    strokes = [(xy[stroke == i] * [1, sign]).tolist() for i in range(30)]
    found = one("a.json", {"strokes": strokes})
    assert found.axis == axis and "does not state the direction of y; by the ink" in found.notes[0]
    assert np.sign(upward(xy * [1, sign], stroke)) == sign
    stated = one("a.json", {"strokes": strokes, "y_axis": "up"})
    assert (stated.axis, stated.notes) == ("up", ())


def test_offsets_in_place_of_positions_are_found_by_their_size_and_the_reverse():
    xy, stroke = line()
    steps = np.diff(xy, axis=0, prepend=0)
    assert looks_like_offsets(steps) and looks_like_offsets(xy) is False
    strokes = [steps[stroke == i].tolist() for i in range(30)]
    found = one("a.json", {"strokes": strokes, "y_axis": "up"})
    np.testing.assert_allclose(found.xy, xy)
    assert found.notes[0].startswith("x and y are offsets by their size")
    ends = np.diff(stroke, append=99) > 0
    right, wrong = (npy(np.column_stack([v, ends])) for v in (steps, xy))
    np.testing.assert_allclose(one("a.npy", right).xy, xy)
    found = one("a.npy", wrong)
    np.testing.assert_allclose(found.xy, xy)
    assert found.notes[0].startswith("x and y are positions by their size")


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


STEPS = np.diff(np.array(XY), axis=0, prepend=0)
THREE = np.column_stack([STEPS, [0, 0, 1, 0, 1]])
FIVE = np.array([[*row, 1 - up, up, 0] for row, up in zip(STEPS, THREE[:, 2], strict=True)])
FIVE = np.concatenate([FIVE, [[0, 0, 0, 0, 1]] * 3])


@pytest.mark.parametrize(
    "content",
    [
        npy(THREE), npy(THREE.astype(np.int16)), npy(FIVE), npy(THREE[:, [2, 0, 1]]),
        npy(np.asfortranarray(THREE)), npz(a=THREE),
    ],
)  # fmt: skip
def test_stroke_3_and_stroke_5(content):
    found = one("a.npz" if content.startswith(b"PK") else "a.npy", content)
    np.testing.assert_array_equal(found.xy, XY)
    assert found.stroke.tolist() == STROKE


def test_lists_of_arrays_are_read_without_running_their_pickle():
    both = np.empty(2, object)
    both[:] = [THREE.astype(np.int16), FIVE]
    found = several("a.npz", npz(train=both, valid=both[:1]))
    assert [f.name for f in found] == ["train/0", "train/1", "valid/0"]
    np.testing.assert_array_equal(found[1].xy, XY)

    class Bad:
        def __reduce__(self) -> tuple:
            return print, ("run",)

    with pytest.raises(Malformed, match=r"contains builtins\.print, which is not an array"):
        several("a.npz", npz(train=np.array([Bad()], object)))


def test_an_array_that_states_a_wrong_size_is_refused_before_it_is_made():
    head = npy(THREE).replace(b"(5, 3)", b"(5" + b"0" * 9 + b", 3)")
    with pytest.raises(Malformed, match=r"do not fit the shape|not an array"):
        one("a.npy", head)


TABLES: dict[str, Callable[[], str]] = {
    "stroke": lambda: "x,y,t,stroke\n"
    + "".join(f"{x},{y},{t},{s}\n" for s, k in zip("ab", STROKES, strict=True) for x, y, t in k),
    "end of stroke": lambda: "T(ms);X (px);Y (px);lift\n"
    + "".join(f"{t};{x},0;{y},0;{int(i == len(k) - 1)}\n" for k in STROKES
              for i, (x, y, t) in enumerate(k)),
    "times": lambda: "time,x,y\n" + "".join(f"{t},{x},{y}\n" for k in STROKES for x, y, t in k),
    "offsets": lambda: "dx\tdy\tms\teos\n"
    + "".join(f"{dx}\t{dy}\t{t * 1000}\t{e}\n" for (dx, dy, e), t in zip(THREE, T, strict=True)),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_points(name):
    found = one("a.csv", TABLES[name]())
    np.testing.assert_array_equal(found.xy, XY)
    assert found.stroke.tolist() == STROKE
    np.testing.assert_allclose(found.t, T)


def test_a_column_for_the_pen():
    table = "x,y,pen\n1,1,1\n2,1,1\n3,1,0\n4,1,1\n5,1,1\n"
    found = one("a.csv", table)
    assert found.stroke.tolist() == [0, 0, -1, 1, 1] and "1 on the paper" in found.notes[0]
    found = one("a.csv", "x,y,p\n1,1,0\n2,1,1\n3,1,0\n4,1,0\n5,1,1\n")
    assert found.stroke.tolist() == [0, 0, 1, 1, 1] and "end of a stroke" in found.notes[0]


SVG = """<svg xmlns="http://www.w3.org/2000/svg"><title>it</title><defs><path d="M0,0H9"/></defs>
<g transform="translate(10,20) scale(2)" fill="none" stroke="black">
<path d="M0,0 5,0 M6,0 v5"/><polyline points="8,0 8,5"/><line x1="9" y1="0" x2="9" y2="5"/></g>
</svg>"""


def test_svg_with_single_lines():
    found = one("a.svg", SVG)
    first = np.append(True, np.diff(found.stroke) > 0)
    last = np.append(first[1:], True)
    begins, ends = found.xy[first], found.xy[last]
    assert begins.tolist() == [[10, 20], [22, 20], [26, 20], [28, 20]]
    assert ends.tolist() == [[20, 20], [22, 30], [26, 30], [28, 30]]
    assert (found.text, found.axis, found.notes) == ("it", "down", ())
    outlines = one("a.svg", SVG.replace('fill="none" stroke="black"', ""))
    assert "outlines of letters" in outlines.notes[0]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", "{", r"not JSON at line 1, column 2$"),
        ("a.json", '{"text": "a",\n "strokes": [[[1, 2],]]}', "not JSON at line 2, column 22$"),
        ("a.json", " ", "the file is empty$"),
        ("a.json", b'{"text": "\xff"}', "not JSON: not text in UTF-8$"),
        ("a.json", '{"Strokes": [[[1, 2]]]}', 'the key is "strokes", not "Strokes"$'),
        ("a.json", '{"strokes": [[[1, 2]]], "Text": "a"}', 'the key is "text", not "Text"$'),
        (
            "a.json",
            '{"strokes": [[[1, 2]]], "Y_Axis": "up"}',
            'the key is "y_axis", not "Y_Axis"$',
        ),
        ("a.json", '[{"Points": [{"x": 1, "y": 2}]}]', 'stroke 0: the key is "points", not'),
        ("a.json", '[[{"x": 1, "y": 2, "Time": 3}]]', 'point 0: the key is "time", not "Time"$'),
        ("a.json", [{"x": 1, "y": 2}], "do not show where strokes begin"),
        ("a.json", [{"x": 1, "y": 2, "type": "click"}], "point 0: type is 'click'"),
        ("a.json", [{"x": 1, "y": 2, "type": "pointermove"}], "no event puts the pen down"),
        ("a.json", [[{"x": 1, "y": 2}, {"x": 1}]], "stroke 0, point 1 has no x and y"),
        ("a.json", [{"points": [{"x": "a", "y": 2}]}], "stroke 0, point 0: x is 'a'"),
        ("a.json", [{"colour": 1}], "stroke 0 has no points; its keys are colour"),
        ("a.csv", "1,2\n3,4\n", "no columns named x and y; the names are 1, 2"),
        ("a.csv", "x,x_pos,y\n1,1,1\n", "line 1: 'x' and 'x_pos' both name x"),
        ("a.csv", "x,y,t,ms\n1,1,1,1\n", "columns for t and ms"),
        ("a.csv", "x,y\n1,1\n", "no column shows where strokes begin"),
        ("a.csv", "x,y,t\n1,1,1\n1,b,2\n", "line 3: y is 'b', not a number"),
        ("a.csv", "x y\n", "between columns"),
        ("a.csv", "", "between columns"),
        ("a.npy", npy(np.zeros((3, 4))), r"shape \(3, 4\); expected"),
        ("a.npy", npy(np.full((3, 3), 2.0)), "no column contains only 0 and 1"),
        ("a.npy", b"x", "not an array"),
        ("a.npz", b"x", "not an archive"),
        ("a.svg", "<svg", "line 1"),
        ("a.svg", "<svg/>", "no points"),
        ("a.svg", '<svg><path transform="turn(1)" d="M0,0H1"/></svg>', "line 1: not a transform"),
        ("a.svg", '<svg><polyline points="1 2 3"/></svg>', "line 1: an odd number"),
    ],
)
def test_damaged_files_are_refused_with_the_place(name, content, reason):
    with pytest.raises(Malformed, match=reason):
        one(name, content)


def test_large_files_are_refused():
    with pytest.raises(Malformed, match="the limit is 20"):
        one("a.csv", TABLES["times"](), max_bytes=20)
    with pytest.raises(Malformed, match="the limit is 4"):
        one("a.csv", TABLES["times"](), max_points=4)
    with pytest.raises(Malformed, match="when unpacked"):
        one("a.npz", npz(a=np.zeros((100_000, 3))), max_bytes=10_000)


SEEDS = [
    *(("a.json", json.dumps(value).encode()) for value in (*BROWSER.values(), events())),
    *(("a.csv", table().encode()) for table in TABLES.values()),
    ("a.npy", npy(THREE)), ("a.npz", npz(a=FIVE)), ("a.svg", SVG.encode()),
    ("a.ndjson", json.dumps(BROWSER["Quick, Draw!"]).encode()),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_any_damage_is_read_or_refused(seed, data):
    name, content = seed
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not damaged:
            break
    try:
        found = read_own(name, bytes(damaged), ParseSettings())
    except Malformed as error:
        assert error.reason
    else:
        assert all(np.isfinite(one.xy).all() and len(one.xy) for one in found)


def test_the_reader_gives_rows_and_says_what_it_assumed():
    rows = [
        {"path": "ada/1.json", "sha256": "", "content": json.dumps(BROWSER["Pentrace"]).encode()},
        {"path": "ada/2.csv", "sha256": "", "content": TABLES["times"]().encode()},
        {"path": "3.npy", "sha256": "", "content": b"x"},
    ]
    parsed: Parsed = own.read(pa.Table.from_pylist(rows, schema.RAW), ParseSettings())
    assert [(r["sample_id"], r["writer"], r["text"]) for r in parsed.samples] == [
        ("ada/1", "ada", "it"),
        ("ada/2", "ada", None),
    ]
    assert {(r.sample_id, r.rule, r.lost) for r in parsed.rejects} == {
        ("ada/2", "assumed", "nothing"),
        ("3", "not-npy", "sample"),
    }
    assert set(FORMATS) >= {".json", ".ndjson", ".csv", ".npy", ".npz", ".svg"}
