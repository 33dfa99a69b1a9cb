"""Ink written as SVG, PNG and InkML."""

import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pentrace.page.sheet_png import png
from pentrace.page.sheet_svg import svg
from PIL import Image

from pentrace.page.inkml import inkml
from pentrace.page.sheet import INK, PRIMER, Picture, noted, picture, split_strokes, stack

SVG = "{http://www.w3.org/2000/svg}"
INKML = "{http://www.w3.org/2003/InkML}"
ZIGZAG = np.array([[0, 0], [10, 50], [20, 0], [30, 50]], float)
DOT = np.array([[60, 45]], float)

coordinate = st.floats(-1e6, 1e6, width=32)
strokes = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6).map(np.array),
    min_size=1,
    max_size=5,
)


def read_paths(text: str) -> list[np.ndarray]:
    """Coordinates of the paths of an SVG, y upward again; None of curves, only lines."""
    paths = ElementTree.fromstring(text.encode()).iter(f"{SVG}path")
    numbers = [re.findall(r"-?\d+(?:\.\d+)?", p.attrib["d"]) for p in paths]
    return [np.array(n, float).reshape(-1, 2) * [1, -1] for n in numbers]


def test_svg_has_one_path_a_stroke_in_ink_units() -> None:
    paths = read_paths(svg(Picture([ZIGZAG, DOT], [INK, INK])))
    np.testing.assert_allclose(paths[0], ZIGZAG)
    np.testing.assert_allclose(paths[1], np.repeat(DOT, 2, axis=0))


def test_svg_dot_has_round_caps_and_colours_stand() -> None:
    root = ElementTree.fromstring(svg(Picture([ZIGZAG, DOT], [PRIMER, INK])).encode())
    group = root.find(f"{SVG}g")
    assert group is not None and group.attrib["stroke-linecap"] == "round"
    assert [p.attrib["stroke"] for p in group] == [PRIMER, INK]


@given(strokes)
def test_svg_view_box_holds_all_ink_at_a_100000th(points: list[np.ndarray]) -> None:
    drawn = Picture(points, [INK] * len(points))
    text = svg(drawn)
    box = ElementTree.fromstring(text.encode()).attrib["viewBox"]
    x, y, width, height = map(float, box.split())
    everything = np.concatenate(points)
    slack = max(1e-4 * np.ptp(everything, axis=0).max(), 1e-2)
    assert (everything >= [x - slack, -y - height - slack]).all()
    assert (everything <= [x + width + slack, -y + slack]).all()
    for stroke, path in zip(points, read_paths(text), strict=True):
        np.testing.assert_allclose(path[: len(stroke)], stroke, atol=slack)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_png_shows_strokes_and_dots_antialiased_on_white() -> None:
    image = pixels(png(Picture([ZIGZAG, DOT], [INK, PRIMER]), width=400, height=400))
    assert max(image.shape[:2]) == 400
    assert (image[0, 0] == 255).all()
    grey = image.sum(axis=2)
    assert len(np.unique(grey)) > 20  # many shades: edges are smooth
    blue = (image[..., 2] - image[..., 0]) > 100
    assert blue.sum() >= 4
    height, width = blue.shape
    rows, columns = np.nonzero(blue)
    assert columns.mean() > 0.8 * width and rows.mean() < 0.3 * height  # the dot: right, above


@pytest.mark.parametrize(
    "shape", [[DOT], [np.array([[0, 0], [5000, 0]])], [np.array([[0, 0], [0, 9]])], []]
)
def test_png_and_svg_of_degenerate_ink(shape: list[np.ndarray]) -> None:
    drawn = Picture(shape, [INK] * len(shape))
    image = pixels(png(drawn, 300, 300))
    assert min(image.shape[:2]) >= 20
    assert bool((image < 200).any()) == bool(shape)
    ElementTree.fromstring(svg(drawn).encode())


def test_png_of_a_sheet_may_be_higher_than_wide() -> None:
    sheet = stack([picture(ZIGZAG, np.zeros(4, int))] * 9, ["one"] * 9)
    image = pixels(png(sheet, 200, 10_000))
    assert image.shape[1] == 200 < image.shape[0]


