"""Text to lines, and lines of ink to pages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace.page.layout import SQUEEZED, LineInk, Paper, level, pages
from pentrace.page.page import Page, bounds, duration
from pentrace.page.pen import MOST
from pentrace.write.scale import breadth
from pentrace.write.wrap import wrap

TEXT = "some words"
A5 = Paper(148, 210, margin=15, size=6, spacing=12, pen_width=0.4)


def _ink(number: int, width: float = 90.0, height: float = 1.0, points: int = 300) -> LineInk:
    """Like a line: letters on the baseline y = 0, of height 1, in four strokes."""
    random = np.random.default_rng(number)
    x = np.linspace(0, width, points)
    xy = np.column_stack([x, height * np.abs(np.sin(x * 2 + random.normal()))])
    return LineInk(f"line {number}", xy, np.arange(points) // (points // 4), 0.01)


def _baselines(page: Page) -> np.ndarray:
    return np.array([np.percentile(stroke[:, 1], 5) for stroke in page.strokes])


@given(st.text(alphabet="ab c\n\té ", max_size=200), st.integers(1, 30))
def test_lines_contain_the_words_of_the_text_in_order(text, characters):
    lines = wrap(text, characters)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= characters and line == " ".join(line.split()) for line in lines)
    assert all(word in text.split() or len(word) <= characters for word in " ".join(lines).split())


def test_words_are_not_cut_and_line_breaks_are_kept():
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert wrap("Dear you,\n\nwell-known\r\nthings\n", 9) == [
        "Dear you,",
        "",
        "well-know",
        "n",
        "things",
    ]
    assert wrap("a  b\tc", 9) == ["a b c"]
    assert wrap("\n\n", 5) == []
    assert wrap("e\u0301", 5) == ["é"]


def test_lines_are_broken_by_their_usual_width():
    text = "ill till ill mow mom mow"
    assert wrap(text, 50, 9.0) == ["ill till ill", "mow", "mom", "mow"]
    assert breadth("eéèê") == pytest.approx(4 * breadth("e"))
    words = "Handwriting has wide and narrow letters, and so its lines are of different lengths."
    assert breadth(words) / len(words) == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2007", " \u00a0 "])
def test_no_break_spaces_do_not_break_and_become_spaces(space):
    assert wrap(f"about 10{space}km away", 10) == ["about", "10 km away"]
    assert wrap(f"about 10{space}km away", 8) == ["about", "10 km", "away"]
    assert wrap(f"{space}10{space}km\n{space}\nfar{space}", 20) == ["10 km", "", "far"]


@pytest.mark.parametrize("degrees", [-70, -45, -20, 0, 20, 45, 70])
def test_a_line_of_any_slope_is_made_level(degrees):
    xy, angle = _ink(1).xy, np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    np.testing.assert_allclose(level(xy @ turn + [7, -3], TEXT), level(xy, TEXT), atol=0.2)


def test_upright_ink_and_letters_are_not_turned():
    column, letter = _ink(1).xy[:, ::-1], np.array([[0.0, 0], [1, 1.5], [2, 3], [2, 0]])
    for xy in (column, letter):
        assert np.ptp(level(xy, TEXT), axis=0) == pytest.approx(np.ptp(xy, axis=0), rel=0.35)


def test_a_line_of_few_characters_keeps_its_slope_and_stands_on_its_lowest_points():
    stroke = np.column_stack([np.linspace(0, 1, 60), np.linspace(3, 6, 60)])  # a slanted I
    bar = np.column_stack([np.linspace(-3, 3, 60), np.full(60, 6.0)])  # and the bar of a T
    for xy in (stroke, np.concatenate([bar, stroke])):
        found = level(xy, "T")
        np.testing.assert_allclose(np.ptp(found, axis=0), np.ptp(xy, axis=0))
        assert found[:, 0].min() == 0 and found[:, 1].min() == pytest.approx(0, abs=0.2)
    assert level(stroke, "Ig")[:, 1].min() < -0.3  # below the baseline


@pytest.mark.parametrize("slope", [-0.15, 0.0, 0.1])
def test_a_rising_line_is_made_level(slope):
    xy = _ink(1).xy
    xy[::40, 1] -= 1.5  # descenders
    found = level(xy + np.column_stack([np.full(300, 7.0), slope * xy[:, 0] - 3]), TEXT)
    np.testing.assert_allclose(found, xy, atol=0.35)
    assert found[:, 0].min() == 0


def test_a_long_line_does_not_wander():
    along = np.linspace(0, 60, 1200)
    letters = np.column_stack([along, 1 + np.sin(along * 9)])
    letters[::97, 1] -= 1.5  # descenders
    wander = 0.6 * np.sin(along / 9)
    found = level(letters + np.column_stack([0 * along, wander]), TEXT)
    parts = [part[:, 1].mean() for part in np.array_split(found, 12)]
    assert np.std(parts) < 0.3 * wander.std()
    assert np.ptp(level(letters, TEXT)[:, 1] - letters[:, 1]) < 0.1  # nothing to remove


def test_the_letters_of_a_word_stay_where_they_are():
    word = np.column_stack([np.linspace(0, 6, 120), np.sin(np.linspace(0, 20, 120))])
    word[60:, 1] -= 0.8  # letters with descenders at its end
    shift = level(word, TEXT)[:, 1] - word[:, 1]
    assert np.abs(np.diff(shift, 2)).max() < 1e-9  # only a slope was removed


def test_a_dot_and_a_bar_are_lines_too():
    assert level(np.array([[3.0, 4.0]]), TEXT).tolist() == [[0, 0]]
    assert np.isfinite(level(np.array([[3.0, 4.0], [3.0, 5.0], [3.0, 9.0]]), TEXT)).all()


@given(
    st.lists(st.none() | st.tuples(st.floats(0.1, 500), st.floats(0, 300)), max_size=30),
    st.floats(0.01, 100),
    st.integers(0, 5),
)
def test_all_ink_is_within_the_margins(shapes, scale, seed):
    lines = [s and _ink(i, *s, points=8) for i, s in enumerate(shapes)]
    for page in pages(lines, scale, A5, seed, {}):
        if page.strokes:
            x_min, y_min, x_max, y_max = bounds(page)
            assert x_min >= 15 - 1e-6
            assert y_min >= 15 - 1e-6
            assert x_max <= 133 + 1e-6
            assert y_max <= 195 + 1e-6


def test_lines_have_the_spacing_and_one_size():
    (page,) = pages([_ink(i) for i in range(8)], 1.0, A5, 1, {"seed": "1"})
    assert (page.width, page.height, page.pen_width) == (148, 210, 0.4)
    assert page.text == "\n".join(f"line {i}" for i in range(8))
    assert page.notes == {"seed": "1"}
    foot = _baselines(page).reshape(8, 4).mean(1)
    np.testing.assert_allclose(np.diff(foot), -12, atol=1.5)
    assert np.ptp(foot + 12 * np.arange(8)) > 0.05  # a little off, as by hand
    heights = [np.ptp(stroke[:, 1]) for stroke in page.strokes]
    assert np.ptp(heights) < 0.5


def test_without_drift_lines_are_even():
    even = Paper(**{**vars(A5), "drift": 0.0})
    (page,) = pages([_ink(0) for _ in range(4)], 1.0, even, 1, {})
    foot = _baselines(page).reshape(4, 4)
    np.testing.assert_allclose(np.diff(foot, axis=0), -12, atol=1e-9)
    assert bounds(page)[0] == pytest.approx(15)


def test_a_wide_line_makes_all_lines_equally_smaller():
    plain, wide = (
        pages([_ink(0), _ink(1, width)], 1.0, Paper(**{**vars(A5), "drift": 0.0}), 1, {})[0]
        for width in (90, 236)
    )
    size = [np.ptp(page.strokes[0][:, 0]) for page in (plain, wide)]
    assert size[1] == pytest.approx(size[0] / 2 / SQUEEZED, rel=0.01)
    assert bounds(wide)[2] == pytest.approx(133)


def test_only_a_line_that_is_a_little_too_wide_is_squeezed():
    even = Paper(**{**vars(A5), "drift": 0.0})
    plain, wide = (pages([_ink(0), _ink(0, w)], 1.0, even, 1, {})[0] for w in (90, 125))
    np.testing.assert_allclose(plain.strokes[0], wide.strokes[0])
    assert bounds(wide)[2] == pytest.approx(133)
    assert np.ptp(wide.strokes[4][:, 1]) == pytest.approx(np.ptp(_ink(0, 125).xy[:75, 1]))


def test_long_texts_continue_on_the_next_page():
    found = pages([_ink(i) for i in range(40)], 1.0, A5, 1, {})
    assert [page.text.count("\n") + 1 for page in found] == [15, 15, 10]
    assert "\n".join(page.text for page in found) == "\n".join(f"line {i}" for i in range(40))


def test_empty_lines_separate_paragraphs():
    (page,) = pages([_ink(0), None, _ink(0)], 1.0, Paper(**{**vars(A5), "drift": 0.0}), 1, {})
    foot = _baselines(page)
    assert foot[0] - foot[-1] == pytest.approx(24, abs=0.5)


def test_a_cut_page_is_as_large_as_the_ink():
    cut = Paper(10, 10, 5, 6, 12, 0.4, cut=True)
    for lines in ([_ink(0, 300.0), _ink(1)], [_ink(0, 5.0)]):
        (page,) = pages(lines, 1.0, cut, 1, {})
        edge = 5 + 0.4 * MOST / 2
        expected = (edge, edge, page.width - edge, page.height - edge)
        assert bounds(page) == pytest.approx(expected)
    assert pages([None], 1.0, cut, 1, {})[0].width == 10


def test_time_increases_from_stroke_to_stroke():
    (page,) = pages([_ink(0), _ink(1)], 1.0, A5, 1, {})
    t = np.concatenate([stroke[:, 2] for stroke in page.strokes])
    assert t[0] == 0
    assert (np.diff(t) > 0).all()
    # From the end of a line to the next the pen has a long way.
    gaps = [b[0, 2] - a[-1, 2] for a, b in zip(page.strokes, page.strokes[1:], strict=False)]
    assert np.argmax(gaps) == 3
    assert duration(page) == pytest.approx(6 + 0.5, abs=0.6)


def test_the_same_seed_gives_the_same_page():
    one, same, other = (pages([_ink(0)], 1.0, A5, seed, {})[0] for seed in (1, 1, 2))
    assert [s.tobytes() for s in one.strokes] == [s.tobytes() for s in same.strokes]
    assert [s.tobytes() for s in one.strokes] != [s.tobytes() for s in other.strokes]
