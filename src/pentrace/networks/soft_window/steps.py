"""The recurrence of layer 1 and its soft window, step by step, forward and backward.

Graves 2013 (arXiv 1308.0850), equations 46 to 51, around an LSTM cell without peepholes. Only
what depends on the step before is inside the loops: the gradients of the weights are products of
the returned derivatives, computed once for all steps. The few numbers of the input, and the bias,
are part of the recurrent product: to project them before the loop, which pays with wide inputs,
would write all gates to memory and read them back. All tensors that the loops write are allocated
before them and split with `unbind`: to index a tensor in a loop costs one view per step, and under
autograd one gradient of the full size per step.

T steps, B sequences, D inputs, H cells, V symbols, K Gaussians, U characters. Gates are in the
order input, forget, output, candidate, so that the three sigmoids are adjacent. `kernels`, if
given, is the module `kernels`, which computes everything but the products on a GPU. With `half` the
factors of the recurrent product, and its result, are rounded to bfloat16.
"""

from types import ModuleType
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from pentrace.networks.products import Product

# The largest exponent, exp(15) = 3e6: positions, widths and their products stay finite in float32.
EXPONENT_LIMIT = 15.0
# Bumps are at least exp(-50), 2e-22, which changes no sum: an exponential that underflows takes 70
# times as long on a CPU, and so do products with its result.
BUMP_LIMIT = 50.0
# With softplus a step moves the window by softplus / 25: a letter takes about 25 steps.
STEPS_PER_LETTER = 25.0


class Tape(NamedTuple):
    """Results of the forward loop; of T + 1 entries the first is the state before the loop."""

    gates: Tensor  # (T, B, 4H), after the activation
    memory: Tensor  # (T + 1, B, H), cells
    read: Tensor  # (T + 1, B, H + V + D + 1), what a step reads: hidden state, window, input, 1
    window: Tensor  # (T, B, 3K), alpha, beta and advance of kappa
    position: Tensor  # (T + 1, B, K), kappa
    bumps: Tensor  # (T, B, K, U), exp(-beta (kappa - u)^2)


class Derivatives(NamedTuple):
    """Results of the backward loop; the last three are by the state before the sequence."""

    gates: Tensor  # (T, B, 4H), before the activation
    window: Tensor  # (T, B, 3K), before exp or softplus
    fed_back: Tensor  # (B, H + V), hidden state and window
    memory: Tensor  # (B, H)
    position: Tensor  # (B, K)


def advance_scale(exponential: bool) -> float:
    """Factor of the activated advance before it is added to kappa."""
    return 1.0 if exponential else 1 / STEPS_PER_LETTER


def activate(raw: Tensor, exponential: bool) -> Tensor:
    """Positive alpha, beta and advance from raw ones: exp as in the paper, or softplus."""
    return raw.clamp(max=EXPONENT_LIMIT).exp() if exponential else softplus(raw)


def _slope(value: Tensor, exponential: bool) -> Tensor:
    """Derivative of `activate`, from its value."""
    if exponential:
        return value * (value < torch.full_like(value, EXPONENT_LIMIT).exp())
    return -torch.expm1(-value)


def forward_steps(
    exponential: bool,
    x: Tensor,
    fed_back: Tensor,
    memory: Tensor,
    position: Tensor,
    symbols: Tensor,
    real: Tensor,
    cell_weight: Tensor,
    window: Tensor,
    window_bias: Tensor,
    kernels: ModuleType | None = None,
    half: bool = False,
) -> Tape:
    """Run T steps.

    x (T, B, D); fed_back (B, H + V), hidden state and window, memory (B, H) and position (B, K)
    at the start; symbols (B, U) int64 and real (B, U), 1 or 0 for padding; cell_weight
    (4H, H + V + D + 1), window (3K, H), window_bias (3K).
    """
    steps, batch, hidden = *x.shape[:2], memory.shape[-1]
    components = position.shape[-1]
    tape = Tape(
        x.new_empty(steps, batch, 4 * hidden),
        _with_first(memory, steps),
        _readings(x, fed_back),
        x.new_empty(steps, batch, 3 * components),
        _with_first(position, steps),
        x.new_empty(steps, batch, components, symbols.shape[1]),
    )
    cell = _CellForward(tape, cell_weight, kernels, half)
    symbol_count = fed_back.shape[1] - hidden
    text = (symbols, real, symbol_count)
    look = _WindowForward(tape, exponential, *text, window, window_bias, kernels)
    for step in range(steps):
        cell(step)
        look(step)
    return tape


