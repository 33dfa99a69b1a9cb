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
from pentrace.plot import style
from pentrace.plot.options import figure_options

PANELS = (
    ("sample", "samples lost"),
    ("text", "texts lost"),
    ("writer", "writers lost"),
    ("points", "points removed"),
    ("strokes", "strokes split"),
)
COLOURS = {"parse": style.BLUE, "label": style.GREEN, "clean": style.RED}


def totals(rejects: pa.Table, lost: str) -> Counter[tuple[str, str]]:
    """(stage, rule) -> how many of `lost` (sample, text, writer, points or strokes) it removed."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rejects.select(["stage", "rule", "lost", "count"]).to_pylist():
        if row["lost"] == lost:
            counts[row["stage"], row["rule"]] += row["count"]
    return counts


def losses_figure(rejects: pa.Table, recorded: dict[str, int]) -> Figure:
    """Bars on log axes: the losses by rule, coloured by stage.

    `recorded` has the numbers of recorded `sample`, `points` and `strokes`, to which shares refer.
    Shares of texts and writers refer to samples, since each sample loses its own.
    """
    counts = {lost: totals(rejects, lost) for lost, _ in PANELS}
    shown = [(lost, label) for lost, label in PANELS if counts[lost]] or [PANELS[0]]
    heights = [max(len(counts[lost]), 1) for lost, _ in shown]
    made = style.figure(0.3 + 0.55 * len(shown) + 0.19 * sum(heights))
    panels = made.subplots(len(shown), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (lost, label) in zip(panels, shown, strict=True):
        _bars(axes, counts[lost], label, recorded.get(lost, recorded["sample"]))
    stages = [s for s in COLOURS if any(s == stage for c in counts.values() for stage, _ in c)]
    marks = [panels[0].barh([0], [0], color=COLOURS[s]) for s in stages]
    if stages:
        made.legend(marks, stages, loc="outside upper right", ncols=len(stages))
    return made


def _bars(axes: Axes, counts: Counter[tuple[str, str]], label: str, of: int) -> None:
    rules = sorted(counts, key=lambda key: (counts[key], key))
    axes.barh(
        [rule for _, rule in rules],
        [counts[key] for key in rules],
        color=[COLOURS.get(stage, style.GREY) for stage, _ in rules],
        height=0.7,
    )
    for at, key in enumerate(rules):
        share = f" ({100 * counts[key] / of:.2g} %)" if of else ""
        axes.annotate(
            f"{counts[key]:,}{share}", (counts[key], at), (3, 0),
            textcoords="offset points", va="center", fontsize=6.5,
        )  # fmt: skip
    axes.set(xscale="log", xlim=(0.8, 6 * max(counts.values(), default=1)), xlabel=label)
    axes.set_ylim(-0.6, max(len(rules), 1) - 0.4)
    axes.tick_params(axis="y", length=0)
    if not rules:
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", color=style.GREY)


@click.command(cls=Command)
@file_option("--rejects", help="Table of rejects.")
@file_option("--samples", help="Table of samples.")
@figure_options
def command(rejects: Path, samples: Path) -> Figure:
    """Samples, texts, writers, points and strokes that each rule removed."""
    lost = tables.read(rejects, schema.REJECTS.names)
    read = tables.read(samples, schema.SAMPLES.names)
    unread = totals(lost.filter(pc.equal(lost["stage"], "parse")), "sample").total()
    recorded = {
        kind: pc.sum(read[f"n_{kind}_recorded"]).as_py() or 0 for kind in ("points", "strokes")
    }
    return losses_figure(lost, {"sample": len(read) + unread, **recorded})
