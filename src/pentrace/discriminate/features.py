"""Features of a trajectory that may give written ink away.

Points are recorded at equal times, so a step is also a speed, and differences of steps are
accelerations. Those of higher order contain the tremor of a hand and the noise of a tablet.
"""

from typing import NamedTuple

import numpy as np

from pentrace.discriminate.trajectories import Trajectory

FEATURES = {
    "step": "mean distance between two points of a stroke, tablet units",
    "step spread": "standard deviation of these distances, divided by their mean",
    "long steps": "90 % quantile of the steps, divided by their median",
    "short steps": "share of the steps that are shorter than a quarter of the median",
    "level steps": "share of the steps exactly along x",
    "upright steps": "share of the steps exactly along y",
    "step memory": "correlation of the lengths of neighbouring steps",
    "far step memory": "correlation of the lengths of steps that are four points apart",
    "acceleration": "mean change from step to step, divided by the mean step",
    "tremor": "median third difference of the positions, divided by the median step",
    "tremor across": "median fourth difference across the direction of the pen, divided by the "
    "median step",
    "jerk peaks": "95 % quantile of the third differences, divided by their median",
    "jerk memory": "correlation of neighbouring second differences",
    "turn": "mean absolute turn of the pen from step to step, rad",
    "turn spread": "standard deviation of these turns",
    "sharp turns": "share of the turns above 90 degrees",
    "zigzag": "share of neighbouring turns in opposite directions",
    "turn memory": "correlation of neighbouring turns",
    "turn balance": "mean turn, rad; positive: counter-clockwise",
    "speed in turns": "correlation of the logarithms of step and turn: a hand slows down in turns",
    "up and down": "mean length of upward steps, divided by that of downward steps",
    "slant": "rightward lean of downstrokes, dx per dy",
    "advance": "progress of the line to the right in each point, tablet units",
    "height": "standard deviation of the height above the baseline, tablet units",
    "tall letters": "height of all points but the outer 4 %, divided by the above",
    "curvature": "mean turn in rad, for each height of ink",
    "strokes": "number of strokes in 100 points",
    "points of strokes": "median number of points of a stroke",
    "stray strokes": "share of the strokes that have three points or fewer",
    "length of strokes": "median length of a stroke, divided by the height",
    "straightness": "mean distance of the ends of a stroke, divided by its length",
    "first step": "median first step of a stroke, divided by the median step",
    "last step": "median last step of a stroke, divided by the median step",
    "jump": "median length of movements of the lifted pen, divided by the height",
    "jump spread": "standard deviation of these lengths, divided by the height",
    "jump right": "mean movement of the lifted pen to the right, divided by the height",
    "jump up": "mean movement of the lifted pen upward, divided by the height",
    "jumps back": "share of the movements of the lifted pen to the left",
    "slope": "slope of the line",
    "drift": "standard deviation of the heights of eight parts of the line, divided by the height",
    "baseline scatter": "standard deviation of the low turning points below the middle, divided by "
    "the height",
    "size drift": "logarithm of the height in the second half over that in the first half",
    "pace drift": "logarithm of the mean step in the second half over that in the first half",
}
LEAST = 20  # fewest points of a line that has features
STRAY = 3  # points of a stray stroke
PARTS = 8  # of a line, for its drift


class Steps(NamedTuple):
    """The steps of a trajectory, T - 1 of them."""

    move: np.ndarray  # complex128 (T - 1,): dx + i dy
    on: np.ndarray  # bool (T - 1,): both ends are in one stroke
    size: np.ndarray  # float64 (T - 1,), length
    median: float  # of the steps on paper


def features(lines: list[Trajectory]) -> np.ndarray:
    """float64 (S, F): the `FEATURES` of lines of at least `LEAST` points; 0 where there is none."""
    found = [_of(line) for line in lines]
    return np.nan_to_num(np.array(found, np.float64).reshape(len(lines), len(FEATURES)))


def _of(line: Trajectory) -> list[float]:
    at = line.x + 1j * line.y
    move = np.diff(at)
    on = ~line.lifted[:-1]
    size = np.abs(move)
    steps = Steps(move, on, size, float(np.median(size[on])) if on.any() else 1.0)
    slope, above = _levelled(line)
    height = max(float(above.std()), 1e-9)
    turns = _turns(steps)
    return [
        *_lengths(steps),
        *_differences(at, line.lifted, steps),
        *turns,
        *_directions(steps),
        float(line.x.max() - line.x.min()) / len(line),
        height,
        float(np.ptp(np.quantile(above, [0.02, 0.98]))) / height,
        turns[0] * height / max(float(size[on].mean()) if on.any() else 1.0, 1e-9),
        *_strokes(line, steps, height),
        *_jumps(steps, height),
        slope,
        *_drifts(above, steps, height),
    ]


def _levelled(line: Trajectory) -> tuple[float, np.ndarray]:
    """Slope of the line, and the heights (T,) of its points above it."""
    across = line.x - line.x.mean()
    up = line.y - line.y.mean()
    slope = float(across @ up / max(across @ across, 1e-9))
    return slope, up - slope * across


def _lengths(steps: Steps) -> list[float]:
    own = steps.size[steps.on]
    if len(own) < 2:
        return [0.0] * 8
    mean = own.mean()
    return [
        mean,
        own.std() / mean,
        np.quantile(own, 0.9) / steps.median,
        float((own < steps.median / 4).mean()),
        float((steps.move.imag[steps.on] == 0).mean()),
        float((steps.move.real[steps.on] == 0).mean()),
        _memory(steps.size, steps.on, 1),
        _memory(steps.size, steps.on, 4),
    ]


