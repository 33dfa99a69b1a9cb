"""The statistic of each cleaning rule, with its limit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pentrace import schema, tables
from pentrace.clean.rules import POINT_RULES, SAMPLE_RULES, Rule, breaks, limit, number_strokes
from pentrace.clean.settings import CleanSettings
from pentrace.errors import PentraceError
from pentrace.ink import Ink, from_table
from pentrace.options import Command, folder_option, settings_option
from pentrace.plot import legends, style
from pentrace.plot.legends import Entry
from pentrace.plot.options import figure_options
from pentrace.shards import listed

# By unit: distance from 0 at which an axis changes from linear to logarithmic.
LINEAR = {"": 1.0, "units": 1.0, "s": 0.01, "points": 1.0}
KEPT, DASHED = "#767676", (0, (3, 2))
LABELS = {
    "pen-in-air": "points",
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
    """Histogram of each statistic, with a symbol for removed values, and a line at each limit.

    A statistic without values has no panel, but is named in the key. Raises `PentraceError` if
    there is no value at all.
    """
    shown = [part for part in seen if part.kept.any() or part.removed.any()]
    if not shown:
        raise PentraceError("no point was recorded; see rejects.parquet for the reasons")
    rows = -(-len(shown) // 2)
    made = style.figure(1.8 * rows + 0.4)
    panels = made.subplots(rows, 2, squeeze=False).ravel()
    for i, (axes, part) in enumerate(zip(panels, shown, strict=False)):
        _panel(axes, part, settings)
        legends.title(axes, "\n".join(_titles(part, settings)), i, 3.1)
    for axes in panels[len(shown) :]:
        axes.remove()
    legends.key(made, _entries([part for part in seen if part not in shown]))
    return made


def _entries(without: list[Seen]) -> list[Entry]:
    entries: list[Entry] = [
        (legends.dot(KEPT), "kept"),
        (legends.dot(style.RED, "^", ms=5), "removed, or stroke split (long-step)"),
        (legends.line(style.INK, lw=0.9, ls=DASHED), "limit"),
    ]
    names = ", ".join(rule.name for part in without for rule in part.rules)
    return entries + ([(legends.line("none"), f"no values: {names}")] if names else [])


def _panel(axes: Axes, part: Seen, settings: CleanSettings) -> None:
    unit = part.rules[0].unit
    limits = [limit(rule.name, settings) for rule in part.rules if rule.name != "no-points"]
    axes.set_xlabel(LABELS["sample" if unit == "points" else part.rules[0].name])
    if unit == "":
        _two_bars(axes, part)
        return
    middle = (part.edges[:-1] + part.edges[1:]) / 2
    legends.counts(axes, middle, part.kept, KEPT, "o")
    legends.counts(axes, middle, part.removed, style.RED, "^", ms=4)
    for value in limits:
        if value is not None:
            axes.axvline(value, color=style.INK, lw=0.9, ls=DASHED)
    axes.set(yscale="log", ylim=(0.6, 2 * float((part.kept + part.removed).max())))
    legends.plain_log(axes.yaxis)
    if unit == "points":
        axes.set_xscale("log")
    else:
        axes.set_xscale("symlog", linthresh=LINEAR[unit])
    if unit == "s":
        wide = max(np.abs(_shown(part, limits))) > 3000
        axes.set_xticks([-1e4, -1, 0, 1, 1e4] if wide else [-100, -1, -0.01, 0, 0.01, 1, 100])
    scale = axes.xaxis.get_transform()
    low, high = scale.transform(_shown(part, limits))
    pad = 0.04 * (high - low)  # of the length of the axis, whatever its scale
    # After the ticks, which would widen the range.
    axes.set_xlim(*scale.inverted().transform((low - pad, high + pad)).tolist())
    if unit == "points":
        legends.plain_log(axes.xaxis)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: legends.number(value)))
    axes.set_ylabel("samples per bin" if unit == "points" else "points per bin")


def _two_bars(axes: Axes, part: Seen) -> None:
    """Bars with numbers, for a statistic that is 0 or 1."""
    counts = part.kept + part.removed
    colours = [style.RED if gone else KEPT for gone in part.removed]
    axes.barh([0, 1], counts, color=colours, height=0.6)
    for at, count in enumerate(counts.tolist()):
        axes.annotate(
            f"{count:,.0f}", (count, at), (3, 0), textcoords="offset points",
            va="center", fontsize=style.SMALL,
        )  # fmt: skip
    axes.set_yticks([0, 1], ["down (0)", "up (1)"])
    axes.set(xlim=(0, 1.3 * counts.max()), ylim=(-0.6, 1.6), ylabel="pen")
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter("{x:,.0f}")


def _shown(part: Seen, limits: list[float | None]) -> tuple[float, float]:
    """Limits of the axis: from the first to the last value, with every limit of a rule."""
    filled = np.flatnonzero(part.kept + part.removed)
    low, high = (part.edges[filled[0]], part.edges[filled[-1] + 1]) if len(filled) else (0, 1)
    known = [value for value in limits if value is not None]
    low, high = min([low, *known]), max([high, *known])
    return float(max(low, 1) if part.rules[0].unit == "points" else low), float(high)


def _titles(part: Seen, settings: CleanSettings) -> Iterator[str]:
    """A title for each rule: its limit, and how many values are beyond it."""
    # A panel with one rule has room for two rows.
    between = "\n" if part.rules[0].unit != "points" else " "
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
            what = "split" if rule.lost == "strokes" else "removed"
            yield f"{rule.name} ({sign} {value:g}):{between}{removed:,} of {total:,} {what}{share}"


@click.command(cls=Command)
@folder_option("--points", help="Folder of recorded points.")
@settings_option(CleanSettings, without=("require_text",))
@figure_options
def command(points: Path, settings: CleanSettings) -> Figure:
    """The statistic of each cleaning rule, over all points, with its limit."""
    pieces = (p for path in listed(points) for p in tables.read_pieces(path, schema.POINTS))
    return rules_figure(gather(map(from_table, pieces), settings), settings)
