"""Signatures in the format of SVC2004 Task 2: genuine ones, and ones by skilled forgers."""

from dataclasses import dataclass, replace

import numpy as np

from pentrace.demo.corpus import stream
from pentrace.demo.hands import Hand, draw_hand
from pentrace.demo.kinematics import Movement, aimed, positions, timing
from pentrace.demo.layout import plan_line
from pentrace.demo.recording import readings, tremor
from pentrace.demo.settings import DemoSettings

GENUINE = 20  # S1 to S20
FAULTS = ("equal-times", "backward-time", "repeated-points", "odd-buttons")
_INTERVAL = 0.01  # s between readings of the tablet
_ONSETS = ("B", "D", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "V", "W")
_RHYMES = ("al", "an", "el", "en", "er", "il", "in", "ol", "on", "or", "um", "ey")
_MIDDLES = ("b", "d", "k", "l", "m", "n", "nd", "r", "rt", "s", "t", "v")


@dataclass(frozen=True)
class Signer:
    """What a user's signatures have in common."""

    hand: Hand
    plan: Movement  # in x-heights
    place: complex  # tablet units, x + iy, y upward
    pressure: float  # device units
    pen: tuple[float, float]  # azimuth and altitude, tenths of a degree


def draw_signer(rng: np.random.Generator) -> Signer:
    """A signer at random, with an invented name."""
    hand = draw_hand(rng)
    fast = replace(hand.motor, pace=rng.uniform(0.085, 0.12), overlap=1.0)
    links = rng.random(hand.links.shape) < 0.95
    hand = replace(hand, motor=fast, links=links, gap=hand.gap - 0.05, space=0.4, letters={})
    hand = replace(hand, size=rng.uniform(650, 950), tremor=3.0)
    plan = plan_line(_name(rng), hand, rng)
    plan = _with_flourish(plan, rng) if rng.random() < 0.5 else plan
    place = complex(rng.uniform(1800, 3600), rng.uniform(3600, 5200))
    pen = (rng.uniform(1150, 1450), rng.uniform(480, 620))
    return Signer(hand, replace(plan, pause=plan.pause * 0.3), place, rng.uniform(450, 750), pen)


def sign(signer: Signer, genuine: bool, rng: np.random.Generator) -> np.ndarray:
    """One signature: int64 (T, 7), x, y, time in ms, button, azimuth, altitude, pressure.

    A forger copies the shape, but slower, less smoothly, with more tremor and other pressure.
    """
    spread, slower, shake = (0.06, 1.0, 1.0) if genuine else (0.11, rng.uniform(1.3, 1.9), 4.0)
    pace = signer.hand.motor.pace * slower * rng.uniform(0.96, 1.04)
    overlap = signer.hand.motor.overlap * (1.0 if genuine else 0.6)
    motor = replace(signer.hand.motor, pace=pace, overlap=overlap)
    plan = _varied(signer.plan, spread, rng)
    onset, duration = timing(plan, motor)
    times, component = readings(plan, onset, duration, _INTERVAL, rng)
    at = positions(aimed(plan, onset, duration, motor.sigma), onset, duration, motor.sigma, times)
    at = signer.place + signer.hand.size * at + shake * signer.hand.tremor * tremor(times, rng)
    down = plan.down[component]
    # In the air the tablet gives only the last reading before the pen comes down.
    kept = down | np.append(down[1:], False)
    kept[0] = True
    columns = _device(signer, at, down, genuine, rng)
    columns[:, 2] += int(rng.integers(200_000, 70_000_000))
    return columns[kept]


