"""Variational recurrent networks: each step, or each line, has a latent vector of Z numbers.

Chung et al. 2015, "A recurrent latent variable model for sequential data" (arXiv 1506.02216). The
posterior of a latent sees what is predicted, and the prior does not. Training minimises the bound

    log-loss at a latent of the posterior + divergence of the posterior from the prior,

which is at least the log-loss of the sequence.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from pentrace.networks import mixture
from pentrace.networks.alphabet import symbol_count
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.recurrence import Recurrence
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.soft_window.layer import SoftWindow
from pentrace.networks.style_encoder import StyleEncoder
from pentrace.networks.synthesis import SynthesisNetwork

OPEN = 1.0  # bias of the forget gate at the start
LOG_SD_LIMIT = 7.0  # of latents
FIRST_LOG_SD = -2.0  # of the posterior of a held latent at the start


class Gaussian(NamedTuple):
    """Independent normals: mean and logarithm of the sd, (..., Z) each."""

    mean: Tensor
    log_sd: Tensor

    def log_density(self, z: Tensor) -> Tensor:
        """(..., Z), nats."""
        square = ((z - self.mean) * torch.exp(-self.log_sd)).square()
        return -self.log_sd - (square + math.log(2 * math.pi)) / 2


class Bound(NamedTuple):
    """The parts of the bound of B sequences; R is T with a latent for each step, or 1."""

    log_loss: Tensor  # (B,), nats, at latents of the posterior
    divergence: Tensor  # (B, R, Z), nats, in closed form; 0 where there is no step
    log_ratio: Tensor  # (B,), log-density of these latents by the posterior minus by the prior
    raw: Tensor  # (B, T, 6M + 1), outputs at these latents
    mean: Tensor  # (B, R, Z), of the posterior
    real: Tensor  # bool (B, R), where there is a latent


def gaussian(raw: Tensor) -> Gaussian:
    """The normals that raw (..., 2Z) describes."""
    mean, log_sd = raw.chunk(2, -1)
    return Gaussian(mean, log_sd.clamp(-LOG_SD_LIMIT, LOG_SD_LIMIT))


def divergence(posterior: Gaussian, prior: Gaussian) -> Tensor:
    """Kullback-Leibler divergence (..., Z), nats."""
    apart = ((posterior.mean - prior.mean) * torch.exp(-prior.log_sd)).square()
    log_ratio = posterior.log_sd - prior.log_sd
    return (torch.exp(2 * log_ratio) + apart - 1) / 2 - log_ratio


def counted_divergence(of: Tensor, real: Tensor, free: float) -> Tensor:
    """Sum of the divergence (B, R, Z) where real (B, R) is true, with `free` nats for each number.

    A number of the latent whose mean divergence is below `free` counts as `free`, and has no
    derivative (Kingma et al. 2016, arXiv 1606.04934, section C.8).
    """
    if not free:
        return of.sum()
    count = real.sum()
    return (of.sum((0, 1)) / count.clamp(min=1)).clamp(min=free).sum() * count


class VariationalNetwork(nn.Module):
    """A latent for each step, as in the paper, with one layer of LSTM cells.

    The layer reads the step and the latent before it. The prior sees its state, the posterior also
    the next step, and the output is computed from its state and the latent. With a text, the layer
    also reads a soft window, whose own layer reads no latent: so it runs over the line in one call.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = s = settings
        size, z, inner = s.hidden, s.latent_size, s.latent_hidden
        self.first: SoftWindow | None = None
        width = 3
        if s.with_text:
            symbols = symbol_count(s)
            kind = s.window_parametrisation
            self.first = SoftWindow(3, size, symbols, s.window_components, kind)
            width += size + symbols
        self.read = nn.Linear(width, 4 * size)
        self.recurrent = nn.Linear(size + inner, 4 * size, bias=False)
        self.prior = nn.Sequential(nn.Linear(size, inner), nn.ReLU(), nn.Linear(inner, 2 * z))
        self.seen = nn.Sequential(nn.Linear(3, inner), nn.ReLU(), nn.Linear(inner, inner))
        self.by_state = nn.Linear(size, inner, bias=False)
        self.posterior = nn.Linear(inner, 2 * z)
        self.latent = nn.Linear(z, inner)
        self.decode = nn.Linear(size + inner, size)
        with torch.no_grad():
            self.read.bias[size : 2 * size] += OPEN
        self.layers = nn.ModuleList()  # none that reads a sequence
        self.dropout = nn.Dropout(s.dropout)
        self.output = nn.Linear(size, mixture.width(s.components, 2))

    def forward(
        self,
        x: Tensor,
        y: Tensor,
        mask: Tensor,
        text: Tensor | None = None,
        known: bool = True,
        reference: None = None,
    ) -> Bound:
        """The bound of steps y (B, T, 3) after x (B, T, 3), where mask (B, T) is true.

        text (B, U) as for `SynthesisNetwork`. Latents are drawn from torch's random state. With
        `known` False, `raw` is computed at latents of the prior, and is a prediction of y. There is
        no `reference`.
        """
        state, latent, posterior, z = self._run(x.transpose(0, 1), y.transpose(0, 1), text)
        prior = gaussian(self.prior(state))
        real = mask.t().unsqueeze(-1)
        apart = divergence(posterior, prior) * real
        ratio = ((posterior.log_density(z) - prior.log_density(z)) * real).sum((0, 2))
        raw = self._decoded(state, latent)
        loss = mixture.log_loss(raw, y, mask)
        if not known:
            drawn = prior.mean + prior.log_sd.exp() * torch.randn_like(prior.mean)
            raw = self._decoded(state, torch.relu(self.latent(drawn)))
        means = posterior.mean.transpose(0, 1)
        return Bound(loss, apart.transpose(0, 1), ratio, raw, means, mask)

    def _decoded(self, state: Tensor, latent: Tensor) -> Tensor:
        """Raw outputs (B, T, 6M + 1) from states (T, B, H) and latents (T, B, F)."""
        hidden = torch.relu(self.decode(torch.cat([state, latent], -1)))
        with torch.autocast(hidden.device.type, enabled=False):
            raw = self.output(self.dropout(hidden).to(self.output.weight.dtype))
        return raw.transpose(0, 1)

    def _run(
        self, x: Tensor, y: Tensor, text: Tensor | None
    ) -> tuple[Tensor, Tensor, Gaussian, Tensor]:
        """States (T, B, H), latents as the layer reads them (T, B, F), posterior, latents z.

        x and y (T, B, 3).
        """
        s, (steps, batch) = self.settings, x.shape[:2]
        if self.first is not None:
            assert text is not None
            hidden, window, _, _ = self.first(x.contiguous(), text)
            x = torch.cat([x, hidden, window], -1)
        kind = self.output.weight.dtype
        cell = Recurrence(self.read(x).to(kind), self.recurrent.weight)
        encoder = Recurrence(self.seen(y).to(kind), self.by_state.weight)
        sampled, given = (
            Recurrence(part.bias.expand(steps, batch, -1), part.weight)
            for part in (self.posterior, self.latent)
        )
        noise = torch.randn(steps, batch, s.latent_size, dtype=kind, device=x.device).unbind(0)
        state = memory = torch.zeros(batch, s.hidden, dtype=kind, device=x.device)
        latent = torch.zeros(batch, s.latent_hidden, dtype=kind, device=x.device)
        rows: list[tuple[Tensor, ...]] = []
        with torch.autocast(x.device.type, enabled=False):
            for t in range(steps):
                gates = cell(t, torch.cat([latent, state], -1))
                into, forget, out = torch.sigmoid(gates[:, : 3 * s.hidden]).chunk(3, -1)
                candidate = torch.tanh(gates[:, 3 * s.hidden :])
                memory = torch.addcmul(forget * memory, into, candidate)
                state = out * torch.tanh(memory)
                found = gaussian(sampled(t, torch.relu(encoder(t, state))))
                z = torch.addcmul(found.mean, found.log_sd.exp(), noise[t])
                latent = torch.relu(given(t, z))
                rows.append((state, latent, *found, z))
        states, latents, mean, log_sd, zs = (torch.stack(c) for c in zip(*rows, strict=True))
        return states, latents, Gaussian(mean, log_sd), zs


