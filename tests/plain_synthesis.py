"""The synthesis network written as plainly as it can be: three cells in one loop over the steps.

The reference for the tests, in float64, and the baseline of `benchmarks/synthesis_step.py`.
Differentiated by autograd. Text goes in as one-hot rows, zeros for padding.
"""

import torch
from torch import Tensor
from torch.nn.functional import linear, one_hot, softplus


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
