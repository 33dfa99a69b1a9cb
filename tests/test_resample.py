"""Points at equal times along strokes."""

import numpy as np

from pentrace import resample


def test_a_tie_of_points_does_not_depend_on_rounding() -> None:
    first = np.array([True, False, False] * 3)
    way = np.where(first, 0.0, 0.1)  # 2.5 spacings in each stroke
    counts = [
        len(resample.places(way, first, spacing)[0])
        for spacing in (0.08, np.nextafter(0.08, 0), np.nextafter(0.08, 1))
    ]
    assert counts == [9, 9, 9]  # half to even: 2 gaps in each


def test_both_ends_of_each_stroke_are_points() -> None:
    first = np.array([True, False, False, True])
    at, begins = resample.places(np.array([0.0, 1.0, 1.0, 0.0]), first, 0.5)
    assert at.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 3.0]
    assert begins.tolist() == [True, False, False, False, False, True]
