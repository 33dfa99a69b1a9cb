"""Train the encoder of hands of a synthesis network to tell writers apart, in minutes on a CPU.

    python benchmarks/style_encoder.py --data results-pretrained/demo-iam --out start.safetensors

The network at --start gets a vector of a hand of --size numbers, which changes nothing at first.
Only its encoder is trained: of the hands of a batch, that of one line must be nearest to another
line of the same writer (the InfoNCE loss of van den Oord 2018, arXiv 1807.03748, in both
directions). `pentrace train --start start.safetensors` then trains everything together.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model, save_model
from pentrace.networks.style_encoder import StyleEncoder
from pentrace.networks.transfer import styled
from pentrace.train.references import load_writers, reference_ink
from pentrace.windows.lines import Lines, load_lines

TEMPERATURE = 0.1
LONGEST, SHORTEST = 500, 150  # steps of a reference: a random part of a line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--start", type=Path, default=Path("pretrained"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--writers", type=int, default=64, help="in a batch")
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    network, found, units = load_model(given.start, "synthesis")
    settings = found.model_copy(update={"style_size": given.size})
    weights = styled(network.state_dict(), found, settings)
    network = build(settings)
    network.load_state_dict(weights)
    lines, writers = _lines(given.data, ["train", "test", "validation2"])
    held_out = _lines(given.data, ["validation"])
    encoder = network.encoder
    train(encoder, lines, writers, given)
    print(f"nearest to the own hand among 20: {nearest(encoder, *held_out):.1%}")
    save_model(given.out, network, settings, units)


def _lines(data: Path, splits: list[str]) -> tuple[Lines, np.ndarray]:
    lines = load_lines(data, splits)
    return lines, load_writers(data, lines.ids)


def train(encoder: StyleEncoder, lines: Lines, writers: np.ndarray, given) -> None:
    """Move the weights of the encoder by `given.steps` batches."""
    random = np.random.default_rng(given.seed)
    optimiser = torch.optim.Adam(encoder.parameters(), lr=given.rate)
    groups = [np.flatnonzero(writers == w) for w in np.unique(writers)]
    groups = [group for group in groups if len(group) > 1]
    for step in range(given.steps):
        for group in optimiser.param_groups:
            group["lr"] = given.rate * (1 + math.cos(math.pi * step / given.steps)) / 2
        some = random.choice(len(groups), min(given.writers, len(groups)), replace=False)
        pairs = np.array([random.choice(groups[i], 2, replace=False) for i in some]).T
        one, two = (encoder(_cut(reference_ink(lines, side), random)) for side in pairs)
        loss = contrast(one, two)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 50 == 49:
            print(f"step {step + 1}: {loss.item():.3f} nats", flush=True)


def contrast(one: Tensor, two: Tensor) -> Tensor:
    """The loss of vectors (B, S) of the same writers in two lines."""
    alike = normalize(one, dim=1) @ normalize(two, dim=1).t() / TEMPERATURE
    own = torch.arange(len(alike))
    return (cross_entropy(alike, own) + cross_entropy(alike.t(), own)) / 2


def _cut(reference: np.ndarray, random: np.random.Generator) -> Tensor:
    """A random part of each line, all of one length."""
    length = int(random.integers(SHORTEST, LONGEST))
    rows = []
    for row in reference:
        own = int(row[:, 3].sum())
        begin = int(random.integers(max(own - length, 0) + 1))
        rows.append(np.pad(row[begin : begin + length], ((0, max(begin + length - len(row), 0)), (0, 0))))
    return torch.from_numpy(np.stack(rows))


@torch.no_grad()
def nearest(encoder: StyleEncoder, lines: Lines, writers: np.ndarray, among: int = 20) -> float:
    """Share of lines whose vector is nearest to the mean of the other lines of their writer."""
    vectors = normalize(
        torch.cat([encoder(torch.from_numpy(reference_ink(lines, np.array([i])))) for i in range(len(lines.ids))])
    )
    hits, count = 0, 0
    names = np.unique(writers)
    for start in range(0, len(names) - among + 1, among):
        group = names[start : start + among]
        for own in range(len(writers)):
            if writers[own] not in group:
                continue
            means = [
                vectors[[i for i in np.flatnonzero(writers == w) if i != own]].mean(0) for w in group
            ]
            best = group[int((torch.stack(means) @ vectors[own]).argmax())]
            hits, count = hits + int(best == writers[own]), count + 1
    return hits / count


if __name__ == "__main__":
    main()
