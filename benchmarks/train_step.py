"""One training step of graves-3x400: against the matrix products it needs, and a loop of cells.

    OMP_NUM_THREADS=1 python benchmarks/train_step.py

On a CPU everything runs in one thread and is measured in CPU time, the steadiest measure on a
busy machine; rounds are interleaved and medians taken. The products are timed at their own shapes
(a step of the recurrence multiplies 32 rows only) and, as a second floor, counted at the rate of
one large square product. On a GPU the step is also timed at larger batches and longer lines.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from pentrace.networks.mixture import log_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.train.arithmetic import set_arithmetic
from pentrace.train.processes import Processes
from pentrace.train.settings import TrainSettings
from pentrace.train.step import Descent
from pentrace.windows.batches import Lines, crop_batches, gather

BATCH, STEPS, LAYERS, HIDDEN, ROUNDS = 32, 300, 3, 400, 7
TARGET, LOADING_TARGET = 1.3, 0.01


def settings(batch: int, steps: int, precision: str = "float32") -> NetworkSettings:
    """Graves' 3 x 400 network on crops of `steps` predicted steps."""
    train = TrainSettings(
        batches="crops", length=steps, batch_size=batch, precision=precision, clip_norm=10.0
    )
    return NetworkSettings(layers=LAYERS, hidden=HIDDEN, train=train)


def some_lines(count: int = 300, length: int = 800) -> Lines:
    """Random offsets in lines of IAM's length; the time of a step depends on sizes alone."""
    random = np.random.default_rng(0)
    steps = random.normal(size=(count * length, 3)).astype(np.float32)
    steps[:, 2] = steps[:, 2] > 1.5
    starts = np.arange(count + 1) * length
    return Lines(steps, starts, [f"line-{n}" for n in range(count)], [None] * count)


def seconds(work: Callable[[], object]) -> float:
    """CPU time of `work` in this process."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def product(rows: int, inner: int, columns: int, transposed: str = "") -> Callable[[], Tensor]:
    """A product of (rows, inner) with (inner, columns), ready to be timed.

    `transposed` names the factor, left or right, that lies in memory with its axes exchanged.
    """
    a = torch.randn(inner, rows).t() if transposed == "left" else torch.randn(rows, inner)
    b = torch.randn(columns, inner).t() if transposed == "right" else torch.randn(inner, columns)
    out = torch.empty(rows, columns)
    return lambda: torch.mm(a, b, out=out)


def products() -> list[tuple[int, Callable[[], Tensor]]]:
    """How often a step needs which product: forward, by the inputs, by the weights."""
    rows, gates, raw = BATCH * STEPS, 4 * HIDDEN, 121
    needed = []
    for inputs in [3] + [3 + HIDDEN] * (LAYERS - 1):
        needed.append((1, product(rows, inputs, gates, "right")))
        needed.append((1, product(gates, rows, inputs, "left")))
        if inputs > 3:  # nothing is derived by the steps themselves
            needed.append((1, product(rows, gates, inputs)))
        needed.append((STEPS, product(BATCH, HIDDEN, gates, "right")))
        needed.append((STEPS, product(BATCH, gates, HIDDEN)))
        needed.append((1, product(gates, rows, HIDDEN, "left")))
    top = LAYERS * HIDDEN
    needed.append((1, product(rows, top, raw, "right")))
    needed.append((1, product(rows, raw, top)))
    return [*needed, (1, product(raw, rows, top, "left"))]


def all_products(needed: list[tuple[int, Callable[[], Tensor]]]) -> None:
    """Run every product of a step as often as the step does."""
    for times, work in needed:
        for _ in range(times):
            work()


def operations() -> float:
    """Floating point operations of all products of a step."""
    rows, gates, raw = BATCH * STEPS, 4 * HIDDEN, 121
    inputs = 2 * 3 + 3 * (LAYERS - 1) * (3 + HIDDEN)  # two products in layer 1, three above
    recurrent = 3 * LAYERS * HIDDEN
    return 2.0 * rows * (gates * (inputs + recurrent) + 3 * LAYERS * HIDDEN * raw)


class CellLoop(nn.Module):
    """The same network, one `LSTMCell` call per layer and step."""

    def __init__(self) -> None:
        super().__init__()
        sizes = [3] + [3 + HIDDEN] * (LAYERS - 1)
        self.cells = nn.ModuleList(nn.LSTMCell(size, HIDDEN) for size in sizes)
        self.output = nn.Linear(LAYERS * HIDDEN, 121)

    def forward(self, x: Tensor) -> Tensor:
        """Raw outputs (B, T, 121) for steps x (B, T, 3)."""
        states = [(x.new_zeros(len(x), HIDDEN),) * 2 for _ in self.cells]
        tops = []
        for step in x.unbind(1):
            inputs = step
            for number, cell in enumerate(self.cells):
                states[number] = cell(inputs, states[number])
                inputs = torch.cat([step, states[number][0]], -1)
            tops.append(torch.cat([hidden for hidden, _ in states], -1))
        return self.output(torch.stack(tops, 1))


def loop_step(network: CellLoop, lines: Lines, batch: object) -> None:
    """Forward and backward through the loop of cells."""
    x, y, mask = (torch.from_numpy(a) for a in gather(lines, batch))
    network.zero_grad(set_to_none=True)
    (log_loss(network(x), y, mask).sum() / mask.sum()).backward()


def on_cpu() -> None:
    """Print the ratios of this machine, one thread."""
    lines, group = some_lines(), Processes(0, 1, torch.device("cpu"))
    chosen = settings(BATCH, STEPS)
    set_arithmetic(chosen.train, group.device, threads=1)
    descent, needed, cells = Descent(chosen, group), products(), CellLoop()
    plan = crop_batches(lines, STEPS, BATCH, 0, 0)
    large = product(2048, 2048, 2048)
    works: dict[str, Callable[[], object]] = {
        "step": lambda: descent.step(lines, plan[0], 0, 0),
        "products": lambda: all_products(needed),
        "large": large,
        "plan": lambda: crop_batches(lines, STEPS, BATCH, 0, 1),
        "gather": lambda: gather(lines, plan[1]),
    }
    times = measure(works, ROUNDS)
    times |= measure({"cells": lambda: loop_step(cells, lines, plan[0])}, 2)
    tell(times, len(plan))


def measure(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each work in each round, the works taking turns; one round unmeasured."""
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work))
    return times


