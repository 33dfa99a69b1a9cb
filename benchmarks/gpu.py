"""Milliseconds of a training step on a GPU: 3 x 400 networks, 700 steps, by batch and precision.

    python benchmarks/gpu.py --out speed.json

Each is compared, in one run, with a loop over LSTM cells (or over cell and window) in PyTorch
operations, and with cuDNN's LSTM of the same size. `--tiny` tries everything on a CPU.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

import synthesis_step as synthesis
import train_step as prediction
from pentrace.networks.mixture import log_loss
from pentrace.train.distributed import Processes
from pentrace.train.precision import set_arithmetic
from pentrace.train.step import Descent
from pentrace.windows.batches import crop_batches, gather

PRECISIONS = ("float32", "tf32", "bf16")


def milliseconds(work: Callable[[], object], count: int, device: torch.device) -> float:
    """The median time of `work`, each from an idle device to an idle device, after a warm-up."""
    work()
    return statistics.median(_one(work, device) for _ in range(count))


def _one(work: Callable[[], object], device: torch.device) -> float:
    _wait(device)
    begun = time.perf_counter()
    work()
    _wait(device)
    return (time.perf_counter() - begun) * 1e3


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def rows(device: torch.device, batches: list[int], steps: int, count: int) -> Iterator[dict]:
    """One row for each kind of network, batch, precision and way."""
    for batch in batches:
        for precision in PRECISIONS:
            for kind, ways in (
                ("synthesis", synthesis_ways(device, batch, steps, precision)),
                ("prediction", prediction_ways(device, batch, steps, precision)),
            ):
                for way, work in ways.items():
                    if way.startswith("plain") and (batch, precision) != (batches[0], "float32"):
                        continue
                    took = milliseconds(work, 2 if way.startswith("plain") else count, device)
                    yield {
                        "kind": kind,
                        "way": way,
                        "batch": batch,
                        "steps": steps,
                        "precision": precision,
                        "milliseconds": round(took, 2),
                        "points_per_second": round(batch * steps / took * 1e3),
                    }


def synthesis_ways(
    device: torch.device, batch: int, steps: int, precision: str
) -> dict[str, Callable[[], object]]:
    """Ways to run a training step of the synthesis network."""
    setup = synthesis.Setup(device, batch, steps, precision)
    setup.set_arithmetic(precision)
    step = synthesis.Step(setup)
    return {
        "this network": step.ours,
        "only its layer 1": step.first,
        "cuDNN's LSTM of its size, no text": step.whole,
        "plain loop": step.plain,
    }


def prediction_ways(
    device: torch.device, batch: int, steps: int, precision: str
) -> dict[str, Callable[[], object]]:
    """Ways to run a training step of the prediction network; its own has loading and update."""
    s = prediction.settings("graves-3x400", steps, precision=precision, batch_size=batch)
    set_arithmetic(s.train, device, threads=1)
    data, descent = prediction.some_lines(2), Descent(s, Processes(0, 1, device))
    plan = crop_batches(data.lines, steps, batch, 0, 0)
    cells = prediction.CellLoop(s).to(device)

    def plain() -> None:
        x, y, mask = (torch.from_numpy(a).to(device) for a in gather(data.lines, plan[0]))
        cells.zero_grad(set_to_none=True)
        (log_loss(cells(x), y, mask).sum() / mask.sum()).backward()

    return {"this network": lambda: descent.step(data, plan[0], 0, 0), "plain loop": plain}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tiny", action="store_true", help="on a CPU, as small as possible")
    arguments = parser.parse_args()
    device = torch.device("cpu") if arguments.tiny else torch.device("cuda", 0)
    sizes = ([2], 20, 1) if arguments.tiny else ([64, 256], 700, 10)
    name = "CPU" if arguments.tiny else torch.cuda.get_device_name()
    found = []
    for row in rows(device, *sizes):
        found.append(row)
        print(*(f"{row[key]!s:>14}" for key in row), flush=True)
        made = {"device": name, "torch": torch.__version__, "rows": found}
        arguments.out.write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
