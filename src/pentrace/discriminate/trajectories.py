"""Real and written lines as trajectories that differ in nothing but the hand that moved the pen.

Recorded ink is on the grid of its tablet and has been cleaned; that of a network is neither. So
both are rounded to one grid and cleaned by the same rules, and two lines that are compared are cut
to the same number of points. Times are not used, since only recordings have them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pentrace.clean.apply import clean
from pentrace.clean.settings import CleanSettings
from pentrace.ink import Ink

RULES = ("duplicate", "spike", "long_step")  # rules of cleaning that apply to ink without a clock


class Trajectory(NamedTuple):
    """The points of one line."""

    x: np.ndarray  # float64 (T,), tablet units, rightward, from 0
    y: np.ndarray  # float64 (T,), upward
    lifted: np.ndarray  # bool (T,): the pen is lifted after the point

    def __len__(self) -> int:
        return len(self.x)

    def first(self, count: int) -> "Trajectory":
        """The first `count` points; the pen is lifted after the last of them."""
        lifted = self.lifted[:count].copy()
        lifted[-1:] = True
        return Trajectory(self.x[:count], self.y[:count], lifted)


def filtered(
    positions: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
    rules: CleanSettings,
    grid: float,
) -> list[Trajectory]:
    """The lines of positions (x, y, number of the stroke; (T,) each), y upward.

    All positions are rounded to `grid`, then cleaned by `rules`. A line may become empty.
    """
    x, y, stroke = (np.concatenate(part) for part in zip(*positions, strict=True))
    starts = np.cumsum([0, *(len(one[0]) for one in positions)])
    x, y = (np.rint(values / grid) * grid for values in (x, y))
    ids = [str(i) for i in range(len(positions))]
    ink = Ink(ids, starts, x.astype(np.float32), y.astype(np.float32), stroke, np.zeros(len(x)), {})
    left, _ = clean(ink, rules)
    lifted = left.last_of_stroke()
    spans = [slice(*left.starts[i : i + 2]) for i in range(len(ids))]
    wide = left.x.astype(np.float64), left.y.astype(np.float64)
    return [Trajectory(wide[0][s], wide[1][s], lifted[s]) for s in spans]


def cleaning_rules(normalisation: Mapping[str, Any]) -> CleanSettings:
    """The rules by which the recordings were cleaned, without those that drop samples."""
    limits = normalisation.get("filter", {})
    own = {name: limits[name] for name in RULES if name in limits}
    return CleanSettings(**own, too_short=None, too_long=None)


def pair(one: Trajectory, other: Trajectory, most: int) -> tuple[Trajectory, Trajectory]:
    """Both, cut to the number of points of the shorter one, and to at most `most` points."""
    count = min(len(one), len(other), most)
    return one.first(count), other.first(count)
