"""What is measured in each comparison."""

from dataclasses import dataclass, field

import numpy as np

from pentrace.discriminate.classifiers import CLASSIFIERS, folds, importance, scored
from pentrace.discriminate.comparisons import Comparison
from pentrace.discriminate.embedding import embedded
from pentrace.discriminate.features import FEATURES, features
from pentrace.discriminate.inputs import Filter
from pentrace.discriminate.kernel_test import kernel_test
from pentrace.discriminate.scores import alone, auc
from pentrace.discriminate.settings import DiscriminateSettings
from pentrace.generate.numpy_recogniser import FusedRecogniser

RECURRENT = "recurrent"
KINDS = (*CLASSIFIERS, RECURRENT)


@dataclass(frozen=True)
class Measured:
    """What was found in a comparison of P pairs of lines."""

    comparison: Comparison
    fold: np.ndarray  # int64 (P,)
    real: np.ndarray  # float64 (P, F), features
    other: np.ndarray  # float64 (P, F)
    scores: dict[str, np.ndarray]  # by classifier: float64 (2, P), of real and of other lines
    falls: np.ndarray  # float64 (F,), importance of the features
    embedding: tuple[np.ndarray, np.ndarray] | None = field(default=None)  # float64 (P, E) each


def measure(
    comparison: Comparison,
    how: Filter,
    recogniser: FusedRecogniser | None,
    settings: DiscriminateSettings,
) -> Measured:
    """Train and apply the classifiers, and find the vectors for the two-sample tests."""
    real, other = features(comparison.real), features(comparison.other)
    fold = folds(comparison.group, settings.folds, settings.seed)
    scores = {}
    falls = np.zeros(len(FEATURES))
    for kind in CLASSIFIERS:
        one, two, made = scored(kind, real, other, fold, settings.seed)
        scores[kind] = np.stack([one, two])
        if kind == "boosting":
            falls = importance(made, real, other, fold, settings.seed)
    lines = [[how.steps(line) for line in side] for side in (comparison.real, comparison.other)]
    if settings.recurrent:
        # Imported here: importing PyTorch takes seconds.
        from pentrace.discriminate.recurrent import recurrent_scores

        scores[RECURRENT] = recurrent_scores(lines[0], lines[1], fold, settings)
    vectors = None
    if recogniser is not None:
        vectors = embedded(recogniser, lines[0]), embedded(recogniser, lines[1])
    return Measured(comparison, fold, real, other, scores, falls, vectors)


def row(found: Measured, settings: DiscriminateSettings) -> dict:
    """The row of a comparison in the JSON."""
    of = found.comparison
    how = found.fold, of.group, settings.resamples, settings.seed
    classifiers = {
        kind: auc(real, other, *how)._asdict() for kind, (real, other) in found.scores.items()
    }
    vectors = {"features": (found.real, found.other)}
    if found.embedding is not None:
        vectors["embedding"] = found.embedding
    tests = {
        name: kernel_test(*both, settings.permutations, settings.seed)._asdict()
        for name, both in vectors.items()
    }
    return {
        "origin": of.origin,
        "bias": of.bias,
        "lines": len(of.names),
        "groups": len(np.unique(of.group)),
        "folds": int(found.fold.max()) + 1,
        "points": float(np.mean([len(line) for line in of.real])),
        "classifiers": classifiers,
        "tests": tests,
    }


def feature_rows(found: Measured) -> list[dict]:
    """A row for each feature of a comparison in the JSON."""
    by_itself = alone(found.real, found.other)
    return [
        {
            "origin": found.comparison.origin,
            "bias": found.comparison.bias,
            "feature": name,
            "auc": float(by_itself[i]),
            "importance": float(found.falls[i]),
            "real": float(np.median(found.real[:, i])),
            "other": float(np.median(found.other[:, i])),
        }
        for i, name in enumerate(FEATURES)
    ]


def line_rows(found: Measured) -> list[dict]:
    """Rows of `schema.DISCRIMINATED`."""
    of = found.comparison
    return [
        {
            **_line(of, i, side),
            "fold": int(found.fold[i]),
            **{
                kind: float(found.scores[kind][side, i]) if kind in found.scores else None
                for kind in KINDS
            },
        }
        for side in (0, 1)
        for i in range(len(of.names))
    ]


def value_rows(found: Measured) -> list[dict]:
    """Rows of `schema.TRAJECTORY_FEATURES`."""
    of = found.comparison
    return [
        {
            **_line(of, i, side),
            "feature": name,
            "value": float(values[i, j]),
        }
        for side, values in enumerate((found.real, found.other))
        for i in range(len(of.names))
        for j, name in enumerate(FEATURES)
    ]


def _line(of: Comparison, pair: int, side: int) -> dict:
    """The columns that name a line: the real one (side 0) or the other one of a pair."""
    return {
        "origin": of.origin,
        "bias": of.bias,
        "pair": pair,
        "sample_id": of.names[pair][side],
        "other": bool(side),
    }


def log_line(found: dict) -> str:
    """A row of the JSON in words."""
    bias = "" if found["bias"] is None else f", bias {found['bias']:g}"
    parts = [f"{found['lines']} pairs"]
    for kind, one in found["classifiers"].items():
        parts.append(f"AUC by {kind} {one['auc']:.3f} ({one['low']:.3f} to {one['high']:.3f})")
    parts += [f"p of {name} {one['p']:.3f}" for name, one in found["tests"].items()]
    return f"{found['origin']}{bias}: {', '.join(parts)}"
