"""Distances to hands, ranks, and the plain features of a line."""

import numpy as np
import pytest

from pentrace.hands.features import FEATURES, features
from pentrace.hands.nearest import hand_means, standardised, standing, to_hands
from pentrace.windows.lines import Lines

UNITS = {"recipe": "graves", "mean": [0.0, 0.0], "sd": [1.0, 1.0]}


def test_own_hand_is_ranked_by_its_distance() -> None:
    found = standing(np.array([[1.0, 2, 3], [1, 2, 3], [1, 2, 3]]), np.array([0, 1, 2]))
    assert found.rank.tolist() == [1, 2, 3]
    assert found.nearest.tolist() == [0, 0, 0]
    assert found.own.tolist() == [1, 2, 3]
    assert found.others.tolist() == [2.5, 2, 1.5]


def test_a_line_at_one_distance_from_all_hands_is_nearest_to_another() -> None:
    found = standing(np.zeros((2, 3)), np.array([0, 2]))
    assert found.rank.tolist() == [3, 3]
    assert found.nearest.tolist() == [1, 0]


def test_distance_is_to_the_mean_of_the_lines_of_a_hand() -> None:
    compared = np.array([[0.0, 0], [2, 0], [5, 4]])
    found = to_hands(np.array([[1.0, 0], [5, 0]]), compared, np.array([0, 0, 1]))
    assert found == pytest.approx(np.array([[0, 32**0.5], [4, 4]]))


def test_missing_values_count_as_the_mean_over_the_hands() -> None:
    compared = np.array([[0.0, 1], [2, np.nan], [4, 3], [np.nan, 3]])
    means, known = hand_means(compared, np.array([0, 0, 1, 1]))
    assert means.tolist() == [[1, 1], [4, 3]] and known.all()
    lines, hands = standardised(np.array([[np.nan, 3.0]]), compared, np.array([0, 0, 1, 1]))
    assert lines == pytest.approx(np.array([[0, 1]]))
    assert hands[3].tolist() == [0, 1]


def test_a_feature_that_all_hands_share_tells_nothing() -> None:
    lines, hands = standardised(np.array([[9.0]]), np.array([[1.0], [1.0]]), np.array([0, 1]))
    assert lines.tolist() == [[0]] and hands.tolist() == [[0], [0]]


def line(x: np.ndarray, y: np.ndarray, ends: np.ndarray | None = None, text: str = "abcd") -> Lines:
    """One line with these positions; the pen is lifted after the last point, and at `ends`."""
    steps = np.stack([np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0]), np.zeros(len(x))], 1)
    steps[-1, 2] = 1
    if ends is not None:
        steps[ends, 2] = 1
    return Lines(steps.astype(np.float32), np.array([0, len(x)]), ["a"], [text])


def of(lines: Lines) -> dict[str, float]:
    return dict(zip(FEATURES, features(lines, UNITS)[0].tolist(), strict=True))


TIME = np.linspace(0, 8, 400)
WAVE = 10 * np.sin(2 * np.pi * TIME)


def test_slant_is_the_lean_of_downstrokes() -> None:
    # A wave that moves forward by 2 in each of its eight periods, half of it downward by 20.
    upright, leaning = of(line(2 * TIME, WAVE)), of(line(2 * TIME + 0.5 * WAVE, WAVE))
    assert leaning["slant"] - upright["slant"] == pytest.approx(0.5, abs=0.02)


def test_features_are_in_the_units_of_the_ink() -> None:
    small, large = of(line(20 * TIME, WAVE)), of(line(40 * TIME, 2 * WAVE))
    for name in ("x-height", "speed", "character width"):
        assert large[name] == pytest.approx(2 * small[name], rel=1e-3), name
    for name in ("slant", "size ratio", "joining", "curvature"):
        assert large[name] == pytest.approx(small[name], rel=1e-3), name


def test_a_sloping_line_has_the_height_of_a_level_one() -> None:
    level, sloping = of(line(20 * TIME, WAVE)), of(line(20 * TIME, WAVE + 2 * TIME))
    assert sloping["x-height"] == pytest.approx(level["x-height"], rel=0.02)


def test_joining_counts_how_often_the_pen_is_lifted() -> None:
    assert of(line(20 * TIME, WAVE, np.array([100, 200, 300])))["joining"] == 1
    assert of(line(20 * TIME, WAVE))["joining"] == 0.25


def test_loops_are_as_wide_as_they_are_drawn() -> None:
    turn = 2 * np.pi * np.linspace(0, 6, 240)
    loops = line(15 * np.sin(turn) + 2 * turn, 20 * np.cos(turn))
    found = of(loops)
    assert 15 < found["loop width"] * found["x-height"] < 30
    assert np.isnan(of(line(20 * TIME, WAVE))["loop width"])


def test_a_line_without_ink_has_no_features() -> None:
    assert np.isnan(features(line(np.zeros(3), np.zeros(3)), UNITS)).all()
