"""A page of ink as pictures and data: what is drawn, where, how wide, when; and reading it back."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from pentrace import schema, tables
from pentrace.demo.hands import draw_hand
from pentrace.demo.layout import plan_line
from pentrace.demo.recording import record
from pentrace.errors import PentraceError
from pentrace.ink import from_table
from pentrace.page import outputs
from pentrace.page.appearance import DOT
from pentrace.page.gif import gif
from pentrace.page.page import Page, bounds, duration
from pentrace.page.pen import LEAST, MOST, drawn
from pentrace.page.png import DPI, MM, png
from pentrace.page.svg import svg
from pentrace.readers import inkml
from pentrace.readers.settings import ParseSettings
from tests.helpers.processes import loaded

TEXT = "to be read <&> by all"
SVG = "{http://www.w3.org/2000/svg}"
ENDINGS = ("svg", "animated.svg", "png", "gif", "inkml", "parquet", "json")
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")


@pytest.fixture(scope="module")
def page() -> Page:
    """A line of the made-up hand on a small sheet, with a dot at its end."""
    random = np.random.default_rng(1)
    hand = draw_hand(random)
    ink = record(plan_line("to be read by all", hand, random), hand, 0j, 0, random)
    scale = 2.5 / hand.size
    points = np.stack([10 + ink.x * scale, 15 - ink.y * scale, ink.t / 100], 1)
    strokes = np.split(points, np.flatnonzero(np.diff(ink.stroke)) + 1)
    strokes.append(np.array([[90.0, 15.0, points[-1, 2] + 0.3]]))
    return Page(100.0, 30.0, strokes, 0.35, TEXT, {"seed": "1", "note": "a -- b"})


def sheet(*strokes: list[list[float]]) -> Page:
    return Page(60.0, 40.0, [np.array(s, float).reshape(-1, 3) for s in strokes], 0.4, "x", {})


def paths(document: str) -> list[etree._Element]:
    return list(etree.fromstring(document.encode()).iter(f"{SVG}path"))


def absolute(path: etree._Element) -> np.ndarray:
    """The points of path data of absolute commands M and C, (N, 2)."""
    numbers = [float(n) for n in NUMBER.findall(path.get("d").replace("h0.01", ""))]
    return np.array(numbers).reshape(-1, 2)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("pen", ["brush", "plotter"])
def test_same_page_same_bytes(page: Page, ending: str, pen: str, tmp_path: Path) -> None:
    names = [tmp_path / "a" / f"page.{ending}", tmp_path / f"PAGE.{ending.upper()}"]
    for name in names:
        outputs.save(page, name, pen=pen)
    assert names[0].read_bytes() == names[1].read_bytes()
    assert sorted(p.name for p in tmp_path.rglob("*.*")) == sorted(n.name for n in names)


def test_single_lines_pass_through_the_points_in_order(page: Page) -> None:
    found = [absolute(path) for path in paths(svg(page, "plotter"))]
    assert len(found) == len(page.strokes)
    for data, stroke in zip(found, page.strokes, strict=True):
        expected = stroke[[0, -1], :2] * [1, -1] + [0, page.height]
        assert np.allclose(data[[0, -1]], expected, atol=1e-3)
        # Smoothing moves no part of a stroke by more than the pen is wide.
        middle = data[::3, None] - (stroke[:, :2] * [1, -1] + [0, page.height])
        assert np.hypot(*np.moveaxis(middle, -1, 0)).min(1).max() < page.pen_width


@pytest.mark.parametrize("pen", ["brush", "plotter"])
def test_svg_is_in_mm_contains_its_text_and_stays_on_the_page(page: Page, pen: str) -> None:
    root = etree.fromstring(svg(page, pen).encode())
    assert root.get("width") == "100mm" and root.get("viewBox") == "0 0 100 30"
    assert root.findtext(f"{SVG}title") == TEXT
    assert root.findtext(f"{SVG}desc") == "seed: 1; note: a -- b"
    assert len(list(root.iter(f"{SVG}path"))) == len(page.strokes)
    if pen == "plotter":
        inside = np.concatenate([absolute(path) for path in root.iter(f"{SVG}path")])
        assert (inside >= 0).all() and (inside <= [page.width, page.height]).all()


def test_every_stroke_of_the_brush_is_closed_and_ends_at_its_start(page: Page) -> None:
    for path in paths(svg(page, "brush")):
        ribbon = path.get("d").split("z")[0]
        assert path.get("d").endswith("z")
        ways = np.zeros(2)
        for kind, numbers in re.findall("([ac])([^ac]*)", ribbon):
            values = np.array([float(n) for n in NUMBER.findall(numbers)])
            step = values[-2:] if kind == "a" else values.reshape(-1, 3, 2)[:, 2].sum(0)
            ways += step
        assert np.abs(ways).max() < 5e-3


def test_text_not_allowed_in_xml_is_left_out() -> None:
    odd = replace(sheet([[1, 1, 0]]), text="a\x00b\ud800", notes={"no\x0bte": "\x01c"})
    root = etree.fromstring(svg(odd, "brush").encode())
    assert root.findtext(f"{SVG}title") == "ab" and root.findtext(f"{SVG}desc") == "note: c"


def test_faster_is_thinner_within_bounds() -> None:
    x = np.concatenate([np.linspace(5, 10, 60), np.linspace(10, 50, 60)[1:]])
    line = drawn(sheet(np.stack([x, 0 * x + 20, np.arange(119) / 100], 1).tolist()), "brush")
    slow, fast = line.width[line.xy[:, 0] < 9], line.width[line.xy[:, 0] > 15]
    assert fast.max() < slow.min()
    assert (line.width >= LEAST * 0.4).all() and (line.width <= MOST * 0.4).all()
    assert np.abs(np.diff(line.width)).max() < 0.25 * 0.4  # no steps


def test_width_does_not_depend_on_the_clock_or_the_size(page: Page) -> None:
    strokes = [s * [1, 1, 7] for s in page.strokes]
    assert np.allclose(
        drawn(replace(page, strokes=strokes), "brush").width, drawn(page, "brush").width
    )
    still = [s * [1, 1, 0] for s in page.strokes]
    assert len(set(drawn(replace(page, strokes=still), "plotter").width)) == 2  # and the dot


def test_points_at_one_position_are_a_visible_dot() -> None:
    line = drawn(sheet([[5, 5, 0]] * 4, [[9, 9, 1]]), "brush")
    assert np.allclose(line.width, DOT * 0.4) and len(line.xy) == 2


def test_png_has_ink_where_the_strokes_are(page: Page) -> None:
    image = Image.open(io.BytesIO(png(page, "brush")))
    assert image.info["Title"] == TEXT and image.info["note"] == "a -- b"
    assert image.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)
    dark = np.asarray(image) < 128
    assert dark.shape == (round(30 / MM * DPI), round(100 / MM * DPI))
    y, x = (np.flatnonzero(dark.any(axis)) * MM / DPI for axis in (1, 0))
    left, low, right, high = bounds(page)
    assert (x[0], x[-1]) == pytest.approx((left, right), abs=0.5)
    assert (y[0], y[-1]) == pytest.approx((30 - high, 30 - low), abs=0.5)
    assert np.asarray(image).min() == 0x1A and 0.005 < dark.mean() < 0.1


def test_png_lines_are_as_wide_as_the_pen() -> None:
    image = Image.open(io.BytesIO(png(sheet([[5, 20, 0], [55, 20, 1]]), "plotter")))
    covered = (255 - np.asarray(image)[:, 230].astype(float)).sum() / (255 - 0x1A)
    assert covered * MM / DPI == pytest.approx(0.4, abs=0.02)


def test_a_page_too_large_for_pixels_is_refused(tmp_path: Path) -> None:
    huge = replace(sheet([[1, 1, 0]]), width=1e6, height=1e4)
    with pytest.raises(PentraceError, match="too large"):
        outputs.save(huge, tmp_path / "page.png")
    assert not list(tmp_path.iterdir())


def test_gif_lasts_as_long_as_the_pen_and_gains_ink(page: Page) -> None:
    image = Image.open(io.BytesIO(gif(page, "brush")))
    dark, milliseconds = [], 0
    for number in range(image.n_frames):
        image.seek(number)
        milliseconds += image.info["duration"]
        dark.append(int((np.asarray(image.convert("L")) < 60).sum()))
    assert image.info["loop"] == 0
    assert milliseconds / 1000 == pytest.approx(duration(page) + 2, abs=0.1)
    assert np.mean(np.diff(dark) >= -150) == 1  # the mark of the pen hides a little
    assert dark[0] < 0.02 * dark[-1] and dark[len(dark) // 2] > 0.2 * dark[-1]
    assert not (np.ptp(np.asarray(image.convert("RGB")), axis=2)).any()  # no pen at the end


def test_a_line_of_text_is_a_small_gif_and_a_long_page_has_few_pictures(page: Page) -> None:
    assert len(gif(page, "brush")) < 300_000
    slow = replace(page, strokes=[s * [1, 1, 50] for s in page.strokes])
    image = Image.open(io.BytesIO(gif(slow, "brush")))
    assert image.n_frames <= 1201


def test_animated_svg_draws_each_piece_at_its_time(page: Page, tmp_path: Path) -> None:
    outputs.save(page, tmp_path / "page.animated.svg")
    document = (tmp_path / "page.animated.svg").read_text()
    assert "prefers-reduced-motion" in document and "<script" not in document
    times = re.findall(r'pathLength="1" .*?--t:([\d.]+)s;--d:([\d.]+)s', document)
    begin, lasts = np.array(times, float).T
    assert (np.diff(begin) > 0).all() and (begin + lasts)[-1] <= duration(page) + 0.01
    assert (begin[1:] >= (begin + lasts)[:-1] - 2e-3).all()  # one pen
    assert document.count('class="dot"') >= 1
    etree.fromstring(document.encode())


def test_inkml_is_read_back(page: Page, tmp_path: Path) -> None:
    outputs.save(page, tmp_path / "page.inkml")
    content = (tmp_path / "page.inkml").read_bytes()
    rows = {"path": ["page.inkml"], "sha256": ["0" * 64], "content": [content]}
    parsed = inkml.read(pa.table(rows, schema=schema.RAW), ParseSettings())
    flat = np.concatenate(page.strokes)
    assert not parsed.rejects and parsed.samples[0]["text"] == TEXT
    assert parsed.samples[0]["y_axis"] == "down"
    assert np.allclose(parsed.ink.x, flat[:, 0], atol=1e-3)
    assert np.allclose(parsed.ink.y, page.height - flat[:, 1], atol=1e-3)
    assert np.allclose(parsed.ink.t, flat[:, 2], atol=1e-3)
    assert parsed.ink.stroke.max() + 1 == len(page.strokes)
    assert b'type="unit">mm<' in content


def test_json_is_read_back(page: Page, tmp_path: Path) -> None:
    outputs.save(page, tmp_path / "page.json")
    content = json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))
    strokes = [np.array(s) for s in content.pop("strokes")]
    for found, stroke in zip(strokes, page.strokes, strict=True):
        assert np.allclose(found, stroke, atol=1e-4)
    assert content == {
        "text": TEXT,
        "unit": "mm",
        "y_axis": "up",
        "width": 100.0,
        "height": 30.0,
        "pen_width": 0.35,
        "made_with": page.notes,
    }


def test_points_table_is_read_back(page: Page, tmp_path: Path) -> None:
    outputs.save(page, tmp_path / "page.parquet")
    table = tables.read(tmp_path / "page.parquet")
    ink = from_table(table)
    assert ink.ids == ["page"] and table.schema.equals(schema.POINTS)
    flat = np.concatenate(page.strokes)
    assert np.allclose(np.stack([ink.x, ink.y, ink.t], 1), flat, atol=1e-4)
    content = json.loads(table.schema.metadata[b"page"])
    assert (
        content["y_axis"] == "up" and content["unit"] == "mm" and content["made_with"] == page.notes
    )
    assert table.schema.metadata[b"text"].decode() == TEXT == content["text"]


def test_unknown_suffixes_list_the_known_ones(page: Page, tmp_path: Path) -> None:
    for name in ("page.jpeg", "page", "page.svg.txt"):
        with pytest.raises(PentraceError, match=r"\.animated\.svg.*\.png"):
            outputs.save(page, tmp_path / name)
    assert not list(tmp_path.iterdir())
    assert outputs.check(tmp_path / "page", "gif") == "gif"
    with pytest.raises(PentraceError, match="unknown format tiff"):
        outputs.check(tmp_path / "page.svg", "tiff")


def test_ink_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match="finite"):
        outputs.save(sheet([[1, float("nan"), 0]]), tmp_path / "page.svg")


def test_a_drawing_loads_no_large_library(tmp_path: Path) -> None:
    code = f"""
