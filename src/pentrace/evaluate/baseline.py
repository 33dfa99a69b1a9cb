"""Baselines without memory: a log-loss means something only in comparison with theirs."""

import numpy as np
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor

STEPS = 20_000  # to fit on; more change the baseline by less than a hundredth of a nat per point
# Tablets record whole units, so a component could shrink to one value and its density grow without
# bound; this variance, in normalised units, is added to each.
LEAST_VARIANCE = 1e-4


class Constant:
    """Predicts the same density at every step; called like a network."""

    def __init__(self, raw: Tensor) -> None:
        self.raw = raw  # (6M + 1,)

    def __call__(self, x: Tensor, state: None = None) -> tuple[Tensor, None]:
        """Raw outputs (B, T, 6M + 1) for steps x (B, T, 3)."""
        return self.raw.to(x.device).expand(*x.shape[:2], -1), None


def fit(steps: np.ndarray, components: int, seed: int, pen_states: int = 2) -> Constant:
    """The mixture of `components` Gaussians, and the rates of the pen's states, of (N, 3) `steps`.

    Fitted by expectation-maximisation on at most `STEPS` steps chosen by the seed.
    """
    chosen = np.random.default_rng([seed, 0]).permutation(len(steps))[:STEPS]
    some = steps[chosen].astype(np.float64)
    gaussians = GaussianMixture(
        min(components, len(some)), reg_covar=LEAST_VARIANCE, random_state=seed % 2**32
    ).fit(some[:, :2])
    # One is added to each count, so no rate is 0 or 1.
    counts = np.bincount(some[:, 2].astype(int), minlength=pen_states) + 1
    return Constant(_raw(gaussians, counts / counts.sum()))


def _raw(gaussians: GaussianMixture, rates: np.ndarray) -> Tensor:
    """Raw outputs (6M + 1,) or, for three `rates`, (6M + 3,) in the order of `networks.mixture`."""
    variance = np.diagonal(gaussians.covariances_, axis1=1, axis2=2)  # (M, 2)
    correlation = gaussians.covariances_[:, 0, 1] / np.sqrt(variance.prod(axis=1))
    parts = [
        np.log(rates[1:] / rates[0]) if len(rates) == 2 else np.log(rates),
        np.log(np.maximum(gaussians.weights_, 1e-300)),
        gaussians.means_.T.ravel(),
        np.log(variance).T.ravel() / 2,
        np.arctanh(correlation),
    ]
    return torch.from_numpy(np.concatenate(parts))
