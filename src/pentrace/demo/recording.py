"""What the board records of a movement: integer units, hundredths of a second, strokes."""

from dataclasses import dataclass

import numpy as np

from pentrace.demo.hands import Hand
from pentrace.demo.kinematics import Movement, aimed, junctions, positions, timing

_INTERVAL = 0.0152  # s between readings of the whiteboard
_MISSED = 0.015  # share of the readings
_TREMOR = (7.0, 12.0)  # Hz, physiological
_NOISE = 0.9  # board units, of the sensor


@dataclass(frozen=True)
class RecordedLine:
    """The T points of one line as recorded."""

    x: np.ndarray  # int64 (T,), board units, rightward
    y: np.ndarray  # int64 (T,), board units, downward
    t: np.ndarray  # int64 (T,), hundredths of a second
    stroke: np.ndarray  # int64 (T,), ascending from 0


def record(
    plan: Movement, hand: Hand, origin: complex, start: int, rng: np.random.Generator
) -> RecordedLine:
    """Execute `plan` (x-heights) at `origin` (board units, x + iy, y downward).

    `start` is the time of the first reading, in hundredths of a second.
    """
    onset, duration = timing(plan, hand.motor)
    aim = aimed(plan, onset, duration, hand.motor.sigma)
    times, component = readings(plan, onset, duration, _INTERVAL, rng)
    at = np.conj(positions(aim, onset, duration, hand.motor.sigma, times)) * hand.size
    at += origin + hand.tremor * tremor(times, rng) + rng.normal(0, _NOISE, (len(at), 2)) @ (1, 1j)
    down = plan.down[component] & (rng.random(len(at)) > _MISSED)
    # A stroke ends wherever a component in the air lies between two readings.
    stroke = np.cumsum(~plan.down)[component[down]]
    stroke = np.cumsum(np.append(0, np.diff(stroke) > 0))
    hundredths = start + np.floor(times * 100).astype(int)
    x, y = np.rint(at.real).astype(int), np.rint(at.imag).astype(int)
    return RecordedLine(x[down], y[down], hundredths[down], stroke)


def readings(
    plan: Movement,
    onset: np.ndarray,
    duration: np.ndarray,
    interval: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Times of the readings (T,), s, and the component of each reading (T,)."""
    passed = junctions(onset, duration)
    count = int(passed[-1] / interval) + 2
    times = (np.arange(count) + rng.uniform(-0.08, 0.08, count) + 0.1) * interval
    component = np.minimum(np.searchsorted(passed, times), len(passed) - 1)
    return times, component


def tremor(times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A shake of unit size: complex128 (T,)."""
    rate, phase = rng.uniform(*_TREMOR, (2, 3)), rng.uniform(0, 2 * np.pi, (2, 3))
    shake = np.sin(2 * np.pi * times[:, None, None] * rate + phase).mean(-1)  # (T, 2)
    return shake @ (1, 1j)