def _with_first(first: Tensor, steps: int) -> Tensor:
    whole = first.new_empty(steps + 1, *first.shape)
    whole[0] = first
    return whole


def _readings(x: Tensor, fed_back: Tensor) -> Tensor:
    """Inputs of the steps; the loop fills in hidden state and window of all but the first."""
    steps, batch, inputs = x.shape
    width = fed_back.shape[1]
    read = x.new_empty(steps + 1, batch, width + inputs + 1)
    read[0, :, :width] = fed_back
    read[:steps, :, width:-1] = x
    read[..., -1] = 1
    return read


class _CellForward:
    """One step of the LSTM cell."""

    def __init__(self, tape: Tape, weight: Tensor, kernels: ModuleType | None, half: bool) -> None:
        hidden = tape.memory.shape[-1]
        self.kernels = kernels
        self.gates = tape.gates.unbind(0)
        self.activated = tape.gates[..., : 3 * hidden].unbind(0)
        self.i, self.f, self.o, self.g = (p.unbind(0) for p in tape.gates.split(hidden, -1))
        self.memory = tape.memory.unbind(0)
        self.read = tape.read.unbind(0)
        self.hidden = tape.read[..., :hidden].unbind(0)
        self.tanh = torch.empty_like(tape.memory[0])
        weight = weight.t()
        self.product = Product(weight.bfloat16() if half else weight, len(tape.read[0]))

    def __call__(self, t: int) -> None:
        self.product.into(self.gates[t], self.read[t])
        if self.kernels:
            self.kernels.cell_forward(
                self.gates[t], self.memory[t], self.memory[t + 1], self.hidden[t + 1]
            )
            return
        self.activated[t].sigmoid_()
        self.g[t].tanh_()
        torch.mul(self.f[t], self.memory[t], out=self.memory[t + 1])
        self.memory[t + 1].addcmul_(self.i[t], self.g[t])
        torch.tanh(self.memory[t + 1], out=self.tanh)
        torch.mul(self.o[t], self.tanh, out=self.hidden[t + 1])


class _WindowForward:
    """One step of the window, from the hidden state of the same step."""

    def __init__(
        self,
        tape: Tape,
        exponential: bool,
        symbols: Tensor,
        real: Tensor,
        symbol_count: int,
        weight: Tensor,
        bias: Tensor,
        kernels: ModuleType | None,
    ) -> None:
        hidden = tape.memory.shape[-1]
        self.kernels = kernels
        components = tape.position.shape[-1]
        self.exponential, self.scale = exponential, advance_scale(exponential)
        self.hidden = tape.read[..., :hidden].unbind(0)
        self.seen = tape.read[..., hidden : hidden + symbol_count].unbind(0)
        self.values = tape.window.unbind(0)
        alpha, beta, advance = tape.window.split(components, -1)
        self.alpha = alpha.unsqueeze(-2).unbind(0)  # each (B, 1, K)
        self.beta = beta.unsqueeze(-1).unbind(0)  # each (B, K, 1)
        self.advance = advance.unbind(0)
        self.position = tape.position.unbind(0)
        self.centre = tape.position.unsqueeze(-1).unbind(0)
        self.bumps = tape.bumps.unbind(0)
        self.symbols, self.real, self.bias = symbols, real, bias
        self.weight = weight.t().contiguous()
        self.places = character_positions(symbols, tape.bumps)
        self.phi = tape.bumps.new_empty(len(symbols), 1, symbols.shape[1])

    def __call__(self, t: int) -> None:
        raw = torch.addmm(self.bias, self.hidden[t + 1], self.weight)
        if self.kernels:
            moved = (raw, self.values[t], self.position[t], self.position[t + 1])
            text = (self.symbols, self.real, self.seen[t + 1])
            self.kernels.window_forward(*moved, self.bumps[t], *text, self.exponential)
            return
        self.values[t].copy_(activate(raw, self.exponential))
        torch.add(self.position[t], self.advance[t], alpha=self.scale, out=self.position[t + 1])
        bumps = torch.sub(self.centre[t + 1], self.places, out=self.bumps[t])
        bumps.square_().mul_(self.beta[t]).clamp_(max=BUMP_LIMIT).neg_().exp_()
        phi = torch.bmm(self.alpha[t], bumps, out=self.phi).squeeze(1).mul_(self.real)
        self.seen[t + 1].zero_().scatter_add_(1, self.symbols, phi)


