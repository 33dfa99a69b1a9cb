"""CPU time of a training step of a prediction network, by its cells, in one run.

python benchmarks/cells.py [--hidden 400] [--batch 32] [--steps 300] [--half]
"""

import argparse
import time

import torch

from pentrace.networks import kinds
from pentrace.networks.settings import NetworkSettings

CELLS = ("lstm", "layer-norm", "hyper")
ROUNDS = 3


def seconds(network: torch.nn.Module, batch: int, steps: int, half: bool) -> float:
    """The least CPU time of a forward and a backward pass."""
    x = torch.randn(batch, steps, 3)
    x[..., 2] = (x[..., 2] > 1.5).float()
    mask = torch.ones(batch, steps, dtype=torch.bool)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            kinds.loss("prediction", network, x, x, mask, None)[0].backward()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=400)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--half", action="store_true", help="products in bfloat16")
    given = parser.parse_args()
    torch.set_num_threads(1)
    first = None
    for cell in CELLS:
        settings = NetworkSettings.model_validate({"hidden": given.hidden, "cell": cell})
        network = kinds.build(settings)
        weights = sum(weight.numel() for weight in network.parameters())
        took = seconds(network, given.batch, given.steps, given.half)
        first = first or took
        print(f"{settings.cell}: {weights:,} weights, {took:.3f} s, {took / first:.2f} times lstm")


if __name__ == "__main__":
    main()
