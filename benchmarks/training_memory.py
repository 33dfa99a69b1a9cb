"""The memory of a training on lines of many lengths, with and without a bound on oneDNN's cache.

It trains a synthesis network 3 x 128 on random lines of 30 to 300 points, 8 in a batch, and prints
the resident memory of the process in MiB every 80 batches. oneDNN keeps the code that it makes for
each length: 1024 pieces by default, 64 in `pentrace train`.

    OMP_NUM_THREADS=1 python benchmarks/training_memory.py --figure docs/training-memory.png
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

EVERY, LINES = 80, 8
VARIABLE = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=960)
    parser.add_argument("--figure", type=Path, help="PNG to write")
    parser.add_argument("--one", choices=["float32", "bf16"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        train(arguments.one, arguments.batches)
        return
    curves = {}
    for precision in ("bf16", "float32"):
        for capacity in (1024, 64):
            name = f"{precision}, {capacity} pieces of code"
            curves[name] = curve(precision, capacity, arguments.batches)
            print(f"{name}: {curves[name]} MiB", flush=True)
    if arguments.figure:
        draw(curves, arguments.figure)


def curve(precision: str, capacity: int, batches: int) -> list[int]:
    """Memory every 80 batches of a training in a separate process."""
    command = [sys.executable, __file__, "--one", precision, "--batches", str(batches)]
    environment = os.environ | {VARIABLE: str(capacity)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return [int(word) for word in done.stdout.split()]


def train(precision: str, batches: int) -> None:
    import random

    import torch

    from pentrace.networks.kinds import build, loss
    from pentrace.networks.settings import NetworkSettings
    from pentrace.train.precision import keep_freed_memory

    torch.set_num_threads(1)
    keep_freed_memory()
    settings = NetworkSettings(kind="synthesis", layers=3, hidden=128, alphabet="abcdefghij")
    network, numbers = build(settings), random.Random(0)
    for number in range(batches):
        if number % EVERY == 0:
            print(resident(), flush=True)
        steps = numbers.randint(30, 300)
        x, y = torch.randn(LINES, steps, 3), torch.zeros(LINES, steps, 3)
        mask = torch.ones(LINES, steps, dtype=torch.bool)
        text = torch.randint(0, 10, (LINES, numbers.randint(5, 20)))
        network.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            value, _ = loss("synthesis", network, x, y, mask, text)
        value.backward()
    print(resident())


def resident() -> int:
    """Resident memory of this process, MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) // 1024


def draw(curves: dict[str, list[int]], path: Path) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
    for name, values in curves.items():
        style = "-" if " 64 " in name else "--"
        colour = "C0" if name.startswith("bf16") else "C1"
        axes.plot([EVERY * i for i in range(len(values))], values, style, color=colour, label=name)
    axes.set(xlabel="batches", ylabel="resident memory (MiB)", ylim=(0, None))
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