def _device(
    signer: Signer, at: np.ndarray, down: np.ndarray, genuine: bool, rng: np.random.Generator
) -> np.ndarray:
    """All seven columns of the readings at `at` (T,); time from 0."""
    index = np.arange(len(at))
    button = down.astype(int)
    button[0] = 0
    ramp = np.convolve(np.pad(button, 3, mode="edge"), np.ones(7) / 7, "valid")
    force = signer.pressure * (1.0 if genuine else rng.uniform(0.7, 1.25))
    wave = 1 + 0.15 * np.sin(index / rng.uniform(9, 14) + rng.uniform(0, 6))
    pressure = force * wave * (0.25 + 0.75 * ramp) + rng.normal(0, 12, len(at))
    azimuth, altitude = (p + rng.normal(0, 20) for p in signer.pen)
    turn = np.sin(index / rng.uniform(30, 60) + rng.uniform(0, 6))
    columns = (at.real, at.imag, 10 * index, button)
    angles = (10 * np.rint((azimuth + 60 * turn) / 10), 10 * np.rint((altitude - 25 * turn) / 10))
    table = np.stack([*columns, *angles, np.clip(pressure, 0, 1023)], 1)
    return np.rint(table).astype(int)


def spoilt(points: np.ndarray, fault: str, rng: np.random.Generator) -> np.ndarray:
    """The signature with a fault of `FAULTS`; unchanged for any other name."""
    points = points.copy()
    at = int(rng.integers(3, len(points) - 3))
    if fault == "equal-times":
        points[at, 2] = points[at - 1, 2]
    if fault == "backward-time":
        points[at, 2] = points[at - 1, 2] - 9
    if fault == "repeated-points":
        points = np.insert(points, at, points[at], axis=0)
    if fault == "odd-buttons":
        down = np.flatnonzero(points[:, 3] == 1)
        points[rng.choice(down, 4, replace=False), 3] = (2, 3, 4, 5)
    return points


def text(points: np.ndarray) -> bytes:
    """The file of a signature: the number of points, then a line for each, CRLF."""
    lines = [str(len(points)), *(" ".join(map(str, row)) for row in points.tolist()), ""]
    return "\r\n".join(lines).encode("ascii")


def signers(settings: DemoSettings) -> list[Signer]:
    """The signer of each user."""
    return [draw_signer(stream(settings, "signer", n)) for n in range(settings.users)]


def _name(rng: np.random.Generator) -> str:
    """An invented name: a surname, perhaps with an initial, or a short given name."""
    initial, first = rng.choice(_ONSETS, 2)
    rhymes = rng.choice(_RHYMES, 2)
    given = f"{first}{rhymes[0]}"
    surname = f"{given}{rng.choice(_MIDDLES)}{rhymes[1]}"
    return str(rng.choice([surname, f"{initial}. {surname}", f"{given}y", f"{initial}. {given}"]))


def _with_flourish(plan: Movement, rng: np.random.Generator) -> Movement:
    """A sweep back under the name and out again, with the pen down."""
    right, low = plan.targets.real.max(), -rng.uniform(0.5, 1.1)
    back = rng.uniform(0.1, 0.5) * right
    sweep = np.array([back + 1j * low, right * rng.uniform(0.9, 1.2) + 1j * (low + 0.2)])
    turns = np.array([-rng.uniform(0.4, 1.2), rng.uniform(0.2, 1.0)])
    return Movement(
        plan.start,
        np.append(plan.targets, sweep),
        np.append(plan.turns, turns),
        np.append(plan.down, [True, True]),
        np.append(plan.pause, [0.0, 0.0]),
    )


def _varied(plan: Movement, spread: float, rng: np.random.Generator) -> Movement:
    """The plan with random variation: moved, turned, scaled, and with noise on every target."""
    turned = (1 + rng.normal(0, spread)) * np.exp(1j * rng.normal(0, 0.6 * spread))
    moved = rng.normal(0, 4 * spread, 2) @ (1, 1j)
    off = rng.normal(0, spread, (len(plan.targets) + 14, 2)) @ (1, 1j)
    # If a letter is displaced, so are the next ones.
    off = 0.5 * off[7:-7] + 4.0 * np.convolve(off, np.hanning(17)[1:-1] / 8, "valid")
    turns = plan.turns * (1 + rng.normal(0, spread, len(plan.turns)))
    return replace(
        plan,
        start=plan.start * turned + moved,
        targets=plan.targets * turned + moved + off,
        turns=turns,
    )