def test_same_picture_same_bytes() -> None:
    drawn = stack([picture(ZIGZAG, np.zeros(4, int))] * 2, ["a & b", "<c>"])
    assert png(drawn) == png(drawn)
    assert svg(drawn) == svg(drawn)
    assert b"matplotlib" not in png(drawn).lower()


def test_stack_keeps_pictures_and_titles_apart() -> None:
    sheet = stack([picture(ZIGZAG * 3, np.zeros(4, int))] * 3, ["one", "two", "three"])
    tops = [s[:, 1].max() for s in sheet.strokes]
    lows = [s[:, 1].min() for s in sheet.strokes]
    assert lows[0] > tops[1] and lows[1] > tops[2]
    assert all(low > label[1] for low, label in zip(lows, sheet.labels[1:], strict=False))
    assert [label[2] for label in sheet.labels] == ["one", "two", "three"]


def test_a_stack_of_columns_goes_row_by_row_and_nothing_overlaps() -> None:
    titles = ["one", "a longer title", "three", "four", "five"]
    sheet = stack([picture(ZIGZAG, np.zeros(4, int))] * 5, titles, 2)
    left, right = (sheet.strokes[i::2] for i in (0, 1))
    assert max(s[:, 0].max() for s in left) < min(s[:, 0].min() for s in right)
    assert left[0][:, 1].tolist() == right[0][:, 1].tolist()
    assert left[0][:, 1].min() > left[1][:, 1].max()
    assert [label[:2] for label in sheet.labels[:2]] != [label[:2] for label in sheet.labels[2:4]]
    assert [label[2] for label in sheet.labels] == titles


def test_note_stands_below_the_ink_and_inside_the_picture() -> None:
    plain = picture(ZIGZAG, np.zeros(4, int))
    told = noted(plain, "a & b")
    assert "<text" not in svg(plain) and ">a &amp; b</text>" in svg(told)
    (left, base, _), (x, low, _, _) = told.labels[0], plain.bounds
    assert left == x and told.bounds[1] <= base < base + told.letter_height < low
    assert png(told) != png(plain) and noted(plain, "") is plain


def test_split_strokes_leaves_out_the_pen_in_the_air() -> None:
    stroke = np.array([0, 0, -1, -1, 1, 2])
    parts = split_strokes(np.arange(6.0)[:, None], stroke)
    assert [p.ravel().tolist() for p in parts] == [[0, 1], [4], [5]]
    assert split_strokes(np.zeros((0, 2)), np.zeros(0, int)) == []


def test_picture_cuts_a_stroke_where_the_primer_ends() -> None:
    drawn = picture(ZIGZAG, np.zeros(4, int), primer=2)
    assert [len(s) for s in drawn.strokes] == [2, 2]
    assert drawn.colours == [PRIMER, INK]


def test_inkml_declares_its_channels_and_negates_y() -> None:
    timed = np.column_stack([ZIGZAG, [0, 0.01, 0.02, 0.03]])
    root = ElementTree.fromstring(inkml([timed], {"note": "a < b & c"}).encode())
    channels = [(c.attrib["name"], c.attrib.get("units")) for c in root.iter(f"{INKML}channel")]
    assert channels == [("X", None), ("Y", None), ("T", "s")]
    assert root.findtext(f"{INKML}annotation") == "a < b & c"
    points = (root.findtext(f"{INKML}trace") or "").split(",")
    values = np.array([p.split() for p in points], float)
    np.testing.assert_allclose(values, timed * [1, -1, 1])


@given(strokes)
def test_inkml_numbers_are_inkml_decimals(points: list[np.ndarray]) -> None:
    root = ElementTree.fromstring(inkml(points).encode())
    traces = [t.text or "" for t in root.iter(f"{INKML}trace")]
    assert len(traces) == len(points)
    number = r"-?\d+(\.\d+)?"
    assert all(re.fullmatch(rf"{number} {number}(, {number} {number})*", t) for t in traces)
    slack = max(1e-5 * np.ptp(np.concatenate(points), axis=0).max(), 1e-3)
    for stroke, trace in zip(points, traces, strict=True):
        values = np.array([p.split() for p in trace.split(",")], float) * [1, -1]
        np.testing.assert_allclose(values, stroke, atol=slack)
