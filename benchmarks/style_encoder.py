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
from pentrace.networks.store import load_model, save_model
from pentrace.networks.style_encoder import StyleEncoder
from pentrace.networks.transfer import styled
from pentrace.train.references import load_writers, padded, reference_ink
from pentrace.windows.lines import Lines, load_lines

TEMPERATURE = 0.1
SHORTEST, LONGEST = 150, 500  # steps of a reference: a random part of a line
AMONG = 20  # hands, one of which is the own


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--start", type=Path, default=Path("pretrained"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--writers", type=int, default=128, help="in a batch")
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    network, found, units = load_model(given.start, "synthesis")
    settings = found.model_copy(update={"style_size": given.size})
    weights = styled(network.state_dict(), found, settings)
    network = build(settings)
    network.load_state_dict(weights)
    encoder = network.get_submodule("encoder")
    assert isinstance(encoder, StyleEncoder)
    train(encoder, *_lines(given.data, ["train", "test", "validation2"]), given)
    held_out = _lines(given.data, ["validation"])
    print(f"nearest to the own hand among {AMONG}: {nearest(encoder, *held_out):.1%}")
    save_model(given.out, network, settings, units)


def _lines(data: Path, splits: list[str]) -> tuple[Lines, np.ndarray]:
    lines = load_lines(data, splits)
    return lines, load_writers(data, lines.ids)


def train(
    encoder: StyleEncoder, lines: Lines, writers: np.ndarray, given: argparse.Namespace
) -> None:
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
        loss = contrast(*(encoder(_cut(lines, side, random)) for side in pairs))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 99:
            print(f"step {step + 1}: {loss.item():.3f} nats", flush=True)


def contrast(one: Tensor, two: Tensor) -> Tensor:
    """The loss of vectors (B, S) of the same writers in two lines."""
    alike = normalize(one, dim=1) @ normalize(two, dim=1).t() / TEMPERATURE
    own = torch.arange(len(alike))
    return (cross_entropy(alike, own) + cross_entropy(alike.t(), own)) / 2


def _cut(lines: Lines, samples: np.ndarray, random: np.random.Generator) -> Tensor:
    """A random part of each line, all of one length, as the encoder reads them."""
    length = int(random.integers(SHORTEST, LONGEST))
    parts = []
    for line in (lines[i] for i in samples.tolist()):
        begin = int(random.integers(max(len(line) - length, 0) + 1))
        parts.append(line[begin : begin + length])
    return torch.from_numpy(padded(parts))


@torch.no_grad()
def nearest(encoder: StyleEncoder, lines: Lines, writers: np.ndarray) -> float:
    """Share of lines whose vector is nearest to the mean of the other lines of their writer."""
    inks = (reference_ink(lines, np.array([i])) for i in range(len(writers)))
    vectors = normalize(torch.cat([encoder(torch.from_numpy(ink)) for ink in inks]))
    names = np.unique(writers)
    hits = []
    for start in range(0, len(names) - AMONG + 1, AMONG):
        group = [np.flatnonzero(writers == w) for w in names[start : start + AMONG]]
        for number, own in enumerate(group):
            for line in own:
                means = [vectors[some[some != line]].mean(0) for some in group]
                hits.append(int((torch.stack(means) @ vectors[line]).argmax()) == number)
    return float(np.mean(hits))


if __name__ == "__main__":
    main()