def tell(times: dict[str, list[float]], batches: int) -> None:
    """Print medians and ratios beside their targets."""
    middle = {name: statistics.median(values) for name, values in times.items()}
    ratio = middle["step"] / middle["products"]
    fastest = min(times["step"]) / min(times["products"])
    rate = 2 * 2048**3 / middle["large"]
    loading = (middle["gather"] + middle["plan"] / batches) / middle["step"]
    print(f"training step, {BATCH} x {STEPS}      {middle['step']:.3f} s of CPU, one thread")
    print(f"its matrix products          {middle['products']:.3f} s at their own shapes")
    print(
        f"step / products              {ratio:.2f} (target {TARGET}); fastest rounds {fastest:.2f}"
    )
    floor = operations() / rate
    print(f"one large product            {rate / 1e9:.0f} Gflop/s: {floor:.3f} s for a step")
    print(f"step / that                  {middle['step'] / floor:.2f}")
    print(f"loop of LSTMCell             {middle['cells'] / middle['step']:.2f} times the step")
    print(f"data loading                 {loading:.3%} of the step (target {LOADING_TARGET:.0%})")


def on_gpu() -> None:
    """Print points per second by batch, length and precision."""
    lines, group = some_lines(), Processes(0, 1, torch.device("cuda", 0))
    for precision in ("float32", "tf32", "bf16"):
        for batch in (32, 64, 256):
            for steps in (300, 700):
                chosen = settings(batch, steps, precision)
                set_arithmetic(chosen.train, group.device, threads=1)
                took = gpu_step(Descent(chosen, group), lines, batch, steps)
                speed = batch * steps / took
                print(f"{precision} {batch} x {steps}: {took * 1e3:.2f} ms, {speed:,.0f} points/s")


def gpu_step(descent: Descent, lines: Lines, batch: int, steps: int, count: int = 20) -> float:
    """Wall seconds of a step, with its data loading, over `count` steps after 5 to warm up."""
    plan = crop_batches(lines, steps, batch, 0, 0)
    begun = 0.0
    for number in range(-5, count):
        if number == 0:
            torch.cuda.synchronize()
            begun = time.perf_counter()
        descent.step(lines, plan[number % len(plan)], 0, 0)
    torch.cuda.synchronize()
    return (time.perf_counter() - begun) / count


if __name__ == "__main__":
    on_cpu()
    if torch.cuda.is_available():
        on_gpu()
