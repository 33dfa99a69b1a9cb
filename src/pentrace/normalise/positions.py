"""Normalised steps back to ink."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pentrace.normalise.recipes import from_offsets

SAMPLING = 0.01  # s between two points: the tablets of IAM-OnDB and of SVC2004 give 100 a second


def seconds_per_step(normalisation: Mapping[str, Any]) -> float:
    """Time between two points of normalised ink in s; NaN where there is none.

    There is none where points are equally far apart, or nobody recorded the time.
    """
    if not normalisation.get("timed", True):
        return float("nan")
    settings = normalisation.get("settings", {})
    if settings.get("resample") == "time":
        return float(settings["spacing"])
    return float("nan") if settings.get("resample") == "arc" else SAMPLING


def unit(normalisation: Mapping[str, Any]) -> str:
    """What the steps are measured in once mean and sd are undone."""
    return "line height" if normalisation["recipe"] == "line-height" else "tablet unit"


def positions(
    steps: np.ndarray, normalisation: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y (see `unit`, y upward, from 0), t (s) and stroke (int32), (T,) each, of one sample.

    `steps` (T, 3) normalised, beginning with the null step. The time the pen takes to travel in
    the air is not known: it counts as one step.
    """
    x, y = from_offsets(steps, normalisation)
    ended = steps[:, 2] > 0.5
    stroke: np.ndarray = (np.cumsum(ended) - ended).astype(np.int32)
    return x, y, np.arange(len(x)) * seconds_per_step(normalisation), stroke
