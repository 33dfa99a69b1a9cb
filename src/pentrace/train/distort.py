"""Random distortion of whole lines: more hands than the training split has.

Each line gets one map of its own, which a writer might have had: another size and width, slant,
and slope of the baseline.
"""

import numpy as np

SCALE = 0.2  # sd of the logarithm of the size
STRETCH = 0.1  # sd of the logarithm of width over height
SLANT = 0.2  # sd of the shear, dx per dy
SLOPE = 0.05  # sd of the rotation, radians


def distort(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Lines x float32 (B, T, 3) with the offsets of each mapped by a random matrix of its own.

    dx and dy are mapped, the end of stroke is kept; offsets of (0, 0), such as padding, stay.
    """
    distorted = x.copy()
    distorted[..., :2] = x[..., :2] @ matrices(len(x), random).transpose(0, 2, 1)
    return distorted


def matrices(count: int, random: np.random.Generator) -> np.ndarray:
    """float32 (count, 2, 2): size times rotation times shear times stretch, drawn independently."""
    size, stretch, slant, slope = random.normal(size=(4, count))
    width = np.exp(SCALE * size + STRETCH * stretch)
    height = np.exp(SCALE * size - STRETCH * stretch)
    cosine, sine = np.cos(SLOPE * slope), np.sin(SLOPE * slope)
    sheared = SLANT * slant * height
    rows = [
        [cosine * width, cosine * sheared - sine * height],
        [sine * width, sine * sheared + cosine * height],
    ]
    return np.array(rows, np.float32).transpose(2, 0, 1)
