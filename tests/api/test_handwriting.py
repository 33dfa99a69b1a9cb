"""Ink in Python: every format that can be read, and how it is shown."""

import tarfile
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import numpy as np
import pytest

import pentrace
from pentrace import PentraceError
from pentrace.demo.settings import DemoSettings
from pentrace.page.inkml import inkml
from tests.helpers import small_style
from tests.helpers.commands import pentrace as run
from tests.helpers.small_kanji import character

XML = """<WhiteboardCaptureSession><StrokeSet>
<Stroke><Point x="10" y="30" time="0.5"/><Point x="12" y="20" time="0.51"/></Stroke>
<Stroke><Point x="20" y="25" time="0.9"/></Stroke></StrokeSet></WhiteboardCaptureSession>"""


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_json_has_text_unit_and_times(tmp_path):
    strokes = small_style.waves()
    ink = pentrace.read_ink(small_style.save(tmp_path / "me.json", strokes, unit="mm"))
    flat = np.concatenate(strokes)
    np.testing.assert_array_equal(np.column_stack([ink.x, ink.y, ink.t]), flat)
    assert (ink.x.dtype, ink.stroke.dtype) == (np.float64, np.int64)
    assert (ink.text, ink.unit, ink.name) == (small_style.TEXT, "mm", str(tmp_path / "me.json"))
    assert ink.stroke.tolist() == [i for i in range(4) for _ in range(60)]
    assert repr(ink).startswith("<Handwriting ") and "240 points, 4 strokes" in repr(ink)


def test_a_line_of_iam_has_y_upward(tmp_path):
    ink = pentrace.read_ink(write(tmp_path / "a01-000u-01.xml", XML))
    assert ink.x.tolist() == [10, 12, 20] and ink.y.tolist() == [-30, -20, -25]
    assert ink.stroke.tolist() == [0, 0, 1]
    assert (ink.t.tolist(), ink.text, ink.unit) == ([0.5, 0.51, 0.9], None, "tablet unit")


@pytest.mark.parametrize("name", ["a.inkml", "a.ink", "a.xml"])
def test_inkml_without_times(tmp_path, name):
    strokes = [stroke[:, :2] for stroke in small_style.waves()]
    ink = pentrace.read_ink(write(tmp_path / name, inkml(strokes, {"text": "a word"})))
    np.testing.assert_allclose(ink.y, np.concatenate(strokes)[:, 1], atol=1e-3)
    assert (ink.t, ink.text, ink.unit) == (None, "a word", None)


@pytest.mark.parametrize("name", ["U1S1", "U1S1.TXT", "u1s1.txt"])
def test_a_signature_of_svc2004(tmp_path, name):
    ink = pentrace.read_ink(write(tmp_path / name, "3\n1 5 0 1\n2 6 10 0\n3 7 20 1\n"))
    assert ink.y.tolist() == [5, 6, 7] and ink.stroke.tolist() == [0, -1, 1]
    assert ink.t == pytest.approx([0, 0.01, 0.02])


@pytest.mark.parametrize(("name", "text"), [("04e01.svg", "丁"), ("00041-Kaisho.svg", "A")])
def test_any_character_of_kanjivg(tmp_path, name, text):
    ink = pentrace.read_ink(write(tmp_path / name, character(1)))
    assert (ink.text, ink.t, ink.unit) == (text, None, "1/109 of a character")
    assert -109 < ink.y.min() < ink.y.max() < 0


def test_the_raw_files_of_the_synthetic_data_can_be_read(tmp_path):
    small = DemoSettings(writers=4, forms=1, lines=1, users=4, signatures=2).model_dump_json()
    run("demo", "--out", tmp_path / "demo", "--settings", small)
    with tarfile.open(tmp_path / "demo/iam/lineStrokes-all.tar.gz") as lines:
        lines.extractall(tmp_path, filter="data")
    with zipfile.ZipFile(tmp_path / "demo/svc/Task2.zip") as signatures:
        signatures.extractall(tmp_path)
    for pattern in ("*.xml", "*.TXT"):
        paths = sorted(tmp_path.rglob(pattern))
        assert paths and all(_reads(path) for path in paths)


def _reads(path: Path) -> bool:
    """The ink, or an error that names the file: some of the files are damaged on purpose."""
    try:
        return len(pentrace.read_ink(path)) > 0
    except PentraceError as error:
        return str(error).startswith(f"{path}: ")


def test_points_without_a_position_are_left_out_with_a_warning(tmp_path):
    path = write(tmp_path / "a.inkml", "<ink><trace>1 2, 3 ?, 4 5</trace></ink>")
    with pytest.warns(UserWarning, match="1 points have no x or no y; left out"):
        ink = pentrace.read_ink(path)
    assert len(ink) == 2


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("a.doc", "", r"unknown format of ink; give a \.json, .* or \.txt \(SVC2004\) file$"),
        (
            "a.xml",
            XML.replace("30", "x"),
            "line 2: y='x' is not a number; give a complete IAM-OnDB",
        ),
        ("a.xml", "<x/>", "root element is x, expected ink; give a complete InkML"),
        ("a.txt", "2\n1 5 0 1\n", "line 1: 2 points expected, but the file has 1; give a complete"),
        ("04e00.svg", "<svg/>", "root element is svg, expected svg"),
        ("a.json", "{", "not JSON at line 1, column 2; correct it there, or record it again"),
        ("gone", None, r"no such file; give a \.json, "),
    ],
)
def test_errors_name_the_file_and_the_remedy(tmp_path, name, content, wrong):
    path = tmp_path / name
    if content is not None:
        write(path, content)
    with pytest.raises(PentraceError, match=wrong) as error:
        pentrace.read_ink(path)
    assert str(error.value).startswith(f"{path}: ")


def test_a_notebook_shows_a_drawing_and_the_figure():
    ink = pentrace.Handwriting([0, 1, 2, 3], [0, 5, 0, 5], [0, 0, -1, 1], unit="mm")
    drawing = ET.fromstring(ink._repr_svg_())
    assert len(drawing.findall(".//{*}path")) == 2
    figure = ink.plot()
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words[0] == "ink" and words[1].endswith(" mm")
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (([], [], []), "no points"),
        (([1, 2], [1], [0, 0]), r"y has the shape \(1,\); give one value for each point"),
        (([1, np.nan], [1, 2], [0, 0]), "x of point 1 is not a number"),
        ((["a"], [1], [0]), "x is no array of numbers"),
        ((3, 4, 5), r"x has the shape \(\)"),
        (([1], [1], [0.5]), "stroke must be whole numbers"),
        (([1], [1], [10**20]), "stroke is no array of numbers"),
        (([1], [1], [0], None, 3), "^text: expected text; got 3"),
        (([1], [1], [0], None, None, 3), "^unit: expected text; got 3"),
        (([1], [1], [0], None, None, None, None), "^name: expected text; got None"),
        (([1], [1], [0], [1, 2]), r"t has the shape \(2,\)"),
    ],
)
def test_wrong_arrays_are_refused(given, wrong):
    with pytest.raises(PentraceError, match=wrong):
        pentrace.Handwriting(*given)
