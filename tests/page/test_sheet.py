"""Single samples and sheets: as SVG and as PNG, in the size and with the pen of a page."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from pentrace.page.appearance import BLUE, DOT, INK, PEN_WIDTH
from pentrace.page.page import LABEL, Page
from pentrace.page.png import fitting, png
from pentrace.page.sheet import LARGEST, MARGIN, STROKE, SampleInk, scale, sheet, single
from pentrace.page.svg import svg

SVG = "{http://www.w3.org/2000/svg}"
ZIGZAG = np.array([[0, 0], [10, 50], [20, 0], [30, 50]], float)
SPOT = np.array([[60, 45]], float)

coordinate = st.floats(-1e6, 1e6, width=32)
strokes = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6).map(np.array),
    min_size=1,
    max_size=5,
)


def sample(*parts: np.ndarray, primer: int = 0, title: str = "one") -> SampleInk:
    """A sample of strokes (n, 2), without times."""
    xy = np.concatenate([np.zeros((0, 2)), *parts])
    stroke = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return SampleInk(np.column_stack([xy, np.full(len(xy), np.nan)]), stroke, primer, title)


def page(*parts: np.ndarray, note: str = "", primer: int = 0) -> Page:
    one = sample(*parts, primer=primer)
    return single(one, scale([one]), note)


def read_paths(text: str) -> list[np.ndarray]:
    """Coordinates of the paths of an SVG, mm, y upward from its upper edge."""
    found = [path.get("d") for path in etree.fromstring(text.encode()).iter(f"{SVG}path")]
    assert not any("C" in data for data in found)  # straight from point to point
    numbers = [re.findall(r"-?\d+(?:\.\d+)?", data.replace("h0.01", "")) for data in found]
    return [np.array(n, float).reshape(-1, 2) * [1, -1] for n in numbers]


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_svg_has_one_path_a_stroke_through_all_points_in_mm() -> None:
    paths = read_paths(svg(page(ZIGZAG, SPOT), "exact"))
    assert [len(path) for path in paths] == [4, 1]
    place = paths[0][0] - ZIGZAG[0] * STROKE / 50
    np.testing.assert_allclose(paths[0], ZIGZAG * STROKE / 50 + place, atol=1e-3)
    np.testing.assert_allclose(paths[1], SPOT * STROKE / 50 + place, atol=1e-3)


def test_svg_has_round_caps_wide_dots_and_the_colours_of_the_strokes() -> None:
    root = etree.fromstring(svg(page(ZIGZAG, SPOT, primer=4), "exact").encode())
    groups = list(root.iter(f"{SVG}g"))
    assert all(group.get("stroke-linecap") == "round" for group in groups)
    assert [group.get("stroke") for group in groups] == [BLUE, INK]
    widths = [path.get("stroke-width") for path in root.iter(f"{SVG}path")]
    assert widths == [None, f"{DOT * PEN_WIDTH:.3g}"]


@given(strokes)
def test_all_ink_is_on_the_page_at_a_1000th_of_a_mm(points: list[np.ndarray]) -> None:
    one = sample(*points)
    size = scale([one])
    drawn = single(one, size)
    paths = read_paths(svg(drawn, "exact"))
    flat = np.concatenate(paths) * [1, -1]
    assert (flat >= MARGIN - 1e-3).all()
    assert (flat <= np.array([drawn.width, drawn.height]) - MARGIN + 1e-3).all()
    assert max(drawn.width, drawn.height) <= LARGEST + 2 * MARGIN + 1e-6
    move = drawn.strokes[0][0, :2] - points[0][0] * size
    for stroke, found in zip(points, drawn.strokes, strict=True):
        np.testing.assert_allclose(found[:, :2], stroke * size + move, atol=1e-3)
    for stroke, path in zip(drawn.strokes, paths, strict=True):
        np.testing.assert_allclose(path, (stroke[: len(path), :2] - [0, drawn.height]), atol=1e-3)


def test_png_shows_strokes_and_dots_antialiased_on_white() -> None:
    drawn = page(ZIGZAG, SPOT)
    drawn = replace(drawn, colours=[INK, BLUE])
    image = pixels(png(drawn, "exact", fitting(drawn, 400, 400, 2000)))
    assert max(image.shape[:2]) == 400
    assert (image[0, 0] == 255).all()
    assert len(np.unique(image.sum(axis=2))) > 20  # many shades: edges are smooth
    blue = (image[..., 2] - image[..., 0]) > 100
    assert blue.sum() >= 4
    height, width = blue.shape
    rows, columns = np.nonzero(blue)
    assert columns.mean() > 0.6 * width and rows.mean() < 0.5 * height  # the dot: right, above


@pytest.mark.parametrize(
    "shape", [[SPOT], [np.array([[0, 0], [5000, 0]])], [np.array([[0, 0], [0, 9]])], []]
)
def test_degenerate_ink_is_drawn(shape: list[np.ndarray]) -> None:
    drawn = page(*shape)
    image = pixels(png(drawn, "exact", fitting(drawn, 300, 300, 400)))
    assert min(image.shape[:2]) >= 4 and max(image.shape[:2]) <= 300
    assert bool((image < 200).any()) == bool(shape)
    etree.fromstring(svg(drawn, "exact").encode())


def test_png_of_a_sheet_may_be_higher_than_wide() -> None:
    drawn = sheet([sample(ZIGZAG)] * 9, 0.1)
    image = pixels(png(drawn, "exact", fitting(drawn, 200, 10_000, 2000)))
    assert image.shape[1] == 200 < image.shape[0]


def test_same_sheet_same_bytes() -> None:
    drawn = sheet([sample(ZIGZAG, title=title) for title in ("a & b", "<c>")], 0.1)
    assert png(drawn, "exact") == png(drawn, "exact")
    assert svg(drawn, "exact") == svg(drawn, "exact")
    assert "a &amp; b</text>" in svg(drawn, "exact")


def test_a_sheet_keeps_samples_and_titles_apart() -> None:
    drawn = sheet([sample(ZIGZAG * 3, title=title) for title in ("one", "two", "three")], 0.1)
    tops = [s[:, 1].max() for s in drawn.strokes]
    lows = [s[:, 1].min() for s in drawn.strokes]
    assert lows[0] > tops[1] and lows[1] > tops[2]
    assert all(low > y + LABEL for low, (_, y, _) in zip(lows, drawn.labels[1:], strict=False))
    assert all(y > top for top, (_, y, _) in zip(tops, drawn.labels, strict=True))
    assert [label.text for label in drawn.labels] == ["one", "two", "three"]


def test_samples_fill_the_sheet_row_by_row_without_overlap() -> None:
    titles = ["one", "a longer title", "three", "four", "five"]
    drawn = sheet([sample(ZIGZAG, title=title) for title in titles], 0.1, 2)
    left, right = (drawn.strokes[i::2] for i in (0, 1))
    assert max(s[:, 0].max() for s in left) < min(s[:, 0].min() for s in right)
    assert left[0][:, 1].tolist() == right[0][:, 1].tolist()
    assert left[0][:, 1].min() > left[1][:, 1].max()
    assert drawn.labels[0].x < drawn.labels[1].x and drawn.labels[0].y == drawn.labels[1].y
    assert drawn.labels[2].x == drawn.labels[0].x and drawn.labels[2].y < drawn.labels[0].y
    assert [label.text for label in drawn.labels] == titles


def test_a_note_is_below_the_ink_and_on_the_page() -> None:
    plain, noted = page(ZIGZAG), page(ZIGZAG, note="a & b")
    assert "<text" not in svg(plain, "exact") and ">a &amp; b</text>" in svg(noted, "exact")
    (label,) = noted.labels
    low = min(s[:, 1].min() for s in noted.strokes)
    assert label.x == MARGIN <= label.y < label.y + LABEL < low
    dark = (pixels(png(noted, "exact")) < 200).any(axis=(1, 2))
    assert dark[round(-label.y / noted.height * len(dark)) - 3]  # its letters
    assert not plain.notes and noted.notes == {"note": "a & b"}


def test_a_long_note_has_several_lines_below_small_ink() -> None:
    words = "made of characters by somebody, under a licence that asks to say so"
    noted = page(ZIGZAG, note=words)
    assert len(noted.labels) > 2 and " ".join(label.text for label in noted.labels) == words
    assert (np.diff([label.y for label in noted.labels]) < -LABEL).all()
    assert noted.labels[-1].y >= MARGIN - 1e-9


def test_a_stroke_is_cut_where_the_primer_ends() -> None:
    drawn = page(ZIGZAG, primer=2)
    assert [len(s) for s in drawn.strokes] == [2, 2]
    assert drawn.colours == [BLUE, INK]


def test_the_scale_suits_the_pen_whatever_the_unit() -> None:
    for unit in (1e-3, 1.0, 40.0):
        assert scale([sample(ZIGZAG * unit), sample(SPOT)]) == pytest.approx(STROKE / 50 / unit)
    far = np.array([[1e6, 0], [1e6, 1]])
    assert scale([sample(ZIGZAG[:2] * 0.1, far)]) < LARGEST / 9e5
