"""Whether the Triton kernels can be used here: they must give the same results as PyTorch."""

import warnings
from functools import cache, partial
from types import ModuleType
from typing import NamedTuple

import torch
from torch import Tensor

from pentrace.networks.soft_window.steps import Tape, backward_steps, forward_steps

STEPS, BATCH = 3, 2
# Large enough for TF32, in which numbers that differ in the last digit may be rounded apart.
TOLERANCE = 5e-3


class Sizes(NamedTuple):
    """The sizes that kernels are compiled for."""

    exponential: bool
    hidden: int
    components: int
    symbols: int
    characters: int
    device: torch.device


@cache
def kernels_for(sizes: Sizes) -> ModuleType | None:
    """The kernels, if Triton is installed and they agree with `steps` at these sizes.

    Otherwise None, with a warning if Triton is installed. The first call must not be inside a graph
    capture.
    """
    try:
        from pentrace.networks.soft_window import kernels as window_kernels
    except ImportError:
        return None
    try:
        with torch.inference_mode(False), torch.no_grad():
            error = largest_difference(window_kernels, sizes)
    except Exception as problem:  # a compiler may fail in any way
        warnings.warn(f"no Triton kernels, running operation by operation: {problem}", stacklevel=2)
        return None
    if not error < TOLERANCE:
        warnings.warn(f"Triton kernels not used: they differ from PyTorch by {error}", stacklevel=2)
        return None
    return window_kernels


def largest_difference(kernels: ModuleType, sizes: Sizes) -> float:
    """The largest difference in a few steps, forward and backward, with and without the kernels."""
    random = torch.Generator().manual_seed(0)
    given, outer = _inputs(sizes, random), _outer(sizes, random)
    ways = [partial(forward_steps, sizes.exponential, kernels=k) for k in (None, kernels)]
    tape, own = (way(*given) for way in ways)
    saved = (tape.gates, tape.memory, tape.window, tape.position, tape.bumps)
    back = (*saved, *given[4:6], given[6][:, : sizes.hidden + sizes.symbols], given[7])
    runs = [partial(backward_steps, sizes.exponential, kernels=k) for k in (None, kernels)]
    plain, ours = (run(*back, *(tensor.clone() for tensor in outer)) for run in runs)
    pairs = zip([*_seen(own, sizes), *ours], [*_seen(tape, sizes), *plain], strict=True)
    return max((a - b).abs().max().item() for a, b in pairs)


def _seen(tape: Tape, sizes: Sizes) -> list[Tensor]:
    """All of a tape except what was never written: the input after the last step."""
    return [*tape._replace(read=tape.read[..., : sizes.hidden + sizes.symbols])]


def _inputs(sizes: Sizes, random: torch.Generator) -> list[Tensor]:
    """Arguments of `forward_steps`, such that no gate is closed and all bumps are broad."""
    fed_back, gates = sizes.hidden + sizes.symbols, 4 * sizes.hidden
    shapes = [
        (STEPS, BATCH, 3),
        (BATCH, fed_back),
        (BATCH, sizes.hidden),
        (BATCH, sizes.components),
    ]
    x, *state = (torch.randn(*shape, generator=random) for shape in shapes)
    text = (BATCH, sizes.characters)
    symbols = torch.randint(0, sizes.symbols, text, generator=random)
    real = torch.ones(text)
    real[1, sizes.characters // 2 :] = 0
    cell = torch.randn(gates, fed_back + 4, generator=random) / fed_back**0.5
    window = torch.randn(3 * sizes.components, sizes.hidden, generator=random) / sizes.hidden**0.5
    bias = torch.full((3 * sizes.components,), -1.0)
    given = [x, *state, symbols, real, cell, window, bias]
    return [tensor.to(sizes.device) for tensor in given]


def _outer(sizes: Sizes, random: torch.Generator) -> list[Tensor]:
    """Derivatives by the results of each step, and by the last cells."""
    every = (STEPS, BATCH)
    read, size = sizes.hidden + sizes.symbols, sizes.components
    shapes: list[tuple[int, ...]] = [(*every, read), (*every, size), (BATCH, sizes.hidden)]
    return [torch.randn(*shape, generator=random).to(sizes.device) for shape in shapes]