def character_positions(symbols: Tensor, like: Tensor) -> Tensor:
    """u = 1 ... U, (U,), in the type of `like`; kappa is 0, before the first, at the start."""
    return torch.arange(1, symbols.shape[1] + 1, dtype=like.dtype, device=like.device)


def backward_steps(
    exponential: bool,
    gates: Tensor,
    memory: Tensor,
    values: Tensor,
    position: Tensor,
    bumps: Tensor,
    symbols: Tensor,
    real: Tensor,
    recurrent: Tensor,
    window: Tensor,
    d_fed_back: Tensor,
    d_position: Tensor,
    d_memory: Tensor,
    kernels: ModuleType | None = None,
    half: bool = False,
) -> Derivatives:
    """Run T steps back: the first five tensors from `Tape`, the next four as for `forward_steps`.

    d_fed_back (T, B, H + V), overwritten, and d_position (T, B, K) are the derivatives of the
    loss by the results of each step, d_memory (B, H) by the last cells, later steps included.
    """
    steps = len(gates)
    d_gates, d_window = torch.empty_like(gates), torch.empty_like(values)
    carried = d_position.new_zeros(d_position.shape[1:])
    d_memory = d_memory.clone()
    look = _WindowBackward(exponential, values, position, bumps, symbols, real, window, kernels)
    cell = _CellBackward(gates, memory, d_gates, kernels)
    totals, outer, d_values = d_fed_back.unbind(0), d_position.unbind(0), d_window.unbind(0)
    product = Product(recurrent.bfloat16() if half else recurrent, gates.shape[1])
    for t in range(steps - 1, -1, -1):
        if t + 1 < steps:
            product.add_into(totals[t], cell.d_gates[t + 1])
        carried = look(t, totals[t], carried, outer[t], d_values[t])
        cell(t, totals[t], d_memory)
    return Derivatives(d_gates, d_window, d_gates[0] @ recurrent, d_memory, carried)


