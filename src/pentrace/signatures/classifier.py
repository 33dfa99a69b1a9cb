"""Classifiers that are trained on other users than the tested ones."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pentrace.signatures.protocol import Trial


def scores(
    vectors: Sequence[np.ndarray], trials: Sequence[Trial], penalty: float
) -> list[np.ndarray]:
    """float64 (T,) for each trial: log-odds that a signature is forged; 0 if nothing was learnt.

    `vectors` (T, F) of each trial describe the tested signatures. A logistic regression is trained
    on the trials of all users of the other folds; skilled and random forgeries have the same total
    weight as genuine signatures.
    """
    found: dict[int, np.ndarray] = {}
    for fold in sorted({trial.fold for trial in trials}):
        inside = [i for i, trial in enumerate(trials) if trial.fold == fold]
        outside = [i for i, trial in enumerate(trials) if trial.fold != fold]
        found |= _fold(vectors, trials, inside, outside, penalty)
    return [found[i] for i in range(len(trials))]


def _fold(
    vectors: Sequence[np.ndarray],
    trials: Sequence[Trial],
    inside: list[int],
    outside: list[int],
    penalty: float,
) -> dict[int, np.ndarray]:
    """Scores of the trials `inside`, by a classifier of those `outside`."""
    forged = np.concatenate([trials[i].forged for i in outside]) if outside else np.zeros(0)
    if len(np.unique(forged)) < 2:
        return {i: np.zeros(len(trials[i].tested)) for i in inside}
    kinds = np.concatenate([trials[i].kinds for i in outside])
    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=1 / (penalty * len(kinds)), max_iter=1000)
    )
    seen = np.concatenate([vectors[i] for i in outside])
    model.fit(seen, forged, logisticregression__sample_weight=_weights(kinds))
    return {i: model.decision_function(vectors[i]) for i in inside}


def _weights(kinds: np.ndarray) -> np.ndarray:
    """A weight for each signature: half of the sum for genuine ones, half for forgeries.

    The forgeries of a kind have the same sum of weights as those of the other kind.
    """
    counts = np.bincount(kinds, minlength=3)
    forgeries = np.count_nonzero(counts[1:])
    share = np.array([1.0, 1.0, 1.0]) / np.array([1, forgeries, forgeries])
    weight = share / np.maximum(counts, 1)
    return weight[kinds] * len(kinds) / 2
