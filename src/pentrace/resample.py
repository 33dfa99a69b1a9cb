"""Points at equal times or arc lengths along each stroke."""

import numpy as np

# s. A longer pause of the pen, or jump of the clock, inside a stroke counts as this long: thousands
# of points at one place would add nothing.
LONGEST_REST = 0.25
TIES = 6  # decimals; numbers of gaps nearer to a half than this are ties


def elapsed(t: np.ndarray, first: np.ndarray) -> np.ndarray:
    """float64 (N,), s: time since the previous point of the stroke, 0 where bool (N,) `first`.

    Backward steps of the clock count as 0.
    """
    return np.where(first, 0.0, np.clip(np.diff(t, prepend=0.0), 0.0, LONGEST_REST))


def travelled(x: np.ndarray, y: np.ndarray, first: np.ndarray) -> np.ndarray:
    """float64 (N,), unit of x and y: distance from the previous point of the stroke, else 0."""
    return np.where(first, 0.0, np.hypot(np.diff(x, prepend=0.0), np.diff(y, prepend=0.0)))


def places(way: np.ndarray, first: np.ndarray, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    """Places of points `spacing` apart along strokes, including both ends of each stroke.

    `way` (N,) is the time or distance from the previous point, 0 where a stroke begins, at bool
    (N,) `first`. The points of a stroke are spread evenly, at the spacing nearest to `spacing`.
    Returns float64 (M,) places between points (2.25: a quarter of the way from point 2 to 3) and
    bool (M,) that is true where a stroke begins.
    """
    if not len(way):
        return np.zeros(0), np.zeros(0, bool)
    begin = np.flatnonzero(first)
    last = np.append(begin[1:], len(way)) - 1
    total = np.cumsum(way)
    extent = total[last] - total[begin]
    # Rounded first: a tie must not be decided by the last bit of a sum, which depends on its order.
    gaps = np.maximum(np.rint(np.round(extent / spacing, TIES)), extent > 0).astype(np.int64)
    start = np.append(0, np.cumsum(gaps + 1))
    stroke = np.repeat(np.arange(len(begin)), gaps + 1)
    share = (np.arange(start[-1]) - start[stroke]) / np.maximum(gaps[stroke], 1)
    at = _locate(total, total[begin][stroke] + share * extent[stroke], begin[stroke], last[stroke])
    new_first = np.zeros(start[-1], bool)
    new_first[start[:-1]] = True
    # Both ends are exact, without rounding errors.
    return np.select([share == 0, share == 1], [begin[stroke], last[stroke]], at), new_first


def _locate(total: np.ndarray, wanted: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Fractional index at which the increasing `total` reaches `wanted`, within [low, high]."""
    after = np.clip(
        np.searchsorted(total, wanted, side="right"), low + 1, np.maximum(high, low + 1)
    )
    after = np.minimum(after, len(total) - 1)
    step = total[after] - total[after - 1]
    part = np.divide(wanted - total[after - 1], step, out=np.zeros_like(step), where=step > 0)
    return np.clip(after - 1 + np.clip(part, 0, 1), low, high)


def take(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """float64 (M,): `values` (N,) at fractional indices `at`, linear in between."""
    low = np.floor(at).astype(np.int64)
    high = np.minimum(low + 1, len(values) - 1)
    part = at - low
    return values[low] * (1 - part) + values[high] * part
