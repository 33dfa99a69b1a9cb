# mypy: disable-error-code="no-untyped-def"
"""The pointwise operations of `steps` as Triton kernels: one kernel instead of ten small ones.

Importing this needs Triton, which comes with PyTorch's builds for CUDA. All tensors are float32
and contiguous, except the rows of `read` and of its derivative, whose stride is passed. Each
function gives the results of the PyTorch operations in `steps`; `check` compares them before use.
Tests run the kernels on a CPU in Triton's interpreter.
"""

import triton
import triton.language as tl
from torch import Tensor

from pentrace.networks.soft_window.steps import BUMP_LIMIT, EXPONENT_LIMIT, advance_scale

CELLS = 128  # of one sequence in one program, one per thread: it may overwrite what it has read


@triton.jit
def _tanh(x):
    """By its series near 0, where the difference of exponentials loses digits."""
    e = tl.exp(-2 * tl.abs(x))
    far = tl.where(x < 0, e - 1, 1 - e) / (1 + e)
    square = x * x
    near = x * (1 + square * (-0.33333333 + square * 0.13333333))
    return tl.where(tl.abs(x) < 0.1, near, far)


@triton.jit
def _softplus(x):
    """max(x, 0) + log(1 + e); the logarithm is computed by its series where e is small."""
    e = tl.exp(-tl.abs(x))
    near = e * (1 + e * (-0.5 + e * (0.33333333 + e * (-0.25 + e * 0.2))))
    return tl.maximum(x, 0.0) + tl.where(e < 0.05, near, tl.log(1 + e))


@triton.jit
def _cell_forward(gates, memory, after, hidden, row, SIZE: tl.constexpr, BLOCK: tl.constexpr):
    sequence = tl.program_id(0)
    j = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    own = j < SIZE
    gate, cell = gates + sequence * 4 * SIZE + j, sequence * SIZE + j
    i = tl.sigmoid(tl.load(gate, mask=own, other=0.0))
    f = tl.sigmoid(tl.load(gate + SIZE, mask=own, other=0.0))
    o = tl.sigmoid(tl.load(gate + 2 * SIZE, mask=own, other=0.0))
    g = _tanh(tl.load(gate + 3 * SIZE, mask=own, other=0.0))
    new = f * tl.load(memory + cell, mask=own, other=0.0) + i * g
    tl.store(gate, i, mask=own)
    tl.store(gate + SIZE, f, mask=own)
    tl.store(gate + 2 * SIZE, o, mask=own)
    tl.store(gate + 3 * SIZE, g, mask=own)
    tl.store(after + cell, new, mask=own)
    tl.store(hidden + sequence * row + j, o * _tanh(new), mask=own)


def cell_forward(gates: Tensor, memory: Tensor, after: Tensor, hidden: Tensor) -> None:
    """Activate gates (B, 4H) in place, and write memory `after` (B, H) and hidden (B, H)."""
    batch, size = memory.shape
    grid = (batch, triton.cdiv(size, CELLS))
    _cell_forward[grid](gates, memory, after, hidden, hidden.stride(0), SIZE=size, BLOCK=CELLS)


@triton.jit
def _window_forward(
    raw,
    values,
    position,
    after,
    bumps,
    symbols,
    real,
    seen,
    row,
    scale,
    exponent_limit,
    bump_limit,
    EXPONENTIAL: tl.constexpr,
    K: tl.constexpr,
    U: tl.constexpr,
    V: tl.constexpr,
    U_BLOCK: tl.constexpr,
    V_BLOCK: tl.constexpr,
):
    sequence = tl.program_id(0)
    u, v = tl.arange(0, U_BLOCK), tl.arange(0, V_BLOCK)
    character, place = u < U, (u + 1).to(tl.float32)
    phi = tl.zeros([U_BLOCK], tl.float32)
    for k in tl.static_range(K):  # in a tile (K, U) each thread would compute all activations
        value, here = sequence * 3 * K + k, sequence * K + k
        alpha, beta = tl.load(raw + value), tl.load(raw + value + K)
        advance = tl.load(raw + value + 2 * K)
        centre = tl.load(position + here)
        if EXPONENTIAL:
            alpha = tl.exp(tl.minimum(alpha, exponent_limit))
            beta = tl.exp(tl.minimum(beta, exponent_limit))
            advance = tl.exp(tl.minimum(advance, exponent_limit))
        else:
            alpha, beta, advance = _softplus(alpha), _softplus(beta), _softplus(advance)
        centre += scale * advance
        distance = centre - place
        bump = tl.exp(-tl.minimum(distance * distance * beta, bump_limit))
        tl.store(bumps + here * U + u, bump, mask=character)
        phi += alpha * bump
        tl.store(values + value, alpha)
        tl.store(values + value + K, beta)
        tl.store(values + value + 2 * K, advance)
        tl.store(after + here, centre)
    phi *= tl.load(real + sequence * U + u, mask=character, other=0.0)
    symbol = tl.load(symbols + sequence * U + u, mask=character, other=0).to(tl.int32)
    window = tl.sum(tl.where(symbol[:, None] == v[None, :], phi[:, None], 0.0), 0)
    tl.store(seen + sequence * row + v, window, mask=v < V)


def window_forward(
    raw: Tensor,
    values: Tensor,
    position: Tensor,
    after: Tensor,
    bumps: Tensor,
    symbols: Tensor,
    real: Tensor,
    seen: Tensor,
    exponential: bool,
) -> None:
    """Write the activated values of raw (B, 3K), and position (B, K) moved on to `after`.

    Also writes bumps (B, K, U) and the window, seen (B, V). Raw and values are two tensors, since
    some threads may still read raw while others already write values.
    """
    (batch, components, characters), count = bumps.shape, seen.shape[1]
    _window_forward[(batch,)](
        *(raw, values, position, after, bumps, symbols, real, seen, seen.stride(0)),
        *(advance_scale(exponential), EXPONENT_LIMIT, BUMP_LIMIT),
        EXPONENTIAL=exponential,
        K=components,
        U=characters,
        V=count,
        U_BLOCK=triton.next_power_of_2(characters),
        V_BLOCK=triton.next_power_of_2(count),
    )


