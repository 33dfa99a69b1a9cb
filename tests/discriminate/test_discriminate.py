"""`pentrace discriminate`: nothing is found where there is no difference, and noise is found."""

from pathlib import Path

import numpy as np
import pytest

from pentrace import schema, tables
from pentrace.clean.settings import CleanSettings
from pentrace.discriminate.classifiers import folds
from pentrace.discriminate.comparisons import Source, groups, real_pairs
from pentrace.discriminate.embedding import embedded
from pentrace.discriminate.features import FEATURES, features
from pentrace.discriminate.kernel_test import kernel_test
from pentrace.discriminate.recurrent import recurrent_scores
from pentrace.discriminate.scores import alone, auc
from pentrace.discriminate.settings import DiscriminateSettings
from pentrace.discriminate.trajectories import Trajectory, filtered, pair
from pentrace.errors import PentraceError, UsageError
from pentrace.files import read_json
from pentrace.generate.load_model import SHIPPED_READER, load_reader
from pentrace.networks import model_file
from tests.helpers import small_discrimination as small
from tests.helpers.commands import makes_the_same_twice, pentrace

FEW = ["--folds", "3", "--resamples", "200", "--permutations", "200"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written lines that differ from real ones only by chance."""
    folder = tmp_path_factory.mktemp("discriminate")
    small.write(folder)
    discriminate(folder)
    return folder


def discriminate(folder: Path, *more: object) -> str:
    words = ["--data", folder, "--written", folder / "rewritten", *FEW, *more]
    outputs = ["--out-metrics", folder / "d.json", "--out-lines", folder / "d.parquet"]
    return pentrace("discriminate", *words, *outputs, "--out-features", folder / "f.parquet")


def row(folder: Path, origin: str) -> dict:
    table = read_json(folder / "d.json")["table"]
    return next(row for row in table if row["origin"] == origin)


@pytest.mark.parametrize("origin", ["rewritten", "halves"])
def test_lines_without_a_difference_are_not_distinguished(data: Path, origin: str) -> None:
    found = row(data, origin)
    for one in found["classifiers"].values():
        assert one["low"] < 0.5 < one["high"] and 0.3 < one["auc"] < 0.7
    assert found["tests"]["features"]["p"] > 0.01
    assert abs(found["tests"]["features"]["mmd2"]) < 0.02


def test_other_hands_are_distinguished(data: Path) -> None:
    found = row(data, "other hands")
    assert found["classifiers"]["boosting"]["low"] > 0.6
    assert found["tests"]["features"]["p"] <= 0.01


def test_noise_is_found_and_named(tmp_path: Path) -> None:
    small.write(tmp_path, noise=0.05)
    discriminate(tmp_path)
    found = row(tmp_path, "rewritten")
    assert min(one["low"] for one in found["classifiers"].values()) > 0.9
    assert found["tests"]["features"]["p"] <= 0.01
    rows = [r for r in read_json(tmp_path / "d.json")["features"] if r["origin"] == "rewritten"]
    assert next(r["auc"] for r in rows if r["feature"] == "tremor") > 0.95
    assert row(tmp_path, "halves")["classifiers"]["logistic"]["low"] < 0.5


def test_the_tables_have_both_lines_of_each_pair(data: Path) -> None:
    lines = tables.read(data / "d.parquet", schema.DISCRIMINATED.names).to_pandas()
    own = lines[lines.origin == "rewritten"]
    pairs = own.pivot(index="pair", columns="other", values="sample_id")
    assert ("bias-0.5/" + pairs[False] == pairs[True]).all()
    writer = own.sample_id.str.extract(r"(w\d)")[0]
    assert (own.groupby(writer).fold.nunique() == 1).all()
    values = tables.read(data / "f.parquet", schema.TRAJECTORY_FEATURES.names).to_pandas()
    assert len(values) == len(lines) * len(FEATURES) and values.value.notna().all()


def test_same_seed_same_bytes(data: Path) -> None:
    outputs = [data / name for name in ("d.json", "d.parquet", "f.parquet")]
    makes_the_same_twice(lambda: discriminate(data), *outputs)


def test_too_few_lines_give_empty_tables(tmp_path: Path) -> None:
    small.write(tmp_path)
    for name, columns in (("lines", schema.WRITTEN), ("offsets", schema.OFFSETS)):
        tables.write_rows(tmp_path / f"rewritten/{name}.parquet", columns, [])
    names = tables.read(tmp_path / "samples.parquet").to_pylist()
    kept = [r | {"split": None} for r in names]
    tables.write_rows(tmp_path / "samples.parquet", schema.SAMPLES, kept)
    assert "too few lines" in discriminate(tmp_path)
    assert read_json(tmp_path / "d.json")["table"] == []


def test_a_folder_without_written_lines_is_refused(data: Path) -> None:
    with pytest.raises(PentraceError, match="no written lines; give a folder"):
        discriminate(data, "--written", data / "offsets")


def positions(random: np.random.Generator, jitter: float = 0.0) -> tuple[np.ndarray, ...]:
    """Whole tablet units, with a random part of at most `jitter` at each point."""
    x, y = np.rint(np.cumsum(random.normal(3, 6, (2, 90)), 1)), np.repeat(np.arange(3), 30)
    part = np.random.default_rng(5).uniform(-jitter, jitter, (2, 90))
    return x[0] + part[0], x[1] + part[1], y.astype(np.int32)


def test_the_grid_of_the_tablet_gives_nothing_away() -> None:
    rules = CleanSettings(too_short=None, too_long=None)
    recorded, drawn = (positions(np.random.default_rng(1), jitter) for jitter in (0, 0.49))
    one, other = (filtered([line], rules, 1.0)[0] for line in (recorded, drawn))
    for values, same in zip(one, other, strict=True):
        np.testing.assert_array_equal(values, same)


def test_points_are_removed_by_the_rules_of_the_recordings() -> None:
    x = np.array([0.0, 5, 5.2, 10, 10, 15])
    y = np.array([0.0, 0, 0.1, 0, 300, 0])
    line = x, y, np.zeros(6, np.int32)
    (found,) = filtered([line], CleanSettings(too_short=None, too_long=None), 1.0)
    np.testing.assert_array_equal(found.x, [0, 5, 10, 15])
    np.testing.assert_array_equal(found.lifted, [False, False, False, True])


def test_both_lines_of_a_pair_are_equally_long() -> None:
    long, short = (Trajectory(np.arange(n) * 1.0, np.zeros(n), np.zeros(n, bool)) for n in (50, 30))
    one, other = pair(long, short, 100)
    assert len(one) == len(other) == 30 and one.lifted[-1] and other.lifted[-1]
    assert [len(line) for line in pair(long, short, 20)] == [20, 20]


def test_lines_of_one_writer_or_of_one_text_are_in_one_group() -> None:
    known = {"a": ("w1", "t1"), "b": ("w1", "t2"), "c": ("w2", "t2"), "d": ("w3", None),
             "e": ("w4", None)}  # fmt: skip
    found = groups({name: Source(*of, "test") for name, of in known.items()})
    assert found["a"] == found["b"] == found["c"]
    assert len({found["a"], found["d"], found["e"]}) == 3


def test_groups_are_not_divided_among_folds() -> None:
    group = np.repeat(np.arange(7), [9, 1, 5, 3, 3, 2, 1])
    fold = folds(group, 3, 1)
    assert all(len(set(fold[group == g].tolist())) == 1 for g in range(7))
    assert sorted(np.bincount(fold)) == [7, 8, 9]
    assert folds(np.array([0, 0, 1]), 5, 1).max() == 1


def test_halves_are_of_one_writer_and_other_hands_are_not() -> None:
    random = np.random.default_rng(0)
    names = [f"w{w}-{i}" for w in range(4) for i in range(5)]
    real = {n: filtered([positions(random)], CleanSettings(too_short=None), 1.0)[0] for n in names}
    known = {n: Source(n.split("-")[0], n, "test") for n in names}
    halves, others = real_pairs(real, known, 100, None, 1)
    assert len(halves.names) == 8 and all(a[:2] == b[:2] for a, b in halves.names)
    sides = [{pair[i][:2] for pair in others.names} for i in range(2)]
    assert len(sides[0]) == len(sides[1]) == 2 and not sides[0] & sides[1]


def test_the_area_counts_pairs_of_one_fold_only() -> None:
    real, written = np.array([0.0, 1.0, 10.0, 11.0]), np.array([2.0, 0.5, 12.0, 10.0])
    fold = np.array([0, 0, 1, 1])
    found = auc(real, written, fold, np.arange(4), 500, 1)
    assert found.auc == (2 + 1 + 2 + 0.5) / 8
    assert found.low <= found.auc <= found.high
    assert alone(real[:, None], written[:, None]) == [9.5 / 16]


def test_the_kernel_test_finds_another_spread_and_is_unbiased() -> None:
    random = np.random.default_rng(3)
    one, same = random.normal(size=(2, 60, 3))
    assert kernel_test(one, 2.5 * same, 300, 1).p < 0.02
    draws = [kernel_test(*random.normal(size=(2, 20, 2)), 100, 1) for _ in range(200)]
    mean, sd = np.mean([d.mmd2 for d in draws]), np.std([d.mmd2 for d in draws])
    assert abs(mean) < 3 * sd / np.sqrt(200)
    assert 0.01 < np.mean([d.p <= 0.05 for d in draws]) < 0.1


def test_features_see_what_they_are_named_after() -> None:
    time = np.arange(200) / 10
    lifted = np.arange(200) % 40 == 39
    calm = Trajectory(20 * time, 40 * np.sin(time * 3), lifted)
    noise = np.random.default_rng(0).normal(0, 1.5, (2, 200))
    shaken = Trajectory(calm.x + noise[0], calm.y + noise[1], lifted)
    rising = Trajectory(calm.x, calm.y + 0.2 * calm.x, lifted)
    stray = Trajectory(calm.x, calm.y, lifted | (np.arange(200) % 40 < 3))
    found = dict(zip(FEATURES, features([calm, shaken, rising, stray]).T, strict=True))
    assert found["tremor"][1] > 5 * found["tremor"][0] > 0
    assert found["zigzag"][1] > found["zigzag"][0]
    assert found["slope"][2] == pytest.approx(found["slope"][0] + 0.2)
    assert found["stray strokes"].tolist() == [0, 0, 0, 0.75]
    assert np.isfinite(features([Trajectory(np.zeros(20), np.zeros(20), np.ones(20, bool))])).all()


def test_a_recurrent_network_finds_noise_in_offsets() -> None:
    lines = [[small.line(f"w0-{i}", take, noise) for i in range(16)]
             for take, noise in ((0, 0.0), (1, 0.2))]  # fmt: skip
    settings = DiscriminateSettings(recurrent=12)
    fold = np.arange(16) % 2
    found = recurrent_scores(*lines, fold, settings)
    assert auc(*found, fold, np.arange(16), 200, 1).auc > 0.8
    np.testing.assert_array_equal(found, recurrent_scores(*lines, fold, settings))


def test_a_recogniser_gives_vectors_of_one_length() -> None:
    units = model_file.read(SHIPPED_READER, "np", ("recognition",))[2]
    recogniser = load_reader(SHIPPED_READER, units)
    lines = [small.line("w0-0", 0), small.line("w1-3", 0)[:50]]
    found = embedded(recogniser, lines)
    assert found.shape[0] == 2 and np.isfinite(found).all()
    np.testing.assert_allclose(found[1], embedded(recogniser, lines[1:])[0], rtol=1e-4, atol=1e-5)


def test_a_folder_given_twice_is_refused(data: Path) -> None:
    again = data / "other" / ".." / "rewritten"
    with pytest.raises(UsageError, match=r"given twice, the same folder as .*rewritten; give each"):
        discriminate(data, "--written", again)
    with pytest.raises(UsageError, match="rewritten: given twice; give each folder once"):
        discriminate(data, "--written", data / "rewritten")
