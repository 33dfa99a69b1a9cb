"""Recipes: what they do to steps, and that the inverse gives the recorded points."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ink import Ink, to_table
from pentrace.normalise.coordinate_frame import Frame
from pentrace.normalise.mean_and_sd import gather
from pentrace.normalise.normalise import command as normalise_command
from pentrace.normalise.recipes import from_offsets, log_area, to_offsets, to_steps
from pentrace.normalise.settings import NormaliseSettings
from pentrace.normalise.statistics import command as statistics_command
from tests.helpers import small_ink
from tests.helpers.commands import invoke, makes_the_same_twice
from tests.helpers.rows import filled

GRAVES = NormaliseSettings()
WRITE_RNN = NormaliseSettings(recipe="write-rnn")
UPRIGHT = NormaliseSettings(recipe="line-height", deslant=True, straighten=True)


def make_ink(*samples: Iterable[tuple[float, float, int]]) -> Ink:
    """Ink of samples given as (x, y, stroke), sampled every 0.01 s."""
    return small_ink.make_ink(*map(small_ink.at_100_hz, samples))


def signs(ink: Ink, sign: int = -1) -> np.ndarray:
    return np.full(len(ink.ids), sign)


def normalisation(ink: Ink, settings: NormaliseSettings = GRAVES) -> dict:
    return gather([to_steps(ink, signs(ink), settings)[0]], settings)


def zigzag(n: int = 40, slant: float = 0.0, slope: float = 0.0, size: float = 100.0) -> list:
    """Downstrokes that lean by `slant`, on a line that rises by `slope`."""
    y = size * np.tile([1.0, 0.0], n)
    x = size * np.repeat(np.arange(n), 2) + slant * y
    return [(a, -(b + slope * a), i // 2) for i, (a, b) in enumerate(zip(x, y, strict=True))]


RANDOM = make_ink(
    *(
        [tuple(p) for p in np.column_stack([rng.integers(0, 7000, (n, 2)), np.arange(n) // 9])]
        for rng, n in ((np.random.default_rng(n), n) for n in (50, 1, 2, 700))
    )
)


def test_graves_gives_mean_zero_and_sd_one_without_the_null_steps() -> None:
    found = normalisation(RANDOM)
    rows, starts, _ = to_offsets(RANDOM, signs(RANDOM), found)
    moves = np.delete(rows[:, :2].astype(float), starts[:-1], axis=0)
    assert (found["n_samples"], found["n_steps"]) == (4, 749)
    np.testing.assert_allclose(moves.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(moves.std(axis=0), 1, atol=1e-6)
    assert (rows[starts[:-1], :2] == 0).all()


def test_y_is_upward_and_the_pen_lifts_after_the_last_point_of_a_stroke() -> None:
    ink = make_ink([(0, 0, 0), (3, -4, 0), (9, -2, 1)])
    steps, _ = to_steps(ink, signs(ink, -1), GRAVES)
    assert (steps.dx.tolist(), steps.dy.tolist()) == ([0, 3, 6], [0, 4, -2])
    assert steps.end_of_stroke.tolist() == [False, True, True]
    up, _ = to_steps(ink, signs(ink, 1), GRAVES)
    assert up.dy.tolist() == [0, -4, 2]


def test_the_pen_is_up_after_a_point_in_the_air() -> None:
    ink = make_ink([(0, 0, 0), (1, 0, 0), (2, 0, -1), (3, 0, -1), (4, 0, 1), (5, 0, 1)])
    steps, _ = to_steps(ink, signs(ink), GRAVES)
    assert steps.end_of_stroke.tolist() == [False, True, True, True, False, True]


def test_write_rnn_caps_then_scales() -> None:
    ink = make_ink([(0, 0, 0), (40, 0, 0), (3000, -60, 0)])
    found = normalisation(ink, WRITE_RNN)
    assert (found["mean"], found["sd"], found["cap"]) == ([0, 0], [20, 20], 500)
    rows, _, _ = to_offsets(ink, signs(ink), found)
    assert rows.tolist() == [[0, 0, 0], [2, 0, 0], [25, 3, 1]]


def test_line_height_undoes_size_slant_and_slope() -> None:
    plain, other = zigzag(), zigzag(slant=0.4, size=700)
    ink = make_ink(plain, other)
    steps, frames = to_steps(ink, signs(ink), UPRIGHT)
    n = len(plain)
    np.testing.assert_allclose(frames.scale, [100, 700], rtol=0.05)
    np.testing.assert_allclose(steps.dx[:n], steps.dx[n:], atol=0.05)
    np.testing.assert_allclose(steps.dy[:n], steps.dy[n:], atol=0.05)


def test_the_slope_of_the_baseline_is_found() -> None:
    ink = make_ink(zigzag(slope=0.1))
    _, frames = to_steps(ink, signs(ink), UPRIGHT)
    assert frames.baseline[0] == pytest.approx(0.1, abs=0.002)


def test_a_flat_line_has_a_height_of_one() -> None:
    ink = make_ink([(0, 5, 0), (10, 5, 0), (30, 5, 0)])
    _, frames = to_steps(ink, signs(ink), UPRIGHT)
    assert (frames.scale[0], frames.slant[0], frames.baseline[0]) == (1, 0, 0)


@pytest.mark.parametrize("settings", [GRAVES, UPRIGHT], ids=lambda s: s.recipe)
@given(
    st.lists(
        st.tuples(st.integers(-30000, 30000), st.integers(-30000, 30000), st.integers(0, 1)),
        min_size=3,
        max_size=60,
    ).filter(lambda p: len({x for x, _, _ in p}) > 2 and len({y for _, y, _ in p}) > 2),
    st.sampled_from([-1, 1]),
)
def test_the_inverse_gives_the_recorded_integers(
    settings: NormaliseSettings, points: list, sign: int
) -> None:
    ink = make_ink(points)
    found = gather([to_steps(ink, signs(ink, sign), settings)[0]], settings)
    rows, _, frames = to_offsets(ink, signs(ink, sign), found)
    x, y = from_offsets(rows, found, frames[0])
    assert np.rint(x).tolist() == [p[0] for p in points]
    assert np.rint(y).tolist() == [p[1] for p in points]


def test_the_inverse_is_exact_over_a_long_line() -> None:
    found = normalisation(RANDOM)
    rows, starts, frames = to_offsets(RANDOM, signs(RANDOM), found)
    for i in range(len(RANDOM.ids)):
        x, y = from_offsets(rows[starts[i] : starts[i + 1]], found, frames[i])
        here = slice(starts[i], starts[i + 1])
        np.testing.assert_allclose(x, RANDOM.x[here], atol=0.02)
        np.testing.assert_allclose(y, RANDOM.y[here], atol=0.02)


def test_generated_ink_starts_at_the_origin_with_y_upward() -> None:
    found = {"mean": [1.0, 0.0], "sd": [2.0, 3.0]}
    x, y = from_offsets(np.array([[0, 0, 0], [1, 1, 0], [0, -2, 1]]), found)
    assert (x.tolist(), y.tolist()) == ([0, 3, 4], [0, 3, -3])
    assert log_area(found) == pytest.approx(np.log(6))
    assert log_area(found, Frame(scale=10.0)) == pytest.approx(np.log(600))


def test_resampling_by_arc_spaces_points_evenly_and_keeps_ends_and_dots() -> None:
    settings = NormaliseSettings(recipe="line-height", resample="arc", spacing=0.1)
    ink = make_ink([(0, 0, 0), (0, 30, 0), (0, 100, 0), (50, 50, 1), (90, 0, 2), (90, 100, 2)])
    steps, frames = to_steps(ink, signs(ink), settings)
    assert frames.scale[0] == 100
    lifts = np.flatnonzero(steps.end_of_stroke)
    assert lifts.tolist() == [10, 11, 22]
    np.testing.assert_allclose(steps.dy[1:11], -0.1)
    np.testing.assert_allclose(np.cumsum(steps.dx)[lifts], [0, 0.5, 0.9])


def test_resampling_by_time_takes_equal_times_and_survives_a_broken_clock() -> None:
    settings = NormaliseSettings(recipe="line-height", resample="time", spacing=0.02)
    ink = make_ink([(10 * i, 10 * (i % 2), 0) for i in range(9)], [(0, 0, 0), (1, 5, 0)])
    ink.t[4] = 9999.0  # and the clock goes back after it
    steps, _ = to_steps(ink, signs(ink), settings)
    assert len(steps.dx) < 40
    assert steps.starts[-1] == len(steps.dx)
    assert steps.dx[: steps.starts[1]].sum() * 10 == pytest.approx(80)


def test_resampling_by_time_without_time_names_the_sample() -> None:
    settings = NormaliseSettings(recipe="line-height", resample="time", spacing=0.02)
    ink = make_ink([(0, 0, 0), (5, 9, 0)])
    ink.t[:] = np.nan
    with pytest.raises(PentraceError, match="s0: no time recorded; set `resample: arc`"):
        to_steps(ink, signs(ink), settings)


stroke = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=8, unique=True
)


@given(st.lists(st.lists(stroke, min_size=1, max_size=4), min_size=1, max_size=3))
def test_resampling_keeps_samples_strokes_and_their_ends(samples: list) -> None:
    settings = NormaliseSettings(recipe="line-height", resample="arc", spacing=0.07)
    ink = make_ink(*([(*p, i) for i, s in enumerate(strokes) for p in s] for strokes in samples))
    plain = NormaliseSettings(recipe="line-height")
    before, after = (to_steps(ink, signs(ink), s)[0] for s in (plain, settings))
    for i in range(len(samples)):
        a, b = (slice(s.starts[i], s.starts[i + 1]) for s in (before, after))
        ends_a, ends_b = before.end_of_stroke[a], after.end_of_stroke[b]
        assert ends_a.sum() == ends_b.sum()
        for name in ("dx", "dy"):
            was, now = np.cumsum(getattr(before, name)[a]), np.cumsum(getattr(after, name)[b])
            np.testing.assert_allclose(was[ends_a], now[ends_b], atol=1e-9)


def test_statistics_do_not_depend_on_the_pieces() -> None:
    whole = normalisation(RANDOM)
    parts = []
    for i in range(4):
        here = slice(RANDOM.starts[i], RANDOM.starts[i + 1])
        rows = zip(RANDOM.x[here], RANDOM.y[here], RANDOM.stroke[here], strict=True)
        part = make_ink(list(rows))
        parts.append(to_steps(part, signs(part), GRAVES)[0])
    assert gather(parts, GRAVES) == whole


def test_statistics_of_nothing_are_refused() -> None:
    with pytest.raises(PentraceError, match="no steps in the splits train"):
        gather([], GRAVES)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scale": 10}, "scale is an option of the recipe 'write-rnn'; the recipe 'graves'"),
        (
            {"recipe": "write-rnn", "deslant": True},
            "deslant is an option of the recipe 'line-height'",
        ),
        ({"recipe": "line-height", "resample": "arc"}, "resample and spacing belong together"),
        ({"recipe": "line-height", "spacing": 1}, "resample and spacing belong together"),
    ],
)
def test_options_that_contradict_the_recipe_are_refused(values: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        NormaliseSettings(**values)


def write_inputs(folder: Path) -> None:
    tables.write(folder / "cleaned/00.parquet", schema.POINTS, [to_table(RANDOM)])
    splits = ("train", "validation", None, "train")
    rows = [
        filled(schema.SAMPLES, sample_id=name, split=split, y_axis="down", shard="00")
        for name, split in zip(RANDOM.ids, splits, strict=True)
    ]
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)


def run_both(folder: Path, settings: str = "{}") -> None:
    invoke(
        statistics_command, "--cleaned", folder / "cleaned", "--samples",
        folder / "samples.parquet", "--out", folder / "normalisation.json",
        "--filter", '{"spike": 7}', "--settings", settings,
    )  # fmt: skip
    invoke(
        normalise_command, "--cleaned", folder / "cleaned/00.parquet", "--samples",
        folder / "samples.parquet", "--normalisation", folder / "normalisation.json",
        "--out-offsets", folder / "offsets/00.parquet",
        "--out-frames", folder / "frames/00.parquet",
    )  # fmt: skip


def test_the_commands_use_only_the_training_split(tmp_path: Path) -> None:
    write_inputs(tmp_path)
    run_both(tmp_path)
    found = json.loads((tmp_path / "normalisation.json").read_text())
    assert (found["n_samples"], found["n_steps"]) == (2, 49 + 699)
    assert (found["split"], found["filter"]) == (["train"], {"spike": 7})
    offsets = tables.read(tmp_path / "offsets/00.parquet")
    assert offsets["sample_id"].to_pylist() == [RANDOM.ids[i] for i in RANDOM.owner]
    frames = tables.read(tmp_path / "frames/00.parquet").to_pylist()
    frame = Frame(**{k: v for k, v in frames[3].items() if k != "sample_id"})
    rows = np.stack([offsets["dx"].to_numpy(), offsets["dy"].to_numpy()], 1)
    x, _ = from_offsets(rows[RANDOM.starts[3] :], found, frame)
    assert np.rint(x).tolist() == RANDOM.x[RANDOM.starts[3] :].tolist()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    write_inputs(tmp_path)
    names = ("normalisation.json", "offsets/00.parquet", "frames/00.parquet")
    makes_the_same_twice(lambda: run_both(tmp_path), *(tmp_path / name for name in names))


@pytest.mark.parametrize(
    "given",
    [
        {"recipe": "graves"},
        {"recipe": "write-rnn"},
        {"recipe": "line-height"},
        {"recipe": "line-height", "resample": "time", "spacing": 0.02},
        {"recipe": "line-height", "resample": "arc", "spacing": 0.05},
    ],
)
def test_empty_row_groups_change_nothing(tmp_path: Path, given: dict) -> None:
    """A row group may have no row, or no sample of the training split."""
    groups = [RANDOM.owner == i for i in range(4)]
    table = to_table(RANDOM)
    pieces = [table.slice(0, 0), *(table.filter(group) for group in groups), table.slice(0, 0)]
    settings = NormaliseSettings.model_validate(given).model_dump_json()
    offsets = []
    for name, parts in (("one", [table]), ("several", pieces)):
        folder = tmp_path / name
        write_inputs(folder)
        tables.write(folder / "cleaned/00.parquet", schema.POINTS, parts)
        run_both(folder, settings)
        offsets.append(tables.read(folder / "offsets/00.parquet"))
    one, several = (table.to_pydict() for table in offsets)
    assert one["sample_id"] == several["sample_id"] and len(one["dx"])
    for name in ("dx", "dy", "end_of_stroke"):  # sums are rounded in another order
        np.testing.assert_allclose(one[name], several[name], atol=1e-5)
