"""Microseconds to make one batch, on lines as long as those of IAM-OnDB.

    python benchmarks/batches.py [WINDOWS_FOLDER]

Without a folder the lines are random numbers; with one, its training split is used. Every figure
is the median over the batches of an epoch. `plan` is the cost of a whole epoch's plan.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from pentrace.windows.batches import (
    Lines,
    Plan,
    crop_batches,
    gather,
    line_batches,
    load_lines,
    window_batches,
)

LENGTH, BATCH = 300, 32


def random_lines(n: int = 5364) -> Lines:
    """Lines of about 100 to 1400 offsets, 620 in the middle."""
    random = np.random.default_rng(0)
    lengths = np.clip(random.normal(620, 190, n), 100, 1400).astype(np.int64)
    starts = np.append(0, np.cumsum(lengths))
    steps = random.normal(size=(starts[-1], 3)).astype(np.float32)
    return Lines(steps, starts, [str(i) for i in range(n)], [None] * n)


def measure(name: str, lines: Lines, make: Callable[[], Plan]) -> None:
    begin = time.perf_counter()
    plan = make()
    planned = time.perf_counter() - begin
    times, padded = [], 0
    for batch in plan:
        begin = time.perf_counter()
        x, _, _ = gather(lines, batch)
        times.append(time.perf_counter() - begin)
        padded += x.shape[0] * x.shape[1]
    print(
        f"{name:28} {np.median(times) * 1e6:6.0f} us a batch, {len(plan):5} batches, "
        f"plan {planned * 1e3:5.1f} ms, padding {padded / plan.n_steps - 1:6.2%}"
    )


def main() -> None:
    begin = time.perf_counter()
    lines = load_lines(sys.argv[1], ["train"]) if len(sys.argv) > 1 else random_lines()
    print(
        f"{len(lines.ids)} lines, {len(lines.steps)} offsets, {time.perf_counter() - begin:.2f} s"
    )
    measure("crops 32 x 300", lines, lambda: crop_batches(lines, LENGTH, BATCH, 0, 0))
    measure("windows 32 x 300", lines, lambda: window_batches(lines, LENGTH, LENGTH, BATCH, 0, 0))
    measure("whole lines, 32", lines, lambda: line_batches(lines, BATCH, 0, 0))


if __name__ == "__main__":
    main()
