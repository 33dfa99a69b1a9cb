"""The statistic of each cleaning rule, with its limit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from pentrace import schema, tables
from pentrace.clean.rules import POINT_RULES, SAMPLE_RULES, Rule, breaks, limit, number_strokes
from pentrace.clean.settings import CleanSettings
from pentrace.ink import Ink, from_table
from pentrace.options import Command, folder_option, settings_option
from pentrace.plot import style
from pentrace.plot.options import figure_options
from pentrace.shards import listed

# By unit: distance from 0 at which an axis changes from linear to logarithmic.
LINEAR = {"": 1.0, "units": 1.0, "s": 0.01, "points": 1.0}
LABELS = {
    "pen-in-air": "pen: 0 down, 1 up",
    "duplicate": "distance from the previous point (tablet units)",
    "backward-time": "time of the previous point minus own time (s)",
    "spike": "height of the spike (tablet units)",
    "long-step": "distance after the rules above (tablet units)",
    "sample": "points left in the sample",
}


@dataclass
class Seen:
    """Histogram of the statistic of the rules in one panel."""

    rules: list[Rule]
    edges: np.ndarray  # float64 (B + 1,)
    kept: np.ndarray = field(init=False)  # float64 (B,), number of values that break no rule
    removed: np.ndarray = field(init=False)  # float64 (B,), number of those that break one
    by_rule: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kept, self.removed = np.zeros((2, len(self.edges) - 1))

    def add(self, values: np.ndarray, settings: CleanSettings) -> None:
        """Count the values; NaN, where the statistic does not apply, is not counted."""
        known = np.clip(values[~np.isnan(values)], self.edges[0], self.edges[-1])
        gone = np.zeros(len(known), bool)
        for rule in self.rules:
            hits = breaks(rule, known, settings) & ~gone
            self.by_rule[rule.name] = self.by_rule.get(rule.name, 0) + int(hits.sum())
            gone |= hits
        self.kept += np.histogram(known[~gone], self.edges)[0]
        self.removed += np.histogram(known[gone], self.edges)[0]


def edges(unit: str) -> np.ndarray:
    """Bin edges, even on a symmetric log axis, with a separate bin for 0."""
    if unit == "":
        return np.array([-0.5, 0.5, 1.5])
    if unit == "points":
        return np.concatenate([[0, 0.5], np.geomspace(1, 1e6, 91)])
    outer = np.geomspace(LINEAR[unit], 1e5, 106)
    inner = LINEAR[unit] * np.array([0.1, 0.3, 0.5, 0.7])
    side = np.concatenate([inner, outer])
    return np.concatenate([-side[::-1], side]) if unit == "s" else np.append(-inner[0], side)


def gather(inks: Iterable[Ink], settings: CleanSettings) -> list[Seen]:
    """Histograms of all rules over `inks`, as recorded: one per point rule, and one for samples.

    As in cleaning, each rule applies to the points that the previous rules kept.
    """
    seen = [Seen([rule], edges(rule.unit)) for rule in POINT_RULES]
    samples = Seen(list(SAMPLE_RULES), edges("points"))
    for ink in inks:
        ink = number_strokes(ink)
        for part, rule in zip(seen, POINT_RULES, strict=True):
            values = rule.statistic(ink)
            part.add(values, settings)
            hits = breaks(rule, values, settings)
            ink = number_strokes(ink, hits) if rule.lost == "strokes" else ink.keep(~hits)
        samples.add(SAMPLE_RULES[0].statistic(ink), settings)
    return [*seen, samples]


def rules_figure(seen: list[Seen], settings: CleanSettings) -> Figure:
    """Histogram of each statistic, with removed values in red and a line at each limit."""
    rows = -(-len(seen) // 2)
    made = style.figure(1.7 * rows + 0.1)
    panels = made.subplots(rows, 2, squeeze=False).ravel()
    for axes, part in zip(panels, seen, strict=False):
        _panel(axes, part, settings)
    for axes in panels[len(seen) :]:
        axes.set_axis_off()
    return made


def _panel(axes: Axes, part: Seen, settings: CleanSettings) -> None:
    unit = part.rules[0].unit
    axes.stairs(part.kept + part.removed, part.edges, fill=True, color=style.RED)
    axes.stairs(part.kept, part.edges, fill=True, color="#9e9e9e")
    limits = [limit(rule.name, settings) for rule in part.rules if rule.name != "no-points"]
    for value in limits:
        if value is not None:
            axes.axvline(value, color=style.INK, lw=0.9, ls=(0, (3, 2)))
    axes.set(yscale="log", ylim=(0.5, None))
    if unit == "":
        axes.set_xticks([0, 1])
    elif unit == "points":
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    else:
        axes.set_xscale("symlog", linthresh=LINEAR[unit])
    if unit == "s":
        axes.set_xticks([-1e4, -1e2, -1, -0.01, 0, 0.01, 1, 1e2, 1e4])
    axes.set_xlim(_shown(part, limits))  # after the ticks, which would widen the range
    name = "sample" if unit == "points" else part.rules[0].name
    axes.set_xlabel(LABELS[name])
    axes.set_ylabel("samples" if unit == "points" else "points")
    axes.set_title("\n".join(_titles(part, settings)), fontsize=6.5)


def _shown(part: Seen, limits: list[float | None]) -> tuple[float, float]:
    """Limits of the axis: from the first to the last value, with every limit of a rule."""
    if part.rules[0].unit == "":
        return -0.6, 1.6
    filled = np.flatnonzero(part.kept + part.removed)
    low, high = (part.edges[filled[0]], part.edges[filled[-1] + 1]) if len(filled) else (0, 1)
    known = [value for value in limits if value is not None]
    low, high = min([low, *known]), max([high, *known])
    if part.rules[0].unit == "points":
        return max(low, 1) / 1.5, high * 1.5
    pad = 0.1 * max(high - low, LINEAR[part.rules[0].unit]) if high <= 1 else 0.0
    return float(low - pad), float(high * (1.3 if high > 1 else 1) + pad)


def _titles(part: Seen, settings: CleanSettings) -> Iterator[str]:
    """A title for each rule: its limit, and how many values are beyond it."""
    total = int(part.kept.sum() + part.removed.sum())
    for rule in part.rules:
        if rule.name == "no-points":
            continue
        value, removed = limit(rule.name, settings), part.by_rule.get(rule.name, 0)
        sign = {"greater": ">", "less_equal": "≤", "less": "<"}[rule.beyond.__name__]
        if value is None:
            yield f"{rule.name}: off"
        else:
            share = f" ({100 * removed / total:.2g} %)" if removed else ""
            yield f"{rule.name} ({sign} {value:g}): {removed:,} of {total:,}{share}"


@click.command(cls=Command)
@folder_option("--points", help="Folder of recorded points.")
@settings_option(CleanSettings, without=("require_text",))
@figure_options
def command(points: Path, settings: CleanSettings) -> Figure:
    """The statistic of each cleaning rule, over all points, with its limit."""
    pieces = (p for path in listed(points) for p in tables.read_pieces(path, schema.POINTS.names))
    return rules_figure(gather(map(from_table, pieces), settings), settings)
