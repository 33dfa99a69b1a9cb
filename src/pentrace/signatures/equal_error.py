"""Equal error rates, with intervals, and curves of both errors (DET)."""

from typing import NamedTuple

import numpy as np

RESAMPLES = 300
SEED = 1  # of the bootstrap: the intervals are the same in every run


class Scores(NamedTuple):
    """Scores of one kind of forgery, in one draw; a higher score is more like a forgery."""

    genuine: list[np.ndarray]  # for each user, float64 (G,)
    forged: list[np.ndarray]  # for each user, float64 (F,)


class Rate(NamedTuple):
    """An equal error rate, with its 95 % interval."""

    rate: float
    low: float
    high: float


def curve(genuine: np.ndarray, forged: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False rejections and false acceptances, as shares, at every threshold, rising.

    Scores up to the threshold are accepted. Equal scores have no threshold between them.
    """
    values = np.unique(np.concatenate([genuine, forged]))
    accepted_genuine, accepted_forged = (
        np.searchsorted(np.sort(part), values, side="right") / len(part)
        for part in (genuine, forged)
    )
    return np.append(1.0, 1 - accepted_genuine), np.append(0.0, accepted_forged)


def equal_error(genuine: np.ndarray, forged: np.ndarray) -> float:
    """The error rate where false rejections and false acceptances are equal.

    Between two thresholds both are interpolated linearly. NaN if one kind is missing.
    """
    if not len(genuine) or not len(forged):
        return float("nan")
    rejected, accepted = curve(genuine, forged)
    after = int(np.argmax(accepted >= rejected))
    if after == 0:
        return float(accepted[0])
    before = after - 1
    gap = rejected[before] - accepted[before]
    over = accepted[after] - rejected[after]
    share = gap / (gap + over) if gap + over > 0 else 0.0
    return float(accepted[before] + share * (accepted[after] - accepted[before]))


def common(draws: list[Scores]) -> Rate | None:
    """With one threshold for all users: the mean over the draws. None if there are no scores.

    The interval is that of a bootstrap over users (Efron 1979): the same users in all draws.
    """
    if not draws:
        return None
    users = len(draws[0].genuine)
    rate = _mean(draws, np.arange(users))
    drawn = [_mean(draws, some) for some in _resampled(users)]
    return Rate(rate, *map(float, np.nanpercentile(drawn, [2.5, 97.5])))


def per_user(draws: list[Scores]) -> Rate | None:
    """With the best threshold of each user: the mean over users and draws. None without scores."""
    rates = np.array([[equal_error(g, f) for g, f in zip(*one, strict=True)] for one in draws])
    if not np.isfinite(rates).any():
        return None
    users = np.nanmean(rates, axis=0)
    users = users[np.isfinite(users)]
    drawn = users[_resampled(len(users))].mean(1)
    return Rate(float(users.mean()), *map(float, np.percentile(drawn, [2.5, 97.5])))


def _mean(draws: list[Scores], users: np.ndarray) -> float:
    """The mean over the draws, of the scores of these users together."""
    return float(np.mean([equal_error(_of(d.genuine, users), _of(d.forged, users)) for d in draws]))


def _of(scores: list[np.ndarray], users: np.ndarray) -> np.ndarray:
    return np.concatenate([scores[user] for user in users])


def _resampled(count: int) -> np.ndarray:
    """int64 (RESAMPLES, count): users drawn with replacement."""
    return np.random.default_rng(SEED).integers(count, size=(RESAMPLES, count))
