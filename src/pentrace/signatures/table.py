"""Rows of `schema.COMPARISONS`, and the scores in them by method, task and kind of forgery."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from pentrace.signatures.equal_error import Scores
from pentrace.signatures.protocol import KINDS, Trial


def rows(
    method: str,
    task: str,
    left_out: str | None,
    names: Sequence[str],
    trials: Iterable[Trial],
    scores: Iterable[np.ndarray],
) -> list[dict]:
    """A row for each comparison; `names` are those of the signatures."""
    return [
        {
            "method": method,
            "left_out": left_out,
            "task": task,
            "draw": trial.draw,
            "user": trial.user,
            "references": [names[i] for i in trial.references],
            "sample_id": names[tested],
            "kind": KINDS[kind],
            "score": float(score),
        }
        for trial, found in zip(trials, scores, strict=True)
        for tested, kind, score in zip(trial.tested, trial.kinds, found, strict=True)
    ]


def draws(comparisons: pd.DataFrame, kind: str) -> list[Scores]:
    """The scores of genuine signatures and of one kind of forgery, for each draw.

    `comparisons` are rows of one method and task. The users have the same order in all draws.
    """
    users = sorted(comparisons["user"].unique())
    found = []
    for _, rows in comparisons.groupby("draw"):
        parts = {key: part["score"].to_numpy() for key, part in rows.groupby(["user", "kind"])}
        genuine, forged = (
            [parts.get((user, k), np.zeros(0)) for user in users] for k in ("genuine", kind)
        )
        if any(map(len, genuine)) and any(map(len, forged)):
            found.append(Scores(genuine, forged))
    return found
