"""Batches: what an epoch covers, and that a plan depends only on seed and epoch."""

import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace.windows.batches import (
    Batch,
    Lines,
    Plan,
    crop_batches,
    gather,
    line_batches,
    window_batches,
)


def make_lines(lengths: list[int]) -> Lines:
    """Lines whose offsets are all different: dx counts them, dy is minus that."""
    starts = np.cumsum([0, *lengths]).astype(np.int64)
    count = np.arange(starts[-1], dtype=np.float32)
    steps = np.stack([count + 1, -count - 1, np.ones_like(count)], 1)
    names = [str(i) for i in range(len(lengths))]
    return Lines(steps, starts, names, [None] * len(lengths))


MANY = make_lines(np.random.default_rng(0).integers(2, 200, 300).tolist())
WAYS = {
    "lines": lambda lines, seed, epoch: line_batches(lines, 8, seed, epoch),
    "crops": lambda lines, seed, epoch: crop_batches(lines, 40, 8, seed, epoch),
    "windows": lambda lines, seed, epoch: window_batches(lines, 8, seed, epoch),
}
ways = pytest.mark.parametrize("way", WAYS)
lengths = st.lists(st.integers(1, 60), max_size=30)


def same(a: Plan, b: Plan) -> bool:
    return len(a) == len(b) and all(
        np.array_equal(x, y) for p, q in zip(a, b, strict=True) for x, y in zip(p, q, strict=True)
    )


@ways
def test_a_plan_is_a_function_of_seed_and_epoch(way: str) -> None:
    make = WAYS[way]
    assert same(make(MANY, 1, 2), make(MANY, 1, 2))
    assert not same(make(MANY, 1, 2), make(MANY, 1, 3))
    assert not same(make(MANY, 1, 2), make(MANY, 2, 2))


PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
from tests.windows.test_batches import MANY, WAYS
import zlib
for way, make in WAYS.items():
    for k in range({first}, len(make(MANY, 7, 3)), {step}):
        batch = make(MANY, 7, 3)[k]
        print(way, k, zlib.crc32(b"".join(v.tobytes() for v in batch)))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_batches_are_the_same_in_any_number_of_processes(workers: int) -> None:
    tests = str(Path(__file__).parents[2])
    lines: list[str] = []
    for first in range(workers):
        program = PROGRAM.format(tests=tests, first=first, step=workers)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
        lines += done.stdout.decode().splitlines()
    here = [
        f"{way} {k} {zlib.crc32(b''.join(v.tobytes() for v in batch))}"
        for way, make in WAYS.items()
        for k, batch in enumerate(make(MANY, 7, 3))
    ]
    assert sorted(lines) == sorted(here)


@given(lengths, st.integers(1, 9), st.integers(0, 5))
def test_an_epoch_of_lines_has_every_complete_line_once(
    sizes: list[int], batch_size: int, epoch: int
) -> None:
    lines = make_lines(sizes)
    plan = line_batches(lines, batch_size, 3, epoch)
    taken = np.concatenate([b.sample for b in plan]) if len(plan) else np.zeros(0, int)
    assert sorted(taken.tolist()) == [i for i, n in enumerate(sizes) if n > 1]
    assert plan.n_steps == sum(n - 1 for n in sizes)
    assert plan.left_out == sum(n == 1 for n in sizes)
    assert all(0 < len(b.sample) <= batch_size for b in plan)


@given(lengths, st.integers(1, 9))
def test_an_epoch_of_windows_has_every_complete_window_once(
    sizes: list[int], batch_size: int
) -> None:
    plan = window_batches(make_lines(sizes), batch_size, 3, 0)
    taken = [int(i) for batch in plan for i in batch.sample]
    assert sorted(taken) == [i for i, n in enumerate(sizes) if n > 1]
    assert plan.left_out == sum(n == 1 for n in sizes)
    assert not plan.items.start.any()
    assert plan.items.stop.tolist() == [sizes[i] - 1 for i in taken]
    assert all(len(batch.sample) == batch_size for batch in list(plan)[:-1])


def test_crops_are_full_and_weighted_by_length() -> None:
    lines = make_lines([21, 41, 10, 321])
    draws = np.concatenate([
        crop_batches(lines, 20, 8, seed, 0).items.sample for seed in range(300)
    ])  # fmt: skip
    share = np.bincount(draws, minlength=4) / len(draws)
    np.testing.assert_allclose(share, np.array([20, 40, 0, 320]) / 380, atol=0.02)
    plan = crop_batches(lines, 20, 8, 0, 0)
    assert (plan.left_out, len(plan)) == (1, 2)
    for batch in plan:
        assert (batch.stop - batch.start == 20).all()
        assert (batch.stop <= lines.n_steps[batch.sample]).all()


def test_crops_begin_anywhere_in_a_line() -> None:
    lines = make_lines([30])
    begun = {int(s) for seed in range(200) for s in crop_batches(lines, 20, 4, seed, 0).items.start}
    assert begun == set(range(10))


def test_crops_longer_than_every_line_give_no_batch() -> None:
    assert len(crop_batches(make_lines([5, 6]), 20, 8, 0, 0)) == 0


def test_long_lines_are_cut_off_and_counted() -> None:
    plan = line_batches(make_lines([10, 50, 60]), 2, 0, 0, max_length=30)
    assert plan.truncated == 2
    assert sorted((plan.items.stop - plan.items.start).tolist()) == [9, 30, 30]


def test_lines_of_similar_length_share_a_batch() -> None:
    plan = line_batches(MANY, 8, 0, 0)
    padded = sum(len(b.sample) * int(b.stop.max()) for b in plan)
    assert padded / plan.n_steps < 1.2
    longest = [int(b.stop.max()) for b in plan]
    assert longest != sorted(longest)


def test_a_batch_holds_inputs_targets_and_a_mask() -> None:
    lines = make_lines([4, 3])
    batch = Batch(np.array([1, 0]), np.array([0, 1]), np.array([2, 2]))
    x, y, mask = gather(lines, batch)
    assert (x.dtype, y.dtype, mask.dtype) == (np.float32, np.float32, np.bool_)
    assert x[..., 0].tolist() == [[5, 6], [2, 0]]
    assert y[..., 0].tolist() == [[6, 7], [3, 0]]
    assert mask.tolist() == [[True, True], [True, False]]


@ways
def test_the_target_is_the_offset_after_the_input(way: str) -> None:
    for batch in WAYS[way](MANY, 0, 0):
        x, y, mask = gather(MANY, batch)
        assert (y[mask][:, 0] == x[mask][:, 0] + 1).all()
        assert not x[~mask].any()
        assert not y[~mask].any()
        assert mask.sum() == (batch.stop - batch.start).sum()


def test_a_batch_beyond_the_epoch_is_an_index_error() -> None:
    plan = line_batches(MANY, 8, 0, 0)
    with pytest.raises(IndexError, match="the epoch has 38"):
        plan[38]