import numpy as np
from pathlib import Path
from pentrace.page.outputs import save
from pentrace.page.page import Page
page = Page(50.0, 50.0, [np.array([[1.0, 1, 0], [9, 9, 1], [20, 5, 2]])], 0.4, "x", {{}})
for ending in ("svg", "png", "gif", "animated.svg", "json", "inkml"):
    save(page, Path({str(tmp_path)!r}) / f"page.{{ending}}")
"""
    assert not {"torch", "matplotlib", "pandas", "pyarrow", "scipy"} & loaded(code)


number = st.one_of(
    st.floats(-1e6, 1e6, allow_subnormal=False), st.floats(0, 60), st.just(5.0), st.floats(0, 1e-6)
)
stroke = st.lists(st.tuples(number, number), min_size=0, max_size=8)
drawings = st.lists(st.tuples(stroke, st.booleans(), st.floats(0, 0.05)), max_size=5)


@settings(max_examples=40, deadline=None)
@given(drawings)
def test_any_ink_is_drawn(parts: list) -> None:
    strokes, now = [], 0.0
    for points, twice, pace in parts:
        points = points + points[::-1] if twice else points
        times = now + np.arange(len(points)) * pace
        now = float(times[-1]) if len(times) else now
        strokes.append([[x, y, t] for (x, y), t in zip(points, times, strict=True)])
    odd = sheet(*strokes)
    for form, write in outputs.FORMS.items():
        for pen in ("brush", "plotter"):
            content = write(odd, pen)
            assert b"nan" not in content.lower() or form in ("gif", "png", "parquet")
            if form in ("svg", "animated-svg"):
                assert b"inf" not in content
                etree.fromstring(content)
    line = drawn(odd, "brush")
    assert np.isfinite(line.xy).all() and np.isfinite(line.width).all()
    assert len(line.starts) - 1 == sum(len(s) > 0 for s in odd.strokes)
