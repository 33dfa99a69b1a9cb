"""Batches of complete lines, random crops, stored windows or streams, cut from one flat array.

A plan lists the batches of one epoch. It is a pure function of the lines, the seed and the epoch,
so batch k of epoch e is the same in every process, for any number of processes. A run that was
stopped continues from (seed, e, k). The random numbers are Philox streams (Salmon et al. 2011), one
per seed and epoch.

An item (sample, start, stop) of a batch predicts the steps start + 1 to stop of a sample: the
input is its offsets start to stop - 1, the target the offset after each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pentrace.windows.lines import Lines, load_lines

__all__ = [
    "Batch", "Lines", "Plan", "crop_batches", "gather", "line_batches", "load_lines",
    "stream_batches", "window_batches",
]  # fmt: skip

POOL = 16  # batches whose lines are sorted by length together


class Batch(NamedTuple):
    """B runs of offsets."""

    sample: np.ndarray  # int64 (B,), index into the lines
    start: np.ndarray  # int64 (B,), first input
    stop: np.ndarray  # int64 (B,), last target


@dataclass(frozen=True)
class Plan:
    """The batches of one epoch: `plan[k]` is batch k."""

    items: Batch  # the items of all batches, one after the other
    bounds: np.ndarray  # int64 (K + 1,): batch k is the items bounds[k]:bounds[k + 1]
    truncated: int = 0  # lines that were cut off at the longest length allowed
    left_out: int = 0  # lines or windows without a step, or lines too short for a crop

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, k: int) -> Batch:
        if not 0 <= k < len(self):
            raise IndexError(f"no batch {k}: the epoch has {len(self)}")
        here = slice(self.bounds[k], self.bounds[k + 1])
        return Batch(*(values[here] for values in self.items))

    def __iter__(self) -> Iterator[Batch]:
        return (self[k] for k in range(len(self)))

    @property
    def n_steps(self) -> int:
        """Steps to predict in the epoch, without padding."""
        return int((self.items.stop - self.items.start).sum())


def line_batches(
    lines: Lines, batch_size: int, seed: int, epoch: int, max_length: int | None = None
) -> Plan:
    """Every complete line once; lines of similar length together, the batches in random order.

    Lines are shuffled, sorted by length within pools of 16 batches, and cut into batches, so that
    padding is small and neighbours differ from epoch to epoch. A line is cut off at `max_length`
    steps; `Plan.truncated` counts such lines. Lines without a step are left out.
    """
    random = _random(seed, epoch, "lines")
    sample = random.permutation(np.flatnonzero(lines.n_steps > 0))
    steps = lines.n_steps[sample]
    pool = np.arange(len(sample)) // (POOL * batch_size)
    sample = sample[np.lexsort((steps, pool))]
    batch = _shuffled(len(sample), batch_size, random)
    stop = lines.n_steps[sample]
    kept = stop if max_length is None else np.minimum(stop, max_length)
    return _plan(
        Batch(sample, np.zeros_like(sample), kept),
        batch,
        truncated=int((kept < stop).sum()),
        left_out=len(lines.ids) - len(sample),
    )


def crop_batches(lines: Lines, length: int, batch_size: int, seed: int, epoch: int) -> Plan:
    """Random runs of `length` steps; a line is drawn in proportion to its number of steps.

    They are drawn as in write-rnn, from lines of at least `length` steps; `Plan.left_out` counts
    shorter lines. Batches are full and without padding, and as many as cover the steps of those
    lines on average.
    """
    random = _random(seed, epoch, "crops")
    long = np.flatnonzero(lines.n_steps >= length)
    until = np.cumsum(lines.n_steps[long])
    total = int(until[-1]) if len(long) else 0
    n = batch_size * max(total // (length * batch_size), int(total > 0))
    sample = long[np.searchsorted(until, random.integers(max(total, 1), size=n), side="right")]
    start = random.integers(lines.n_steps[sample] - length + 1)
    left_out = len(lines.ids) - len(long)
    return _plan(
        Batch(sample, start, start + length), np.arange(n) // batch_size, left_out=left_out
    )


def window_batches(windows: Lines, batch_size: int, seed: int, epoch: int) -> Plan:
    """Every complete window once, in random order; `windows` as from `load_windows`.

    Windows without a step to predict are left out.
    """
    random = _random(seed, epoch, "windows")
    sample = random.permutation(np.flatnonzero(windows.n_steps > 0))
    items = Batch(sample, np.zeros_like(sample), windows.n_steps[sample])
    left_out = len(windows.ids) - len(sample)
    return _plan(items, np.arange(len(sample)) // batch_size, left_out=left_out)


def stream_batches(lines: Lines, length: int, batch_size: int) -> Plan:
    """The longest line in `batch_size` streams of one length, `length` steps of each at a time.

    Row b of every batch continues row b of the previous batch. `Plan.left_out` counts the steps at
    the end that are too few for one more step of each stream. A line with fewer steps than streams
    makes one stream.
    """
    sample = int(lines.n_steps.argmax()) if len(lines.ids) else 0
    total = max(int(lines.n_steps.max(initial=0)), 0)
    streams = batch_size if total >= batch_size else 1
    each = total // streams
    first = np.arange(0, each, length)
    start = (first[:, None] + np.arange(streams) * each).ravel()
    stop = start + np.repeat(np.minimum(first + length, each) - first, streams)
    items = Batch(np.full(len(start), sample), start, stop)
    return _plan(items, np.repeat(np.arange(len(first)), streams), left_out=total - streams * each)


def gather(lines: Lines, batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Input x and target y, float32 (B, T, 3), and mask, bool (B, T), true where y is a step.

    T is the longest run in the batch; the rest is padded with zeros. x and y are as the steps of
    `lines`: int64 (B, T) for a text.
    """
    first = lines.starts[batch.sample] + batch.start
    n = batch.stop - batch.start
    x = np.zeros((len(n), int(n.max(initial=0)), *lines.steps.shape[1:]), lines.steps.dtype)
    y = np.zeros_like(x)
    for row, (a, length) in enumerate(zip(first.tolist(), n.tolist(), strict=True)):
        x[row, :length] = lines.steps[a : a + length]
        y[row, :length] = lines.steps[a + 1 : a + 1 + length]
    return x, y, np.arange(x.shape[1]) < n[:, None]


def _random(seed: int, epoch: int, what: str) -> np.random.Generator:
    """A separate stream for every seed, epoch and kind of batches."""
    words = [epoch, *what.encode()]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=words)))


def _shuffled(n: int, batch_size: int, random: np.random.Generator) -> np.ndarray:
    """int64 (n,): the batch of each item; runs of `batch_size`, the batches in random order."""
    order = random.permutation(-(-n // batch_size))
    return order[np.arange(n) // batch_size]


def _plan(items: Batch, batch: np.ndarray, truncated: int = 0, left_out: int = 0) -> Plan:
    """A plan in which item i is in batch `batch[i]`."""
    order = np.argsort(batch, kind="stable")
    items = Batch(*(values[order] for values in items))
    bounds = np.append(0, np.cumsum(np.bincount(batch)))
    return Plan(items, bounds, truncated, left_out)
