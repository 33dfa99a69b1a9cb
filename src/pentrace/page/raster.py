"""Ink as coverage of pixels: discs of the width of the pen, close together along the curves.

The coverage of a pixel is computed from the distance of its centre to the rim of a disc, so edges
are smooth without drawing at a larger size. If discs overlap, the largest coverage counts. All
discs are stamped in a few operations on arrays.
"""

from typing import NamedTuple

import numpy as np

from pentrace.page.pen import DrawnInk

SPACING = 0.5  # pixels between discs
MOST_OF_CURVE = 8_000  # most discs of a curve: more than enough to cross a page
CHUNK = 1 << 14  # discs at a time: a few MB


class Discs(NamedTuple):
    """D discs in the order of writing, in pixels, y downward."""

    xy: np.ndarray  # float64 (D, 2)
    radius: np.ndarray  # float64 (D,)
    t: np.ndarray  # float64 (D,), s, never decreasing


def discs(line: DrawnInk, scale: float, corner: tuple[float, float] = (0.0, 0.0)) -> Discs:
    """The discs of all strokes, at `scale` pixels per mm with `corner` (mm) at pixel 0, 0."""
    bends = (line.curves() - corner) * scale
    first = np.flatnonzero(line.inside)
    which, u = _shares(bends)
    ends = line.starts[1:] - 1  # one more disc at the end of each stroke; a dot has only this one
    xy = np.concatenate([_bezier(bends[which], u), (line.xy[ends] - corner) * scale])
    width, t = (
        np.append(values[first][which] * (1 - u) + values[first + 1][which] * u, values[ends])
        for values in (line.width, line.t)
    )
    order = np.argsort(np.append(first[which] + u, ends), kind="stable")
    return Discs(xy[order], width[order] * scale / 2, np.maximum.accumulate(t[order]))


def _shares(bends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the discs of curves (C, 4, 2) are: which curve (D,), and the share u of it (D,)."""
    length = np.hypot(*np.diff(bends, axis=1).T).sum(0)
    count = np.ceil(np.clip(length / SPACING, 1, MOST_OF_CURVE)).astype(int)
    which = np.repeat(np.arange(len(bends)), count)
    since = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return which, since / count[which]


def _bezier(control: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Points (D, 2) at shares u (D,) of cubic curves (D, 4, 2)."""
    v = 1 - u
    weights = np.stack([v**3, 3 * v * v * u, 3 * v * u * u, u**3], 1)
    return np.einsum("dk,dkx->dx", weights, control)


def stamp(canvas: np.ndarray, ink: Discs) -> None:
    """Put `ink` on uint8 `canvas` (H, W), 0 for blank paper, 255 for covered; in place."""
    for start in range(0, len(ink.xy), CHUNK):
        _stamp(canvas, Discs(*(part[start : start + CHUNK] for part in ink)))


def _stamp(canvas: np.ndarray, ink: Discs) -> None:
    height, width = canvas.shape
    reach = int(np.ceil(ink.radius.max() + 0.5))
    seen = ((ink.xy >= -reach) & (ink.xy < [width + reach, height + reach])).all(1)
    middle = np.floor(ink.xy[seen]).astype(np.int32)
    rest = (ink.xy[seen] - middle - 0.5).astype(np.float32)
    around = np.arange(-reach, reach + 1, dtype=np.int32)
    dx, dy = (around - rest[:, :1]), (around - rest[:, 1:])  # (D, K)
    distance = np.sqrt(dx[:, None, :] ** 2 + dy[:, :, None] ** 2)
    cover = ink.radius[seen].astype(np.float32)[:, None, None] + np.float32(0.5) - distance
    x, y = middle[:, :1] + around, middle[:, 1:] + around
    inside = ((x >= 0) & (x < width))[:, None, :] & ((y >= 0) & (y < height))[:, :, None]
    touched = inside & (cover > 0)
    place = (y[:, :, None] * np.int64(width) + x[:, None, :])[touched]
    value = (np.minimum(cover[touched], 1) * 255).astype(np.uint8)
    np.maximum.at(canvas.reshape(-1), place, value)
