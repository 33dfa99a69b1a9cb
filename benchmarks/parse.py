"""Parsing lines of IAM-OnDB to Parquet, compared with a loop over points and with libxml2.

    python benchmarks/parse.py [RAW_FOLDER] [--files N]

RAW_FOLDER has the layout of `data/raw/iam`; without it, similar lines are generated. All programs
start from collected shards and write the same table of points; libxml2 only parses. The start of
Python does not count. Their rounds are interleaved, and the medians are reported.
"""

import os
import resource
import statistics
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
from lxml import etree

from pentrace import schema, tables
from pentrace.collect.archive import Link, archive_files
from pentrace.collect.find import find_ink, tree_files
from pentrace.collect.write_shards import pack
from pentrace.demo.board import line_xml
from pentrace.demo.recording import RecordedLine
from pentrace.ingest.parse import command as parse
from pentrace.ink import CHANNELS
from pentrace.readers.sources.iam import INK, group
from pentrace.shards import shard_of

SHARDS = 16
TARGETS = {1: 4.0, 2: 6.0}  # processes: times faster than the loop in one process


def pentrace(shard: Path, out: Path) -> None:
    """The stage itself."""
    files = {"points": out, "samples": out.with_suffix(".s"), "rejects": out.with_suffix(".r")}
    words = [word for name, path in files.items() for word in (f"--out-{name}", str(path))]
    given = ["--dataset", "iam", "--reader", "iam", "--raw", str(shard)]
    parse.main([*given, *words], standalone_mode=False)


def loop(shard: Path, out: Path) -> None:
    """A loop over the points of an ElementTree, as in other projects."""
    tables.write(out, schema.POINTS, map(looped, tables.read_pieces(shard)))


def looped(files: pa.Table) -> pa.Table:
    """Points of one row group of raw files, with the least possible work per point."""
    x: list[float] = []
    y: list[float] = []
    t: list[float] = []
    stroke: list[int] = []
    lengths: list[int] = []
    for content in files["content"].to_pylist():
        before = len(x)
        for number, element in enumerate(ElementTree.fromstring(content).find("StrokeSet") or []):
            for point in element:
                x.append(float(point.get("x", "")))
                y.append(float(point.get("y", "")))
                t.append(float(point.get("time", "")))
            stroke += [number] * len(element)
        lengths.append(len(x) - before)
    names = pa.array([Path(path).stem for path in files["path"].to_pylist()])
    owner = pa.array(np.repeat(np.arange(len(lengths)), lengths), pa.int32())
    whole = {
        **{name: pa.nulls(len(x), schema.POINTS.field(name).type) for name in CHANNELS},
        "sample_id": pa.DictionaryArray.from_arrays(owner, names),
        "stroke": stroke,
        "point": np.concatenate([np.arange(length) for length in lengths]),
        **{"x": x, "y": y, "t": t},
    }
    return pa.table({name: whole[name] for name in schema.POINTS.names}, schema=schema.POINTS)


def libxml2(shard: Path, _out: Path) -> None:
    """The least time of every program that builds a tree."""
    for files in tables.read_pieces(shard):
        for content in files["content"].to_pylist():
            etree.fromstring(content)


CONTESTANTS: dict[str, Callable[[Path, Path], None]] = {
    "loop": loop,
    "libxml2": libxml2,
    "pentrace": pentrace,
}


def race(name: str, processes: int, shards: list[Path], out: Path) -> tuple[float, float]:
    """Wall and CPU seconds of `name`, in processes that are already running."""
    spawn = get_context("spawn")
    with spawn.Pool(processes, warm, (spawn.Barrier(processes),)) as pool:
        pool.apply(abs, (0,))
        begun = time.perf_counter()
        jobs = [(name, shard, out / f"{name}-{shard.name}") for shard in shards]
        cpu = sum(pool.starmap(timed, jobs, chunksize=1))
        return time.perf_counter() - begun, cpu


def timed(name: str, shard: Path, out: Path) -> float:
    """CPU seconds of one program over one shard."""
    begun = time.process_time()
    CONTESTANTS[name](shard, out)
    return time.process_time() - begun


