"""The same ink has the same strokes, dots and colours wherever it is drawn."""

import io

import numpy as np
import pytest
from lxml import etree
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image
from svgelements import Path as SvgPath

from pentrace.page.appearance import BLUE, DOT, INK, PEN_WIDTH, rgb
from pentrace.page.gif import gif
from pentrace.page.pen import Pen, drawn
from pentrace.page.png import MM, png
from pentrace.page.sheet import SampleInk, single
from pentrace.page.strokes import pieces, split
from pentrace.page.svg import svg
from pentrace.plot import drawing
from pentrace.plot.drawing import Drawing

# A line, a dot of one point, the pen in the air, and a dot of three points in one place.
X = np.array([0.0, 30, 60, 80, 90, 95, 95, 95])
Y = np.array([0.0, 40, 0, 20, 30, 5, 5, 5])
STROKE = np.array([0, 0, 0, 1, -1, 2, 2, 2])
DOTS = [3, 5]  # the first point of each
SAMPLE = SampleInk(np.column_stack([X, Y, np.arange(8) / 100]), STROKE, 0, "")
PAGE = single(SAMPLE, 0.2)
PENS: tuple[Pen, ...] = ("exact", "plotter", "brush")


def places() -> np.ndarray:
    """Where the dots are on the page, mm, y downward."""
    found = [stroke[0, :2] * [1, -1] + [0, PAGE.height] for stroke in PAGE.strokes[1:]]
    return np.array(found)


def test_points_are_split_where_the_number_changes() -> None:
    found = split(np.column_stack([X, Y]), STROKE)
    assert [part.tolist() for part in found] == [[0, 3, 5], [3, 4, 8], [False, True, True]]
    assert found.steps().tolist() == [1, 2]


def test_the_pen_in_the_air_is_left_out() -> None:
    stroke = np.array([0, 0, -1, -1, 1, 2])
    xy = np.repeat(np.arange(6.0)[:, None], 2, 1)
    assert [p[:, 0].tolist() for p in pieces(xy, stroke)] == [[0, 1], [4], [5]]
    assert pieces(np.zeros((0, 2)), np.zeros(0, int)) == []
    assert pieces(np.ones((2, 2)), np.array([-1, -1])) == []


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_dots_do_not_depend_on_the_unit(unit: float) -> None:
    shaking = np.column_stack([X, Y])
    shaking[6] += 1e-4
    assert split(shaking * unit, STROKE).dot.tolist() == [False, True, True]
    shaking[6] += 1
    assert split(shaking * unit, STROKE).dot.tolist() == [False, True, False]


@pytest.mark.parametrize("pen", PENS)
def test_every_pen_draws_the_same_dots(pen: Pen) -> None:
    line = drawn(PAGE, pen)
    assert line.dots.tolist() == [False, True, True]
    at = line.starts[:-1][line.dots]
    np.testing.assert_allclose(line.xy[at], places())
    np.testing.assert_allclose(line.width[at], DOT * PEN_WIDTH)


@pytest.mark.parametrize("pen", ["exact", "plotter"])
def test_svg_has_these_dots(pen: Pen) -> None:
    paths = list(etree.fromstring(svg(PAGE, pen).encode()).iter("{*}path"))
    found = [path for path in paths if path.get("d").endswith("h0.01")]
    at = [path.get("d").removesuffix("h0.01")[1:].split() for path in found]
    np.testing.assert_allclose(np.array(at, float), places(), atol=1e-3)
    assert {path.get("stroke-width") for path in found} == {f"{DOT * PEN_WIDTH:.3g}"}


@pytest.mark.parametrize("pen", ["exact", "plotter"])
def test_every_path_has_a_length_so_that_plotter_programs_keep_it(pen: Pen) -> None:
    paths = etree.fromstring(svg(PAGE, pen).encode()).iter("{*}path")
    lengths = [SvgPath(path.get("d")).length() for path in paths]
    assert len(lengths) == 3 and min(lengths) >= 0.0099


def around(image: np.ndarray, scale: float, corner: np.ndarray) -> list[float]:
    """Area of the ink of each dot, in mm2, from grey values of a picture."""
    cover = (255 - image.astype(float)) / (255 - rgb(INK)[0])
    reach = int(1.5 * DOT * PEN_WIDTH * scale)
    spots = np.rint((places() - corner) * scale).astype(int)
    return [
        cover[max(y - reach, 0) : y + reach, max(x - reach, 0) : x + reach].sum() / scale**2
        for x, y in spots
    ]


def test_png_and_gif_have_these_dots() -> None:
    area = np.pi * (DOT * PEN_WIDTH / 2) ** 2
    image = np.asarray(Image.open(io.BytesIO(png(PAGE, "exact", 600))))
    assert around(image, 600 / MM, np.zeros(2)) == pytest.approx([area] * 2, rel=0.03)
    moving = Image.open(io.BytesIO(gif(PAGE, "exact")))
    moving.seek(moving.n_frames - 1)
    last = np.asarray(moving.convert("L"))
    scale = last.shape[1] / PAGE.width  # all of the page: its margin is less than that of a GIF
    assert around(last, scale, np.zeros(2)) == pytest.approx([area] * 2, rel=0.1)


def test_a_figure_has_these_strokes_and_dots() -> None:
    one = Drawing("", X, Y, STROKE)
    _, last = drawing.segments(one)
    assert last.tolist() == [1, 2] and drawing.dots(one).tolist() == DOTS
    axes = Figure().add_subplot()
    drawing.draw(axes, one)
    segments, spots = axes.collections
    assert {to_hex(c) for part in (segments, spots) for c in part.get_facecolor()} <= {INK}
    np.testing.assert_allclose(spots.get_offsets(), np.column_stack([X, Y])[DOTS])
    (pen,) = segments.get_linewidths()
    np.testing.assert_allclose(np.sqrt(spots.get_sizes()), DOT * pen)


def test_all_have_the_same_colours() -> None:
    page = single(SAMPLE._replace(primer=3), 0.2)
    groups = etree.fromstring(svg(page, "exact").encode()).iter("{*}g")
    assert [group.get("stroke") for group in groups] == [BLUE, INK]
    image = Image.open(io.BytesIO(png(page, "exact", 600)))
    colours = {colour for _, colour in image.getcolors(1 << 24)}
    assert {rgb(BLUE), rgb(INK), (255, 255, 255)} <= colours
    from pentrace.plot import style

    assert (style.BLUE, style.INK) == (BLUE, INK)
