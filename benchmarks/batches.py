"""Loading whole lines and stored windows, and making batches of them.

    python benchmarks/batches.py [FOLDER_OF_A_DATA_SET]

Without a folder, lines as long as those of IAM-OnDB are written as offsets in 8 shards and as
windows. Loading is measured in a separate process: seconds, and the growth of the memory, next to
the size of the loaded array. Every time of a batch is the median over the batches of an epoch;
`plan` is the time to plan a complete epoch.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.normalise.normalise import offsets_table
from pentrace.windows.batches import (
    Lines,
    Plan,
    crop_batches,
    gather,
    line_batches,
    load_lines,
    window_batches,
)
from pentrace.windows.stored import load_windows
from pentrace.windows.windows import command as windows

LENGTH, BATCH, SHARDS, GROUP = 300, 32, 8, 256
LOADERS: dict[str, Callable[[Path, list[str]], Lines]] = {
    "lines": load_lines,
    "windows": load_windows,
}


def write_data(data: Path, n: int = 12195) -> None:
    """Lines of about 100 to 1400 offsets, with a mean of 620; half of them are for training."""
    random = np.random.default_rng(0)
    lengths = np.clip(random.normal(620, 190, n), 100, 1400).astype(np.int64)
    names = [f"line-{i:05d}" for i in range(n)]
    for shard in range(SHARDS):
        groups = np.split(np.arange(shard, n, SHARDS), range(GROUP, n // SHARDS + 1, GROUP))
        pieces = [_piece(random, own, names, lengths) for own in groups]
        tables.write(data / "offsets" / f"{shard:02d}.parquet", schema.OFFSETS, pieces)
    empty = {f.name: "" if "string" in str(f.type) else 0 for f in schema.SAMPLES if not f.nullable}
    rows = [
        {**empty, "sample_id": name, "split": "validation" if i % 2 else "train"}
        for i, name in enumerate(names)
    ]
    tables.write_rows(data / "samples.parquet", schema.SAMPLES, rows)
    words = ["--offsets", data / "offsets", "--samples", data / "samples.parquet"]
    windows.main([str(w) for w in [*words, "--out", data / "windows"]], standalone_mode=False)


def _piece(
    random: np.random.Generator, own: np.ndarray, names: list[str], lengths: np.ndarray
) -> pa.Table:
    starts = np.append(0, np.cumsum(lengths[own]))
    steps = random.normal(size=(starts[-1], 3)).astype(np.float32)
    steps[:, 2] = random.random(starts[-1]) < 0.04  # ends of strokes
    return offsets_table([names[i] for i in own], starts, steps)


def load(name: str, data: Path) -> None:
    """Print the time and the memory of one way to load the training split."""
    before = _peak()
    begin = time.perf_counter()
    found = LOADERS[name](data, ["train"])
    seconds = time.perf_counter() - begin
    print(
        f"{name}: {len(found.ids)} with {len(found.steps)} offsets in {seconds:.2f} s, memory "
        f"{_peak() - before:.0f} MiB for an array of {found.steps.nbytes / 2**20:.0f} MiB",
        flush=True,
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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


def in_process(work: Callable[..., None], *given: object) -> None:
    """Run `work` in a separate process, so that the peak of memory is that of `work`."""
    child = multiprocessing.get_context("spawn").Process(target=work, args=given)
    child.start()
    child.join()


def main(data: Path) -> None:
    for name in LOADERS:
        in_process(load, name, data)
    lines, stored = load_lines(data, ["train"]), load_windows(data, ["train"])
    measure("crops 32 x 300", lines, lambda: crop_batches(lines, LENGTH, BATCH, 0, 0))
    measure("windows as stored, 32", stored, lambda: window_batches(stored, BATCH, 0, 0))
    measure("whole lines, 32", lines, lambda: line_batches(lines, BATCH, 0, 0))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="folder of a data set; else synthetic")
    if given := parser.parse_args().data:
        main(given)
    else:
        with tempfile.TemporaryDirectory() as folder:
            in_process(write_data, Path(folder))
            main(Path(folder))
