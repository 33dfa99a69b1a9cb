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
    bootstrap (Efron 1979) draws groups, int (P,), with replacement, and then pairs within them, so
    that the interval is not too narrow where there are few groups.
    """
    same = (fold[:, None] == fold).astype(np.float64)
    won = same * ((written[:, None] > real) + 0.5 * (written[:, None] == real))
    random = np.random.default_rng([seed, 11])
    rows = max(1, AT_ONCE // len(group))
    drawn = []
    for done in range(0, resamples, rows):
        count = _drawn(group, min(rows, resamples - done), random)
        of = ((count @ same) * count).sum(1)
        drawn.append(((count @ won) * count).sum(1) / np.maximum(of, 1))
    low, high = np.percentile(np.concatenate(drawn), [2.5, 97.5])
    return Auc(float(won.sum() / same.sum()), float(low), float(high))


def _drawn(group: np.ndarray, rows: int, random: np.random.Generator) -> np.ndarray:
    """float64 (rows, P): how often each pair is in a resample of groups, and of pairs in them."""
    names, sizes = np.unique(group, return_counts=True)
    often = random.multinomial(len(names), np.full(len(names), 1 / len(names)), rows)
    count = np.zeros((rows, len(group)))
    for i, (name, size) in enumerate(zip(names, sizes, strict=True)):
        count[:, group == name] = random.multinomial(often[:, i] * size, np.full(size, 1 / size))
    return count


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
