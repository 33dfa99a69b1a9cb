"""The mixture density output: bivariate Gaussians over the next offset, and states of the pen.

Graves 2013 (arXiv 1308.0850), equations 15 to 26, in log space. Per step the network gives
6M + 1 raw numbers: 1 for the end of stroke, then M each for the mixture weights, mean x, mean y,
sd x, sd y and correlation. Our end of stroke has probability sigmoid(raw); the paper writes the
same with the opposite sign of raw.

With three states of the pen there are 6M + 3 numbers: the first 3 are the logits of pen down, end
of stroke and end of character, as in Ha and Eck 2017 (arXiv 1704.03477), section 3.2. The width
shows which of the two it is.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax, softplus

# Bounds that keep every term and derivative below the float32 maximum of 3e38, each far beyond
# what data can need. A clamped number has derivative 0.
RAW_LIMIT = 1e30  # means, weights and logits: a difference of two, over the least sd, is finite
LOG_SD_LIMIT = 15.0  # sd from 3e-7, where offsets near 1 become equal in float32, to 3e6
# tanh(8) = 1 - 2.3e-7 is about the last correlation that differs from 1 in float32; at 1 the
# covariance is singular.
CORRELATION_LIMIT = 8.0
Z_LIMIT = 1e10  # standard scores: derivatives stay below z^2 exp(2 * 8) / sd, about 3e33


class Mixture(NamedTuple):
    """Parameters of the density of the next step; shapes behind the leading ones of raw."""

    end_logit: Tensor  # (...), log-odds of the end of stroke, including the end of the character
    log_weights: Tensor  # (..., M), normalised: logsumexp is 0
    mean: Tensor  # (..., 2, M), normalised units, x then y
    log_sd: Tensor  # (..., 2, M)
    correlation: Tensor  # (..., M), before tanh
    pen: Tensor | None = None  # (..., 3), logits of the three states, if there are three


def width(components: int, pen_states: int) -> int:
    """How many raw numbers a step of a network has: 6M + 1 or 6M + 3."""
    return 6 * components + (1 if pen_states == 2 else 3)


def split(raw: Tensor, bias: float = 0.0) -> Mixture:
    """The parameters in raw (..., 6M + 1 or 6M + 3).

    `bias` b >= 0 sharpens the density as in section 5.4: sd = exp(log_sd - b) and weights =
    softmax(raw (1 + b)). 0 is the model itself.
    """
    components, pens = divmod(raw.shape[-1], 6)
    raw = raw.clamp(-RAW_LIMIT, RAW_LIMIT)
    pen, weights, mean, log_sd, correlation = raw.split(
        [pens, components, 2 * components, 2 * components, components], dim=-1
    )
    pairs = (2, components)
    return Mixture(
        pen.squeeze(-1) if pens == 1 else pen[..., 1:].logsumexp(-1) - pen[..., 0],
        log_softmax(weights * (1 + bias), dim=-1),
        mean.unflatten(-1, pairs),
        log_sd.clamp(-LOG_SD_LIMIT, LOG_SD_LIMIT).unflatten(-1, pairs) - bias,
        correlation.clamp(-CORRELATION_LIMIT, CORRELATION_LIMIT),
        pen if pens == 3 else None,
    )


def log_density(mixture: Mixture, offset: Tensor) -> Tensor:
    """Log-density (...) of offsets (..., 2), in nats per square unit (equations 23 to 25)."""
    offset = offset.clamp(-RAW_LIMIT, RAW_LIMIT).unsqueeze(-1)
    z = ((offset - mixture.mean) * torch.exp(-mixture.log_sd)).clamp(-Z_LIMIT, Z_LIMIT)
    zx, zy = z.unbind(-2)  # each (..., M)
    r = mixture.correlation
    # (zx^2 + zy^2 - 2 rho zx zy) / (1 - rho^2) with rho = tanh r, as a sum of two squares: near
    # rho = 1 the textbook form subtracts nearly equal numbers and divides by nearly 0.
    squares = (zx + zy).square() * (1 + torch.exp(-2 * r)) + (zx - zy).square() * (
        1 + torch.exp(2 * r)
    )
    # sqrt(1 - tanh^2 r) = 1 / cosh r, and log cosh r = r + softplus(-2r) - log 2.
    log_cosh = r + softplus(-2 * r) - math.log(2)
    log_normal = log_cosh - mixture.log_sd.sum(-2) - math.log(2 * math.pi) - squares / 8
    return torch.logsumexp(mixture.log_weights + log_normal, dim=-1)


def step_loss(raw: Tensor, target: Tensor) -> Tensor:
    """Minus the log-density of every step, (...) in nats (equation 26, before the sum over t).

    raw (..., 6M + 1 or 6M + 3), target (..., 3) as dx, dy, state of the pen: 0 down, 1 end of
    stroke, and with three states 2 end of character. Finite, with finite derivatives, for any
    finite raw and target; half precision is computed in float32.
    """
    if raw.dtype in (torch.bfloat16, torch.float16):
        raw = raw.float()
    mixture = split(raw)
    return _pen_loss(mixture, target[..., 2]) - log_density(mixture, target[..., :2])


def _pen_loss(mixture: Mixture, state: Tensor) -> Tensor:
    """Minus the log-probability of the states (...) of the pen, nats."""
    if mixture.pen is None:
        return binary_cross_entropy_with_logits(mixture.end_logit, state, reduction="none")
    chosen = log_softmax(mixture.pen, dim=-1).gather(-1, state.long().unsqueeze(-1))
    return -chosen.squeeze(-1)


def log_loss(raw: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Log-loss (B,) of B sequences in nats: the sum of `step_loss` where mask (B, T) is true.

    raw (B, T, 6M + 1 or 6M + 3), target (B, T, 3); padded steps do not count, if they are finite.
    """
    return step_loss(raw, target).where(mask, 0.0).sum(-1)
