"""The networks written as plainly as possible, in PyTorch, a step at a time.

The reference for the tests, and the baseline of `benchmarks/write.py` and
`benchmarks/synthesis_step.py`. First drawing from a prediction network; then the synthesis
network, three cells in one loop over the steps, differentiated by autograd. Its text goes in as
one-hot rows, zeros for padding.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import linear, one_hot, softplus

from pentrace.networks import mixture
from pentrace.networks.prediction import PredictionNetwork, State


class Start(NamedTuple):
    """The position in a sample: the last step, not yet read, and the state before it."""

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
    """The start of `size` new samples: nothing read, and a step of zeros to read first."""
    return Start(torch.zeros(size, 3), None)


@torch.no_grad()
def primed(network: PredictionNetwork, line: np.ndarray) -> Start:
    """The start after a real line, float32 (T, 3) with its null step, so that its style is kept."""
    steps = torch.as_tensor(line, dtype=torch.float32).unsqueeze(0)
    state = network(steps[:, :-1])[1] if steps.shape[1] > 1 else None
    return Start(steps[:, -1], state)


@torch.no_grad()
def draw_steps(
    network: PredictionNetwork, start: Start, chance: np.ndarray, bias: float = 0.0
) -> np.ndarray:
    """float32 (B, N, 3): N new steps of B samples, each conditioned on all steps before it.

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


def one_hot_text(symbols: Tensor, size: int, dtype: torch.dtype) -> Tensor:
    """(B, U, V) from symbols (B, U), -1 for padding."""
    return one_hot(symbols + 1, size + 1)[..., 1:].to(dtype)


def window_step(
    raw: Tensor, kappa: Tensor, text: Tensor, parametrisation: str
) -> tuple[Tensor, Tensor, Tensor]:
    """Window (B, V), kappa (B, K) and phi (B, U) from raw (B, 3K): equations 46 to 51."""
    alpha, beta, advance = raw.chunk(3, -1)
    if parametrisation == "exp":
        alpha, beta, advance = alpha.exp(), beta.exp(), advance.exp()
    else:
        alpha, beta, advance = softplus(alpha), softplus(beta), softplus(advance) / 25
    kappa = kappa + advance
    u = torch.arange(1, text.shape[1] + 1, dtype=kappa.dtype, device=raw.device)
    bumps = torch.exp(-beta[:, :, None] * (kappa[:, :, None] - u) ** 2)  # (B, K, U)
    phi = (alpha[:, :, None] * bumps).sum(1)
    return torch.einsum("bu,buv->bv", phi, text), kappa, phi


def first_cell(weights) -> tuple[Tensor, ...]:
    """Parameters of layer 1 as `torch.lstm_cell` takes them: candidate before output."""
    size = weights.window.shape[1]
    by_input = torch.cat([weights.input, weights.recurrent[:, size:]], -1)
    parameters = (by_input, weights.recurrent[:, :size], weights.bias, weights.bias * 0)
    return tuple(
        torch.cat([p[: 2 * size], p[3 * size :], p[2 * size : 3 * size]]) for p in parameters
    )


def first_layer(x, text, weights, state, parametrisation):
    """As `soft_window.attend`, text one-hot; also phi (T, B, U)."""
    hidden, memory, window, kappa = state
    cell = first_cell(weights)
    results = []
    for step in x:
        hidden, memory = torch.lstm_cell(torch.cat([step, window], -1), (hidden, memory), *cell)
        raw = linear(hidden, weights.window, weights.window_bias)
        window, kappa, phi = window_step(raw, kappa, text, parametrisation)
        results.append((hidden, window, kappa, phi))
    hidden_all, window_all, kappa_all, phi_all = (
        torch.stack(r) for r in zip(*results, strict=True)
    )
    return hidden_all, window_all, kappa_all, (hidden, memory, window, kappa), phi_all


def half_plain(network, x: Tensor, symbols: Tensor) -> Tensor:
    """As `synthesis`, but only layer 1 step by step; the layers above in one call each."""
    first, steps = network.first, x.transpose(0, 1)
    text = one_hot_text(symbols, first.symbols, x.dtype)
    start = first.start(steps)
    state = (start.hidden, start.memory, start.window, start.position)
    hidden, window, *_ = first_layer(
        steps.unbind(0), text, first.weights(), state, first.parametrisation
    )
    outputs = [hidden]
    for layer in network.layers:
        outputs.append(layer(torch.cat([steps, window, outputs[-1]], -1))[0])
    top = torch.cat(outputs, -1)
    return linear(top, network.output.weight, network.output.bias).transpose(0, 1)


def synthesis(network, x: Tensor, symbols: Tensor) -> Tensor:
    """Raw outputs (B, T, 6M + 1) of a `SynthesisNetwork`, all layers step by step."""
    first, batch, size = network.first, len(x), network.settings.hidden
    weights = first.weights()
    text = one_hot_text(symbols, first.symbols, x.dtype)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    cells = [first_cell(weights)]
    cells += [tuple(getattr(layer, name) for name in names) for layer in network.layers]
    state = [(x.new_zeros(batch, size), x.new_zeros(batch, size)) for _ in cells]
    window, kappa = x.new_zeros(batch, first.symbols), x.new_zeros(batch, first.components)
    raws = []
    for step in x.unbind(1):
        below = torch.cat([step, window], -1)
        for number, cell in enumerate(cells):
            state[number] = torch.lstm_cell(below, state[number], *cell)
            if number == 0:
                raw = linear(state[0][0], weights.window, weights.window_bias)
                window, kappa, _ = window_step(raw, kappa, text, first.parametrisation)
            below = torch.cat([step, window, state[number][0]], -1)
        top = torch.cat([hidden for hidden, _ in state], -1)
        raws.append(linear(top, network.output.weight, network.output.bias))
    return torch.stack(raws, 1)
