"""Bounds on the log-loss of complete lines by a variational network."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pentrace.evaluate import measures
from pentrace.evaluate.measures import Sums
from pentrace.networks.kinds import Latent
from pentrace.windows.batches import Batch, Lines, gather

POINTS = 40_000  # at once, of all samples together, which bounds the memory


class Bounds(NamedTuple):
    """The measures of L lines."""

    sums: Sums  # log-loss: the bound; the rest is of predictions at a latent of the prior
    weighted: Tensor  # float64 (L,), the bound with several latents of each line, nats
    divergence: Tensor  # float64 (L,), the part of the bound that is the divergence, nats


@torch.inference_mode()
def measure_bounds(
    network: Latent,
    lines: Lines,
    chosen: np.ndarray,
    symbols: np.ndarray | None = None,
    *,
    samples: int = 40,
    seed: int = 1,
    device: str = "cpu",
) -> Bounds:
    """`Bounds` of the complete lines `chosen` (L,), in their order, on the CPU.

    The bound of one sample is the mean over `samples` runs of a line through the network. That of
    all samples is importance weighted (Burda et al. 2015, arXiv 1509.00519): it is between the
    first and the log-loss. symbols int64 (S, U) as for `line_losses.measure`.
    """
    torch.manual_seed(seed)
    parts = [_of_line(network, lines, i, symbols, samples, device) for i in chosen.tolist()]
    of_all = [part.sums for part in parts]
    per_line = [torch.cat(column) for column in list(zip(*of_all, strict=True))[:4]]
    sums = Sums._make([*per_line, torch.stack([one.bins for one in of_all]).sum(0)])
    weighted = torch.stack([part.weighted for part in parts])
    apart = torch.stack([part.divergence for part in parts])
    return Bounds(sums, weighted, apart)


def _of_line(
    network: Latent,
    lines: Lines,
    line: int,
    symbols: np.ndarray | None,
    samples: int,
    device: str,
) -> Bounds:
    row = np.array([line])
    whole = gather(lines, Batch(row, np.zeros_like(row), lines.n_steps[row]))
    x, y, mask = (torch.from_numpy(values).to(device) for values in whole)
    text = None if symbols is None else torch.from_numpy(symbols[row]).to(device)
    bounds, weights, apart = [], [], []
    sums = None
    most = max(1, POINTS // x.shape[1])
    for first in range(0, samples, most):
        rows = min(most, samples - first)
        several = (None if a is None else a.expand(rows, *a.shape[1:]) for a in (x, y, mask, text))
        found = network(*several, known=bool(first))
        divergence = found.divergence.double().sum((1, 2))
        bounds.append(found.log_loss.double() + divergence)
        weights.append(-found.log_loss.double() - found.log_ratio.double())
        apart.append(divergence)
        if sums is None:
            sums = measures.sums(found.raw[:1], y, mask)
    assert sums is not None
    log_mean = torch.logsumexp(torch.cat(weights), 0) - math.log(samples)
    own = sums._replace(log_loss=torch.cat(bounds).mean()[None])
    return Bounds(
        Sums._make(column.cpu() for column in own), -log_mean.cpu(), torch.cat(apart).mean().cpu()
    )
