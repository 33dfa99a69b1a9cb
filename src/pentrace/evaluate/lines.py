"""Running a network over whole lines: batches of like length, cut in time, the state carried."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pentrace.evaluate import measures
from pentrace.evaluate.measures import Sums

# (x, state) -> (raw, state), as `PredictionNetwork` and `baseline.Constant` are called.
Predictor = Callable[[Tensor, Any], tuple[Tensor, Any]]


def choose(starts: np.ndarray, most: int | None, seed: int) -> np.ndarray:
    """Indices, int64 and rising, of lines with a step to predict; at most `most`, by the seed."""
    usable = np.flatnonzero(np.diff(starts) >= 2)
    if most is None or most >= len(usable):
        return usable
    return np.sort(np.random.default_rng([seed, 1]).permutation(usable)[:most])


@torch.inference_mode()
def measure(
    network: Predictor,
    steps: np.ndarray,
    starts: np.ndarray,
    chosen: np.ndarray,
    *,
    batch_size: int = 32,
    chunk: int = 256,
    device: str = "cpu",
) -> Sums:
    """`Sums` of the whole lines `chosen` (L,), in their order, on the CPU.

    `steps` float32 (N, 3) normalised; line i is starts[i]:starts[i + 1], its first row the null
    step. `batch_size` and `chunk` bound the memory and change nothing else but rounding.
    """
    lengths = np.diff(starts)[chosen]
    order = np.argsort(-lengths, kind="stable")
    parts = [
        _measure_batch(network, _padded(steps, starts, chosen[order[k : k + batch_size]]),
                       lengths[order[k : k + batch_size]] - 1, chunk, device)
        for k in range(0, len(order), batch_size)
    ]  # fmt: skip
    if not parts:
        none = torch.zeros(0, dtype=torch.float64)
        return Sums(none, none, none, none, torch.zeros(measures.BINS, 4, dtype=torch.float64))
    back = torch.from_numpy(np.argsort(order, kind="stable"))
    per_line = [torch.cat(column)[back] for column in list(zip(*parts, strict=True))[:4]]
    return Sums._make([*per_line, torch.stack([p.bins for p in parts]).sum(0)])


def _padded(steps: np.ndarray, starts: np.ndarray, some: np.ndarray) -> Tensor:
    """float32 (B, T, 3): the lines `some`, padded with 0 to the longest."""
    out = np.zeros((len(some), int(np.diff(starts)[some].max()), 3), np.float32)
    for row, line in zip(out, some, strict=True):
        row[: starts[line + 1] - starts[line]] = steps[starts[line] : starts[line + 1]]
    return torch.from_numpy(out)


def _measure_batch(
    network: Predictor, lines: Tensor, counts: np.ndarray, chunk: int, device: str
) -> Sums:
    """`Sums` of the first counts (B,) steps of lines (B, T + 1, 3)."""
    lines, last = lines.to(device), torch.from_numpy(counts).to(device)
    total, state = None, None
    for t in range(0, lines.shape[1] - 1, chunk):
        x, y = lines[:, t : t + chunk + 1][:, :-1], lines[:, t + 1 : t + chunk + 1]
        raw, state = network(x, state)
        mask = torch.arange(t, t + x.shape[1], device=device) < last[:, None]
        part = measures.sums(raw, y, mask)
        total = part if total is None else measures.add(total, part)
    assert total is not None  # a chosen line has at least one step
    return Sums._make(column.cpu() for column in total)
