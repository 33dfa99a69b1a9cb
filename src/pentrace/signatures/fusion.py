"""Fusion: the scores of several methods as features of a classifier."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pentrace.errors import PentraceError
from pentrace.signatures.protocol import Trial

TINY = 1e-6


def vectors(
    parts: Sequence[pd.DataFrame], task: str, names: Sequence[str], trials: Sequence[Trial]
) -> list[np.ndarray]:
    """float64 (T, M) for each trial: the score of each method; ratios of distances as logarithms.

    `parts` are tables of `schema.COMPARISONS`, one for each method. Raises `PentraceError` if one
    has other comparisons.
    """
    columns = [_scores(part, task, names, trials) for part in parts]
    return [np.stack([column[i] for column in columns], 1) for i in range(len(trials))]


def _scores(
    part: pd.DataFrame, task: str, names: Sequence[str], trials: Sequence[Trial]
) -> list[np.ndarray]:
    own = part[(part["task"] == task) & part["left_out"].isna()]
    # Scores that were computed with other references are those of other comparisons.
    references = map(tuple, own["references"])
    keys = zip(own["user"], own["draw"], own["sample_id"], references, strict=True)
    known = dict(zip(keys, own["score"], strict=True))
    try:
        found = [np.array([known[_key(trial, names, i)] for i in trial.tested]) for trial in trials]
    except KeyError as error:
        raise PentraceError(
            f"the scores of {part['method'].iloc[0] if len(part) else 'a method'} lack "
            f"{_words(error.args[0])}; compute them again with the same settings of the protocol"
        ) from None
    # Distances are positive, and their ratios are alike on a logarithmic scale.
    positive = all((values > 0).all() for values in found)
    return [np.log(values + TINY) for values in found] if positive else found


def _key(trial: Trial, names: Sequence[str], tested: int) -> tuple:
    """What distinguishes the comparison of the signature `tested`."""
    return trial.user, trial.draw, names[tested], tuple(names[i] for i in trial.references)


def _words(key: tuple) -> str:
    user, draw, tested, references = key
    return f"{tested} against {', '.join(references)} (user {user}, draw {draw})"
