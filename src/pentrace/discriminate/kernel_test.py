"""The kernel two-sample test: whether two sets of vectors come from one distribution.

The statistic is the unbiased estimate of the squared maximum mean discrepancy (Gretton et al.
2012), with a Gaussian kernel whose width is the median distance.
"""

from typing import NamedTuple

import numpy as np


class KernelTest(NamedTuple):
    """The squared discrepancy, 0 on average for one distribution, and its p-value."""

    mmd2: float
    p: float


def kernel_test(real: np.ndarray, written: np.ndarray, permutations: int, seed: int) -> KernelTest:
    """The test of P pairs of vectors, float64 (P, D) each; each axis is standardised first.

    A permutation exchanges the two vectors of each pair at random. The p-value is the share of
    permutations, the given one included, with at least the discrepancy of the given one.
    """
    both = np.concatenate([real, written])
    sd = both.std(0)
    both = (both - both.mean(0)) / np.where(sd > 0, sd, 1)
    square = (both**2).sum(1)
    apart = np.maximum(square[:, None] + square - 2 * both @ both.T, 0)
    pairs = len(real)
    upper = apart[np.triu_indices(2 * pairs, 1)]
    kernel = np.exp(-apart / max(float(np.median(upper)), 1e-12))
    a, b, c = kernel[:pairs, :pairs], kernel[pairs:, pairs:], kernel[:pairs, pairs:]
    # The inner products of the differences of pairs; an exchanged pair changes their sign.
    inner = a + b - c - c.T
    np.fill_diagonal(inner, 0)
    signs = np.random.default_rng([seed, 14]).choice([-1.0, 1.0], (permutations - 1, pairs))
    found = inner.sum()
    drawn = ((signs @ inner) * signs).sum(1)
    p = (1 + (drawn >= found * (1 - 1e-12)).sum()) / permutations
    return KernelTest(float(found / (pairs * (pairs - 1))), float(p))
