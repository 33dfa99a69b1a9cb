"""The cleaning rules: what each removes, what it keeps, and that every loss is reported."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pentrace import schema, tables
from pentrace.clean.apply import clean
from pentrace.clean.clean import command as clean_command
from pentrace.clean.rules import RULES, limit, statistic
from pentrace.clean.samples import command as samples_command
from pentrace.clean.settings import CleanSettings
from pentrace.ink import Ink, to_table
from tests.helpers.commands import invoke, makes_the_same_twice
from tests.helpers.rows import filled
from tests.helpers.small_ink import make_ink

LOOSE = CleanSettings(too_short=2)


def straight(n: int, stroke: int = 0, y: float = 0.0) -> list[tuple[float, float, float, int]]:
    return [(10.0 * i, y, 0.01 * i, stroke) for i in range(n)]


def taken(ink: Ink, settings: CleanSettings = LOOSE) -> dict[str, int]:
    _, losses = clean(ink, settings)
    return {loss.rule: loss.count for loss in losses}


def test_clean_ink_is_left_as_it_is() -> None:
    ink = make_ink(straight(30), straight(25))
    left, losses = clean(ink, CleanSettings())
    assert losses == []
    assert to_table(left).equals(to_table(ink))


def test_a_repeated_position_is_removed_but_not_across_strokes() -> None:
    ink = make_ink([(0, 0, 0, 0), (5, 0, 1, 0), (5, 0, 2, 0), (5, 0, 3, 0), (5, 0, 4, 1)])
    left, losses = clean(ink, LOOSE)
    assert left.x.tolist() == [0, 5, 5]
    assert left.stroke.tolist() == [0, 0, 1]
    assert [(x.rule, x.count) for x in losses] == [("duplicate", 2)]
    assert "first at point 2" in losses[0].reason


def test_dots_are_kept() -> None:
    points = [*straight(5), (200, 0, 1, 1), (300, 0, 2, 2)]
    left, losses = clean(make_ink(points), LOOSE)
    assert (len(left.x), losses) == (7, [])


def test_a_point_before_its_predecessor_in_time_is_removed() -> None:
    points = straight(6)
    points[3] = (30, 0, 0.005, 0)
    assert taken(make_ink(points)) == {"backward-time": 1}
    assert taken(make_ink(points), CleanSettings(too_short=2, backward_time=0.1)) == {}
    assert taken(make_ink(points), CleanSettings(too_short=2, backward_time=None)) == {}


def test_missing_time_breaks_nothing() -> None:
    points = [(x, y, np.nan, stroke) for x, y, _, stroke in straight(6)]
    assert taken(make_ink(points)) == {}


def test_a_spike_is_removed_and_a_corner_is_not() -> None:
    points = straight(9)
    points[4] = (40, 300, 0.04, 0)
    left, losses = clean(make_ink(points), LOOSE)
    assert [(x.rule, x.count) for x in losses] == [("spike", 1)]
    assert left.x.tolist() == [0, 10, 20, 30, 50, 60, 70, 80]
    corner = [(0, 0, 0, 0), (300, 0, 1, 0), (300, 300, 2, 0)]  # 88 units of detour
    assert taken(make_ink(corner)) == {}


def test_a_spike_that_was_held_for_two_readings_is_found() -> None:
    points = straight(9)
    points[4:6] = [(40, 300, 0.04, 0), (40, 300, 0.05, 0)]
    assert taken(make_ink(points)) == {"duplicate": 1, "spike": 1}


def test_a_long_step_lifts_the_pen_and_keeps_the_ink() -> None:
    points = [*straight(4), (1000, 0, 1, 0), (1010, 0, 2, 0), (1020, 0, 3, 1)]
    left, losses = clean(make_ink(points), LOOSE)
    assert left.stroke.tolist() == [0, 0, 0, 0, 1, 1, 2]
    assert [(x.rule, x.lost, x.count) for x in losses] == [("long-step", "strokes", 1)]
    assert clean(left, LOOSE)[1] == []


def test_pen_in_the_air_is_removed_and_strokes_stay_apart() -> None:
    points = [(0, 0, 0, 0), (5, 0, 1, 0), (90, 0, 2, -1), (5, 0, 3, 1), (9, 0, 4, 1)]
    left, losses = clean(make_ink(points), LOOSE)
    assert left.stroke.tolist() == [0, 0, 1, 1]
    assert [(x.rule, x.count) for x in losses] == [("pen-in-air", 1)]
    kept, losses = clean(make_ink(points), CleanSettings(too_short=2, pen_in_air=False))
    assert (kept.stroke.tolist(), losses) == ([0, 0, -1, 1, 1], [])


def test_short_long_and_empty_samples_are_dropped_by_the_rule_named_for_it() -> None:
    ink = make_ink(straight(3), straight(20), straight(40), [(0, 0, 0, -1)])
    left, losses = clean(ink, CleanSettings(too_short=4, too_long=30))
    assert left.lengths.tolist() == [0, 20, 0, 0]
    dropped = {ink.ids[x.sample]: x.rule for x in losses if x.lost == "sample"}
    assert dropped == {"s0": "too-short", "s2": "too-long", "s3": "no-points"}


def test_samples_without_text_are_dropped_only_when_asked() -> None:
    ink, has_text = make_ink(straight(30), straight(30)), np.array([True, False])
    assert clean(ink, CleanSettings(), has_text)[1] == []
    left, losses = clean(ink, CleanSettings(require_text=True), has_text)
    assert left.lengths.tolist() == [30, 0]
    assert [(x.sample, x.rule) for x in losses] == [(1, "require-text")]


def test_limits_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"too_long \(10\) must be at least too_short \(20\)"):
        CleanSettings(too_long=10)


coordinate = st.integers(-1000, 1000).map(float)
point = st.tuples(coordinate, coordinate, st.integers(0, 50).map(float), st.integers(-1, 3))


@given(st.lists(st.lists(point, max_size=12), max_size=4))
def test_every_point_is_left_or_accounted_for(samples: list) -> None:
    ink = make_ink(*samples)
    left, losses = clean(ink, LOOSE)
    removed = np.zeros(len(ink.ids), int)
    dropped = set()
    for loss in losses:
        if loss.lost == "points":
            removed[loss.sample] += loss.count
        if loss.lost == "sample":
            dropped.add(loss.sample)
    for i, (before, after) in enumerate(zip(ink.lengths, left.lengths, strict=True)):
        assert after == (0 if i in dropped else before - removed[i])
    assert (statistic("long-step", left) > 500).sum() == 0
    assert (left.stroke >= 0).all()


@given(st.lists(st.lists(point, max_size=12), min_size=1, max_size=4))
def test_a_sample_is_cleaned_the_same_alone_and_among_others(samples: list) -> None:
    together, _ = clean(make_ink(*samples), LOOSE)
    alone, _ = clean(make_ink(samples[-1]), LOOSE)
    assert together.x[together.starts[-2] :].tolist() == alone.x.tolist()
    assert together.stroke[together.starts[-2] :].tolist() == alone.stroke.tolist()


def test_every_rule_has_a_limit_and_a_statistic_of_points_or_samples() -> None:
    ink = make_ink(straight(30), straight(25))
    for name in RULES:
        assert limit(name, CleanSettings()) is not None
        assert len(statistic(name, ink)) in (55, 2)
    assert limit("spike", CleanSettings(spike=None)) is None
    assert limit("duplicate", CleanSettings(duplicate=False)) is None


def parsed_row(sample_id: str, n_points: int) -> dict:
    known = {"sample_id": sample_id, "n_points": n_points, "n_strokes": 1}
    return filled(schema.PARSED, **known, source=f"{sample_id}.xml", y_axis="down")


def write_shard(folder: Path) -> Ink:
    """Two samples with points and one without, as `parse` and `label` would write them."""
    ink = make_ink([*straight(30), (290, 0, 0.31, 0)], straight(5))
    tables.write(folder / "points/00.parquet", schema.POINTS, [to_table(ink)])
    rows = [parsed_row("s0", 31), parsed_row("s1", 5), parsed_row("s2", 0)]
    tables.write_rows(folder / "parsed/00.samples.parquet", schema.PARSED, rows)
    tables.write_rows(folder / "parsed/00.rejects.parquet", schema.REJECTS, [])
    labels = [{"sample_id": f"s{i}", "text": "a", "split": "train"} for i in range(3)]
    tables.write_rows(folder / "labels.parquet", schema.LABELS, labels)
    tables.write_rows(folder / "label-rejects.parquet", schema.REJECTS, [])
    return ink


def run_both(folder: Path) -> None:
    shard = {k: folder / v for k, v in {
        "--points": "points/00.parquet", "--samples": "parsed/00.samples.parquet",
        "--labels": "labels.parquet", "--out-points": "cleaned/00.parquet",
        "--out-rejects": "cleaned-rejects/00.parquet",
    }.items()}  # fmt: skip
    invoke(clean_command, "--dataset", "d", *(part for pair in shard.items() for part in pair))
    gathered = {k: folder / v for k, v in {
        "--parsed": "parsed", "--labels": "labels.parquet", "--cleaned": "cleaned",
        "--label-rejects": "label-rejects.parquet", "--cleaned-rejects": "cleaned-rejects",
        "--out-samples": "samples.parquet", "--out-rejects": "rejects.parquet",
    }.items()}  # fmt: skip
    invoke(samples_command, "--dataset", "d", *(part for pair in gathered.items() for part in pair))


def test_the_commands_account_for_every_recording(tmp_path: Path) -> None:
    write_shard(tmp_path)
    run_both(tmp_path)
    samples = tables.read(tmp_path / "samples.parquet").to_pylist()
    found = {s["sample_id"]: (s["n_points"], s["n_strokes"], s["dropped_by"]) for s in samples}
    assert found == {"s0": (30, 1, None), "s1": (0, 0, "too-short"), "s2": (0, 0, "no-points")}
    assert {s["shard"] for s in samples} == {"00"}
    rejects = tables.read(tmp_path / "rejects.parquet").to_pylist()
    assert [(r["sample_id"], r["rule"], r["count"]) for r in rejects] == [
        ("s0", "duplicate", 1),
        ("s1", "too-short", 1),
        ("s2", "no-points", 1),
    ]
    assert tables.read(tmp_path / "cleaned/00.parquet")["sample_id"].to_pylist() == ["s0"] * 30


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    write_shard(tmp_path)
    names = ("cleaned/00.parquet", "cleaned-rejects/00.parquet", "samples.parquet")
    makes_the_same_twice(lambda: run_both(tmp_path), *(tmp_path / name for name in names))


def read_lines(folder: Path) -> Ink:
    """All line files below `folder`, read with a regular expression that knows only them."""
    shape = re.compile(rb'(<Stroke )|<Point x="(-?\d+)" y="(-?\d+)" time="([\d.]+)"')
    samples = []
    for path in sorted(folder.glob("*/*/*.xml")):
        stroke, points = -1, []
        for begin, x, y, t in shape.findall(path.read_bytes()):
            stroke += bool(begin)
            if not begin:
                points.append((float(x), float(y), float(t), stroke))
        samples.append(np.array(points))
    return make_ink(*samples)


def test_the_known_counts_of_iam_are_found() -> None:
    folder = Path(os.environ.get("PENTRACE_REAL_DATA", "data/raw")) / "iam/lineStrokes"
    if not folder.is_dir():
        pytest.skip(f"no IAM-OnDB in {folder}; set PENTRACE_REAL_DATA to check its counts")
    ink = read_lines(folder)
    for rule, points, files in (
        ("duplicate", 112_765, 11_841),
        ("backward-time", 106, 45),
        ("long-step", 27, 20),
    ):
        beyond = RULES[rule].beyond(statistic(rule, ink), limit(rule, CleanSettings()))
        assert (beyond.sum(), len(np.unique(ink.owner[beyond]))) == (points, files)
