"""Pen movement by the kinematic theory: a sum of strokes with lognormal speed (sigma-lognormal).

R. Plamondon, "A kinematic theory of rapid human movements", Biological Cybernetics 72, 1995;
C. O'Reilly and R. Plamondon, "Development of a Sigma-Lognormal representation for on-line
signatures", Pattern Recognition 42, 2009; the plan of virtual targets, with strokes that overlap
in time, is from D. Berio, M. Akten, F. F. Leymarie, M. Grierson and R. Plamondon, "Calligraphic
stylisation learning with a physiologically plausible model of movement and recurrent neural
networks", MOCO 2017. Durations follow the two-thirds power law (F. Lacquaniti, C. Terzuolo and
P. Viviani, "The law relating the kinematic and figural aspects of drawing movements", Acta
Psychologica 54, 1983): along an arc of length L that turns by d, speed ~ curvature^(-1/3) gives a
duration ~ L^(2/3) d^(1/3).

Positions are complex numbers; a component is one lognormal stroke along a circular arc.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

_CORNER = 1.0  # rad: a path that turns by more at one vertex has a corner there
_STRAIGHT = 0.45  # x-heights: a longer step between vertices is a straight part
_LONGEST_TURN = 0.5 * np.pi  # of one component
_LEAST_TURN = 0.6  # rad: a straight line has no curvature, but also takes time
_TAIL = 3.0  # standard deviations of the lognormal on each side before it is cut off
_TABLE = 512


@dataclass(frozen=True)
class Movement:
    """The movement that the writer intends: C components, one after the other."""

    start: complex  # where the pen is at first
    targets: np.ndarray  # complex128 (C,): where each component ends
    turns: np.ndarray  # float64 (C,): by how much each turns, rad, counter-clockwise
    down: np.ndarray  # bool (C,): pen on the board
    pause: np.ndarray  # float64 (C,), s: rest before each


@dataclass(frozen=True)
class Motor:
    """How a hand executes a plan."""

    pace: float  # s: time for an arc of unit length that turns by 1 rad
    sigma: float  # of the lognormal: 0.1 nearly symmetric speed, 0.4 strongly asymmetric
    overlap: float  # 0 to 1: how early the next component begins at a smooth junction


def arcs(stroke: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices of a polyline, complex128 (k,), at which a component ends, and the turns between.

    Returns the positions (C + 1,) and the turns (C,). Components end at corners, at inflections,
    at the ends of straight parts, and where they would turn too far.
    """
    step = np.diff(stroke)
    bend = np.append(0.0, np.angle(step[1:] / step[:-1]))  # at the first vertex of each step
    corner = np.abs(bend) > _CORNER
    smooth = np.where(corner, 0.0, bend)
    inflection = np.append(False, smooth[1:] * smooth[:-1] < 0)
    straight = np.abs(step) > _STRAIGHT
    straight |= np.append(False, straight[:-1])  # a vertex at each end of a straight part
    begins = _divided(np.abs(smooth), np.cumsum(corner | inflection | straight))
    # The turn at a vertex between two components is shared equally by them.
    inside = np.add.reduceat(smooth, begins) - smooth[begins]
    half = np.append(smooth[begins], 0) / 2
    return stroke[np.append(begins, len(step))], inside + half[:-1] + half[1:]