def _memory(values: np.ndarray, on: np.ndarray, apart: int) -> float:
    """Correlation of values (N,) with those `apart` places on, where all between are `on`."""
    together = np.convolve(on, np.ones(apart + 1), "valid") == apart + 1
    return correlation(values[:-apart][together], values[apart:][together])


def correlation(one: np.ndarray, two: np.ndarray) -> float:
    """Pearson's correlation; 0 where it is not defined."""
    if len(one) < 3:
        return 0.0
    one, two = one - one.mean(), two - two.mean()
    both = float(np.sqrt((one @ one) * (two @ two)))
    return float(one @ two) / both if both > 0 else 0.0


def _differences(at: np.ndarray, lifted: np.ndarray, steps: Steps) -> list[float]:
    """Of second, third and fourth differences within strokes."""
    second, third, fourth = (_inside(at, lifted, order) for order in (2, 3, 4))
    if not len(fourth[0]):
        return [0.0] * 5
    ahead = steps.move[fourth[1] + 1]
    across = np.abs((fourth[0] * np.conj(ahead)).imag) / np.maximum(np.abs(ahead), 1e-9)
    jerk = np.abs(third[0])
    middle = float(np.median(jerk))
    bend = np.diff(steps.move)
    inner = ~(lifted[:-2] | lifted[1:-1])
    both = inner[:-1] & inner[1:]
    one, two = bend[:-1][both], bend[1:][both]
    scale = float((np.abs(bend[inner]) ** 2).mean())
    return [
        float(np.abs(second[0]).mean() / max(steps.size[steps.on].mean(), 1e-9)),
        middle / max(steps.median, 1e-9),
        float(np.median(across)) / max(steps.median, 1e-9),
        float(np.quantile(jerk, 0.95)) / max(middle, 1e-9),
        float((one * np.conj(two)).real.mean()) / max(scale, 1e-9),
    ]


def _inside(at: np.ndarray, lifted: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Differences of an order of points in one stroke, and the first of the points of each."""
    stroke = np.cumsum(lifted) - lifted
    places = np.flatnonzero(stroke[:-order] == stroke[order:])
    return np.diff(at, order)[places], places


def _turns(steps: Steps) -> list[float]:
    whole = steps.on & (steps.size > 0)
    both = whole[:-1] & whole[1:]
    ratio = steps.move[1:] * np.conj(steps.move[:-1])
    turn = np.angle(ratio)
    own = turn[both]
    if len(own) < 3:
        return [0.0] * 7
    following = both[:-1] & both[1:]
    one, two = turn[:-1][following], turn[1:][following]
    slow = np.log(np.maximum(steps.size[:-1], 1e-9) * np.maximum(steps.size[1:], 1e-9))[both]
    return [
        float(np.abs(own).mean()),
        float(own.std()),
        float((np.abs(own) > np.pi / 2).mean()),
        float((one * two < 0).mean()) if len(one) else 0.0,
        correlation(one, two),
        float(own.mean()),
        correlation(slow, np.log(np.abs(own) + 0.05)),
    ]


def _directions(steps: Steps) -> list[float]:
    up = steps.on & (steps.move.imag > np.abs(steps.move.real))
    down = steps.on & (-steps.move.imag > np.abs(steps.move.real))
    if not up.any() or not down.any():
        return [0.0] * 2
    fallen = steps.move[down]
    lean = float(fallen.real.sum() / fallen.imag.sum())
    return [float(steps.size[up].mean() / steps.size[down].mean()), lean]


def _strokes(line: Trajectory, steps: Steps, height: float) -> list[float]:
    last = np.flatnonzero(line.lifted)
    first = np.append(0, last[:-1] + 1)
    count = last - first + 1
    way = np.append(0, np.cumsum(np.where(steps.on, steps.size, 0)))
    length = way[last] - way[first]
    at = line.x + 1j * line.y
    long = count > 1
    straight = np.abs(at[last] - at[first])[long] / np.maximum(length[long], 1e-9)
    begins, ends = steps.size[first[long]], steps.size[last[long] - 1]
    middle = max(steps.median, 1e-9)
    return [
        100 * len(last) / len(line),
        float(np.median(count)),
        float((count <= STRAY).mean()),
        float(np.median(length)) / height,
        *(float(part) for part in ([straight.mean()] if long.any() else [0.0])),
        float(np.median(begins)) / middle if long.any() else 0.0,
        float(np.median(ends)) / middle if long.any() else 0.0,
    ]


def _jumps(steps: Steps, height: float) -> list[float]:
    jumps = steps.move[~steps.on] / height
    if not len(jumps):
        return [0.0] * 5
    size = np.abs(jumps)
    return [
        float(np.median(size)),
        float(size.std()),
        float(jumps.real.mean()),
        float(jumps.imag.mean()),
        float((jumps.real < 0).mean()),
    ]


def _drifts(above: np.ndarray, steps: Steps, height: float) -> list[float]:
    parts = [float(part.mean()) for part in np.array_split(above, PARTS)]
    low = (above[1:-1] <= above[:-2]) & (above[1:-1] < above[2:]) & (above[1:-1] < 0)
    half = len(above) // 2
    sizes = [max(float(part.std()), 1e-9) for part in (above[:half], above[half:])]
    paces = [
        max(float(size[on].mean()), 1e-9) if on.any() else 1.0
        for size, on in ((steps.size[:half], steps.on[:half]), (steps.size[half:], steps.on[half:]))
    ]
    return [
        float(np.std(parts)) / height,
        float(above[1:-1][low].std()) / height if low.any() else 0.0,
        float(np.log(sizes[1] / sizes[0])),
        float(np.log(paces[1] / paces[0])),
    ]
