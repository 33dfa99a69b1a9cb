"""Which signatures are references, and which are tested against them.

References are drawn from the genuine signatures of the first session of a user, the first half of
them by the numbers in their names. Tested are the genuine signatures of the second session, all
skilled forgeries, and random forgeries: one genuine signature of the second session of each other
user, the same in all draws. The cohort of a user is one genuine signature of the first session of
each other user. How far it is from the references shows which distances are large. The names
decide only this: scores are computed from the ink.
"""

from typing import NamedTuple

import numpy as np

from pentrace.shards import natural
from pentrace.signatures.settings import VerifySettings

KINDS = ("genuine", "skilled", "random")


class Trial(NamedTuple):
    """Signatures to compare with the references of one user in one draw, as indices."""

    user: str
    draw: int
    fold: int  # part of the users that this user is in
    references: np.ndarray  # int64 (R,)
    tested: np.ndarray  # int64 (T,)
    kinds: np.ndarray  # int64 (T,), index of `KINDS`
    cohort: np.ndarray  # int64 (C,), one signature of each other user, never tested

    @property
    def forged(self) -> np.ndarray:
        """bool (T,): not written by the user."""
        return self.kinds > 0


def trials(rows: list[dict], settings: VerifySettings) -> list[Trial]:
    """The trials of all users, in all draws; `rows` (S,) are those of `schema.SAMPLES`.

    Users with fewer genuine signatures than references, or none to test, are left out.
    """
    sessions = {
        user: found
        for user in sorted({row["writer"] for row in rows if row["writer"]}, key=natural)
        if len((found := _sessions(rows, user))[0]) >= settings.references and len(found[1])
    }
    users = list(sessions)
    order = np.random.default_rng([settings.seed, 0]).permutation(len(users))
    folds = dict(zip(users, order % settings.folds, strict=True))
    return [
        _trial(sessions, user, draw, int(folds[user]), settings)
        for draw in range(settings.draws)
        for user in users
    ]


def _sessions(rows: list[dict], user: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of the genuine signatures of both sessions, and of the skilled forgeries."""
    own = sorted(
        (i for i, row in enumerate(rows) if row["writer"] == user and row["genuine"] is not None),
        key=lambda i: natural(rows[i]["sample_id"]),
    )
    genuine = [i for i in own if rows[i]["genuine"]]
    half = (len(genuine) + 1) // 2
    forged = [i for i in own if not rows[i]["genuine"]]
    first, second, third = (np.array(p, np.int64) for p in (genuine[:half], genuine[half:], forged))
    return first, second, third


def _trial(
    sessions: dict[str, tuple], user: str, draw: int, fold: int, settings: VerifySettings
) -> Trial:
    users = list(sessions)
    number = users.index(user)
    random = np.random.default_rng([settings.seed, 1, draw, number])
    first, second, forged = sessions[user]
    references = np.sort(random.choice(first, settings.references, replace=False))
    random = np.random.default_rng([settings.seed, 2, number])
    others, cohort = (
        np.array([random.choice(sessions[o][session]) for o in users if o != user], np.int64)
        for session in (1, 0)
    )
    kinds = np.repeat(np.arange(3), [len(second), len(forged), len(others)])
    tested = np.concatenate([second, forged, others])
    return Trial(user, draw, fold, references, tested, kinds, cohort)