def _divided(turn: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """Steps at which components begin: pieces are divided into parts of equal, limited turn.

    `turn` (k,) is how much the path turns before each step, `piece` (k,) ascends from 0.
    """
    first = np.append(True, np.diff(piece) > 0)
    along = np.cumsum(turn) - turn / 2
    since = along - np.maximum.accumulate(np.where(first, along, -np.inf))
    total = np.zeros(piece[-1] + 1)
    np.maximum.at(total, piece, since)
    parts = np.maximum(1, np.ceil(total / _LONGEST_TURN))
    part = np.floor(since / np.maximum(total, 1e-9)[piece] * parts[piece])
    part = np.minimum(part, parts[piece] - 1)
    return np.flatnonzero(first | np.append(True, np.diff(part) != 0))


def timing(plan: Movement, motor: Motor) -> tuple[np.ndarray, np.ndarray]:
    """Onset and duration of each component, float64 (C,), s."""
    chord = np.diff(np.append(plan.start, plan.targets))
    turn = np.maximum(np.abs(plan.turns), _LEAST_TURN)
    duration = motor.pace * (np.abs(chord) ** 2 * turn) ** (1 / 3)
    duration = np.maximum(duration, 0.04)
    leave, arrive = chord * np.exp(-0.5j * plan.turns), chord * np.exp(0.5j * plan.turns)
    corner = np.abs(np.angle(leave[1:] * np.conj(arrive[:-1]))) / np.pi
    smooth = motor.overlap * np.maximum(0.0, 1 - 1.6 * corner)
    smooth[plan.down[1:] != plan.down[:-1]] = 0.0
    wait = duration[:-1] * (0.74 - 0.4 * smooth) + plan.pause[1:]
    return np.append(0.0, np.cumsum(wait)), duration


def junctions(onset: np.ndarray, duration: np.ndarray) -> np.ndarray:
    """Time at which the pen passes the end of each component, float64 (C,), s."""
    ends = onset + duration
    following = np.minimum(np.append(onset[1:], ends[-1]), ends)
    return following + 0.22 * (ends - following)


def positions(
    plan: Movement, onset: np.ndarray, duration: np.ndarray, sigma: float, times: np.ndarray
) -> np.ndarray:
    """Where the pen is at ascending `times` (T,), s: complex128 (T,).

    The sum over components of chord * h(w), with w the lognormal distribution function of the time
    since the onset and h the way along the arc (O'Reilly and Plamondon 2009, equations 5 to 7).
    """
    chord = np.diff(np.append(plan.start, plan.targets))
    begin, end = np.searchsorted(times, onset), np.searchsorted(times, onset + duration)
    count = end - begin
    component = np.repeat(np.arange(len(chord)), count)
    at = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + begin[component]
    w = _lognormal((times[at] - onset[component]) / duration[component], sigma)
    moved = chord[component] * _arc(w, plan.turns[component])
    ended = np.zeros(len(times) + 1, complex)
    np.add.at(ended, end, chord)
    done = plan.start + np.cumsum(ended)[:-1]
    return done + (
        np.bincount(at, moved.real, len(times)) + 1j * np.bincount(at, moved.imag, len(times))
    )


def aimed(plan: Movement, onset: np.ndarray, duration: np.ndarray, sigma: float) -> Movement:
    """`plan` with targets moved so that the pen passes through the original targets.

    Overlap cuts corners, so a writer aims beyond them. The targets are corrected three times.
    """
    passing = junctions(onset, duration)
    aim = plan
    for _ in range(3):
        miss = plan.targets - positions(aim, onset, duration, sigma, passing)
        aim = replace(aim, targets=aim.targets + 0.7 * miss)
    return aim


def _lognormal(tau: np.ndarray, sigma: float) -> np.ndarray:
    """Share of a component done at share `tau` (in [0, 1]) of its duration."""
    grid = np.linspace(0, 1, _TABLE)
    low, high = np.exp(-_TAIL * sigma), np.exp(_TAIL * sigma)
    share = ndtr(np.log(low + grid * (high - low)) / sigma)
    return np.interp(tau, grid, (share - share[0]) / (share[-1] - share[0]))


def _arc(w: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Position at share `w` of an arc from 0 to 1 that turns by `turn` rad: complex128."""
    straight = np.abs(turn) < 1e-6
    safe = np.where(straight, 1.0, turn)
    curved = (np.exp(1j * safe * (w - 0.5)) - np.exp(-0.5j * safe)) / (2j * np.sin(safe / 2))
    return np.where(straight, w, curved)