def warm(together: Barrier) -> None:
    """Let pyarrow import pandas, as it does for its first list, and wait for all processes."""
    pa.array([1])
    together.wait()


def peak(shards: list[Path], out: Path) -> int:
    """Peak memory, in MiB, of one process that parses `shards`."""
    with get_context("spawn").Pool(1) as pool:
        pool.starmap(pentrace, [(shard, out / f"peak-{shard.name}") for shard in shards])
        return pool.apply(resource.getrusage, (resource.RUSAGE_SELF,)).ru_maxrss // 1024


def real(folder: Path) -> Iterator[tuple[str, bytes | Link]]:
    """The raw files in `folder`."""
    (found,) = find_ink(INK, folder)
    if not found.tree:
        yield from archive_files(found)
    else:
        yield from ((file.path, Path(file.place).read_bytes()) for file in tree_files(found))


def generated() -> Iterator[tuple[str, bytes]]:
    """As many random walks as the real data has lines, of the same sizes."""
    random = np.random.default_rng(0)
    for number in range(12_195):
        count = int(random.integers(31, 1225))
        x, y = 2000 + np.cumsum(random.integers(-30, 31, (2, count)), axis=1) % 6000
        stroke = np.cumsum(random.random(count) < 0.04)
        ink = RecordedLine(x, y, 76_905 + np.cumsum(random.integers(1, 3, count)), stroke)
        name = f"g{number // 100:02d}-{number // 10 % 10:03d}"
        yield f"lineStrokes/{name[:3]}/{name}/{name}z-{number % 10:02d}.xml", line_xml(ink)


def same(shards: list[Path], out: Path) -> bool:
    """Whether the loop and Pentrace wrote the same points."""
    pairs = ((tables.read(out / f"{n}-{s.name}") for n in ("loop", "pentrace")) for s in shards)
    return all(one.unify_dictionaries().equals(other.unify_dictionaries()) for one, other in pairs)


@click.command()
@click.argument("raw", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--files", default=None, type=int, help="Number of files to use; default: all.")
@click.option("--rounds", default=3, help="Rounds; medians are reported.")
def main(raw: Path | None, files: int | None, rounds: int) -> None:
    """Measure, and print ratios, memory and whether the targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        shards = {i: out / f"{i:02d}.parquet" for i in range(SHARDS)}
        some = islice(real(raw) if raw else generated(), files)
        count = pack(some, shards, lambda path: shard_of(group(path), SHARDS))
        report(list(shards.values()), out, count, rounds)


def report(shards: list[Path], out: Path, count: int, rounds: int) -> None:
    """Print what was measured over `shards`."""
    races = [("loop", 1), ("libxml2", 1), ("pentrace", 1), ("pentrace", 2)]
    times = [[race(*one, shards, out) for one in races] for _ in range(rounds)]
    points = sum(len(tables.read(out / f"pentrace-{s.name}", ["x"])) for s in shards)
    print(
        f"{count:,} files, {points:,} points; {os.cpu_count()} cores; same table:",
        same(shards, out),
    )
    for k, (name, processes) in enumerate(races):
        wall, cpu = (statistics.median(row[k][i] for row in times) for i in (0, 1))
        ratios = [statistics.median(r[0][i] / r[k][i] for r in times) for i in (0, 1)]
        print(
            f"{name:9} {processes} process(es): {wall:6.2f} s wall ({ratios[0]:5.2f} times faster)"
            f" {cpu:6.2f} s CPU ({ratios[1]:5.2f} times)"
        )
        if name == "pentrace":
            verdict = "met" if ratios[0] >= TARGETS[processes] else "MISSED"
            print(f"          target: {TARGETS[processes]} times faster in wall time: {verdict}")
    for part in (len(shards) // 4, len(shards) // 2, len(shards)):
        print(f"peak memory over {part:2} shards: {peak(shards[:part], out)} MiB")


if __name__ == "__main__":
    main()
