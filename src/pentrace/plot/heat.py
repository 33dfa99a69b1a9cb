"""Sums of many Gaussians on a grid."""

import numpy as np

REACH = 3.0  # standard deviations to which a Gaussian is drawn
MOST = 4_000_000  # values in memory at once
# Variance that is added to every Gaussian, in pixels squared. Sampled at pixel centres, a Gaussian
# this wide keeps its mass to 2 exp(-2 pi^2 / 3), 0.3 % along each axis, at any position.
BLUR = 1 / 3


def gaussian_sum(
    weight: np.ndarray,
    mean: np.ndarray,
    covariance: np.ndarray,
    box: tuple[float, float, float, float],
    pixel: float,
) -> np.ndarray:
    """Sum of weighted Gaussians at the pixel centres of `box`, per square unit: float64 (H, W).

    weight (K,), mean (K, 2) and covariance (K, 2, 2) share the unit of `box` (left, right, low,
    high) and `pixel`, the edge of a pixel. Row 0 is the lowest. Each Gaussian is blurred by about
    half a pixel, so that one narrower than a pixel keeps its mass.
    """
    left, right, low, high = box
    shape = max(1, int(np.ceil((high - low) / pixel))), max(1, int(np.ceil((right - left) / pixel)))
    centre = (mean - (left, low)) / pixel - 0.5  # in pixels
    spread = covariance / pixel**2 + np.eye(2) * BLUR
    reach = np.ceil(REACH * np.sqrt(spread[:, [0, 1], [0, 1]].max(-1)))
    # Gaussians of about one size are computed together, on patches of one size.
    size = 2 ** np.ceil(np.log2(np.clip(reach, 4, max(shape)))).astype(int)
    total = np.zeros(shape)
    for half in np.unique(size):
        same = np.flatnonzero((size == half) & (weight > 1e-4))
        step = max(1, MOST // (2 * half + 1) ** 2)
        for at in range(0, len(same), step):
            some = same[at : at + step]
            total += _patches(weight[some], centre[some], spread[some], int(half), shape)
    return total / pixel**2


def _patches(
    weight: np.ndarray, centre: np.ndarray, spread: np.ndarray, half: int, shape: tuple[int, int]
) -> np.ndarray:
    """Sum (H, W) of Gaussians in pixels, each on the (2 half + 1)^2 pixels around its centre."""
    around = np.arange(-half, half + 1)
    nearest = np.round(np.clip(centre, -1e6, 1e6)).astype(int)
    x = nearest[:, 0, None] + around  # (K, P), the columns
    y = nearest[:, 1, None] + around  # (K, P), the rows
    dx, dy = (x - centre[:, :1])[:, None, :], (y - centre[:, 1:])[:, :, None]
    xx, xy, yy = spread[:, 0, 0], spread[:, 0, 1], spread[:, 1, 1]
    determinant = xx * yy - xy * xy
    a, b, c = (v[:, None, None] / determinant[:, None, None] for v in (yy, xy, xx))
    peak = weight / (2 * np.pi * np.sqrt(determinant))
    values = peak[:, None, None] * np.exp(-0.5 * (a * dx * dx - 2 * b * dx * dy + c * dy * dy))
    inside = ((y >= 0) & (y < shape[0]))[:, :, None] & ((x >= 0) & (x < shape[1]))[:, None, :]
    flat = (y[:, :, None] * shape[1] + x[:, None, :])[inside]
    return np.bincount(flat, values[inside], shape[0] * shape[1]).reshape(shape)
