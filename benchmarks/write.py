"""Points written per second, on one thread: the NumPy network, and a loop of PyTorch cells.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/write.py

If OPENBLAS_CORETYPE or OPENBLAS_L2_SIZE are set, unset them: they select other, slower products.
The NumPy network is compared with two loops in PyTorch, one line at a time, with the mixture drawn
by torch: the network called point by point with its state, and one `torch.lstm_cell` per layer with
a window by einsum over one-hot text, the fastest way that was found. Times are CPU times of the
complete loop with the drawing; the programs take turns, and medians are reported. Also measured:
wall time of `pentrace write` for a sentence, with and without a file for the handwriting style.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import linear

from timing import cpu_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.helpers import small_synthesis
from tests.helpers.reference import draw as plain_draw
from tests.helpers.reference import first_cell, one_hot_text, window_step
from tests.helpers.small_model import NORMALISATION

from pentrace.generate.ink_loop import write
from pentrace.generate.load_model import load_ink
from pentrace.generate.random_numbers import chances
from pentrace.networks.alphabet import encode
from pentrace.networks.kinds import Network, build, run
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model

ALPHABET = "".join(map(chr, range(52, 122))).replace("v", " ")
TEXT = "It writes what you tell it to"
NETWORKS: dict[str, dict] = {
    "prediction": {"layers": 3, "hidden": 400},
    "synthesis": {"kind": "synthesis", "layers": 3, "hidden": 400, "alphabet": ALPHABET},
    "kanji": {"layers": 2, "hidden": 192, "pen_states": 3},
}
POINTS, ROUNDS, LINES = 300, 7, 64
CANDIDATES = (4, 8)  # of a line, which are drawn together
TARGETS = {"one line": 3, f"{LINES} lines": 15}
PACE = 0.04  # characters a step, as in the data
SECONDS, TRIES = 1.0, 5  # target of the command; number of runs for the median


@torch.no_grad()
def plain(network: Network, text: np.ndarray | None, chance: np.ndarray) -> None:
    """One line of N points by a loop over PyTorch cells, chance (N, 4)."""
    first = getattr(network, "first", None)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    cells = [] if first is None else [first_cell(first.weights())]
    cells += [tuple(getattr(layer, name) for name in names) for layer in network.layers]
    state = [(torch.zeros(1, network.settings.hidden),) * 2 for _ in cells]
    step, table = torch.zeros(1, 3), torch.from_numpy(chance)
    extra: tuple[torch.Tensor, ...] = ()
    if first is not None and text is not None:
        extra = (torch.zeros(1, first.symbols),)
        kappa = torch.zeros(1, first.components)
        hot = one_hot_text(torch.from_numpy(text), first.symbols, torch.float32)
    for n in range(len(chance)):
        below = torch.cat([step, *extra], -1)
        for number, cell in enumerate(cells):
            state[number] = torch.lstm_cell(below, state[number], *cell)
            hidden = state[number][0]
            if number == 0 and first is not None:
                raw = linear(hidden, first.weight_window, first.bias_window)
                window, kappa, _ = window_step(raw, kappa, hot, first.parametrisation)
                extra = (window,)
            below = torch.cat([step, *extra, hidden], -1)
        top = torch.cat([hidden for hidden, _ in state], -1)
        raw = linear(top, network.output.weight, network.output.bias)
        step = plain_draw(raw, table[n : n + 1])


@torch.no_grad()
def called(network: Network, text: np.ndarray | None, chance: np.ndarray) -> None:
    """One line of N points by calls of the network."""
    state, step, table = None, torch.zeros(1, 3), torch.from_numpy(chance)
    words = None if text is None else torch.from_numpy(text)
    for n in range(len(chance)):
        raw, state = run(network, step[:, None], state, words)
        step = plain_draw(raw[:, 0], table[n : n + 1])


def measure(name: str, folder: Path) -> None:
    settings = NetworkSettings.model_validate(NETWORKS[name])
    kind, network = settings.kind, never_stopping(build(settings))
    path = folder / f"{name}.safetensors"
    save_model(path, network, settings, NORMALISATION)
    fused, _ = load_ink(path)
    chance = np.stack([chances(1, line, POINTS) for line in range(LINES)])
    texts = encode([TEXT] * LINES, settings) if kind == "synthesis" else None
    one = None if texts is None else texts[:1]
    ways: dict[str, Callable[[], object]] = {
        "calls": lambda: called(network, one, chance[0]),
        "cells": lambda: plain(network, one, chance[0]),
        "one line": lambda: write(fused, chance[:1], one),
    }
    for lines in (*CANDIDATES, LINES):
        some = None if texts is None else texts[:lines]
        ways[f"{lines} lines"] = partial(write, fused, chance[:lines], some)
    report(name, settings, ways)


def never_stopping(network: Network) -> Network:
    """With a window too slow to leave the text, or no end of a character: all lines are as long."""
    if network.settings.pen_states == 3:
        with torch.no_grad():
            network.output.bias[2] = -1e4
    first = getattr(network, "first", None)
    if first is not None:
        with torch.no_grad():
            first.bias_window[2 * first.components :] -= 3
    return network


def report(name: str, settings: NetworkSettings, ways: dict[str, Callable[[], object]]) -> None:
    for work in ways.values():
        work()
    rounds = [{name: cpu_time(work) for name, work in ways.items()} for _ in range(ROUNDS)]
    size = f"{settings.layers} x {settings.hidden}"
    print(f"{name} {size}, {POINTS} points a line, {len(TEXT)} characters, {ROUNDS} rounds")
    for way in ways:
        lines = int(way.split()[0]) if way.endswith(" lines") else 1
        speed = lines * POINTS / statistics.median(times[way] for times in rounds)
        gains = [
            statistics.median(lines * times[loop] / times[way] for times in rounds)
            for loop in ("calls", "cells")
        ]
        target = f" (target: {TARGETS[way]})" if way in TARGETS else ""
        print(
            f"  {way}: {speed:.0f} points a second, {gains[0]:.1f} times the calls{target}, "
            f"{gains[1]:.1f} times the cells"
        )


def measure_command(folder: Path) -> None:
    """Time the command, with a network of full size that ends its lines like a trained one."""
    size = {"alphabet": ALPHABET, "layers": 3, "hidden": 400, "components": 20}
    model = small_synthesis.save(folder / "steady.safetensors", PACE, **size)
    words = [sys.executable, "-m", "pentrace", "write", TEXT, "--model", str(model), "--quiet"]
    style, page = folder / "me.json", folder / "page.svg"
    subprocess.run([*words, "-o", str(style)], check=True)  # written ink is a style too
    print(f"pentrace write, {len(TEXT)} characters, median of {TRIES}")
    for name, more in (("without --style", []), ("with --style", ["--style", str(style)])):
        walls = [wall_time([*words, "-o", str(page), *more]) for _ in range(TRIES)]
        print(f"  {name}: {statistics.median(walls):.2f} s of wall time (target: {SECONDS})")


def wall_time(words: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(words, check=True)
    return time.perf_counter() - start


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        for name in NETWORKS:
            measure(name, Path(folder))
        measure_command(Path(folder))


if __name__ == "__main__":
    main()
