"""Running a network over whole lines: batches of similar length, in chunks, with carried state."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pentrace.evaluate import measures
from pentrace.evaluate.measures import Sums
from pentrace.windows.batches import Batch, Lines, gather

# (x, state) -> (raw, state), or (x, state, text), as networks and `baseline.Constant` are called.
Predictor = Callable[..., tuple[Tensor, Any]]


def choose(lines: Lines, most: int | None, seed: int) -> np.ndarray:
    """Indices, int64 and rising, of lines with a step to predict; at most `most`, by the seed."""
    usable = np.flatnonzero(lines.n_steps > 0)
    if most is None or most >= len(usable):
        return usable
    return np.sort(np.random.default_rng([seed, 1]).permutation(usable)[:most])


@torch.inference_mode()
def measure(
    network: Predictor,
    lines: Lines,
    chosen: np.ndarray,
    symbols: np.ndarray | None = None,
    *,
    batch_size: int = 32,
    chunk: int = 256,
    device: str = "cpu",
) -> Sums:
    """`Sums` of the whole lines `chosen` (L,), in their order, on the CPU.

    symbols int64 (S, U), -1 for padding: the text of every line of `lines`, if the network
    takes it. `batch_size` and `chunk` bound the memory and change nothing else but rounding.
    """
    order = np.argsort(-lines.n_steps[chosen], kind="stable")
    some = [chosen[order[k : k + batch_size]] for k in range(0, len(order), batch_size)]
    parts = [_measure_batch(network, lines, batch, symbols, chunk, device) for batch in some]
    if not parts:
        none = torch.zeros(0, dtype=torch.float64)
        return Sums(none, none, none, none, torch.zeros(measures.BINS, 4, dtype=torch.float64))
    back = torch.from_numpy(np.argsort(order, kind="stable"))
    per_line = [torch.cat(column)[back] for column in list(zip(*parts, strict=True))[:4]]
    return Sums._make([*per_line, torch.stack([p.bins for p in parts]).sum(0)])


def _measure_batch(
    network: Predictor,
    lines: Lines,
    batch: np.ndarray,
    symbols: np.ndarray | None,
    chunk: int,
    device: str,
) -> Sums:
    """`Sums` of the lines `batch` (B,), padded to the longest of them."""
    whole = gather(lines, Batch(batch, np.zeros_like(batch), lines.n_steps[batch]))
    x, y, mask = (torch.from_numpy(values).to(device) for values in whole)
    text = () if symbols is None else (torch.from_numpy(symbols[batch]).to(device),)
    total, state = None, None
    for t in range(0, x.shape[1], chunk):
        part = slice(t, t + chunk)
        raw, state = network(x[:, part], state, *text)
        found = measures.sums(raw, y[:, part], mask[:, part])
        total = found if total is None else measures.add(total, found)
    assert total is not None  # a chosen line has at least one step
    return Sums._make(column.cpu() for column in total)
