"""Random distortion of lines."""

import numpy as np
import pytest

from pentrace.train import augmentation as distort
from pentrace.train.augmentation import matrices


def lines(count: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Random lines, the first of them only half as long as the others."""
    x = np.random.default_rng(0).normal(size=(count, steps, 3)).astype(np.float32)
    x[..., 2] = x[..., 2] > 1
    mask = np.ones((count, steps), bool)
    mask[0, steps // 2 :] = False
    return x * mask[..., None], mask


def test_each_line_is_mapped_by_one_matrix_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distort, "REACH", 0.0)
    x, mask = lines(3, 20)
    made = distort.distort(x, mask, np.random.default_rng(1))
    assert made.dtype == np.float32
    found = [
        np.linalg.lstsq(a, b, rcond=None)[0].T
        for a, b in zip(x[..., :2], made[..., :2], strict=True)
    ]
    again = [f @ a.T for f, a in zip(found, x[..., :2], strict=True)]
    np.testing.assert_allclose(np.swapaxes(again, 1, 2), made[..., :2], atol=1e-5)
    assert len(np.unique(np.round(found, 3), axis=0)) == 3


def test_ends_of_strokes_and_padding_do_not_change() -> None:
    x, mask = lines(2, 10)
    before = x.copy()
    made = distort.distort(x, mask, np.random.default_rng(1))
    np.testing.assert_array_equal(made[..., 2], x[..., 2])
    assert not made[0, 5:].any()
    np.testing.assert_array_equal(x, before)


def test_padding_has_no_influence_on_a_line() -> None:
    x, mask = lines(1, 40)
    wide, wide_mask = (np.pad(a, [(0, 0), (0, 9), (0, 0)][: a.ndim]) for a in (x, mask))
    made = distort.distort(x, mask, np.random.default_rng(1))
    wider = distort.distort(wide, wide_mask, np.random.default_rng(1))
    np.testing.assert_allclose(wider[:, :40], made, atol=1e-6)


def test_ascenders_and_descenders_are_lengthened_on_a_slope_too() -> None:
    step = np.arange(400)
    heights = np.tile([0, 1, 0, 1, 0, 3, 0, 1, -1, 1], 40) - 0.7  # small letters from 0 to 1
    factors = np.array([[1.5]]), np.array([[2.0]])
    mask = np.ones((1, 400), bool)
    for slope in (0.0, 0.05):
        dy = np.diff(heights + slope * step, prepend=0)[None]
        made = np.cumsum(dy + distort.reached(dy, mask, *factors)) - slope * step
        moved = made - heights
        assert moved[heights > 2].min() > 0.4 and moved[heights < -1].max() < -0.4
        assert abs(moved[np.abs(heights) < 1]).max() < 0.1


def test_matrices_vary_as_set() -> None:
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


def test_scaling_changes_width_and_height_of_a_line_in_input_and_target() -> None:
    x, _ = lines(3, 20)
    read, target = distort.scaled(x, 2 * x, 0.1, (0, 0), np.random.default_rng(1))
    factors = np.ones((3, 3), np.float32)
    factors[:, :2] = read[:, 0, :2] / x[:, 0, :2]
    assert read.dtype == np.float32
    assert (np.abs(factors[:, :2] - 1) <= 0.1).all() and len(np.unique(factors[:, :2])) == 6
    np.testing.assert_allclose(read, x * factors[:, None], rtol=1e-5)
    np.testing.assert_allclose(target, 2 * read, rtol=1e-6)


def test_a_pen_that_rests_still_rests_in_a_scaled_line() -> None:
    rest = (-0.2, 0.1)  # the mean is not 0, so neither is the normalised offset of a pen at rest
    x = np.tile(np.array((*rest, 0), np.float32), (4, 6, 1))
    read, target = distort.scaled(x, x, 0.1, rest, np.random.default_rng(2))
    np.testing.assert_allclose(read, x, atol=1e-6)
    np.testing.assert_allclose(target, x, atol=1e-6)
