"""Mean and standard deviation of steps, summed piece by piece in float64."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from pentrace.errors import PentraceError
from pentrace.normalise.recipes import Steps
from pentrace.normalise.settings import NormaliseSettings


def gather(pieces: Iterable[Steps], settings: NormaliseSettings) -> dict[str, Any]:
    """`recipe`, `mean`, `sd`, `cap`, `n_samples`, `n_steps`, `split`, `settings` of all `pieces`.

    Null steps are left out. For integer tablet units the sums are exact, so the result does not
    depend on the pieces. `write-rnn` has a fixed mean and sd. Raises `PentraceError` if the splits
    in the settings have no step, or no spread.
    """
    samples, steps = 0, 0
    total, squares = np.zeros(2), np.zeros(2)
    for piece in pieces:
        moves = piece.moves
        offsets = np.stack([piece.dx[moves], piece.dy[moves]])
        samples += len(piece.starts) - 1
        steps += offsets.shape[1]
        total += offsets.sum(axis=1)
        squares += (offsets * offsets).sum(axis=1)
    splits = ", ".join(settings.splits)
    if not steps:
        raise PentraceError(f"no steps in the splits {splits}; set other `splits` in `normalise`")
    mean = total / steps
    sd = np.sqrt(np.maximum(squares / steps - mean * mean, 0))
    if settings.recipe == "write-rnn":
        mean, sd = np.zeros(2), np.full(2, settings.scale)
    if not (sd > 0).all():
        raise PentraceError(
            f"all steps in the splits {splits} are equal in x or in y; set other `splits` in "
            "`normalise`"
        )
    return {
        "recipe": settings.recipe,
        "mean": mean.tolist(),
        "sd": sd.tolist(),
        "cap": settings.cap if settings.recipe == "write-rnn" else None,
        "n_samples": samples,
        "n_steps": steps,
        "split": list(settings.splits),
        "settings": settings.model_dump(),
    }
