"""Time of a training step of a prediction network, by its cells, in one run.

python benchmarks/cells.py [--hidden 400] [--batch 32] [--steps 300] [--half] [--out cells.json]

CPU time of one thread, or time on the GPU if there is one.
"""

import argparse
import json
import time
from pathlib import Path

import torch

from pentrace.networks import kinds
from pentrace.networks.settings import NetworkSettings

CELLS = ("lstm", "layer-norm", "hyper")
ROUNDS = 3


def seconds(network: torch.nn.Module, batch: int, steps: int, half: bool) -> float:
    """The least time of a forward and a backward pass."""
    device = next(network.parameters()).device
    x = torch.randn(batch, steps, 3, device=device)
    x[..., 2] = (x[..., 2] > 1.5).float()
    mask = torch.ones(batch, steps, dtype=torch.bool, device=device)
    best = float("inf")
    for _ in range(ROUNDS):
        start = _now(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            kinds.loss("prediction", network, x, x, mask, None)[0].backward()
        best = min(best, _now(device) - start)
    return best


def _now(device: torch.device) -> float:
    if device.type == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=400)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--half", action="store_true", help="products in bfloat16")
    parser.add_argument("--out", type=Path, help="JSON to write")
    parser.add_argument("--tiny", action="store_true", help="on a CPU, as small as possible")
    given = parser.parse_args()
    if given.tiny:
        given.hidden, given.batch, given.steps = 8, 2, 20
    torch.set_num_threads(1)
    cuda = torch.cuda.is_available() and not given.tiny
    rows: list[dict] = []
    for cell in CELLS:
        settings = NetworkSettings.model_validate({"hidden": given.hidden, "cell": cell})
        network = kinds.build(settings).to("cuda" if cuda else "cpu")
        weights = sum(weight.numel() for weight in network.parameters())
        took = seconds(network, given.batch, given.steps, given.half)
        rows.append({"cell": cell, "weights": weights, "seconds": took})
        times = took / rows[0]["seconds"]
        print(f"{cell}: {weights:,} weights, {took:.3f} s, {times:.2f} times lstm")
    if given.out:
        size = {key: getattr(given, key) for key in ("hidden", "batch", "steps", "half")}
        device = torch.cuda.get_device_name() if cuda else "CPU"
        made = {"device": device, "torch": torch.__version__, **size, "rows": rows}
        given.out.write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
