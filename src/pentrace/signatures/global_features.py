"""Global features: numbers that describe a complete signature, compared with the references."""

from collections.abc import Sequence

import numpy as np

from pentrace.signatures.protocol import Trial
from pentrace.signatures.signals import Signature, signals

TINY = 1e-6
SHRINK = 0.5  # share of the spread over all users in the spread of a user's few references


def vectors(many: Sequence[Signature], trials: Sequence[Trial]) -> list[np.ndarray]:
    """float64 (T, F) for each trial: how far each feature is from the mean of the references.

    In standard deviations of the references, which are mixed with those of all users, since a few
    references show little; on a logarithmic scale. The distances, their mean and maximum, and the
    distances with their signs: a forger is rather slower than faster.
    """
    features = np.array([_features(one) for one in many])  # (S, F)
    own = {trial.user: features[trial.references] for trial in trials}
    typical = np.sqrt(np.mean([part.var(0) for part in own.values()], axis=0))
    return [_compared(features[t.tested], features[t.references], typical) for t in trials]


def _compared(tested: np.ndarray, references: np.ndarray, typical: np.ndarray) -> np.ndarray:
    spread = SHRINK * typical + (1 - SHRINK) * references.std(0) + TINY
    change = (tested - references.mean(0)) / spread
    apart = np.log1p(np.abs(change))
    extremes = [apart.mean(1, keepdims=True), apart.max(1, keepdims=True)]
    return np.concatenate([apart, *extremes, np.sign(change) * apart], 1)


def _features(one: Signature) -> list[float]:
    """The features of one signature; those of a channel that was not recorded are left out."""
    found = signals(one)
    down = one.down > 0
    strokes = int((np.diff(one.down, prepend=0.0) > 0).sum())
    width, height = np.ptp(one.x), np.ptp(one.y)
    length = found["speed"].sum()
    features = [
        np.log(width + 1),
        np.log(height + 1),
        np.log((width + 1) / (height + 1)),
        np.log(length + 1),
        float(strokes),
        float(np.mean(found["sin"][down])) if down.any() else 0.0,
        float(np.mean(found["cos"][down])) if down.any() else 0.0,
        float(np.mean(found["curvature"])),
        float(np.std(found["curvature"])),
        _turns(found["vx"]) / max(length / (height + 1), TINY),
        _turns(found["vy"]) / max(length / (height + 1), TINY),
        *_moments(one.x / (height + 1)),
        *_moments(one.y / (height + 1)),
    ]
    if one.t is not None:
        features += _of_time(one, found)
    for name, values in one.pen.items():
        features += [float(values.mean()), float(values.std())]
        if name == "pressure":
            features += [float(values.max()), float(found["pressure_rate"].std())]
    return features


def _of_time(one: Signature, found: dict[str, np.ndarray]) -> list[float]:
    """Duration, time in the air, speed, and how it varies."""
    assert one.t is not None
    gaps = np.diff(one.t)
    lifted = (one.down[1:] == 0) | (one.down[:-1] == 0)
    speed = found["speed"]
    return [
        float(np.log(one.t[-1] + 0.01)),
        float(np.log(gaps[lifted].sum() + 0.05)),
        float(np.log(speed.mean() + 1)),
        float(np.log(speed.max() + 1)),
        float(speed.std() / (speed.mean() + 1)),
        float(np.log(np.hypot(found["ax"], found["ay"]).mean() + 1)),
        float((speed < 0.3 * speed.mean()).mean()),
        float(np.argmax(speed) / len(speed)),
        float(np.corrcoef(found["vx"], found["vy"])[0, 1]) if len(speed) > 2 else 0.0,
    ]


def _moments(values: np.ndarray) -> list[float]:
    """Standard deviation, and where the first and the last point are, from the mean."""
    centre = values.mean()
    return [float(values.std()), float(values[0] - centre), float(values[-1] - centre)]


def _turns(values: np.ndarray) -> int:
    """How often the sign changes."""
    sign = np.sign(values)
    sign = sign[sign != 0]
    return int((sign[1:] != sign[:-1]).sum())
