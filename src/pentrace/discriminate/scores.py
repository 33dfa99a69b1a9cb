"""How well scores separate real from written lines: the area under the ROC curve (AUC)."""

from typing import NamedTuple

import numpy as np

AT_ONCE = 2_000_000  # numbers that the bootstrap holds at once, to bound its memory


class Auc(NamedTuple):
    """An area under the curve with its 95 % interval: 0.5 by chance, 1 if no line is mistaken."""

    auc: float
    low: float
    high: float


def auc(
    real: np.ndarray,
    written: np.ndarray,
    fold: np.ndarray,
    group: np.ndarray,
    resamples: int,
    seed: int,
) -> Auc:
    """The AUC of the scores of P pairs, float64 (P,) each, with its bootstrap interval.

    Only scores of one fold, int (P,), are compared, since each fold has another classifier. The
    bootstrap (Efron 1979) draws groups, int (P,), with replacement.
    """
    better = (written[:, None] > real) + 0.5 * (written[:, None] == real)
    same = fold[:, None] == fold
    numbers = np.unique(group, return_inverse=True)[1]
    member = np.eye(numbers.max() + 1)[numbers]  # (P, G)
    won, all_of = member.T @ (better * same) @ member, member.T @ same @ member
    groups = len(won)
    random = np.random.default_rng([seed, 11])
    drawn = []
    rows = max(1, AT_ONCE // groups)
    for done in range(0, resamples, rows):
        count = random.multinomial(
            groups, np.full(groups, 1 / groups), min(rows, resamples - done)
        ).astype(np.float64)
        of = ((count @ all_of) * count).sum(1)
        drawn.append(((count @ won) * count).sum(1) / np.maximum(of, 1))
    low, high = np.percentile(np.concatenate(drawn), [2.5, 97.5])
    return Auc(float(won.sum() / all_of.sum()), float(low), float(high))


def alone(real: np.ndarray, written: np.ndarray) -> np.ndarray:
    """float64 (F,): the AUC of each feature, of real and written float64 (P, F), without training.

    It is the probability that a feature is larger in a written line than in a real one: 0.5 if it
    gives nothing away, 0 or 1 if it gives away every line.
    """
    if not len(real):
        return np.full(real.shape[1], 0.5)
    larger = (written[:, None] > real[None]).mean((0, 1))
    equal = (written[:, None] == real[None]).mean((0, 1))
    return np.asarray(larger + 0.5 * equal)
