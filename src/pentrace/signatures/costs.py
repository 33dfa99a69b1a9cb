"""Costs of each signal along the warping path, for a classifier."""

from collections.abc import Sequence

import numpy as np

from pentrace.signatures.protocol import Trial
from pentrace.signatures.settings import SIGNALS
from pentrace.signatures.signals import Signature, scaled, signals, stacked
from pentrace.signatures.warping import LEAST, by_user, normalised, warped


def vectors(
    many: Sequence[Signature], trials: Sequence[Trial], names: Sequence[str]
) -> list[np.ndarray]:
    """float64 (T, F) for each trial: how unlike the references each signal of a signature is.

    The signals `names` are aligned. For all signals that were recorded, and for the length of the
    path and the sum of all costs: the mean and the minimum over the references, normalised as by
    `warping.normalised`, as logarithms.
    """
    series = [stacked(one, names) for one in many]
    every = [_every(one) for one in many]
    found: dict[int, np.ndarray] = {}
    for own in by_user(trials):
        known: dict[tuple[int, int], np.ndarray] = {}
        for i in own:
            found[i] = _compared(series, every, trials[i], known)
    return [found[i] for i in range(len(trials))]


def _every(one: Signature) -> np.ndarray:
    """float64 (T, K): all signals that were recorded, each with mean 0 and sd 1."""
    found = signals(one)
    return np.stack([scaled(found[name]) for name in SIGNALS if name in found], 1)


def _compared(
    series: list[np.ndarray],
    every: list[np.ndarray],
    trial: Trial,
    known: dict[tuple[int, int], np.ndarray],
) -> np.ndarray:
    """The vectors (T, F) of a trial; `known` keeps the costs of pairs for other trials."""

    def costs(reference: int, other: int) -> np.ndarray:
        pair = (int(reference), int(other))
        if pair not in known:
            known[pair] = _costs(series, every, *pair)
        return known[pair]

    own = trial.references
    near = [costs(r, other) for r in own for other in own if r != other]
    within = np.mean(near, axis=0) if near else np.full_like(costs(own[0], own[0]), np.nan)
    tested, cohort = (
        np.array([[costs(r, one) for r in own] for one in part]).reshape(
            len(part), len(own), len(within)
        )
        for part in (trial.tested, trial.cohort)
    )
    parts = [normalised(m(tested), within, m(cohort)) for m in (_mean, _least)]
    return np.log(np.maximum(np.concatenate(parts, 1), LEAST))


def _mean(costs: np.ndarray) -> np.ndarray:
    return costs.mean(1)


def _least(costs: np.ndarray) -> np.ndarray:
    return costs.min(1)


def _costs(
    series: list[np.ndarray], every: list[np.ndarray], reference: int, other: int
) -> np.ndarray:
    """float64 (K + 2,): the mean cost of each signal, the sum of all, the length of the path."""
    path = warped(series[reference], series[other])
    apart = np.abs(every[reference][path.point] - every[other][path.other]).mean(0)
    return np.concatenate([apart, [path.cost.sum(), len(path.cost)]]) + LEAST
