"""Real against generated ink: how far apart the distributions of its steps and strokes are."""

import numpy as np
from scipy.stats import wasserstein_distance

BINS = 60

UNITS = {
    "dx": "unit",
    "dy": "unit",
    "speed": "unit/s",
    "stroke_length": "unit",
    "stroke_points": "points",
}

Values = dict[str, np.ndarray]


def values(steps: np.ndarray, starts: np.ndarray, seconds: float) -> Values:
    """What is compared, one array per name in `UNITS`.

    `steps` (N, 3) as dx, dy (not normalised), end of stroke; sample i is starts[i]:starts[i + 1],
    its first row the null step; `seconds` is the time between two points, NaN if unknown.
    dx, dy: every step; speed: steps with the pen down; strokes: those that ended.
    """
    first = np.zeros(len(steps), bool)
    first[starts[:-1][np.diff(starts) > 0]] = True
    ended = steps[:, 2] > 0.5
    after_end = np.concatenate([[True], ended[:-1]])[: len(steps)]
    down = ~first & ~after_end
    length = np.hypot(steps[:, 0], steps[:, 1]).astype(np.float64)
    stroke = np.cumsum(first | after_end) - 1
    whole = np.bincount(stroke, ended) > 0
    return {
        "dx": steps[~first, 0].astype(np.float64),
        "dy": steps[~first, 1].astype(np.float64),
        "speed": length[down] / seconds if seconds > 0 else np.zeros(0),
        "stroke_length": np.bincount(stroke, length * down)[whole],
        "stroke_points": np.bincount(stroke).astype(np.float64)[whole],
    }


def compare(real: Values, generated: Values, other: Values | None) -> dict:
    """For JSON: distances and histograms of `real` and `generated`, one entry per quantity.

    `wasserstein` is the earth mover's distance in the quantity's unit, `wasserstein_sd` the same
    in standard deviations of the real values, and `wasserstein_sd_real` that between `real` and
    `other` real ink, about what a perfect generator would reach. Quantities without values on one
    side are null.
    """
    return {
        name: _compare_one(real[name], generated[name], other[name] if other else None, unit)
        for name, unit in UNITS.items()
    }


def _compare_one(
    real: np.ndarray, generated: np.ndarray, other: np.ndarray | None, unit: str
) -> dict | None:
    if not len(real) or not len(generated):
        return None
    distance = float(wasserstein_distance(real, generated))
    sd = float(real.std()) or 1.0
    floor = None if other is None or not len(other) else wasserstein_distance(real, other) / sd
    return {
        "unit": unit,
        "wasserstein": distance,
        "wasserstein_sd": distance / sd,
        "wasserstein_sd_real": None if floor is None else float(floor),
        "real": _summary(real),
        "generated": _summary(generated),
        "histogram": _histogram(real, generated),
    }


def _summary(of: np.ndarray) -> dict:
    return {
        "count": len(of),
        "mean": float(of.mean()),
        "sd": float(of.std()),
        "median": float(np.median(of)),
    }


def _histogram(real: np.ndarray, generated: np.ndarray) -> dict:
    """Shares in equal bins over the middle 99 % of the real values, and the share outside."""
    low, high = np.quantile(real, [0.005, 0.995])
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    shares = {
        name: np.histogram(of, edges)[0] / len(of)
        for name, of in (("real", real), ("generated", generated))
    }
    return {
        "edges": edges.tolist(),
        **{name: share.tolist() for name, share in shares.items()},
        **{f"{name}_outside": 1 - float(share.sum()) for name, share in shares.items()},
    }