class HeldLatentNetwork(nn.Module):
    """One latent for a line: an input of each step of a prediction or a synthesis network.

    Its prior is the standard normal distribution. The posterior is computed from the complete line
    by the convolutions of `StyleEncoder`, or in training from another line of the writer. Then it
    contains only what the lines of a writer have in common.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        kind = SynthesisNetwork if settings.with_text else PredictionNetwork
        self.base = kind(settings.base)
        self.base.encoder = None  # the latent takes the place of a hand
        self.encoder = StyleEncoder(2 * settings.latent_size)
        _differ(self.encoder, settings.latent_size)

    # Not attributes: weights would be saved under two names.
    @property
    def layers(self) -> nn.ModuleList:
        """The recurrent layers above the first."""
        return self.base.layers

    @property
    def output(self) -> Any:
        """The output layer."""
        return self.base.output

    def forward(
        self,
        x: Tensor,
        y: Tensor,
        mask: Tensor,
        text: Tensor | None = None,
        known: bool = True,
        reference: Tensor | None = None,
    ) -> Bound:
        """As `VariationalNetwork.forward`.

        reference (B, R, 4): ink of the writers, as `StyleEncoder` reads it, in which the latents
        are found; None, or no ink: in the lines themselves.
        """
        found = self.posterior(y, mask, reference)
        zeros = torch.zeros_like(found.mean)
        prior = Gaussian(zeros, zeros)
        z = found.mean + found.log_sd.exp() * torch.randn_like(zeros)
        raw = self._decoded(x, z, text)
        loss = mixture.log_loss(raw, y, mask)
        ratio = (found.log_density(z) - prior.log_density(z)).sum(-1)
        if not known:
            raw = self._decoded(x, torch.randn_like(zeros), text)
        apart = divergence(found, prior).unsqueeze(1)
        return Bound(loss, apart, ratio, raw, found.mean.unsqueeze(1), mask.any(1, keepdim=True))

    def posterior(self, y: Tensor, mask: Tensor, reference: Tensor | None = None) -> Gaussian:
        """The posterior (B, Z) of the latent of steps y (B, T, 3) where mask (B, T) is true.

        reference as for `forward`.
        """
        line = torch.cat([y, torch.ones_like(y[..., :1])], -1) * mask.unsqueeze(-1)
        with torch.autocast(y.device.type, enabled=False):
            pooled = self.encoder.pooled(line)
            if reference is not None:
                other = reference[..., 3].any(1, keepdim=True)
                pooled = torch.where(other, self.encoder.pooled(reference), pooled)
            return gaussian(self.encoder.project(pooled))

    def _decoded(self, x: Tensor, z: Tensor, text: Tensor | None) -> Tensor:
        read = torch.cat([x, z.unsqueeze(1).expand(-1, x.shape[1], -1)], -1)
        return (self.base(read) if text is None else self.base(read, None, text))[0]


@torch.no_grad()
def _differ(encoder: StyleEncoder, size: int) -> None:
    """Weights at which the posteriors of two lines differ from the start.

    With the usual ones, their means differ by 0.001 at an sd of 1: the latent is noise, and the
    network learns to ignore it before the encoder has learnt anything.
    """
    for layer in encoder.convolutions:
        nn.init.kaiming_normal_(layer.get_parameter("weight"), nonlinearity="relu")
        layer.get_parameter("bias").zero_()
    nn.init.normal_(encoder.project.weight, std=encoder.project.in_features**-0.5)
    encoder.project.bias.zero_()
    encoder.project.bias[size:] = FIRST_LOG_SD
