"""Windows: nothing lost, nothing added, and nothing in two splits."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.normalise.normalise import offsets_table
from pentrace.windows.cut import cut, padded
from pentrace.windows.lines import Lines, load_lines
from pentrace.windows.settings import OF_TEXT, WindowSettings
from pentrace.windows.windows import SPLITS, command
from tests.helpers.commands import invoke, makes_the_same_twice
from tests.helpers.rows import filled


def make_steps(lengths: list[int], seed: int = 0) -> list[np.ndarray]:
    """Offsets of samples, float32 (T, 3) each, the null step first."""
    random = np.random.default_rng(seed)
    samples = []
    for n in lengths:
        steps = random.normal(size=(n, 3)).astype(np.float32)
        steps[:, 2] = steps[:, 2] > 0
        steps[:1, :2] = 0
        samples.append(steps)
    return samples


def write_inputs(
    folder: Path, steps: list[np.ndarray], splits: list, writers: list, shards: int = 3, group=2
) -> None:
    """Offsets in shards of a few row groups, in reverse order of name, and their samples."""
    ids = [f"line-{i:03d}" for i in range(len(steps))]
    for shard in range(shards):
        mine = list(range(len(steps)))[shard::shards][::-1]
        pieces = []
        for i in range(0, len(mine), group):
            some = mine[i : i + group]
            starts = np.cumsum([0, *(len(steps[j]) for j in some)])
            rows = np.concatenate([steps[j] for j in some])
            pieces.append(offsets_table([ids[j] for j in some], starts, rows))
        tables.write(folder / f"offsets/{shard:02d}.parquet", schema.OFFSETS, pieces)
    rows = [
        filled(schema.SAMPLES, sample_id=name, split=split, writer=writer, text=f"text of {name}")
        for name, split, writer in zip(ids, splits, writers, strict=True)
    ]
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)


def run(folder: Path, options: str = "{}") -> str:
    arguments = [
        "--offsets", folder / "offsets", "--samples", folder / "samples.parquet",
        "--out", folder / "windows", "--settings", options,
    ]  # fmt: skip
    return invoke(command, *arguments).output


def test_the_last_window_is_the_first_that_reaches_the_end() -> None:
    cuts = cut(np.array([10, 0, 3, 11, 4]), length=4, stride=3)
    assert cuts.sample.tolist() == [0, 0, 0, 2, 3, 3, 3, 3, 4]
    assert cuts.start.tolist() == [0, 3, 6, 0, 0, 3, 6, 9, 0]
    assert cuts.valid.tolist() == [4, 4, 4, 3, 4, 4, 4, 2, 4]
    assert cuts.window.tolist() == [0, 1, 2, 0, 0, 1, 2, 3, 0]


def test_padding_is_zero() -> None:
    rows = padded(np.arange(1, 6), np.array([0, 3]), np.array([3, 2]), 3)
    assert rows.tolist() == [[1, 2, 3], [4, 5, 0]]


@given(
    st.lists(st.integers(1, 40), max_size=6),
    st.integers(2, 12).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n - 1))),
)
def test_windows_contain_every_step_from_an_offset_to_the_next(lengths: list, shape: tuple) -> None:
    length, stride = shape
    cuts = cut(np.array(lengths, int), length, stride)
    begin = np.cumsum([0, *lengths])
    predicted = np.zeros(begin[-1], int)
    for sample, start, valid in zip(cuts.sample, cuts.start, cuts.valid, strict=True):
        assert 1 < valid <= length or lengths[sample] == 1
        predicted[begin[sample] + start + 1 : begin[sample] + start + valid] += 1
    null = np.isin(np.arange(begin[-1]), begin[:-1])
    assert (predicted > 0).tolist() == (~null).tolist()
    assert stride < length - 1 or predicted.max(initial=0) <= 1


@pytest.mark.parametrize("options", ['{"length":21,"stride":20}', '{"length":20,"stride":7}', "{}"])
def test_lines_and_windows_equal_the_offsets(tmp_path: Path, options: str) -> None:
    steps = make_steps([1, 19, 20, 21, 300, 301, 2, 40])
    splits = ["train", "train", "test", None, "validation", "train", "train", "train"]
    write_inputs(tmp_path, steps, splits, [None] * 8)
    run(tmp_path, options)
    for split in SPLITS:
        lines = load_lines(tmp_path, [split])
        wanted = [i for i, s in enumerate(splits) if s == split]
        assert lines.ids == [f"line-{i:03d}" for i in wanted]
        assert lines.texts == [f"text of line-{i:03d}" for i in wanted]
        for place, i in enumerate(wanted):
            np.testing.assert_array_equal(lines[place], steps[i])
        for row in tables.read(tmp_path / f"windows/{split}.parquet").to_pylist():
            own = slice(row["start"], row["start"] + row["valid"])
            whole = steps[int(row["sample_id"][-3:])][own]
            for column, name in enumerate(("dx", "dy", "end_of_stroke")):
                assert row[name][: row["valid"]] == whole[:, column].tolist()
            assert row["text"] == f"text of {row['sample_id']}"


def test_lines_of_several_splits_are_read_in_the_order_asked_for(tmp_path: Path) -> None:
    write_inputs(tmp_path, make_steps([5, 6, 7]), ["test", "train", "test"], [None] * 3)
    run(tmp_path)
    lines = load_lines(tmp_path, ["train", "test", "validation"])
    assert lines.ids == ["line-001", "line-000", "line-002"]
    assert lines.n_steps.tolist() == [5, 4, 6]


def test_all_four_files_are_written_even_without_a_sample(tmp_path: Path) -> None:
    write_inputs(tmp_path, make_steps([5]), ["train"], [None])
    run(tmp_path)
    files = sorted(path.stem for path in (tmp_path / "windows").iterdir())
    assert files == sorted(SPLITS)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5)), min_size=1, max_size=12),
    st.lists(st.sampled_from([*SPLITS, None]), min_size=6, max_size=6),
    st.integers(1, 14),
)
def test_no_line_and_no_writer_is_in_two_splits(
    tmp_path_factory: pytest.TempPathFactory, lines: list, of_writer: list, stride: int
) -> None:
    folder = tmp_path_factory.mktemp("leak")
    writers = [writer for _, writer in lines]
    steps = make_steps([length for length, _ in lines])
    write_inputs(folder, steps, [of_writer[w] for w in writers], [str(w) for w in writers])
    run(folder, f'{{"length": 15, "stride": {stride}}}')
    seen: dict[str, str] = {}
    written: dict[str, str] = {}
    writer_of = {f"line-{i:03d}": w for i, w in enumerate(writers)}
    for split in SPLITS:
        for row in tables.read(folder / f"windows/{split}.parquet").to_pylist():
            assert row["split"] == split == of_writer[writer_of[row["sample_id"]]]
            assert seen.setdefault(row["sample_id"], split) == split
            assert written.setdefault(writer_of[row["sample_id"]], split) == split
    assert set(seen) == {name for name, w in writer_of.items() if of_writer[w] is not None}


def test_windows_are_padded_to_one_length_and_sorted_by_sample(tmp_path: Path) -> None:
    write_inputs(tmp_path, make_steps([25, 8, 31, 10, 12]), ["train"] * 5, [None] * 5)
    run(tmp_path, '{"length": 10, "stride": 9}')
    table = tables.read(tmp_path / "windows/train.parquet")
    rows = table.to_pylist()
    assert [(r["sample_id"], r["window"]) for r in rows] == sorted(
        (r["sample_id"], r["window"]) for r in rows
    )
    for row in rows:
        for name in ("dx", "dy", "end_of_stroke"):
            assert len(row[name]) == 10
            assert not any(row[name][row["valid"] :])


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    write_inputs(tmp_path, make_steps([25, 8, 31]), ["train", "test", "train"], [None] * 3)
    files = [tmp_path / f"windows/{s}.parquet" for s in SPLITS]
    makes_the_same_twice(lambda: run(tmp_path), *files)


def test_windows_do_not_depend_on_shards_and_row_groups(tmp_path: Path) -> None:
    steps = make_steps([25, 8, 31, 3, 40])
    for name, shards, group in (("a", 1, 5), ("b", 4, 1)):
        write_inputs(tmp_path / name, steps, ["train"] * 5, [None] * 5, shards, group)
        run(tmp_path / name)
    a, b = (load_lines(tmp_path / name, ["train"]) for name in "ab")
    assert a.ids == b.ids
    np.testing.assert_array_equal(a.steps, b.steps)
    one, other = (tables.read(tmp_path / name / "windows/train.parquet") for name in "ab")
    assert one.equals(other)


@pytest.mark.parametrize("stride", [20, 30])
def test_a_stride_that_leaves_steps_out_is_refused(stride: int) -> None:
    message = (
        rf"stride \({stride}\) must be below length \(20\).* never predicted; set stride to 19"
    )
    with pytest.raises(ValidationError, match=message):
        WindowSettings(length=20, stride=stride)


def test_by_default_neighbouring_windows_share_one_offset() -> None:
    for made in (WindowSettings(), WindowSettings.model_validate(OF_TEXT)):
        assert made.stride == made.length - 1


def test_offsets_without_a_sample_row_are_named(tmp_path: Path) -> None:
    write_inputs(tmp_path, make_steps([5]), ["train"], [None])
    tables.write_rows(tmp_path / "samples.parquet", schema.SAMPLES, [])
    with pytest.raises(PentraceError, match="no row for line-000"):
        run(tmp_path)


@pytest.mark.parametrize("missing", ["offsets", "samples.parquet"])
def test_what_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    write_inputs(tmp_path, make_steps([5]), ["train"], [None])
    (tmp_path / missing).rename(tmp_path / "gone")
    with pytest.raises(PentraceError, match=rf"{missing}: no .*build it with snakemake"):
        load_lines(tmp_path, ["train"])


def test_row_groups_and_shards_without_a_sample_are_skipped(tmp_path: Path) -> None:
    write_inputs(tmp_path, make_steps([5, 6]), ["train", None], [None] * 2, shards=4)
    assert load_lines(tmp_path, ["train"]).ids == ["line-000"]
    nothing = load_lines(tmp_path, ["test"])
    assert (len(nothing.ids), nothing.steps.shape, nothing.starts.tolist()) == (0, (0, 3), [0])


def test_lines_give_one_sample_at_a_time() -> None:
    steps = make_steps([3, 4])
    lines = Lines(np.concatenate(steps), np.array([0, 3, 7]), ["a", "b"], [None, "t"])
    np.testing.assert_array_equal(lines[1], steps[1])
