"""A training step of prediction networks, compared with its products and with a loop of cells.

    OMP_NUM_THREADS=1 python benchmarks/train_step.py [graves-3x400] [kanji]
    OMP_NUM_THREADS=1 python benchmarks/train_step.py graves-3x400 --batch 64 --precision bf16

The networks are those of config.yaml. On a CPU everything runs in one thread and is measured in
CPU time, the steadiest measure on a busy machine. Rounds are interleaved, and medians of the ratios
in one round are reported. The products are timed at their own shapes (a step of the recurrence
multiplies only one row per line) and, as a second lower bound, counted at the rate of one large
square product. On a GPU the step of graves-3x400 is also timed at larger batches and longer lines.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import Tensor, nn

from pentrace.networks.mixture import log_loss, width
from pentrace.networks.settings import NetworkSettings
from pentrace.train.data import Data
from pentrace.train.distributed import Processes
from pentrace.train.precision import set_arithmetic
from pentrace.train.step import Descent
from pentrace.windows.batches import Batch, Lines, crop_batches, gather
from timing import cpu_time, product, run_all

STEPS = {
    "graves-3x400": 300,
    "kanji": 58,
}  # predicted steps of a line; for kanji the mean of KanjiVG
ROUNDS = 7
TARGET, LOADING_TARGET = 1.3, 0.01


def settings(name: str, steps: int, **train: object) -> NetworkSettings:
    """A network of config.yaml on crops of `steps` predicted steps."""
    config = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
    network = config["networks"][name]
    network["train"] |= {"batches": "crops", "length": steps} | train
    return NetworkSettings.model_validate(network)


def some_lines(pen_states: int, count: int = 300, length: int = 800) -> Data:
    """Random offsets in lines of IAM's length; the time of a step depends only on sizes."""
    random = np.random.default_rng(0)
    steps = random.normal(size=(count * length, 3)).astype(np.float32)
    steps[:, 2] = steps[:, 2] > 1.5
    starts = np.arange(count + 1) * length
    lines = Lines(steps, starts, [f"line-{n}" for n in range(count)], [None] * count)
    return Data(lines.with_ends() if pen_states == 3 else lines, None)


def products(s: NetworkSettings) -> list[tuple[int, Callable[[], Tensor]]]:
    """The products of a step with their numbers: forward, by the inputs, by the weights."""
    batch, steps = s.train.batch_size, s.train.piece
    rows, gates, raw = batch * steps, 4 * s.hidden, width(s.components, s.pen_states)
    needed = []
    for inputs in [3] + [3 + s.hidden] * (s.layers - 1):
        needed.append((1, product(rows, inputs, gates, "right")))
        needed.append((1, product(gates, rows, inputs, "left")))
        if inputs > 3:  # no derivative by the steps themselves
            needed.append((1, product(rows, gates, inputs)))
        needed.append((steps, product(batch, s.hidden, gates, "right")))
        needed.append((steps, product(batch, gates, s.hidden)))
        needed.append((1, product(gates, rows, s.hidden, "left")))
    top = s.layers * s.hidden
    needed.append((1, product(rows, top, raw, "right")))
    needed.append((1, product(rows, raw, top)))
    return [*needed, (1, product(raw, rows, top, "left"))]


def operations(s: NetworkSettings) -> float:
    """Floating point operations of all products of a step."""
    rows, gates = s.train.batch_size * s.train.piece, 4 * s.hidden
    inputs = 2 * 3 + 3 * (s.layers - 1) * (3 + s.hidden)  # two products in layer 1, three above
    top = 3 * s.layers * s.hidden
    return 2.0 * rows * (gates * (inputs + top) + top * width(s.components, s.pen_states))


class CellLoop(nn.Module):
    """The same network, one `LSTMCell` call per layer and step."""

    def __init__(self, s: NetworkSettings) -> None:
        super().__init__()
        self.hidden = s.hidden
        sizes = [3] + [3 + s.hidden] * (s.layers - 1)
        self.cells = nn.ModuleList(nn.LSTMCell(size, s.hidden) for size in sizes)
        self.output = nn.Linear(s.layers * s.hidden, width(s.components, s.pen_states))

    def forward(self, x: Tensor) -> Tensor:
        """Raw outputs (B, T, 6M + 1 or 6M + 3) for steps x (B, T, 3)."""
        states = [(x.new_zeros(len(x), self.hidden),) * 2 for _ in self.cells]
        tops = []
        for step in x.unbind(1):
            inputs = step
            for number, cell in enumerate(self.cells):
                states[number] = cell(inputs, states[number])
                inputs = torch.cat([step, states[number][0]], -1)
            tops.append(torch.cat([hidden for hidden, _ in states], -1))
        return self.output(torch.stack(tops, 1))


