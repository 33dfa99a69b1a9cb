"""Times for ink without times: slow in curves and at the ends of strokes."""

import numpy as np

from pentrace.write.assumed_speed import timed

FIRST = np.array([True, False, False])


def _speeds(x: list[float], y: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Positions (M, 2) and speeds (M - 1,) between them of one stroke; a character is 1 wide."""
    points = (np.array(values, np.float32) for values in (x, y))
    x, y, begins, time = timed(*points, FIRST, 1.0)
    assert begins[0] and not begins[1:].any() and time[0] == 0
    xy = np.column_stack([x, y])
    return xy, np.hypot(*np.diff(xy, axis=0).T) / time[1:]


def test_the_pen_is_slow_at_a_corner_and_at_both_ends() -> None:
    xy, speed = _speeds([0, 2, 2], [0, 0, 2])
    at = np.cumsum(np.hypot(*np.diff(xy, axis=0).T))
    usual = speed[np.abs(at - 1) < 0.3]
    np.testing.assert_allclose(usual, usual[0], rtol=1e-3)
    assert speed[np.abs(at - 2).argmin()] < 0.6 * usual[0]
    assert speed[0] < 0.5 * usual[0] and speed[-1] < 0.5 * usual[0]


def test_the_spacing_of_the_points_does_not_matter() -> None:
    turn = np.linspace(0, 5, 400)
    found = []
    for step in (1, 7):
        x, y = np.sin(turn[::step]), np.cos(turn[::step])
        first = np.arange(len(x)) == 0
        ink = timed(x.astype(np.float32), y.astype(np.float32), first, 0.5)
        found.append(np.interp(np.linspace(0, 1, 50), np.linspace(0, 1, len(ink[3])), ink[3]))
    np.testing.assert_allclose(found[0], found[1], rtol=0.25)


def test_dots_and_separate_strokes_are_kept() -> None:
    x = np.array([0, 1, 5, 6, 7], np.float32)
    first = np.array([True, False, True, True, False])
    found = timed(x, np.zeros(5, np.float32), first, 1.0)
    assert found[2].sum() == 3 and found[0][found[2]].tolist() == [0, 5, 6]
    assert (found[3][found[2]] == 0).all() and np.isfinite(found[3]).all()


def test_huge_ink_has_a_bounded_number_of_points() -> None:
    x = np.tile(np.array([0, 1e6], np.float32), 50)
    first = np.arange(100) == 0
    assert len(timed(x, x * 0, first, 1.0)[0]) < 110_000
