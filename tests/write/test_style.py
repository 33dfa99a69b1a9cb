"""A person's ink as a style."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.generate.lines import Primer
from pentrace.ink import Ink, to_table
from pentrace.networks.settings import NetworkSettings
from pentrace.normalise.recipes import from_offsets
from pentrace.write.own_ink import read
from pentrace.write.style import LONGEST, from_file, known
from tests.helpers import small_model
from tests.helpers.small_model import NORMALISATION
from tests.helpers.small_style import TEXT, save, waves

LINE_HEIGHT = {
    "recipe": "line-height",
    "mean": [0.01, 0.0],
    "sd": [0.08, 0.08],
    "cap": None,
    "settings": {"recipe": "line-height", "resample": "time", "spacing": 0.02},
}


def _style(path: Path, strokes: list[np.ndarray], **more: object) -> np.ndarray:
    return from_file(save(path, strokes, **more), None, NORMALISATION).steps


def test_a_style_is_as_wide_and_as_fine_as_the_data(tmp_path):
    steps = _style(tmp_path / "a.json", waves())
    assert steps.dtype == np.float32
    assert not steps[0, :2].any()
    assert steps[:, 2].sum() == 4
    assert 14 <= len(steps) / len(TEXT) <= 35
    x, y = from_offsets(steps, NORMALISATION)
    assert np.ptp(x) == pytest.approx(len(TEXT) * 4.45 * NORMALISATION["sd"][0], rel=0.01)
    assert np.ptp(y) / np.ptp(x) == pytest.approx(1.6 / 3.9, rel=0.02)


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e4])
def test_units_do_not_matter(tmp_path, factor):
    plain = _style(tmp_path / "a.json", waves())
    scaled = [stroke * [factor, factor, 1] + [5 * factor, -factor, 9] for stroke in waves()]
    np.testing.assert_allclose(_style(tmp_path / "b.json", scaled), plain, atol=0.05)


@pytest.mark.parametrize("degrees", [-60, -30, 30, 60])
def test_a_sloping_line_is_turned(tmp_path, degrees):
    plain, angle = _style(tmp_path / "a.json", waves(10)), np.radians(degrees)
    way = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    sloping = [np.column_stack([stroke[:, :2] @ way, stroke[:, 2]]) for stroke in waves(10)]
    x, y = from_offsets(_style(tmp_path / "b.json", sloping), NORMALISATION)
    expected = from_offsets(plain, NORMALISATION)
    assert np.ptp(x) == pytest.approx(np.ptp(expected[0]), rel=0.02)
    assert np.ptp(y) == pytest.approx(np.ptp(expected[1]), rel=0.2)


def test_y_downward_as_in_browsers_and_times_in_ms(tmp_path):
    plain = _style(tmp_path / "a.json", waves())
    flipped = [stroke * [1, -1, 1000] for stroke in waves()]
    found = _style(tmp_path / "b.json", flipped, y_axis="down")
    np.testing.assert_allclose(found, plain, atol=0.05)


def test_the_rate_of_the_pen_does_not_matter(tmp_path):
    plain = _style(tmp_path / "a.json", waves())
    fine = [stroke * [1, 1, 0.1] for stroke in waves(points=600)]
    assert len(_style(tmp_path / "b.json", fine)) == pytest.approx(len(plain), rel=0.1)


def test_slow_handwriting_is_made_faster_and_no_times_are_needed(tmp_path):
    slow = _style(tmp_path / "a.json", [stroke * [1, 1, 30] for stroke in waves()])
    assert len(slow) / len(TEXT) <= 36
    none = _style(tmp_path / "b.json", [stroke[:, :2] for stroke in waves()])
    assert len(none) / len(TEXT) == pytest.approx(22, rel=0.1)
    inside = none[1:][none[:-1, 2] < 0.5]
    way = np.hypot(*(inside[:, :2] * NORMALISATION["sd"] + NORMALISATION["mean"]).T)
    assert np.percentile(way, 90) > 1.5 * np.percentile(way, 10)  # slow in curves


def test_a_pen_that_rests_leaves_no_points(tmp_path):
    resting = waves()
    resting[0] = np.concatenate([resting[0], np.repeat(resting[0][-1:], 50, 0)])
    np.testing.assert_array_equal(
        _style(tmp_path / "a.json", resting), _style(tmp_path / "b.json", waves())
    )


def test_a_style_works_with_other_recipes(tmp_path):
    path = save(tmp_path / "a.json", waves())
    steps = from_file(path, None, LINE_HEIGHT).steps
    y = from_offsets(steps, LINE_HEIGHT)[1]
    assert np.subtract(*np.percentile(y, [95, 5])) == pytest.approx(1, rel=0.1)


def test_the_text_comes_from_the_option_or_the_file(tmp_path):
    path = save(tmp_path / "a.json", waves())
    assert from_file(path, None, NORMALISATION).text == TEXT
    assert from_file(path, "sums", NORMALISATION).text == "sums"
    silent = save(tmp_path / "b.json", waves(), text=None)
    with pytest.raises(PentraceError, match=r"b\.json: .*--style-text"):
        from_file(silent, None, NORMALISATION)
    with pytest.raises(PentraceError, match="one line"):
        from_file(path, "two\nlines", NORMALISATION)


def test_accents_are_part_of_their_letter(tmp_path):
    apart = save(tmp_path / "a.json", waves(), text="cafe\u0301s")
    found = from_file(apart, None, NORMALISATION)
    assert found.text == "caf\u00e9s"
    same = from_file(apart, "caf\u00e9s", NORMALISATION)
    np.testing.assert_array_equal(found.steps, same.steps)
    network = NetworkSettings(kind="synthesis", alphabet="acfs\u00e9")
    assert known(found, network, "x").text == "caf\u00e9s"


def test_rare_characters_of_a_style_are_folded_if_there_is_a_symbol_for_them():
    network = NetworkSettings(kind="synthesis", alphabet=" ae", fold_rare=2)
    assert known(Primer(np.zeros((2, 3)), "q a"), network, "x").text == "q a"


def test_a_style_with_unknown_characters_is_refused():
    network = NetworkSettings(kind="synthesis", alphabet=" ae")
    assert known(Primer(np.zeros((2, 3)), "é a"), network, "x").text == "e a"
    with pytest.raises(PentraceError, match=r"x: in its text, .* seen q;.*another line"):
        known(Primer(np.zeros((2, 3)), "q"), network, "x")


def _inkml(strokes: list[np.ndarray], annotation: str) -> str:
    form = '<channel name="X"/><channel name="Y"/><channel name="T" units="s"/>'
    traces = [
        "<trace>" + ", ".join(f"{x:.5f} {-y:.5f} {t:.5f}" for x, y, t in stroke) + "</trace>"
        for stroke in strokes
    ]
    return f"<ink><traceFormat>{form}</traceFormat>{annotation}{''.join(traces)}</ink>"


def test_inkml_and_parquet_give_what_json_gives(tmp_path):
    plain = _style(tmp_path / "a.json", waves())
    inkml = tmp_path / "a.inkml"
    inkml.write_text(_inkml(waves(), f'<annotation type="truth">{TEXT}</annotation>'))
    flat = np.concatenate(waves())
    x, y, t = flat.T
    stroke = np.repeat(np.arange(4), 60).astype(np.int32)
    starts = np.array([0, len(flat)])
    ink = Ink(["me"], starts, x.astype(np.float32), y.astype(np.float32), stroke, t, {})
    tables.write(tmp_path / "a.parquet", schema.POINTS, [to_table(ink)])
    found = from_file(inkml, None, NORMALISATION)
    assert found.text == TEXT
    np.testing.assert_allclose(found.steps, plain, atol=0.05)
    with pytest.raises(PentraceError, match="--style-text"):
        from_file(tmp_path / "a.parquet", None, NORMALISATION)
    table = from_file(tmp_path / "a.parquet", TEXT, NORMALISATION)
    np.testing.assert_allclose(table.steps, plain, atol=0.05)


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("a.doc", "x", "unknown format"),
        (
            "a.JPG",
            "x",
            r"a picture \(JPEG\), which does not contain the movement of the pen; record a line",
        ),
        ("a.zip", "x", "an archive; unpack it"),
        (
            "a.txt",
            "x",
            "line 1: .* give a complete SVC2004 file",
        ),
        ("a.xml", "<x/>", "root element is x, expected ink; give a complete InkML file"),
        ("a.json", "{", "not JSON"),
        ("a.json", "[1]", "no strokes"),
        ("a.json", '{"strokes": []}', "no points"),
        ("a.json", '{"strokes": [[[1, 2], [3]]]}', "stroke 0 is not a list"),
        ("a.json", '{"strokes": [[[1, 2]], [["a", 2]]]}', "stroke 1, point 0: x is 'a', which"),
        ("a.json", '{"strokes": [[[1, 2]], [[1, NaN]]]}', "stroke 1, point 0: y is 'nan'"),
        ("a.json", '{"strokes": [[[1, 2]], [[1, 2], [2, 1e300]]]}', "stroke 1, point 1: x or y is"),
        ("a.json", '{"strokes": [[[1, 2, 0], [2, 2, 1.7e308]]]}', "stroke 0, point 1: t is"),
        ("a.json", '{"strokes": [[[1, 2]]], "y_axis": "left"}', "y_axis is 'left'"),
        ("a.json", '{"strokes": [[[1, 2]]], "text": 5}', "text is not a string"),
        ("a.json", '{"strokes": [[[1, 2], [1, 3], [1, 4]]], "text": "a"}', "no width"),
        ("a.inkml", "<ink>", "record it again"),
        ("a.inkml", "<!DOCTYPE ink [<!ENTITY a 'b'>]><ink>&a;</ink>", "record it again"),
        ("a.parquet", "PAR1", "not a Parquet file"),
    ],
)
def test_bad_files_are_named_with_a_remedy(tmp_path, name, content, wrong):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(PentraceError, match=wrong) as error:
        from_file(path, None, NORMALISATION)
    assert str(path) in str(error.value)


def test_offsets_are_used_unchanged(tmp_path):
    steps = small_model.line(3)
    columns = dict(zip(("dx", "dy", "end_of_stroke"), steps.T, strict=True))
    table = pa.table({"sample_id": ["a"] * len(steps), **columns})
    pq.write_table(table, tmp_path / "a.parquet")
    found = from_file(tmp_path / "a.parquet", "a b", NORMALISATION)
    np.testing.assert_array_equal(found.steps, steps)
    pq.write_table(table.append_column("x", table["dx"]).slice(1), tmp_path / "b.parquet")
    with pytest.raises(PentraceError, match="null step"):
        from_file(tmp_path / "b.parquet", "a b", NORMALISATION)


def test_a_missing_file_and_a_long_one_are_named(tmp_path):
    with pytest.raises(PentraceError, match=r"a folder; give .* one line .* pentrace learn"):
        read(tmp_path)
    with pytest.raises(PentraceError, match=r"gone\.json: no such file"):
        read(tmp_path / "gone.json")
    page = save(tmp_path / "a.json", waves(strokes=60, points=100), text="minimum " * 30)
    with pytest.raises(PentraceError, match=f"the limit is {LONGEST}"):
        from_file(page, None, NORMALISATION)


NUMBERS = st.one_of(st.floats(), st.integers(), st.none(), st.booleans(), st.text(max_size=2))
VALUES = st.recursive(
    NUMBERS | st.floats(-1e3, 1e3), lambda inner: st.lists(inner, max_size=4), max_leaves=20
)
POINTS = st.lists(st.tuples(st.floats(), st.floats(), st.floats()), max_size=6)
CONTENTS = st.fixed_dictionaries(
    {"strokes": st.one_of(VALUES, st.lists(POINTS, max_size=4))},
    optional={"text": st.one_of(st.text(max_size=9), NUMBERS), "y_axis": NUMBERS},
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(CONTENTS, VALUES), text=st.none() | st.text(max_size=12))
def test_any_json_is_a_style_or_an_error_that_names_the_file(tmp_path, content, text):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    try:
        primer = from_file(path, text, NORMALISATION)
    except PentraceError as error:
        assert str(path) in str(error)
    else:
        assert np.isfinite(primer.steps).all()
        assert 1 <= len(primer.steps) <= LONGEST


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60), ending=st.sampled_from(["json", "inkml", "parquet"]))
def test_any_bytes_are_an_error_that_names_the_file(tmp_path, content, ending):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(content)
    with pytest.raises(PentraceError, match=f"a.{ending}"):
        from_file(path, "a", NORMALISATION)
