"""Classifiers that are trained to distinguish written from real lines, in grouped folds."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

REPEATS = 3  # random orders of a feature in its importance


def logistic(seed: int) -> Any:
    """A regularised logistic regression on standardised features."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))


def boosting(seed: int) -> Any:
    """Gradient boosting of small trees."""
    return GradientBoostingClassifier(
        n_estimators=60, max_depth=2, subsample=0.7, max_features="sqrt", random_state=seed
    )


CLASSIFIERS: dict[str, Callable[[int], Any]] = {"logistic": logistic, "boosting": boosting}


def folds(group: np.ndarray, count: int, seed: int) -> np.ndarray:
    """int64 (P,): the fold of each pair; pairs of one group, int (P,), are in one fold.

    The largest groups are placed first, each in the smallest fold, so that folds are about equal.
    There are at most as many folds as groups.
    """
    numbers = np.unique(group, return_inverse=True)[1]
    sizes = np.bincount(numbers)
    order = np.random.default_rng([seed, 12]).permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    filled = np.zeros(min(count, len(sizes)), np.int64)
    place = np.zeros(len(sizes), np.int64)
    for one in order:
        place[one] = filled.argmin()
        filled[place[one]] += sizes[one]
    return np.asarray(place[numbers])


def scored(
    kind: str, real: np.ndarray, written: np.ndarray, fold: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray, list[Any]]:
    """Scores (P,) of real and of written lines, features (P, F) each, and the classifiers.

    The score of a line is from the classifier that was trained on the other folds; the higher, the
    more like a written line.
    """
    scores = np.zeros((2, len(fold)))
    made = []
    for number in range(fold.max() + 1):
        own = fold == number
        train = np.concatenate([real[~own], written[~own]])
        label = np.repeat([0, 1], (~own).sum())
        classifier = CLASSIFIERS[kind](seed).fit(train, label)
        for row, lines in zip(scores, (real, written), strict=True):
            row[own] = classifier.decision_function(lines[own])
        made.append(classifier)
    return scores[0], scores[1], made


def importance(
    made: list[Any], real: np.ndarray, written: np.ndarray, fold: np.ndarray, seed: int
) -> np.ndarray:
    """float64 (F,): how much the AUC falls if the values of a feature are exchanged between lines.

    Permutation importance (Breiman 2001) in the lines that a classifier was not trained on.
    """
    random = np.random.default_rng([seed, 13])
    falls = np.zeros((fold.max() + 1, real.shape[1]))
    for number, classifier in enumerate(made):
        own = fold == number
        lines = np.concatenate([real[own], written[own]])
        before = _auc(classifier.decision_function(lines))
        for _ in range(REPEATS):
            mixed = lines[random.permutation(len(lines))]
            tried = np.repeat(lines[None], lines.shape[1], 0)  # (F, 2P', F)
            for feature in range(lines.shape[1]):
                tried[feature, :, feature] = mixed[:, feature]
            scores = classifier.decision_function(tried.reshape(-1, lines.shape[1]))
            after = [_auc(row) for row in scores.reshape(-1, len(lines))]
            falls[number] += (before - np.array(after)) / REPEATS
    return np.asarray(np.average(falls, axis=0, weights=np.bincount(fold)))


def _auc(scores: np.ndarray) -> float:
    """Of lines of which the first half is real."""
    real, written = np.split(scores, 2)
    apart = written[:, None] - real
    return float((apart > 0).mean() + 0.5 * (apart == 0).mean())
