"""Normalised steps to positions of the pen."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pentrace.normalise.recipes import from_offsets

SAMPLING = 0.01  # s between two points: the tablets of IAM-OnDB and of SVC2004 give 100 per second


def seconds_per_step(normalisation: Mapping[str, Any]) -> float:
    """Time between two points of normalised ink in s, or NaN.

    NaN if the points are at equal distances, or no time was recorded.
    """
    if not normalisation.get("timed", True):
        return float("nan")
    settings = normalisation.get("settings", {})
    if settings.get("resample") == "time":
        return float(settings["spacing"])
    return float("nan") if settings.get("resample") == "arc" else SAMPLING


def unit(normalisation: Mapping[str, Any]) -> str:
    """Unit of the steps after mean and sd are undone."""
    return "line height" if normalisation["recipe"] == "line-height" else "tablet unit"


def positions(
    steps: np.ndarray, normalisation: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y (see `unit`, y upward, from 0), t (s) and stroke (int32), (T,) each, of one sample.

    `steps` (T, 3) normalised, beginning with the null step. The time of pen movements in the air is
    not known: each counts as one step.
    """
    x, y = from_offsets(steps, normalisation)
    ended = steps[:, 2] > 0.5
    stroke: np.ndarray = (np.cumsum(ended) - ended).astype(np.int32)
    return x, y, np.arange(len(x)) * seconds_per_step(normalisation), stroke
