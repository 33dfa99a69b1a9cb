"""Characters per second of the text networks, in training and in writing, on one thread.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/text.py

Training: a step of the training loop (batch, loss, gradient, optimiser), compared with its matrix
products at their own shapes, and with a loop over `torch.lstm_cell`. Writing: the NumPy network,
with the drawing, compared with the PyTorch network, called character by character with its state,
and with a loop over `torch.lstm_cell`, the fastest way that was found in PyTorch. The programs take
turns; medians of the ratios of CPU times in one round are reported.
"""

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import Tensor
from torch.nn.functional import cross_entropy

from pentrace.generate.numpy_text import FusedText
from pentrace.generate.settings import DrawSettings
from pentrace.generate.text_loop import complete_texts
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.text import TextNetwork
from pentrace.train.data import Data
from pentrace.train.distributed import Processes
from pentrace.train.precision import set_arithmetic
from pentrace.train.step import Descent
from pentrace.windows.batches import Lines, gather, stream_batches
from timing import cpu_time, product, run_all

NETWORKS = {"small-text": 16, "graves-penn": 32}  # and the streams of a batch
ALPHABET = "".join(map(chr, range(40, 122)))
ROUNDS, WRITTEN = 5, 300
TARGETS = {"step": 1.3, "writing": 3.0}


def settings(name: str) -> NetworkSettings:
    """A network of config.yaml, with an alphabet of the size that Shakespeare's plays have."""
    config = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
    network = config["networks"][name]
    network["train"] |= {"batch_size": NETWORKS[name]}
    return NetworkSettings.model_validate({**network, "alphabet": ALPHABET})


def products(s: NetworkSettings) -> list[tuple[int, Callable[[], Tensor]]]:
    """The products of a step with their numbers: forward, by the inputs, by the weights."""
    batch, steps = s.train.batch_size, s.train.piece
    rows, cells = batch * steps, s.cells
    needed = []
    for number, size in enumerate(cells):
        inputs = s.embedding * (number == 0 or s.skips) + (cells[number - 1] if number else 0)
        needed.append((1, product(rows, inputs, 4 * size, "right")))
        needed.append((1, product(4 * size, rows, inputs, "left")))
        needed.append((1, product(rows, 4 * size, inputs)))
        needed.append((steps, product(batch, size, 4 * size, "right")))
        needed.append((steps, product(batch, 4 * size, size)))
        needed.append((1, product(4 * size, rows, size, "left")))
    top, out = (sum(cells) if s.skips else cells[-1]), len(ALPHABET)
    needed += [(1, product(rows, top, out, "right")), (1, product(rows, out, top))]
    return [*needed, (1, product(out, rows, top, "left"))]


def plain_logits(network: TextNetwork, x: Tensor, state: list) -> Tensor:
    """Logits (B, T, V) by one cell call per layer and character; `state` is carried on."""
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    cells = [tuple(getattr(layer, name) for name in names) for layer in network.layers]
    tops = []
    for character in network.embedding(x).unbind(1):
        below, outputs = character, []
        for number, cell in enumerate(cells):
            state[number] = torch.lstm_cell(below, state[number], *cell)
            outputs.append(state[number][0])
            below = torch.cat([character, outputs[-1]], -1)
        tops.append(torch.cat(outputs, -1))
    return network.output(torch.stack(tops, 1))


def zeros(network: TextNetwork, batch: int) -> list:
    return [(torch.zeros(batch, size),) * 2 for size in network.settings.cells]


def plain_step(
    network: TextNetwork, optimiser: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> None:
    """A training step by the loop."""
    optimiser.zero_grad(set_to_none=True)
    logits = plain_logits(network, x, zeros(network, len(x)))
    cross_entropy(logits.flatten(0, 1), y.flatten()).backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()


@torch.no_grad()
def plain_text(network: TextNetwork) -> None:
    """One text by the loop over cells."""
    state, symbol = zeros(network, 1), torch.zeros(1, 1, dtype=torch.int64)
    for _ in range(WRITTEN):
        chances = (plain_logits(network, symbol, state)[:, 0] / 0.8).softmax(-1)
        symbol = torch.multinomial(chances, 1)


@torch.no_grad()
def called_text(network: TextNetwork) -> None:
    """One text by calls of the network."""
    state, symbol = None, torch.zeros(1, 1, dtype=torch.int64)
    for _ in range(WRITTEN):
        logits, state = network(symbol, state)
        symbol = torch.multinomial((logits[:, 0] / 0.8).softmax(-1), 1)


def works(s: NetworkSettings) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    group = Processes(0, 1, torch.device("cpu"))
    set_arithmetic(s.train, group.device, threads=1)
    size, length = s.train.batch_size, s.train.piece
    text = np.random.default_rng(0).integers(len(ALPHABET), size=3 * size * length + 1)
    data = Data(Lines(text, np.array([0, len(text)]), ["text"], [None]), None)
    plan, descent = stream_batches(data.lines, length, size), Descent(s, group)
    x, y, _ = gather(data.lines, plan[1])
    loop = TextNetwork(s)
    adam = torch.optim.Adam(loop.parameters())
    weights = {name: value.numpy() for name, value in loop.state_dict().items()}
    fused, needed, how = FusedText(weights, s), products(s), DrawSettings(temperature=0.8)
    return {
        "step": lambda: descent.step(data, plan[1], 1, 0),
        "products": lambda: run_all(needed),
        "plain step": lambda: plain_step(loop, adam, torch.from_numpy(x), torch.from_numpy(y)),
        "writing": lambda: complete_texts(fused, ["a"], WRITTEN, how, 1),
        "16 texts": lambda: complete_texts(fused, ["a"] * 16, WRITTEN, how, 1),
        "cells writing": lambda: plain_text(loop),
        "calls writing": lambda: called_text(loop),
    }


def measure(name: str) -> None:
    """Print the figures of one network."""
    s = settings(name)
    todo = works(s)
    for work in todo.values():
        work()
    rounds = [{key: cpu_time(work) for key, work in todo.items()} for _ in range(ROUNDS)]

    def ratio(a: str, b: str, times: float = 1) -> float:
        return statistics.median(times * one[a] / one[b] for one in rounds)

    def speed(key: str, characters: int) -> float:
        return characters / statistics.median(one[key] for one in rounds)

    batch = s.train.batch_size * s.train.piece
    print(f"{name}: {len(s.cells)} x {s.cells[0]}, {s.train.batch_size} x {s.train.piece}")
    print(
        f"  training: {speed('step', batch):,.0f} characters/s, {ratio('step', 'products'):.2f} "
        f"times its products (target: {TARGETS['step']}); a loop over cells takes "
        f"{ratio('plain step', 'step'):.2f} times as long"
    )
    print(
        f"  writing: {speed('writing', WRITTEN):,.0f} characters/s, "
        f"{ratio('calls writing', 'writing'):.1f} times the network called character by character "
        f"(target: {TARGETS['writing']:g}), {ratio('cells writing', 'writing'):.1f} times a loop "
        f"over cells; 16 texts at once {speed('16 texts', 16 * WRITTEN):,.0f} characters/s, "
        f"{ratio('calls writing', '16 texts', 16):.1f} and "
        f"{ratio('cells writing', '16 texts', 16):.1f} times"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=[*NETWORKS], help="networks of config.yaml")
    torch.set_num_threads(1)
    for name in parser.parse_args().networks:
        measure(name)


if __name__ == "__main__":
    main()
