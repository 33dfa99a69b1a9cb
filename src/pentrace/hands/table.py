"""Rows of results: one per line and method, one for each origin of lines, one per feature."""

import numpy as np

from pentrace.hands.features import FEATURES
from pentrace.hands.measured_lines import ORIGINS, MeasuredLines
from pentrace.hands.nearest import hand_means, standing
from pentrace.recognise.error_rates import Rate, count, rate

SEED = 1  # of the bootstrap: the intervals are the same in every run
LEAST = 3  # hands, so that a correlation means anything


def line_rows(measured: MeasuredLines, distances: dict[str, np.ndarray]) -> list[dict]:
    """Rows of `schema.STYLE`; distances (Q, H) of all lines to all hands by method."""
    rows = []
    for method, apart in distances.items():
        found = standing(apart, measured.own)
        for i, name in enumerate(measured.lines.ids):
            rows.append(
                {
                    "origin": measured.origin[i],
                    "sample_id": name,
                    "hand": measured.hands[measured.own[i]],
                    "method": method,
                    "nearest": measured.hands[found.nearest[i]],
                    "rank": int(found.rank[i]),
                    "own": float(found.own[i]),
                    "others": float(found.others[i]),
                }
            )
    return rows


def summary(
    measured: MeasuredLines, distances: dict[str, np.ndarray], reads: list[str] | None
) -> list[dict]:
    """One row for each of `ORIGINS`; `reads` (Q,) is what a recogniser read."""
    origin = np.array(measured.origin)
    return [_summed(measured, distances, reads, name, origin == name) for name in ORIGINS]


def _summed(
    measured: MeasuredLines,
    distances: dict[str, np.ndarray],
    reads: list[str] | None,
    origin: str,
    own: np.ndarray,
) -> dict:
    hand = measured.own[own]
    methods = {}
    for method, apart in distances.items():
        rank = standing(apart[own], hand).rank
        methods[method] = {
            "nearest": _over_hands(rank == 1, hand),
            "rank": float(rank.mean()) if len(rank) else None,
        }
    return {
        "origin": origin,
        "lines": int(own.sum()),
        "failed": int(measured.failed[own].sum()),
        "methods": methods,
        "character_error_rate": None if reads is None else _errors(measured, reads, own),
    }


def _over_hands(right: np.ndarray, hand: np.ndarray) -> dict | None:
    """The share of lines that are right, with the bootstrap's interval over hands, for JSON."""
    hits, lines = np.bincount(hand, right).astype(int), np.bincount(hand)
    return _json(rate(hits[lines > 0], lines[lines > 0], SEED))


def _errors(measured: MeasuredLines, reads: list[str], own: np.ndarray) -> dict | None:
    """Errors of all characters, with the interval over hands."""
    which = np.flatnonzero(own)
    found = [count(measured.lines.texts[i] or "", reads[i]) for i in which]
    edits, characters = (np.bincount(measured.own[which], [e[k] for e in found]) for k in (1, 0))
    some = characters > 0
    return _json(rate(edits[some].astype(int), characters[some].astype(int), SEED))


def _json(found: Rate | None) -> dict | None:
    return None if found is None else found._asdict()


def followed(measured: MeasuredLines, lines: np.ndarray, compared: np.ndarray) -> list[dict]:
    """For each feature its correlation over the hands between lines of an origin and real lines.

    lines (Q, F) and compared (C, F) are features. None for fewer than three hands, and for a
    feature that does not vary.
    """
    hands = len(measured.hands)
    real, there = hand_means(compared, measured.compared_hand, hands)
    rows: list[dict] = [{"feature": name} for name in FEATURES]
    for origin in ORIGINS:
        own = np.array(measured.origin) == origin
        means, known = hand_means(lines[own], measured.own[own], hands)
        known &= there
        for j, row in enumerate(rows):
            row[origin] = correlation(real[:, j][known[:, j]], means[:, j][known[:, j]])
    return rows


def correlation(one: np.ndarray, two: np.ndarray) -> float | None:
    """Pearson's correlation of one (L,) and two (L,); None if it means nothing."""
    if len(one) < LEAST or not one.std() > 0 or not two.std() > 0:
        return None
    return float(np.corrcoef(one, two)[0, 1])


def log_line(row: dict) -> str:
    """A row of the summary in words."""
    if not row["lines"]:
        return f"{row['origin']}: no lines"
    parts = [f"{row['lines']} lines"]
    for method, found in row["methods"].items():
        of = found["nearest"]
        parts.append(f"nearest by {method} {of['rate']:.1%} ({of['low']:.1%} to {of['high']:.1%})")
    errors = row["character_error_rate"]
    parts += [f"errors in characters {errors['rate']:.1%}"] if errors else []
    parts += [f"{row['failed']} failed"] * bool(row["failed"])
    return f"{row['origin']}: {', '.join(parts)}"
