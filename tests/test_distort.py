"""Random distortion of lines."""

import numpy as np
import pytest

from pentrace.train import distort
from pentrace.train.distort import matrices


def lines(count: int, steps: int) -> np.ndarray:
    x = np.random.default_rng(0).normal(size=(count, steps, 3)).astype(np.float32)
    x[..., 2] = x[..., 2] > 1
    x[0, steps // 2 :] = 0  # padding
    return x


def test_each_line_is_mapped_by_one_matrix_of_its_own() -> None:
    x = lines(3, 20)
    made = distort.distort(x, np.random.default_rng(1))
    assert made.dtype == np.float32
    found = [
        np.linalg.lstsq(a[:, :2], b[:, :2], rcond=None)[0].T for a, b in zip(x, made, strict=True)
    ]
    np.testing.assert_allclose(found, matrices(3, np.random.default_rng(1)), rtol=1e-4, atol=1e-5)
    assert len(np.unique(np.round(found, 3), axis=0)) == 3


def test_ends_of_strokes_and_padding_stay() -> None:
    x = lines(2, 10)
    before = x.copy()
    made = distort.distort(x, np.random.default_rng(1))
    np.testing.assert_array_equal(made[..., 2], x[..., 2])
    assert not made[0, 5:].any()
    np.testing.assert_array_equal(x, before)


def test_hands_vary_as_said() -> None:
    drawn = matrices(20_000, np.random.default_rng(0)).astype(float)
    width = np.hypot(drawn[:, 0, 0], drawn[:, 1, 0])  # of a step to the right
    slope = np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0])
    area = np.linalg.det(drawn)
    assert (area > 0).all()  # never mirrored
    assert np.log(area).std() == pytest.approx(2 * distort.SCALE, rel=0.03)
    assert np.log(width**2 / area).std() == pytest.approx(2 * distort.STRETCH, rel=0.03)
    assert slope.std() == pytest.approx(distort.SLOPE, rel=0.03)
    height = area / width
    upright = drawn[:, :, 1] * np.stack([np.cos(slope), np.sin(slope)], 1)
    assert (upright.sum(1) / height).std() == pytest.approx(distort.SLANT, rel=0.03)
