"""A training step on two cores: by one thread, by two threads, and by two processes.

    OMP_NUM_THREADS=1 python benchmarks/processes.py [synthesis] [graves-synthesis-3x400] ...

The networks are those of config.yaml, on random lines of 600 points. The three ways take turns in
one run, after a round that is not counted. Wall time, and CPU time of all processes: medians of the
rounds, and medians of the ratios to one thread.
"""

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
import yaml

from pentrace.networks.model_file import settings as settings_of
from pentrace.networks.model_file import shipped
from pentrace.networks.settings import PRETRAINED, NetworkSettings
from pentrace.train.data import Data
from pentrace.train.distributed import Processes, run
from pentrace.train.precision import set_arithmetic
from pentrace.train.step import Descent
from pentrace.windows.batches import Lines, line_batches

LINES, POINTS, LETTERS, ALPHABET = 64, 600, 25, "abcdefghijklmnopqrstuvwxyz"
ROUNDS = 7
WAYS = ("one thread", "two threads", "two processes")


def settings(name: str, precision: str) -> NetworkSettings:
    """A network of config.yaml; its size is that of the network that it starts from."""
    config = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
    values = config["networks"][name]
    values["train"]["precision"] = precision
    given = NetworkSettings.model_validate(values)
    found = given
    if given.start == PRETRAINED:
        start = settings_of(shipped(given.kind))
        assert start is not None
        found = given.shaped(start)
    alphabet = None if given.kind == "prediction" else ALPHABET
    return found.model_copy(update={"alphabet": alphabet})


def some_data(s: NetworkSettings) -> Data:
    """Random offsets and texts; the time of a step depends only on sizes."""
    random = np.random.default_rng(0)
    steps = random.normal(size=(LINES * POINTS, 3)).astype(np.float32)
    steps[:, 2] = steps[:, 2] > 1.5
    names = [f"line-{n}" for n in range(LINES)]
    lines = Lines(steps, np.arange(LINES + 1) * POINTS, names, [None] * LINES)
    if s.kind == "prediction":
        return Data(lines, None)
    writers = np.arange(LINES) % 8 if s.style_size else None
    return Data(lines, random.integers(len(ALPHABET), size=(LINES, LETTERS)), writers)


def measure(group: Processes, name: str, precision: str) -> None:
    s = settings(name, precision)
    set_arithmetic(s.train, group.device, 1)
    torch.set_flush_denormal(True)  # a window that has not moved gives such numbers
    data = some_data(s)
    plan = line_batches(data.lines, s.train.batch_size, 0, 0)
    alone, shared = (Descent(s, some) for some in (Processes(0, 1, group.device), group))
    rounds = []
    for number in range(ROUNDS + 1):
        batch, seconds = plan[number % len(plan)], []
        for way, threads in zip(WAYS, (1, 2, 1), strict=True):
            torch.set_num_threads(threads)
            group.wait()
            begun, used = time.perf_counter(), time.process_time()
            if way == "two processes":
                shared.step(data, batch, number, 0)
            elif group.first:
                alone.step(data, batch, number, 0)
            wall, used = time.perf_counter() - begun, time.process_time() - used
            everyone = [0.0] * group.world
            everyone[group.rank] = used
            seconds += [wall, *group.sums([everyone])]
        rounds.append(seconds)
    if group.first:
        report(name, np.array(rounds[1:]))


def report(name: str, rounds: np.ndarray) -> None:
    """Print `rounds` (R, 6): wall and CPU seconds of each way."""
    ratios = rounds / np.tile(rounds[:, :2], 3)
    for way, (wall, cpu), (by_wall, by_cpu) in zip(
        WAYS,
        np.median(rounds, 0).reshape(3, 2),
        np.median(ratios, 0).reshape(3, 2),
        strict=True,
    ):
        print(
            f"{name:<24} {way:<14} wall {wall:6.3f} s ({by_wall:4.2f})  CPU {cpu:6.3f} s "
            f"({by_cpu:4.2f})",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    names = ["synthesis", "graves-synthesis-3x400", "prediction"]
    parser.add_argument("networks", nargs="*", default=names, help="networks of config.yaml")
    parser.add_argument("--precision", choices=("float32", "bf16"), default="float32")
    arguments = parser.parse_args()
    for asked in arguments.networks:
        run(2, partial(measure, name=asked, precision=arguments.precision))