class _WindowBackward:
    """One step of the window, backward: adds to the derivative by the hidden state of that step."""

    def __init__(
        self,
        exponential: bool,
        values: Tensor,
        position: Tensor,
        bumps: Tensor,
        symbols: Tensor,
        real: Tensor,
        weight: Tensor,
        kernels: ModuleType | None,
    ) -> None:
        self.kernels = kernels
        alpha, beta, _ = values.chunk(3, -1)
        slope_alpha, slope_beta, slope_advance = _slope(values, exponential).chunk(3, -1)
        # Factors of the moments of phi around kappa, for all steps at once.
        self.by_alpha = slope_alpha.unbind(0)
        self.by_beta = (-alpha * slope_beta).unbind(0)
        self.by_position = (-2 * alpha * beta).unbind(0)
        self.by_advance = (slope_advance * advance_scale(exponential)).unbind(0)
        self.position = position[1:].unbind(0)
        self.centre = position[1:].unsqueeze(-1).unbind(0)
        self.bumps = bumps.unbind(0)
        self.symbols, self.real, self.weight = symbols, real, weight
        self.places = character_positions(symbols, bumps)
        self.distance, self.product = torch.empty_like(bumps[0]), torch.empty_like(bumps[0])

    def __call__(
        self, t: int, total: Tensor, carried: Tensor, outer: Tensor, d_values: Tensor
    ) -> Tensor:
        """The derivative by the position before this step."""
        hidden = self.weight.shape[1]
        if self.kernels:
            moved = torch.empty_like(carried)
            given = (self.position[t], self.bumps[t], self.symbols, self.real)
            factors = (self.by_alpha[t], self.by_beta[t], self.by_position[t], self.by_advance[t])
            outputs = (carried, outer, moved, d_values)
            self.kernels.window_backward(total, *outputs, *given, factors, hidden)
        else:
            moved = carried.add_(outer)
            self._by_operations(t, total[:, hidden:], moved, d_values)
        total[:, :hidden].addmm_(d_values, self.weight)
        return moved

    def _by_operations(self, t: int, d_seen: Tensor, carried: Tensor, d_values: Tensor) -> None:
        d_phi = d_seen.gather(1, self.symbols).mul_(self.real).unsqueeze(1)
        distance = torch.sub(self.centre[t], self.places, out=self.distance)
        product = torch.mul(self.bumps[t], d_phi, out=self.product)
        d_alpha, d_beta, d_advance = d_values.chunk(3, -1)
        torch.mul(product.sum(-1), self.by_alpha[t], out=d_alpha)
        carried.addcmul_(product.mul_(distance).sum(-1), self.by_position[t])
        torch.mul(product.mul_(distance).sum(-1), self.by_beta[t], out=d_beta)
        torch.mul(carried, self.by_advance[t], out=d_advance)


class _CellBackward:
    """One step of the LSTM cell, backward."""

    def __init__(
        self, gates: Tensor, memory: Tensor, d_gates: Tensor, kernels: ModuleType | None
    ) -> None:
        self.kernels, self.gates = kernels, gates.unbind(0)
        self.size = memory.shape[-1]
        self.memory = memory.unbind(0)
        self.activated = gates[..., : 3 * self.size].unbind(0)
        self.i, self.f, self.o, self.g = (p.unbind(0) for p in gates.split(self.size, -1))
        self.d_gates = d_gates.unbind(0)
        self.d_activated = d_gates[..., : 3 * self.size].unbind(0)
        self.d_i, self.d_f, self.d_o, self.d_g = (p.unbind(0) for p in d_gates.split(self.size, -1))
        self.tanh, self.by_tanh = torch.empty_like(memory[0]), torch.empty_like(memory[0])

    def __call__(self, t: int, total: Tensor, d_memory: Tensor) -> None:
        if self.kernels:
            states = (self.memory[t], self.memory[t + 1])
            self.kernels.cell_backward(total, self.gates[t], *states, self.d_gates[t], d_memory)
            return
        d_hidden = total[:, : self.size]
        tanh = torch.tanh(self.memory[t + 1], out=self.tanh)
        by_tanh = torch.mul(d_hidden, self.o[t], out=self.by_tanh)
        d_memory += _through_tanh(by_tanh, tanh)
        torch.mul(d_hidden, tanh, out=self.d_o[t])
        torch.mul(d_memory, self.g[t], out=self.d_i[t])
        torch.mul(d_memory, self.memory[t], out=self.d_f[t])
        _through_sigmoid(self.d_activated[t], self.activated[t])
        torch.mul(d_memory, self.i[t], out=self.d_g[t])
        _through_tanh(self.d_g[t], self.g[t])
        d_memory *= self.f[t]


def _through_tanh(derivative: Tensor, value: Tensor) -> Tensor:
    """derivative (1 - value^2), in place and in one pass."""
    return torch.ops.aten.tanh_backward.grad_input(derivative, value, grad_input=derivative)


def _through_sigmoid(derivative: Tensor, value: Tensor) -> Tensor:
    """derivative value (1 - value), in place and in one pass."""
    return torch.ops.aten.sigmoid_backward.grad_input(derivative, value, grad_input=derivative)
