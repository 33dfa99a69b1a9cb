"""Drawing from a prediction network as plainly as it can be: PyTorch, a step at a time.

The reference for the tests of `pentrace.write`, and the baseline of `benchmarks/write.py`.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pentrace.networks import mixture
from pentrace.networks.prediction import PredictionNetwork, State


class Start(NamedTuple):
    """Where to go on from: the last step, not yet seen by the network, and the state before it."""

    step: Tensor  # float32 (B, 3)
    state: State | None


def draw(raw: Tensor, chance: Tensor, bias: float = 0.0) -> Tensor:
    """One step (..., 3) as dx, dy, state of the pen from each raw (..., 6M + 1 or 6M + 3).

    `chance` (..., 4) as in `chances`. The component is chosen by inverting the cumulated weights,
    the offset is mean + Cholesky factor of the covariance times two normals, the state of
    the pen (0 down, 1 end of stroke, 2 end of character) by inverting its cumulated probabilities,
    the highest state first. `bias` as in Graves 2013, equations 61 and 62.
    """
    density = mixture.split(raw, bias)
    cumulated = density.log_weights.double().exp().cumsum(-1)
    target = chance[..., :1] * cumulated[..., -1:]  # the weights sum to 1 but for rounding
    chosen = torch.searchsorted(cumulated, target, right=True)
    chosen = chosen.clamp(max=cumulated.shape[-1] - 1)  # (..., 1)
    pair = chosen.unsqueeze(-2).expand(*chosen.shape[:-1], 2, 1)
    mean = density.mean.gather(-1, pair).squeeze(-1)  # (..., 2)
    sd = density.log_sd.gather(-1, pair).squeeze(-1).exp()
    r = density.correlation.gather(-1, chosen).squeeze(-1)
    first, second = chance[..., 1], chance[..., 2]
    # Cholesky factor of [[1, rho], [rho, 1]] with rho = tanh r, so sqrt(1 - rho^2) = 1 / cosh r.
    unit = torch.stack([first, torch.tanh(r) * first + second / torch.cosh(r)], -1)
    end = (chance[..., 3] < torch.sigmoid(density.end_logit)).to(mean.dtype)
    if density.pen is not None:
        end += chance[..., 3] < torch.softmax(density.pen, -1)[..., 2]
    return torch.cat([mean + sd * unit, end.unsqueeze(-1)], -1)


def blank(size: int) -> Start:
    """The start of `size` new samples: nothing seen, zeros to feed first."""
    return Start(torch.zeros(size, 3), None)


@torch.no_grad()
def primed(network: PredictionNetwork, line: np.ndarray) -> Start:
    """The start after a real line, float32 (T, 3) with its null step: its style carries over."""
    steps = torch.as_tensor(line, dtype=torch.float32).unsqueeze(0)
    state = network(steps[:, :-1])[1] if steps.shape[1] > 1 else None
    return Start(steps[:, -1], state)


@torch.no_grad()
def draw_steps(
    network: PredictionNetwork, start: Start, chance: np.ndarray, bias: float = 0.0
) -> np.ndarray:
    """float32 (B, N, 3): N new steps of B samples, each seeing all before it.

    `chance` (B, N, 4) says how many of each; with three states of the pen they are fewer where all
    samples have ended, and what follows the end of a sample has no meaning.
    """
    table = torch.as_tensor(chance, dtype=torch.float32)
    steps = torch.empty(*table.shape[:2], 3)
    step, state = start
    ended = torch.zeros(len(table), dtype=torch.bool)
    for n in range(table.shape[1]):
        raw, state = network(step.unsqueeze(1), state)
        step = steps[:, n] = draw(raw[:, 0], table[:, n], bias)
        ended |= step[:, 2] == 2
        if bool(ended.all()):
            steps = steps[:, : n + 1]
            break
    return steps.numpy()