@triton.jit
def _window_backward(
    total,
    carried,
    outer,
    moved,
    d_values,
    position,
    bumps,
    symbols,
    real,
    by_alpha,
    by_beta,
    by_position,
    by_advance,
    row,
    alpha_row,
    HIDDEN: tl.constexpr,
    K: tl.constexpr,
    U: tl.constexpr,
    K_BLOCK: tl.constexpr,
    U_BLOCK: tl.constexpr,
):
    sequence = tl.program_id(0)
    k, u = tl.arange(0, K_BLOCK), tl.arange(0, U_BLOCK)
    gaussian, character, here = k < K, u < U, sequence * K + k
    symbol = tl.load(symbols + sequence * U + u, mask=character, other=0)
    d_phi = tl.load(total + sequence * row + HIDDEN + symbol, mask=character, other=0.0)
    d_phi = d_phi * tl.load(real + sequence * U + u, mask=character, other=0.0)
    both = gaussian[:, None] & character[None, :]
    bump = tl.load(bumps + here[:, None] * U + u[None, :], mask=both, other=0.0)
    centre = tl.load(position + here, mask=gaussian, other=0.0)
    distance = centre[:, None] - (u + 1).to(tl.float32)[None, :]
    product = bump * d_phi[None, :]
    first = product * distance
    d_value = d_values + sequence * 3 * K + k
    slope = tl.load(by_alpha + sequence * alpha_row + k, mask=gaussian, other=0.0)
    tl.store(d_value, tl.sum(product, 1) * slope, mask=gaussian)
    slope = tl.load(by_beta + here, mask=gaussian, other=0.0)
    tl.store(d_value + K, tl.sum(first * distance, 1) * slope, mask=gaussian)
    d_centre = tl.load(carried + here, mask=gaussian, other=0.0)
    d_centre += tl.load(outer + here, mask=gaussian, other=0.0)
    slope = tl.load(by_position + here, mask=gaussian, other=0.0)
    d_centre += tl.sum(first, 1) * slope
    tl.store(moved + here, d_centre, mask=gaussian)
    slope = tl.load(by_advance + here, mask=gaussian, other=0.0)
    tl.store(d_value + 2 * K, d_centre * slope, mask=gaussian)


def window_backward(
    total: Tensor,
    carried: Tensor,
    outer: Tensor,
    moved: Tensor,
    d_values: Tensor,
    position: Tensor,
    bumps: Tensor,
    symbols: Tensor,
    real: Tensor,
    factors: tuple[Tensor, Tensor, Tensor, Tensor],
    hidden: int,
) -> None:
    """Write d_values (B, 3K) from the derivative total (B, hidden + V), and moved (B, K).

    `factors` (B, K) are those of alpha, beta, position and advance. Carried and moved are two
    tensors, since some threads may still read carried while others already write moved.
    """
    batch, components, characters = bumps.shape
    inputs = (total, carried, outer, moved, d_values, position, bumps, symbols, real, *factors)
    _window_backward[(batch,)](
        *inputs,
        *(total.stride(0), factors[0].stride(0)),
        HIDDEN=hidden,
        K=components,
        U=characters,
        K_BLOCK=triton.next_power_of_2(components),
        U_BLOCK=triton.next_power_of_2(characters),
    )


@triton.jit
def _cell_backward(
    total, gates, memory, after, d_gates, d_memory, row, SIZE: tl.constexpr, BLOCK: tl.constexpr
):
    sequence = tl.program_id(0)
    j = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    own, gate, cell = j < SIZE, sequence * 4 * SIZE + j, sequence * SIZE + j
    i = tl.load(gates + gate, mask=own, other=0.0)
    f = tl.load(gates + gate + SIZE, mask=own, other=0.0)
    o = tl.load(gates + gate + 2 * SIZE, mask=own, other=0.0)
    g = tl.load(gates + gate + 3 * SIZE, mask=own, other=0.0)
    tanh = _tanh(tl.load(after + cell, mask=own, other=0.0))
    d_hidden = tl.load(total + sequence * row + j, mask=own, other=0.0)
    d_cell = tl.load(d_memory + cell, mask=own, other=0.0) + d_hidden * o * (1 - tanh * tanh)
    before = tl.load(memory + cell, mask=own, other=0.0)
    tl.store(d_gates + gate, d_cell * g * i * (1 - i), mask=own)
    tl.store(d_gates + gate + SIZE, d_cell * before * f * (1 - f), mask=own)
    tl.store(d_gates + gate + 2 * SIZE, d_hidden * tanh * o * (1 - o), mask=own)
    tl.store(d_gates + gate + 3 * SIZE, d_cell * i * (1 - g * g), mask=own)
    tl.store(d_memory + cell, d_cell * f, mask=own)


def cell_backward(
    total: Tensor, gates: Tensor, memory: Tensor, after: Tensor, d_gates: Tensor, d_memory: Tensor
) -> None:
    """Write d_gates (B, 4H) from the derivative total (B, H + V); d_memory (B, H) changes in place.

    memory (B, H) is the memory before the step, `after` the memory after it.
    """
    batch, size = memory.shape
    grid = (batch, triton.cdiv(size, CELLS))
    tensors = (total, gates, memory, after, d_gates, d_memory)
    _cell_backward[grid](*tensors, total.stride(0), SIZE=size, BLOCK=CELLS)
