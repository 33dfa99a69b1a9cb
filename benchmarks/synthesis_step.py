"""One training step of the synthesis network on one CPU thread: time and memory.

Compared, in one run, with the matrix products that the step needs at the rate of this machine's
own large product, and with the plain loop over three cells that the tests keep as reference.

    OMP_NUM_THREADS=1 THP_MEM_ALLOC_ENABLE=1 python benchmarks/synthesis_step.py

Both as `pentrace train` has them: large pages are set there (see `pentrace.train`).
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import plain_synthesis

from pentrace.networks.mixture import log_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.synthesis import SynthesisNetwork

BATCH, STEPS, CHARACTERS, SYMBOLS = 32, 300, 45, 70
SETTINGS = NetworkSettings(
    kind="synthesis", layers=3, hidden=400, alphabet="".join(map(chr, range(32, 32 + SYMBOLS)))
)
TARGET_FLOOR, TARGET_PLAIN = 1.35, 1.6


def products() -> int:
    """Floating point operations of the products with weights, forward and backward."""
    hidden, gates = SETTINGS.hidden, 4 * SETTINGS.hidden
    first = 3 * (hidden + SYMBOLS) * gates + 2 * 3 * gates  # nothing is derived by the steps
    window = 3 * 3 * SETTINGS.window_components * hidden
    above = (SETTINGS.layers - 1) * 3 * (3 + SYMBOLS + 2 * hidden) * gates
    output = 3 * hidden * SETTINGS.layers * (6 * SETTINGS.components + 1)
    return 2 * BATCH * STEPS * (first + window + above + output)


def rate() -> float:
    """Operations per second of a product of 2048 x 2048 matrices, float32."""
    a, b = torch.randn(2, 2048, 2048).unbind(0)
    result = torch.empty_like(a)
    return 2 * 2048**3 / cpu_time(lambda: torch.mm(a, b, out=result))


def cpu_time(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


class Step:
    """A batch, a network, and a training step in two ways."""

    def __init__(self, parametrisation: str = "exp") -> None:
        torch.manual_seed(0)
        settings = SETTINGS.model_copy(update={"window_parametrisation": parametrisation})
        self.network = SynthesisNetwork(settings)
        self.x, self.y = torch.randn(2, BATCH, STEPS, 3).unbind(0)
        self.y[..., 2] = (self.y[..., 2] > 1).float()
        self.text = torch.randint(0, SYMBOLS, (BATCH, CHARACTERS))
        self.mask = torch.ones(BATCH, STEPS, dtype=torch.bool)

    def ours(self) -> None:
        self._learn(self.network(self.x, None, self.text)[0])

    def plain(self) -> None:
        self._learn(plain_synthesis.synthesis(self.network, self.x, self.text))

    def first(self) -> None:
        """Layer 1 and its window alone."""
        hidden, window, _, _ = self.network.first(self.x.transpose(0, 1), self.text)
        (hidden.sum() + window.sum()).backward()

    def _learn(self, raw: Tensor) -> None:
        self.network.zero_grad()
        log_loss(raw, self.y, self.mask).mean().backward()


def peak_memory(way: str) -> float:
    """MiB that a step adds to a process, in one of its own."""
    command = [sys.executable, __file__, "--memory", way]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def memory(way: str) -> None:
    step = Step()
    before = highest_memory()
    for _ in range(2):
        getattr(step, way)()
    print(highest_memory() - before)


def highest_memory() -> float:
    """MiB this process has had resident at most; getrusage would tell the parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--memory", choices=["ours", "plain"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.memory:
        memory(arguments.memory)
        return
    report(arguments.repeats)


def report(repeats: int) -> None:
    steps = {"exp": Step("exp"), "softplus": Step("softplus")}
    ways = {
        "this network": steps["exp"].ours,
        "the same, softplus": steps["softplus"].ours,
        "its layer 1 alone": steps["exp"].first,
        "plain three-cell loop": steps["exp"].plain,
    }
    for way in ways.values():
        way()
    # One of each in turn, so that a busy minute of the machine falls on all of them.
    rounds = [(rate(), [cpu_time(way) for way in ways.values()]) for _ in range(repeats)]
    floors = [products() / speed for speed, _ in rounds]
    print(f"{BATCH} x {STEPS} steps, {SYMBOLS} symbols, {CHARACTERS} characters, 3 x 400, float32")
    print(f"torch {torch.__version__}, {repeats} rounds, CPU seconds of one thread, medians")
    print(f"floor: {products() / 1e9:.0f} G operations, {statistics.median(floors):.3f} s")
    for number, name in enumerate(ways):
        times = [times[number] for _, times in rounds]
        ratio = statistics.median(t / floor for t, floor in zip(times, floors, strict=True))
        print(f"{name}: {statistics.median(times):.3f} s, {ratio:.2f} x the floor")
    gain = statistics.median(times[3] / times[0] for _, times in rounds)
    print(f"faster than the plain loop: {gain:.2f} times (to reach: {TARGET_PLAIN})")
    print(f"to reach: {TARGET_FLOOR} x the floor")
    ours, plain = peak_memory("ours"), peak_memory("plain")
    print(f"memory of a step: {ours:.0f} MiB, plain loop {plain:.0f} MiB")


if __name__ == "__main__":
    main()
