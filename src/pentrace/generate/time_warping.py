"""The distance of two characters: dynamic time warping between their points, in writing order.

Dynamic time warping: Sakoe and Chiba 1978, with their band, symmetric form without slope weights.
"""

import numpy as np

_FAR = np.float32(1e6)  # instead of infinity, since inf - inf is not a number


def outlines(positions: np.ndarray, lifted: np.ndarray, starts: np.ndarray, n: int) -> np.ndarray:
    """float32 (S, n, 2): `n` points of each character, at equal lengths of its ink, in order.

    positions float (N, 2) of all points and bool (N,) `lifted`, true where the pen is lifted after
    a point; sample i is starts[i]:starts[i + 1], not empty. Moves of the pen in the air count as
    length 0. Each character is moved and scaled into a square around (0, 0) whose side is 1.
    """
    first, last = starts[:-1], starts[1:] - 1
    way = np.hypot(*np.diff(positions, axis=0, prepend=positions[:1]).T)
    way[1:][lifted[:-1]] = 0
    way[first] = 1  # so that no place belongs to two characters
    total = np.cumsum(way)
    wanted = np.linspace(total[first], total[last], n, axis=1).ravel()
    points = np.stack([np.interp(wanted, total, axis) for axis in positions.T], 1)
    points = points.reshape(len(first), n, 2)
    low, high = (part.reduceat(positions, first)[:, None] for part in (np.minimum, np.maximum))
    side = np.maximum((high - low).max(-1, keepdims=True), np.finfo(np.float32).tiny)
    return ((points - (low + high) / 2) / side).astype(np.float32)


def distances(one: np.ndarray, many: np.ndarray, band: int) -> np.ndarray:
    """float32 (S,): distance of the outline `one` (n, 2) from each of `many` (S, n, 2).

    The smallest sum over all warping paths of the distances of aligned points, divided by n; the
    unit is the side of a character. A path has n to 2 n - 1 pairs of points, so the result is
    between the mean distance of a pair and twice that. Point i may be aligned with points i - band
    to i + band. All of `many` are aligned at once.
    """
    n, wide = len(one), 2 * band + 1
    padded = np.full((n + 2 * band, 2, len(many)), _FAR, np.float32)
    padded[band : band + n] = many.transpose(1, 2, 0)
    # Row i: the cost of aligning points 0 to i with points 0 to j = i + k - band, at k.
    row = np.full((wide + 1, len(many)), np.inf, np.float32)
    row[band] = 0
    for i in range(n):
        apart = padded[i : i + wide] - one[i, :, None]
        cost = np.sqrt(np.einsum("kdn,kdn->kn", apart, apart))
        if i:
            np.minimum(row[:-1], row[1:], out=row[:-1])
        row[0] += cost[0]
        for k in range(1, wide):
            np.minimum(row[k], row[k - 1], out=row[k])
            row[k] += cost[k]
    return row[band] / n


def nearest(some: np.ndarray, many: np.ndarray, band: int) -> tuple[np.ndarray, np.ndarray]:
    """Index int64 (C,) in `many` (S, n, 2) of the outline nearest to each of `some` (C, n, 2).

    The second result is the distance, float32 (C,).
    """
    found = [distances(one, many, band) for one in some]
    index = np.array([int(apart.argmin()) for apart in found], np.int64)
    return index, np.array([apart[i] for apart, i in zip(found, index, strict=True)], np.float32)
