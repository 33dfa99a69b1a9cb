"""The mixture density loss: a plain float64 reference, finite differences, and extreme input."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pentrace.networks.mixture import log_density, log_loss, split, step_loss

M = 4
WIDTH = 6 * M + 1


def reference(raw: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Equations 18 to 26 of the paper, the log of each factor, in the precision of the input."""
    end, weight, *rest = np.split(raw, [1, *range(1 + M, WIDTH, M)], axis=-1)
    mean_x, mean_y, sd_x, sd_y, rho = rest
    weight = weight - np.log(np.exp(weight).sum(-1, keepdims=True))
    sd_x, sd_y, rho = np.exp(sd_x), np.exp(sd_y), np.tanh(rho)
    zx, zy = (target[..., :1] - mean_x) / sd_x, (target[..., 1:2] - mean_y) / sd_y
    z = zx**2 + zy**2 - 2 * rho * zx * zy
    normal = -z / (2 * (1 - rho**2)) - np.log(2 * np.pi * sd_x * sd_y * np.sqrt(1 - rho**2))
    pen = 1 / (1 + np.exp(-end[..., 0]))
    pen = np.where(target[..., 2] == 1, pen, 1 - pen)
    return -np.logaddexp.reduce(weight + normal, -1) - np.log(pen)


def numbers(seed: int, scale: float, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    raw = random.normal(0, scale, (*shape, WIDTH)).astype(np.float32)
    target = random.normal(0, 1, (*shape, 3)).astype(np.float32)
    target[..., 2] = target[..., 2] > 1
    return raw, target


@pytest.mark.parametrize("seed", range(3))
def test_equals_the_equations_of_the_paper(seed):
    raw, target = numbers(seed, 1.0, 50, 20)
    expected = reference(raw.astype(np.float64), target.astype(np.float64))
    double = step_loss(torch.from_numpy(raw).double(), torch.from_numpy(target).double()).numpy()
    np.testing.assert_allclose(double, expected, rtol=1e-11, atol=1e-12)
    single = step_loss(torch.from_numpy(raw), torch.from_numpy(target)).numpy()
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=4e-6, atol=4e-6)


def test_float32_is_close_where_the_textbook_form_is_not():
    raw, target = numbers(7, 1.0, 100, 20)
    raw[..., -M:] = np.float32(6.0)  # rho = 0.999988: 1 - rho^2 keeps 2 digits in float32
    expected = reference(raw.astype(np.float64), target.astype(np.float64))
    ours = step_loss(torch.from_numpy(raw), torch.from_numpy(target)).numpy()
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-3)
    textbook = reference(raw, target)
    assert np.abs(ours - expected).max() < np.abs(textbook - expected).max() / 100


def test_derivatives_equal_finite_differences():
    raw, target = (torch.from_numpy(a).double() for a in numbers(3, 1.5, 6))
    raw.requires_grad_()
    assert torch.autograd.gradcheck(lambda r: step_loss(r, target), (raw,))


FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


@settings(max_examples=200, deadline=None)
@given(
    arrays(np.float32, (3, WIDTH), elements=FINITE),
    arrays(np.float32, (3, 2), elements=FINITE),
    arrays(np.bool_, 3),
)
def test_finite_with_finite_derivatives_for_any_finite_input(raw, offset, end):
    numbers = torch.from_numpy(raw).requires_grad_()
    target = torch.from_numpy(np.concatenate([offset, end[:, None]], 1).astype(np.float32))
    loss = step_loss(numbers, target)
    loss.sum().backward()
    assert loss.isfinite().all()
    assert numbers.grad.isfinite().all()


@pytest.mark.parametrize("fill", [-3e38, -100.0, -15.0, 0.0, 15.0, 100.0, 3e38])
def test_finite_at_the_corners(fill):
    for part in range(7):
        raw = torch.zeros(1, WIDTH)
        raw[:, part * M : (part + 1) * M] = fill
        raw.requires_grad_()
        loss = step_loss(raw, torch.tensor([[3e38, -3e38, 1.0]]))
        loss.sum().backward()
        assert loss.isfinite().all() and raw.grad.isfinite().all()


def test_not_a_number_is_not_hidden():
    raw = torch.zeros(2, WIDTH)
    raw[0, 3] = torch.nan
    assert step_loss(raw, torch.zeros(2, 3)).isnan().tolist() == [True, False]


def test_padding_has_no_influence():
    raw, target = (torch.from_numpy(a) for a in numbers(1, 1.0, 2, 5))
    mask = torch.tensor([[True] * 5, [True, True, True, False, False]])
    raw.requires_grad_()
    loss = log_loss(raw, target, mask)
    loss.sum().backward()
    torch.testing.assert_close(loss[1], step_loss(raw[1, :3], target[1, :3]).sum())
    assert raw.grad[1, 3:].abs().max() == 0


def test_density_sums_to_one():
    raw = torch.from_numpy(numbers(5, 0.5, 1)[0]).double()
    axis = torch.linspace(-30, 30, 1201, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1)
    density = log_density(split(raw), grid.reshape(-1, 1, 2)).exp()
    assert abs(density.sum().item() * 0.05**2 - 1) < 1e-6


def test_bias_narrows_and_prefers():
    raw = torch.from_numpy(numbers(2, 1.0, 3)[0])
    plain, biased = split(raw), split(raw, bias=0.5)
    torch.testing.assert_close(biased.log_sd, plain.log_sd - 0.5)
    torch.testing.assert_close(biased.mean, plain.mean)
    expected = torch.log_softmax(1.5 * raw[:, 1 : 1 + M], -1)
    torch.testing.assert_close(biased.log_weights, expected)


def test_half_precision_is_computed_in_float32():
    raw, target = (torch.from_numpy(a) for a in numbers(2, 1.0, 3))
    loss = step_loss(raw.bfloat16(), target)
    torch.testing.assert_close(loss, step_loss(raw.bfloat16().float(), target))
    assert loss.dtype == torch.float32
