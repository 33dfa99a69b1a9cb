"""Applying the rules to the ink of many samples, with a record of all that is removed."""

from dataclasses import dataclass

import numpy as np

from pentrace.clean.rules import POINT_RULES, SAMPLE_RULES, Rule, breaks, limit, number_strokes
from pentrace.clean.settings import CleanSettings
from pentrace.ink import Ink


@dataclass(frozen=True)
class Removed:
    """What one rule removed from one sample."""

    sample: int  # index into `ink.ids`
    rule: str
    lost: str  # points, strokes or sample
    count: int
    reason: str


def clean(
    ink: Ink, settings: CleanSettings, has_text: np.ndarray | None = None
) -> tuple[Ink, list[Removed]]:
    """`ink` without what breaks a rule, and what each rule removed, by rule and sample.

    The rule `require-text` uses bool (S,) `has_text`. A sample that is dropped stays in `Ink.ids`
    with no points, and is rejected once, by the first rule that drops it. Strokes are counted
    again.
    """
    left, rejects = _clean_points(number_strokes(ink), settings)
    dropped = np.zeros(len(ink.ids), bool)
    for rule in SAMPLE_RULES:
        hits = breaks(rule, rule.statistic(left), settings) & ~dropped
        dropped |= hits
        rejects += _sample_rejects(rule, left, hits, settings)
    if settings.require_text and has_text is not None:
        rejects += [_textless(int(i)) for i in np.flatnonzero(~has_text & ~dropped)]
        dropped |= ~has_text
    return number_strokes(left.keep(~dropped[left.owner])), rejects


def _textless(sample: int) -> Removed:
    reason = "the sample has no transcript, and clean.require_text is on"
    return Removed(sample, "require-text", "sample", 1, reason)


def _clean_points(ink: Ink, settings: CleanSettings) -> tuple[Ink, list[Removed]]:
    recorded = np.arange(len(ink.x)) - np.repeat(ink.starts[:-1], ink.lengths)
    rejects = []
    for rule in POINT_RULES:
        values = rule.statistic(ink)
        hits = breaks(rule, values, settings)
        if not hits.any():
            continue
        rejects += _point_rejects(rule, ink, np.flatnonzero(hits), recorded, values, settings)
        if rule.lost == "strokes":
            ink = number_strokes(ink, hits)
        else:
            ink, recorded = ink.keep(~hits), recorded[~hits]
    return ink, rejects


def _point_rejects(
    rule: Rule,
    ink: Ink,
    at: np.ndarray,
    recorded: np.ndarray,
    values: np.ndarray,
    settings: CleanSettings,
) -> list[Removed]:
    """One per sample: `at` are the points that break the rule (int), `values` the statistic
    (N,), and `recorded` the number of each point in the recording, int (N,)."""
    samples, first, counts = np.unique(ink.owner[at], return_index=True, return_counts=True)
    first = at[first]
    bound = f"limit {limit(rule.name, settings):g} {rule.unit}: {_key(rule)}"
    return [
        Removed(
            sample=int(sample),
            rule=rule.name,
            lost=rule.lost,
            count=int(count),
            reason=f"{rule.found}: {count} of {total} points, the first at point {point}"
            + (f" ({value:g} {rule.unit}, {bound})" if rule.unit else ""),
        )
        for sample, count, total, point, value in zip(
            samples, counts, ink.lengths[samples], recorded[first], values[first], strict=True
        )
    ]


def _sample_rejects(
    rule: Rule, ink: Ink, hits: np.ndarray, settings: CleanSettings
) -> list[Removed]:
    bound = f"limit {limit(rule.name, settings):g}: {_key(rule)}" if hits.any() else ""
    return [
        Removed(int(i), rule.name, "sample", 1, f"{rule.found}: {ink.lengths[i]} ({bound})")
        for i in np.flatnonzero(hits)
    ]


def _key(rule: Rule) -> str:
    """The setting of a rule, as in the configuration."""
    return f"clean.{rule.name.replace('-', '_')}"
