"""Figures of the cleaning rules: what they count, and what they show."""

from dataclasses import replace

import numpy as np
import pytest

from pentrace import schema, tables
from pentrace.clean.settings import CleanSettings
from pentrace.errors import PentraceError
from pentrace.ink import Ink
from pentrace.plot import rejects as losses
from pentrace.plot import rules
from tests.helpers.small_results import POINTS, REJECTS, waves


def test_rules_count_what_cleaning_removes_and_draw_the_limit():
    settings = CleanSettings(spike=70.0, long_step=300.0, too_short=50, too_long=80)
    x = np.arange(POINTS, dtype=np.float32) * 10
    y = np.zeros(POINTS, np.float32)
    y[20], y[50:] = 150, 1000  # a spike, and a long step
    x[31] = x[30]  # a duplicate
    t = np.arange(POINTS) * 0.01
    t[70] = 0.1  # backward
    one = Ink(["a"], np.array([0, POINTS]), x, y, np.zeros(POINTS, np.int32), t, {})
    seen = rules.gather([one], settings)
    counts = {name: n for part in seen for name, n in part.by_rule.items()}
    assert counts == {"pen-in-air": 0, "duplicate": 1, "backward-time": 1, "spike": 1,
                      "long-step": 1, "no-points": 0, "too-short": 0, "too-long": 1}  # fmt: skip
    figure = rules.rules_figure(seen, settings)
    lines = {a.get_xlabel(): limits(a) for a in figure.axes}
    assert lines["height of the spike (tablet units)"] == [70]
    assert lines["points left in the sample"] == [50, 80]
    assert sum(part.kept.sum() + part.removed.sum() for part in seen[-1:]) == 1


def limits(axes) -> list[float]:
    """Where the dashed lines of the limits are; symbols of counts have no line."""
    return [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]


def test_a_rule_without_values_is_named_and_no_panel_is_empty():
    none = np.full(POINTS, np.nan)
    timeless = replace(waves(1), t=none)
    figure = rules.rules_figure(rules.gather([timeless], CleanSettings()), CleanSettings())
    assert not any("time" in axes.get_xlabel() for axes in figure.axes)
    (key,) = figure.legends
    assert "no values: backward-time" in [text.get_text() for text in key.get_texts()]
    with pytest.raises(PentraceError, match="no point was recorded"):
        rules.rules_figure(rules.gather([], CleanSettings()), CleanSettings())


def test_a_rule_switched_off_has_no_line():
    settings = CleanSettings(spike=None)
    seen = rules.gather([waves()], settings)
    panel = next(a for a in rules.rules_figure(seen, settings).axes if "spike" in a.get_xlabel())
    assert not limits(panel) and panel.get_title("left") == "(d) spike: off"


def test_rejects_are_counted_by_rule():
    table = tables.pa.Table.from_pylist(REJECTS, schema=schema.REJECTS)
    assert losses.totals(table, "points") == {("clean", "duplicate"): 1012}
    figure = losses.losses_figure(table, {"sample": 10, "points": 2024, "strokes": 5})
    texts = [t.get_text() for a in figure.axes for t in a.texts]
    assert "1,012 (50 %)" in texts and "1 (10 %)" in texts
    assert [a.get_title("left") for a in figure.axes] == [
        "(a) samples lost, of 10 recorded samples", "(b) texts lost, of 10 recorded samples",
        "(c) points removed, of 2,024 recorded points",
    ]  # fmt: skip


def test_a_data_set_without_losses_has_a_figure_too():
    none = schema.REJECTS.empty_table()
    figure = losses.losses_figure(none, {"sample": 0, "points": 0, "strokes": 0})
    assert not figure.axes
    assert [t.get_text() for t in figure.texts] == ["none of 0 recorded samples lost anything"]
