"""The cleaning rules: each is a statistic of the ink and a limit from the settings.

A point or sample breaks a rule if its statistic is above (or below) the limit. The statistic is NaN
where it does not apply; NaN breaks no rule. `statistic` and `limit` are functions, so that figures
can show each limit in the distribution of its statistic.

The rules for points are applied first, in the order of `POINT_RULES`, each to the points that the
previous ones left. A dot (a stroke of one point) breaks none of them. A step that is too long
removes no point: the pictures of such steps in IAM-OnDB show two strokes whose pen-up was not
recorded, so a pen-up is added there and the ink stays where it was written.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pentrace.clean.settings import CleanSettings
from pentrace.ink import Ink


@dataclass(frozen=True)
class Rule:
    """What a rule measures, and which side of its limit it removes."""

    name: str  # as in the rejects; the setting has the same name with _ for -
    lost: Literal["points", "strokes", "sample"]
    unit: str
    statistic: Callable[[Ink], np.ndarray]  # float64, per point (N,) or per sample (S,)
    beyond: Callable[[np.ndarray, float], np.ndarray]  # such as np.greater
    found: str  # the reason in the rejects


def pen_up(ink: Ink) -> np.ndarray:
    """float64 (N,): 1 where the pen is in the air, else 0."""
    return (ink.stroke < 0).astype(np.float64)


def _inside_stroke(ink: Ink) -> np.ndarray:
    """bool (N,): true where the step to the point is inside a stroke on the paper."""
    return ~ink.first_of_stroke() & (ink.stroke >= 0)


def _steps(values: np.ndarray) -> np.ndarray:
    """float64 (N,): difference from the previous value; 0 at the first."""
    wide = values.astype(np.float64)
    return np.diff(wide, prepend=wide[:1])


def _length(dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    # Coordinates are float32, so their squares cannot overflow float64: no need for the slow hypot.
    return np.sqrt(dx * dx + dy * dy)


def step_length(ink: Ink) -> np.ndarray:
    """float64 (N,), tablet units: distance from the previous point in the same stroke."""
    return np.where(_inside_stroke(ink), _length(_steps(ink.x), _steps(ink.y)), np.nan)


def time_back(ink: Ink) -> np.ndarray:
    """float64 (N,), s: how far the time goes back from the previous point in the same stroke."""
    return np.where(_inside_stroke(ink), -_steps(ink.t), np.nan)


def detour(ink: Ink) -> np.ndarray:
    """float64 (N,), tablet units: half the extra length of the way over the point.

    The way over the point is compared with the straight way between its neighbours. For a point
    that jumps away and back the result is the height of the spike.
    """
    dx, dy, into = _steps(ink.x), _steps(ink.y), step_length(ink)
    past = _length(dx[1:-1] + dx[2:], dy[1:-1] + dy[2:])
    height = np.full(len(dx), np.nan)
    height[1:-1] = (into[1:-1] + into[2:] - past) / 2
    return height


def n_points(ink: Ink) -> np.ndarray:
    """float64 (S,): points per sample."""
    return ink.lengths.astype(np.float64)


POINT_RULES = (
    Rule("pen-in-air", "points", "", pen_up, np.greater, "recorded while the pen was up"),
    Rule(
        "duplicate",
        "points",
        "units",
        step_length,
        np.less_equal,
        "same position as the previous point",
    ),
    Rule(
        "backward-time",
        "points",
        "s",
        time_back,
        np.greater,
        "time earlier than at the previous point",
    ),
    Rule("spike", "points", "units", detour, np.greater, "jump away from the stroke and back"),
    Rule(
        "long-step",
        "strokes",
        "units",
        step_length,
        np.greater,
        "stroke split at a step that is too long",
    ),
)
SAMPLE_RULES = (
    Rule("no-points", "sample", "points", n_points, np.less, "no points left"),
    Rule("too-short", "sample", "points", n_points, np.less, "too few points left"),
    Rule("too-long", "sample", "points", n_points, np.greater, "too many points left"),
)
RULES = {rule.name: rule for rule in (*POINT_RULES, *SAMPLE_RULES)}


def limit(rule: str, settings: CleanSettings) -> float | None:
    """The limit of `rule` in the unit of its statistic; None if it is switched off."""
    if rule == "no-points":
        return 1.0
    value = getattr(settings, rule.replace("-", "_"))
    if isinstance(value, bool):
        return 0.0 if value else None
    return None if value is None else float(value)


def statistic(rule: str, ink: Ink) -> np.ndarray:
    """What `rule` measures on `ink`: float64, per point (N,) or per sample (S,).

    NaN where the rule does not apply. Raises `KeyError` if there is no such rule.
    """
    return RULES[rule].statistic(ink)


def breaks(rule: Rule, values: np.ndarray, settings: CleanSettings) -> np.ndarray:
    """bool, shape of `values`: where the statistic `values` is beyond the limit of `rule`."""
    bound = limit(rule.name, settings)
    return np.zeros(len(values), bool) if bound is None else rule.beyond(values, bound)


def number_strokes(ink: Ink, cuts: np.ndarray | None = None) -> Ink:
    """Strokes counted from 0 in each sample; a new one also where bool (N,) `cuts` is true."""
    starts = ink.first_of_stroke() & (ink.stroke >= 0)
    if cuts is not None:
        starts |= cuts
    count = np.append(0, np.cumsum(starts))
    before = np.repeat(count[ink.starts[:-1]], ink.lengths)
    stroke = np.where(ink.stroke < 0, -1, count[1:] - before - 1)
    return replace(ink, stroke=stroke.astype(np.int32))
