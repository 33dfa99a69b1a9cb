"""Ink of a few points that a test writes down."""

from collections.abc import Iterable

import numpy as np

from pentrace.ink import Ink


def make_ink(*samples: list[tuple[float, float, float, int]]) -> Ink:
    """Ink of samples given as lists of (x, y, t, stroke)."""
    flat = np.concatenate([np.reshape(np.array(s, float), (-1, 4)) for s in (*samples, [])])
    return Ink(
        ids=[f"s{i}" for i in range(len(samples))],
        starts=np.cumsum([0, *map(len, samples)]),
        x=flat[:, 0].astype(np.float32),
        y=flat[:, 1].astype(np.float32),
        stroke=flat[:, 3].astype(np.int32),
        t=flat[:, 2],
        channels={},
    )


def at_100_hz(sample: Iterable[tuple[float, float, int]]) -> list[tuple[float, float, float, int]]:
    """Points (x, y, t, stroke) of points (x, y, stroke), one every 0.01 s."""
    return [(x, y, i / 100, stroke) for i, (x, y, stroke) in enumerate(sample)]
