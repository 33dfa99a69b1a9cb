"""How the pen moves in a line, as histograms: they show the hand, and hardly the text.

Pairs of directions along a stroke are the hinges of Bulacu and Schomaker (2007, 'Text-independent
writer identification'), here with their sense of writing. The others are speeds by direction, and
moves of the lifted pen.
"""

import numpy as np

from pentrace.windows.lines import Lines

HINGES = ((2, 2), (3, 6))  # points in each leg, and points from one leg to the next
DIRECTIONS, WAYS, SPEEDS, LIFTS = 12, 8, 8, 8  # bins of directions, coarse ones, speeds, moves
FAR = 12.0  # units: longest move of the lifted pen up, down or back; forward twice that
SIZE = len(HINGES) * DIRECTIONS**2 + WAYS * SPEEDS + LIFTS**2


def offset_unit(lines: Lines, normalisation: dict) -> float:
    """Mean length of an offset on paper, in tablet units or line heights."""
    offsets, broken = raw_offsets(lines, normalisation)
    return float(np.hypot(*offsets[~broken].T).mean())


def raw_offsets(lines: Lines, normalisation: dict) -> tuple[np.ndarray, np.ndarray]:
    """Offsets float64 (N, 2), y upward, and bool (N,): whether the pen was lifted before a point.

    The first point of a line counts as lifted; its offset is 0.
    """
    offsets = lines.steps[:, :2].astype(np.float64) * normalisation["sd"] + normalisation["mean"]
    broken = np.append(True, lines.steps[:-1, 2] > 0.5)
    broken[lines.starts[:-1]] = True
    offsets[lines.starts[:-1]] = 0
    return offsets, broken


def histograms(lines: Lines, normalisation: dict, unit: float) -> np.ndarray:
    """float32 (S, SIZE): the histograms of each line, one after the other.

    Each is the square root of relative frequencies: Euclidean distances of such roots are Hellinger
    distances, in which rare bins count too. `unit` is a length as `offset_unit` gives it.
    """
    offsets, broken = raw_offsets(lines, normalisation)
    owner = np.repeat(np.arange(len(lines.ids)), np.diff(lines.starts))
    parts = [_hinges(offsets, broken, owner, *hinge) for hinge in HINGES]
    parts += [_speeds(offsets, broken, owner, unit), _lifts(offsets, broken, owner, unit)]
    sizes = [DIRECTIONS**2] * len(HINGES) + [WAYS * SPEEDS, LIFTS**2]
    counted = [
        _frequencies(bins, of, len(lines.ids), size)
        for (bins, of), size in zip(parts, sizes, strict=True)
    ]
    return np.concatenate(counted, 1).astype(np.float32)


Binned = tuple[np.ndarray, np.ndarray]  # the bin of each event, and the line that it is in


def _hinges(
    offsets: np.ndarray, broken: np.ndarray, owner: np.ndarray, leg: int, lag: int
) -> Binned:
    """Pairs of directions: of `leg` points, and of as many that begin `lag` points later."""
    ways = _directions(_moved(offsets, leg), DIRECTIONS)
    lifts = np.cumsum(broken)
    count = max(len(offsets) - leg - lag, 0)
    within = lifts[leg + lag : leg + lag + count] == lifts[:count]
    bins = ways[:count] * DIRECTIONS + ways[lag : lag + count]
    return bins[within], owner[:count][within]


def _moved(offsets: np.ndarray, points: int) -> np.ndarray:
    """(N - points, 2): how far the pen moves in the next `points` points, from each point."""
    at = np.cumsum(offsets, 0)
    return np.asarray(at[points:] - at[:-points])


def _directions(moves: np.ndarray, bins: int) -> np.ndarray:
    turned = (np.arctan2(moves[:, 1], moves[:, 0]) + np.pi) / (2 * np.pi)
    return np.minimum((turned * bins).astype(int), bins - 1)


def _speeds(offsets: np.ndarray, broken: np.ndarray, owner: np.ndarray, unit: float) -> Binned:
    """Lengths of offsets, on a logarithmic scale, by direction."""
    lengths = np.log1p(4 * np.hypot(*offsets.T) / unit) / 3.2
    bins = np.clip((lengths * SPEEDS).astype(int), 0, SPEEDS - 1)
    bins += _directions(offsets, WAYS) * SPEEDS
    return bins[~broken], owner[~broken]


def _lifts(offsets: np.ndarray, broken: np.ndarray, owner: np.ndarray, unit: float) -> Binned:
    """Moves of the lifted pen, forward and upward."""
    x, y = (offsets / unit / FAR).T
    across = np.clip(((x + 1) / 3 * LIFTS).astype(int), 0, LIFTS - 1)
    upward = np.clip(((y + 1) / 2 * LIFTS).astype(int), 0, LIFTS - 1)
    return (across * LIFTS + upward)[broken], owner[broken]


def _frequencies(bins: np.ndarray, owner: np.ndarray, lines: int, size: int) -> np.ndarray:
    """(lines, size): the roots of the shares of each bin among the events of a line."""
    counts = np.bincount(owner * size + bins, minlength=lines * size).reshape(lines, size)
    return np.asarray(np.sqrt(counts / np.maximum(counts.sum(1, keepdims=True), 1)))
