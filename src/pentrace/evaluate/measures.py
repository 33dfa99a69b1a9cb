"""Measures of predicted steps, pure functions of raw network outputs. Computed in float64.

Log-loss: minus the log-density of the line, sum over its steps (Graves 2013, equation 26).
Squared error: |step - expected step|^2 summed over x and y, normalised units, where the expected
step is the mean of the mixture, sum_j weight_j mean_j. End of stroke: predicted where its
probability is above 0.5.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from pentrace.networks import mixture

BINS = 10


class Sums(NamedTuple):
    """Sums over the steps of each of B lines, float64 (B,), and over all of them by bin."""

    steps: Tensor  # (B,), predicted steps
    log_loss: Tensor  # (B,), nats, normalised units
    squared_error: Tensor  # (B,), normalised units
    correct: Tensor  # (B,), steps whose end of stroke was predicted
    bins: Tensor  # (BINS, 4), by probability of end of stroke: see `reliability_sums`


def expected_step(raw: Tensor) -> Tensor:
    """Mean (..., 2) of the mixture in raw (..., 6M + 1 or 6M + 3)."""
    density = mixture.split(raw)
    return (density.log_weights.exp().unsqueeze(-2) * density.mean).sum(-1)


def reliability_sums(probability: Tensor, ended: Tensor) -> Tensor:
    """(BINS, 4): count, sum of probability, ends of stroke, sum of (probability - end)^2.

    Bin k holds the steps, (N,) each, with probability in [k / BINS, (k + 1) / BINS).
    """
    bins = (probability * BINS).long().clamp(max=BINS - 1)
    parts = [torch.ones_like(probability), probability, ended, (probability - ended) ** 2]
    return torch.stack([torch.bincount(bins, part, BINS) for part in parts], 1)


def sums(raw: Tensor, target: Tensor, mask: Tensor) -> Sums:
    """`Sums` of raw (B, T, 6M + 1 or 6M + 3) against target (B, T, 3) where mask (B, T) is true."""
    raw, target = raw.double(), target.double()
    offset, ended = target[..., :2], (target[..., 2] > 0.5).double()  # of the character too
    loss = mixture.step_loss(raw, target)
    error = (expected_step(raw) - offset).square().sum(-1)
    probability = torch.sigmoid(mixture.split(raw).end_logit)
    correct = (probability > 0.5) == (ended > 0.5)
    return Sums(
        mask.sum(-1).double(),
        loss.where(mask, 0.0).sum(-1),
        error.where(mask, 0.0).sum(-1),
        (correct & mask).sum(-1).double(),
        reliability_sums(probability[mask], ended[mask]),
    )


def add(first: Sums, second: Sums) -> Sums:
    """The sums of the same lines over the steps of both."""
    return Sums._make(a + b for a, b in zip(first, second, strict=True))


def calibration(bins: Tensor) -> dict:
    """End-of-stroke measures of `Sums.bins` (BINS, 4), for JSON.

    Brier score: mean of (probability - end)^2. Expected calibration error: mean over steps of
    |mean probability - share of ends| of the step's bin (Naeini 2015). Empty bins have nulls.
    """
    count, probability, ended, squares = bins.unbind(1)
    total = float(count.sum())
    rows = [
        {
            "from": k / BINS,
            "to": (k + 1) / BINS,
            "steps": int(n),
            "mean_probability": float(p / n) if n else None,
            "share_of_ends": float(e / n) if n else None,
        }
        for k, (n, p, e) in enumerate(zip(count, probability, ended, strict=True))
    ]
    return {
        "brier": float(squares.sum()) / total,
        "expected_calibration_error": float((probability - ended).abs().sum()) / total,
        "share_of_ends": float(ended.sum()) / total,
        "mean_probability": float(probability.sum()) / total,
        "bins": rows,
    }
