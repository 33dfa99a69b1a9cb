"""Distances of signatures by dynamic time warping (Sakoe and Chiba 1978).

dtaidistance computes them in C: 5 ns for each pair of points with 5 signals.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from dtaidistance import dtw, dtw_ndim

from pentrace.signatures.protocol import Trial
from pentrace.signatures.signals import Signature, stacked

LEAST = 1e-9  # smallest distance between references, for signatures that are copies
STABLE = 0.5  # added to the mean cost of a point, so that no point has all of the weight


def scores(
    many: Sequence[Signature], trials: Sequence[Trial], names: Sequence[str], stability: bool
) -> list[np.ndarray]:
    """float64 (T,) for each trial: how unlike the references each tested signature is.

    The mean distance from the references, divided by the geometric mean of two distances: of the
    references from one another, and of the cohort from the references. `names` are those of the
    signals.
    """
    series = [stacked(one, names) for one in many]
    score = _stable if stability else _plain
    found: dict[int, np.ndarray] = {}
    for own in by_user(trials):
        for i, values in zip(own, score(series, [trials[i] for i in own]), strict=True):
            found[i] = values
    return [found[i] for i in range(len(trials))]


def normalised(apart: np.ndarray, within: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """(T, ...): `apart` (T, ...) divided by the typical distance of the references.

    This is the geometric mean of `within` (...), of the references from one another, and the mean
    of `cohort` (C, ...), of other users from the references; only one of them if the other is
    missing: NaN in `within`, or an empty cohort.
    """
    near = np.log(np.maximum(within, LEAST))
    far = np.log(np.maximum(cohort.mean(0), LEAST)) if len(cohort) else near
    near = np.where(np.isfinite(near), near, far)
    return apart / np.exp((near + np.where(np.isfinite(far), far, near)) / 2)


def by_user(trials: Sequence[Trial]) -> list[list[int]]:
    """The trials of each user, so that each pair of signatures is compared once."""
    users = dict.fromkeys(trial.user for trial in trials)
    return [[i for i, trial in enumerate(trials) if trial.user == user] for user in users]


def _plain(series: list[np.ndarray], trials: list[Trial]) -> list[np.ndarray]:
    """Scores of the trials of one user, all points with the same weight."""
    references = np.unique(np.concatenate([trial.references for trial in trials]))
    others = np.unique(np.concatenate([p for t in trials for p in (t.tested, t.cohort)]))
    matrix = _distances([series[i] for i in references], [series[i] for i in others])
    scores = []
    for trial in trials:
        own = np.searchsorted(references, trial.references)
        tested, cohort = (
            matrix[np.ix_(own, len(references) + np.searchsorted(others, part))].mean(0)
            for part in (trial.tested, trial.cohort)
        )
        scores.append(normalised(tested, _mean_of_pairs(matrix[np.ix_(own, own)]), cohort))
    return scores


def _distances(references: list[np.ndarray], tested: list[np.ndarray]) -> np.ndarray:
    """float64 (R, R + T): distances of the references from each other and from the tested ones.

    A distance is the smallest sum over all warping paths of the Euclidean distances of aligned
    points.
    """
    count, all_of_them = len(references), [*references, *tested]
    matrix = dtw_ndim.distance_matrix_fast(
        all_of_them,
        ndim=references[0].shape[1],
        block=((0, count), (0, len(all_of_them))),
        inner_dist="euclidean",
        parallel=False,
    )[:count]
    own = np.triu(matrix[:, :count], 1)
    matrix[:, :count] = own + own.T
    return matrix


def _mean_of_pairs(within: np.ndarray) -> np.ndarray:
    """The mean of (R, R) without its diagonal; NaN for a single reference."""
    count = len(within)
    return np.array(within.sum() / (count * (count - 1)) if count > 1 else np.nan)


class Path(NamedTuple):
    """A warping path: the points at each step, and the cost there."""

    point: np.ndarray  # int64 (L,), of the reference
    other: np.ndarray  # int64 (L,), of the tested signature
    cost: np.ndarray  # float64 (L,)


def warped(reference: np.ndarray, tested: np.ndarray) -> Path:
    """The path with the smallest sum of Euclidean distances of aligned points."""
    both = (reference, tested)
    if reference.shape[1] == 1:  # of one signal, dtaidistance expects plain numbers
        both = (np.ascontiguousarray(reference[:, 0]), np.ascontiguousarray(tested[:, 0]))
    steps = np.array(dtw.warping_path_fast(*both, inner_dist="euclidean"))
    apart = reference[steps[:, 0]] - tested[steps[:, 1]]
    return Path(steps[:, 0], steps[:, 1], np.sqrt((apart**2).sum(1)))


def _stable(series: list[np.ndarray], trials: list[Trial]) -> list[np.ndarray]:
    """Scores of the trials of one user, with the weight of each point of a reference.

    The weight of a point falls with the mean cost of aligning it with the other references.
    """
    paths: dict[tuple[int, int], Path] = {}

    def path(reference: int, tested: int) -> Path:
        pair = (int(reference), int(tested))
        if pair not in paths:
            paths[pair] = warped(series[pair[0]], series[pair[1]])
        return paths[pair]

    scores = []
    for trial in trials:
        own = trial.references
        weights = {
            r: _weights(len(series[r]), [path(r, other) for other in own if other != r])
            for r in own
        }
        near = [_weighted(path(r, other), weights[r]) for r in own for other in own if other != r]
        within = np.array(np.mean(near) if near else np.nan)
        tested, cohort = (
            np.mean([[_weighted(path(r, one), weights[r]) for one in part] for r in own], axis=0)
            for part in (trial.tested, trial.cohort)
        )
        scores.append(normalised(tested, within, cohort))
    return scores


def _weights(points: int, paths: list[Path]) -> np.ndarray:
    """float64 (points,): weights with mean 1 of the points of a reference, from its paths."""
    if not paths:
        return np.ones(points)
    point = np.concatenate([path.point for path in paths])
    cost = np.concatenate([path.cost for path in paths])
    mean = np.bincount(point, cost, points) / np.bincount(point, minlength=points)
    weight = 1 / (STABLE * mean.mean() + mean + LEAST)
    return weight / weight.mean()


def _weighted(path: Path, weights: np.ndarray) -> float:
    return float((path.cost * weights[path.point]).sum())
