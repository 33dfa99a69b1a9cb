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


def shapes() -> list[tuple[int, int, int, int]]:
    """(times, rows, inner, columns) of the products with weights, forward and backward."""
    hidden, gates, rows = SETTINGS.hidden, 4 * SETTINGS.hidden, BATCH * STEPS
    outputs, window = 6 * SETTINGS.components + 1, 3 * SETTINGS.window_components
    needed = [(1, rows, 3, gates), (1, 3, rows, gates)]  # nothing is derived by the steps
    recurrences = [hidden + SYMBOLS] + [hidden] * (SETTINGS.layers - 1)
    for size in recurrences:
        needed += [(STEPS, BATCH, size, gates), (STEPS, BATCH, gates, size)]
        needed.append((1, gates, rows, size))
    needed += [(STEPS, BATCH, hidden, window), (STEPS, BATCH, window, hidden)]
    needed.append((1, window, rows, hidden))
    whole = [(3 + SYMBOLS + hidden, gates)] * (SETTINGS.layers - 1)
    for size, columns in [*whole, (hidden * SETTINGS.layers, outputs)]:
        needed += [(1, rows, size, columns), (1, rows, columns, size), (1, columns, rows, size)]
    return needed


def operations() -> int:
    """Floating point operations of all these products."""
    return sum(2 * times * m * k * n for times, m, k, n in shapes())


def product(rows: int, inner: int, columns: int) -> Callable[[], Tensor]:
    """A product of (rows, inner) with (inner, columns), ready to be timed."""
    a, b, result = torch.randn(rows, inner), torch.randn(inner, columns), torch.empty(rows, columns)
    return lambda: torch.mm(a, b, out=result)


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
    needed = [(times, product(*shape)) for times, *shape in shapes()]
    ways: dict[str, Callable[[], object]] = {
        "one product of 2048 x 2048": product(2048, 2048, 2048),
        "all products, at their own shapes": lambda: [
            work() for times, work in needed for _ in range(times)
        ],
        "this network": steps["exp"].ours,
        "the same, softplus": steps["softplus"].ours,
        "its layer 1 alone": steps["exp"].first,
        "plain three-cell loop": steps["exp"].plain,
    }
    for way in ways.values():
        way()
    # One of each in turn, so that a busy minute of the machine falls on all of them.
    rounds = [[cpu_time(way) for way in ways.values()] for _ in range(repeats)]
    tell(list(ways), [list(times) for times in zip(*rounds, strict=True)])
    ours, plain = peak_memory("ours"), peak_memory("plain")
    print(f"memory of a step: {ours:.0f} MiB, plain loop {plain:.0f} MiB")


def tell(names: list[str], times: list[list[float]]) -> None:
    """Medians, and medians of the ratios within a round."""

    def ratio(above: list[float], below: list[float], factor: float = 1.0) -> float:
        return statistics.median(factor * a / b for a, b in zip(above, below, strict=True))

    print(f"{BATCH} x {STEPS} steps, {SYMBOLS} symbols, {CHARACTERS} characters, 3 x 400, float32")
    print(f"torch {torch.__version__}, {len(times[0])} rounds, CPU seconds of one thread, medians")
    large, own, ours, *_, plain = times
    share = 2 * 2048**3 / operations()
    for name, taken in zip(names, times, strict=True):
        print(f"{name:34s} {statistics.median(taken):6.3f} s", end="")
        print(f"{ratio(taken, own):6.2f} x the products", end="")
        print(f"{ratio(taken, large, share):6.2f} x their operations at the rate of the large one")
    fastest = min(ours) / min(own)
    print(f"to reach: {TARGET_FLOOR} x the products (fastest rounds: {fastest:.2f})")
    print(f"plain loop / this network: {ratio(plain, ours):.2f} (to reach: {TARGET_PLAIN})")


if __name__ == "__main__":
    main()
