"""Losses by rule: samples, texts, writers, points and strokes."""

from collections import Counter
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pentrace import schema, tables
from pentrace.options import Command, file_option
from pentrace.plot import legends, style
from pentrace.plot.options import figure_options

PANELS = (
    ("sample", "samples lost", "sample"),
    ("text", "texts lost", "sample"),
    ("writer", "writers lost", "sample"),
    ("points", "points removed", "point"),
    ("strokes", "strokes split", "stroke"),
)
LEAST = 0.7  # where the axis begins
# Colour and symbol of the stage that applies a rule.
STAGES = {"parse": (style.BLUE, "o"), "label": (style.GREEN, "s"), "clean": (style.RED, "^")}


def totals(rejects: pa.Table, lost: str) -> Counter[tuple[str, str]]:
    """(stage, rule) -> how many of `lost` (sample, text, writer, points or strokes) it removed."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rejects.select(["stage", "rule", "lost", "count"]).to_pylist():
        if row["lost"] == lost:
            counts[row["stage"], row["rule"]] += row["count"]
    return counts


def losses_figure(rejects: pa.Table, recorded: dict[str, int]) -> Figure:
    """Dots on one log axis, with their numbers: the losses by rule, a symbol for each stage.

    `recorded` has the numbers of recorded `sample`, `points` and `strokes`, to which shares refer.
    Shares of texts and writers refer to samples, since each sample loses its own.
    """
    counts = {lost: totals(rejects, lost) for lost, _, _ in PANELS}
    shown = [panel for panel in PANELS if counts[panel[0]]]
    if not shown:
        return _nothing(recorded["sample"])
    heights = [len(counts[lost]) for lost, _, _ in shown]
    made = style.figure(0.8 + 0.42 * len(shown) + 0.19 * sum(heights))
    panels = made.subplots(len(shown), 1, squeeze=False, height_ratios=heights, sharex=True)[:, 0]
    for i, (axes, (lost, label, unit)) in enumerate(zip(panels, shown, strict=True)):
        of = recorded.get(lost, recorded["sample"])
        legends.title(axes, f"{label}, of {of:,} recorded {unit}s", i)
        _dots(axes, counts[lost], of)
    most = max(max(counts[lost].values()) for lost, _, _ in shown)
    panels[0].set(xscale="log", xlim=(LEAST, 8.0 * most))
    legends.plain_log(panels[0].xaxis)
    for axes in panels[:-1]:
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="x", which="both", length=0)
    panels[-1].set_xlabel("number (logarithmic scale)")
    stages = [s for s in STAGES if any(s == stage for c in counts.values() for stage, _ in c)]
    entries = [(legends.dot(*STAGES[s], ms=5), f"rule of pentrace {s}") for s in stages]
    legends.key(made, entries)
    return made


def _nothing(samples: int) -> Figure:
    """A figure without axes, for a data set that lost nothing."""
    made = style.figure(0.5)
    made.text(0.5, 0.5, f"none of {samples:,} recorded samples lost anything", ha="center")
    return made


def _dots(axes: Axes, counts: Counter[tuple[str, str]], of: int) -> None:
    rules = sorted(counts, key=lambda key: (counts[key], key))
    for at, key in enumerate(rules):
        count, share = counts[key], f" ({100 * counts[key] / of:.2g} %)" if of else ""
        colour, marker = STAGES.get(key[0], (style.GREY, "D"))
        axes.hlines(at, LEAST, count, color="#bdbdbd", lw=0.7, ls=":", zorder=1)
        axes.plot(count, at, marker, color=colour, ms=5, mew=0)
        axes.annotate(
            f"{count:,}{share}", (count, at), (6, 0),
            textcoords="offset points", va="center_baseline", fontsize=style.SMALL,
        )  # fmt: skip
    axes.set_yticks(range(len(rules)), [rule for _, rule in rules])
    axes.set_ylim(-0.6, len(rules) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


@click.command(cls=Command)
@file_option("--rejects", help="Table of rejects.")
@file_option("--samples", help="Table of samples.")
@figure_options
def command(rejects: Path, samples: Path) -> Figure:
    """Samples, texts, writers, points and strokes that each rule removed."""
    lost = tables.read(rejects, schema.REJECTS)
    read = tables.read(samples, schema.SAMPLES)
    unread = totals(lost.filter(pc.equal(lost["stage"], "parse")), "sample").total()
    recorded = {
        kind: pc.sum(read[f"n_{kind}_recorded"]).as_py() or 0 for kind in ("points", "strokes")
    }
    return losses_figure(lost, {"sample": len(read) + unread, **recorded})