def loop_step(network: CellLoop, lines: Lines, batch: Batch) -> None:
    """Forward and backward through the loop of cells."""
    x, y, mask = (torch.from_numpy(a) for a in gather(lines, batch))
    network.zero_grad(set_to_none=True)
    (log_loss(network(x), y, mask).sum() / mask.sum()).backward()


def on_cpu(name: str, **train: object) -> None:
    """Print the ratios of this machine, one thread."""
    s, group = settings(name, STEPS[name], **train), Processes(0, 1, torch.device("cpu"))
    set_arithmetic(s.train, group.device, threads=1)
    data, descent, needed, cells = (
        some_lines(s.pen_states),
        Descent(s, group),
        products(s),
        CellLoop(s),
    )
    shape = (data.lines, s.train.piece, s.train.batch_size, 0)
    plan = crop_batches(*shape, 0)
    works: dict[str, Callable[[], object]] = {
        "step": lambda: descent.step(data, plan[0], 0, 0),
        "products": lambda: run_all(needed),
        "large": product(2048, 2048, 2048),
        "plan": lambda: crop_batches(*shape, 1),
        "gather": lambda: gather(data.lines, plan[1]),
        "cells": lambda: loop_step(cells, data.lines, plan[0]),
    }
    report(name, s, measure(works), len(plan))


def measure(works: dict[str, Callable[[], object]]) -> dict[str, np.ndarray]:
    """CPU seconds of each work in each round; they take turns, after one unmeasured round."""
    for work in works.values():
        work()
    rounds = [{name: cpu_time(work) for name, work in works.items()} for _ in range(ROUNDS)]
    return {name: np.array([one[name] for one in rounds]) for name in works}


def report(name: str, s: NetworkSettings, times: dict[str, np.ndarray], batches: int) -> None:
    """Print medians, and medians of ratios with their targets."""
    step, middle = times["step"], statistics.median
    floor = operations(s) * times["large"] / (2 * 2048**3)
    loading = (times["gather"] + times["plan"] / batches) / step
    points = s.train.batch_size * s.train.piece
    print(f"{name}: {s.layers} x {s.hidden}, {s.train.batch_size} x {s.train.piece}, one thread")
    print(f"  step: {middle(step):.4f} s of CPU, {points / middle(step):,.0f} points/s")
    print(f"  step / its products: {middle(step / times['products']):.2f} (target: {TARGET})")
    print(f"  step / as many operations in one large product: {middle(step / floor):.2f}")
    print(f"  loop of LSTMCell / step: {middle(times['cells'] / step):.2f}")
    print(f"  data loading: {middle(loading):.3%} of the step (target: {LOADING_TARGET:.0%})")


def on_gpu() -> None:
    """Print points per second by batch, length and precision."""
    data, group = some_lines(2), Processes(0, 1, torch.device("cuda", 0))
    for precision in ("float32", "tf32", "bf16"):
        for batch in (32, 64, 256):
            for steps in (300, 700):
                s = settings("graves-3x400", steps, precision=precision, batch_size=batch)
                set_arithmetic(s.train, group.device, threads=1)
                took = gpu_step(Descent(s, group), data, batch, steps)
                speed = batch * steps / took
                print(f"{precision} {batch} x {steps}: {took * 1e3:.2f} ms, {speed:,.0f} points/s")


def gpu_step(descent: Descent, data: Data, batch: int, steps: int, count: int = 20) -> float:
    """Wall seconds of a step, with its data loading, over `count` steps after 5 to warm up."""
    plan = crop_batches(data.lines, steps, batch, 0, 0)
    begun = 0.0
    for number in range(-5, count):
        if number == 0:
            torch.cuda.synchronize()
            begun = time.perf_counter()
        descent.step(data, plan[number % len(plan)], 0, 0)
    torch.cuda.synchronize()
    return (time.perf_counter() - begun) / count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=[*STEPS], help=f"of {', '.join(STEPS)}")
    parser.add_argument("--batch", type=int, help="lines of a batch; default: as in config.yaml")
    parser.add_argument("--precision", choices=("float32", "bf16"), default="float32")
    given = parser.parse_args()
    size = {"batch_size": given.batch} if given.batch else {}
    for chosen in given.networks:
        on_cpu(chosen, precision=given.precision, **size)
    if torch.cuda.is_available():
        on_gpu()
