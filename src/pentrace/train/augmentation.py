"""Random distortion of whole lines, as if there were more writers, scaling, and jitter.

Each line gets another size, width and slant, another slope of the baseline, and other lengths of
ascenders and descenders, as another writer might write it.
"""

import numpy as np

SCALE = 0.2  # sd of the logarithm of the size
STRETCH = 0.1  # sd of the logarithm of width over height
SLANT = 0.2  # sd of the shear, dx per dy
SLOPE = 0.05  # sd of the rotation, radians
REACH = 0.3  # sd of the logarithm of the lengths of ascenders and descenders
SMALL = 0.8  # half the height of a small letter, in standard deviations of the height of the ink


def distort(x: np.ndarray, mask: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Lines x float32 (B, T, 3), each with a separate random distortion.

    The offsets dx, dy are changed where mask bool (B, T) is true, the end of stroke is kept.
    """
    distorted = x.copy()
    above, below = np.exp(REACH * random.normal(size=(2, len(x), 1)))
    distorted[..., 1] += reached(x[..., 1], mask, above, below)
    distorted[..., :2] = distorted[..., :2] @ matrices(len(x), random).transpose(0, 2, 1)
    return distorted


def jittered(
    x: np.ndarray, y: np.ndarray, sd: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Input x and target y, float32 (B, T, 3), with noise of `sd` on the positions that are read.

    The target leads from the noisy position to the true next one. Where points are at equal
    distances, a step determines the next one exactly, and its density would grow without bound.
    """
    noise = sd * random.standard_normal((*x.shape[:2], 2), np.float32)
    noise[:, 0] = 0  # the start of a line does not matter
    read, target = x.copy(), y.copy()
    read[..., :2] += np.diff(noise, axis=1, prepend=0)
    target[..., :2] -= noise
    return read, target


def scaled(
    x: np.ndarray,
    y: np.ndarray,
    largest: float,
    rest: tuple[float, float],
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Input x and target y, float32 (B, T, 3), each line wider or narrower, and higher or lower.

    The two factors of a line are drawn from 1 - largest to 1 + largest, as in Ha et al. 2016
    (arXiv 1609.09106), appendix A.3.5. `rest` is the offset of a pen that rests, normalised: it
    stays where it is, so a scaled line does not drift. The end of stroke is kept.
    """
    factors = np.ones((len(x), 1, 3), np.float32)
    factors[..., :2] = random.uniform(1 - largest, 1 + largest, (len(x), 1, 2))
    still = np.array((*rest, 0), np.float32)
    return still + (x - still) * factors, still + (y - still) * factors


def misleading(
    x: np.ndarray, styled: np.ndarray, share: float, random: np.random.Generator
) -> np.ndarray:
    """Input x float32 (B, T, 3), with a `share` of the `styled` lines distorted.

    styled bool (B,): lines with a style or a latent. The size, slant and slope of what a distorted
    line reads are not those of its hand, but what it predicts is. So the network learns to follow
    the style, and to return to it when its own ink has strayed.
    """
    changed = styled & (random.random(len(x)) < share)
    misled = x.copy()
    misled[changed, :, :2] = x[changed, :, :2] @ matrices(len(x), random)[changed].transpose(
        0, 2, 1
    )
    return misled


def unread(x: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """Input x float32 (B, T, 3), with zeros in a random `share` of the steps."""
    return np.where(random.random((*x.shape[:2], 1)) < share, np.float32(0), x)


def reached(dy: np.ndarray, mask: np.ndarray, above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Change of dy (B, T) that makes ascenders `above` and descenders `below` (B, 1) times as long.

    Heights are measured from the straight line that fits the ink best, so a slope does not matter.
    """
    height = _level(np.cumsum(dy, 1, dtype=np.float64), mask)
    small = SMALL * np.sqrt(_mean(height**2, mask))
    over, under = np.maximum(height - small, 0), np.minimum(height + small, 0)
    lifted = (above - 1) * over + (below - 1) * under
    return np.diff(lifted, axis=1, prepend=lifted[:, :1]) * mask


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


def _level(y: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """y (B, T) minus its regression on the steps where mask is true."""
    step = np.arange(y.shape[1]) - _mean(np.arange(y.shape[1]), mask)
    y = y - _mean(y, mask)
    return y - step * _mean(step * y, mask) / np.maximum(_mean(step**2, mask), 1)


def _mean(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean (B, 1) over the steps where mask is true, 0 if there are none."""
    return (values * mask).sum(1, keepdims=True) / np.maximum(mask.sum(1, keepdims=True), 1)
