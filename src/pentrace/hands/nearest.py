"""Which hand a line is nearest to, by vectors that describe lines."""

from typing import NamedTuple

import numpy as np


class Standing(NamedTuple):
    """How far Q lines are from their own hand, compared with the other hands."""

    nearest: np.ndarray  # int64 (Q,), number of the nearest hand
    rank: np.ndarray  # int64 (Q,), of the own hand; 1: nearest
    own: np.ndarray  # float64 (Q,), distance to the own hand
    others: np.ndarray  # float64 (Q,), mean distance to the other hands


def standing(distances: np.ndarray, own: np.ndarray) -> Standing:
    """From distances (Q, H) of lines to hands, and the number (Q,) of the own hand of each.

    A hand at the same distance as the own one counts as nearer, so that equal distances to all
    hands are no success.
    """
    lines = np.arange(len(own))
    mine = distances[lines, own]
    others = distances.copy()
    others[lines, own] = np.inf
    rank = 1 + (others <= mine[:, None]).sum(1)
    nearest = np.where(rank == 1, own, others.argmin(1))
    mean = (distances.sum(1) - mine) / max(distances.shape[1] - 1, 1)
    return Standing(nearest, rank, mine, mean)


def to_hands(vectors: np.ndarray, compared: np.ndarray, of: np.ndarray) -> np.ndarray:
    """float64 (Q, H): Euclidean distances of vectors (Q, D) from the mean of each hand.

    compared (C, D) are vectors of real lines, `of` (C,) is the number of the hand of each.
    """
    apart = vectors[:, None] - hand_means(compared, of)[0]
    return np.sqrt(np.einsum("qhd,qhd->qh", apart, apart).astype(np.float64))


def hand_means(
    vectors: np.ndarray, of: np.ndarray, hands: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """float64 (H, D): the mean of the vectors of each hand, without missing values (NaN).

    `hands` is H; None: up to the last hand that has a vector.

    The second result, bool (H, D), is false where all values are missing; the mean is then 0.
    """
    hands = int(of.max(initial=-1)) + 1 if hands is None else hands
    there = np.isfinite(vectors)
    sums, counts = (np.zeros((hands, vectors.shape[1])) for _ in range(2))
    np.add.at(sums, of, np.where(there, vectors, 0))
    np.add.at(counts, of, there)
    return sums / np.maximum(counts, 1), counts > 0


def standardised(
    vectors: np.ndarray, compared: np.ndarray, of: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both, with mean 0 and sd 1 over the means of the hands, on each axis.

    A missing value (NaN) of a line becomes the mean over the hands. An axis on which all hands are
    alike becomes 0.
    """
    means, known = hand_means(compared, of)
    number = np.maximum(known.sum(0), 1)
    middle = means.sum(0) / number
    spread = np.sqrt((known * (means - middle) ** 2).sum(0) / number)
    wide = spread > 1e-12
    scale = np.where(wide, spread, 1.0)
    one, two = (np.nan_to_num((part - middle) / scale * wide) for part in (vectors, compared))
    return one, two
