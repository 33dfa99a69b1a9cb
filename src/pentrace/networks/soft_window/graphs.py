"""The loops of `steps` on a GPU: captured once as CUDA graphs, then replayed.

A step is four small kernels, or some twenty without Triton, and launching each from Python costs
more than running it. A graph has fixed shapes, so a sequence is padded to runs of `LONGEST` and
`SHORTEST` steps, and the text to a multiple of `CHARACTERS`: few graphs serve all lengths. If a
capture fails, the plain loop runs instead, with a warning.
"""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from pentrace.networks.soft_window import steps as window_steps
from pentrace.networks.soft_window.check import Sizes, kernels_for
from pentrace.networks.soft_window.steps import Derivatives, Tape

LONGEST, SHORTEST = 64, 16
CHARACTERS = 32
# Lines of up to 96 characters need 3 text widths x 2 run lengths x 2 directions = 12 graphs for
# full batches, as many for the last batch of an epoch and 6 for the last of a validation: 30.
# A graph keeps the memory of its run: forward 0.8 MB a step at B = 64, H = 400, backward 1.3 MB,
# so the 12 of full batches need 0.5 GB.
KEPT = 64


class _Graph(NamedTuple):
    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    outputs: Sequence[Tensor]


_graphs: OrderedDict[tuple, _Graph | None] = OrderedDict()  # None: could not be captured


def runs(steps: int) -> list[int]:
    """Lengths of the runs for `steps`, `LONGEST` or `SHORTEST`; less than `SHORTEST` is padding."""
    whole = steps + -steps % SHORTEST
    return [LONGEST] * (whole // LONGEST) + [SHORTEST] * (whole % LONGEST // SHORTEST)


def replay(function: Callable, name: str, tensors: Sequence[Tensor]) -> list[Tensor]:
    """Results of function(*tensors) by its graph, copied for the caller.

    Each function must have another `name`.
    """
    if not tensors[0].is_cuda:
        return list(function(*_copies(tensors)))
    shapes = tuple((tuple(t.shape), t.dtype, t.device) for t in tensors)
    # The precision of the factors of a product is part of a graph.
    key = (name, torch.backends.cuda.matmul.fp32_precision, shapes)
    if key not in _graphs:
        _graphs[key] = _capture(function, tensors)
        while len(_graphs) > KEPT:
            _graphs.popitem(last=False)
    _graphs.move_to_end(key)
    entry = _graphs[key]
    if entry is None:
        return list(function(*_copies(tensors)))
    for target, source in zip(entry.inputs, tensors, strict=True):
        target.copy_(source)
    entry.graph.replay()
    return [output.clone() for output in entry.outputs]


def _copies(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Contiguous copies, as the kernels need them."""
    return [tensor.clone(memory_format=torch.contiguous_format) for tensor in tensors]


def forget() -> None:
    """Free all graphs and their memory."""
    _graphs.clear()


def _capture(function: Callable, tensors: Sequence[Tensor]) -> _Graph | None:
    """The graph of a call, after a first call outside it in which the libraries set up."""
    # Tensors made in inference mode could not be written to outside it.
    with torch.inference_mode(False), torch.no_grad():
        try:
            return _record(function, tensors)
        except RuntimeError as error:
            warnings.warn(f"no CUDA graph, running step by step: {error}", stacklevel=3)
            return None


def _record(function: Callable, tensors: Sequence[Tensor]) -> _Graph:
    inputs = _copies(tensors)
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        function(*_copies(tensors))
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    # With "global", other threads can break the capture: the watchdog of NCCL queries events.
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        outputs = function(*inputs)
    return _Graph(graph, inputs, outputs)


def _kernels(exponential: bool, window: Tensor, fed_back: int, text: Tensor) -> ModuleType | None:
    """The kernels for window (3K, H), a state that is `fed_back` wide, and text (B, U)."""
    if not window.is_cuda or window.dtype != torch.float32:
        return None
    rows, hidden = window.shape
    sizes = (hidden, rows // 3, fed_back - hidden, text.shape[1])
    return kernels_for(Sizes(exponential, *sizes, window.device))


def _padded(text: Tensor) -> Tensor:
    return pad(text, (0, -text.shape[-1] % CHARACTERS))


def _lengthened(tensor: Tensor, length: int) -> Tensor:
    """tensor, padded with zeros to `length` along its first axis."""
    missing = length - len(tensor)
    return pad(tensor, (0, 0) * (tensor.dim() - 1) + (0, missing)) if missing else tensor


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
) -> Tape:
    """As `steps.forward_steps`; the bumps are those of the padded text."""
    text, lengths = (_padded(symbols), _padded(real)), runs(len(x))
    kernels = _kernels(exponential, window, fed_back.shape[1], text[0])
    run = partial(window_steps.forward_steps, exponential, kernels=kernels)
    tapes: list[Tape] = []
    for part in _lengthened(x, sum(lengths)).split(lengths):
        state = (fed_back, memory, position)
        tensors = (part, *state, *text, cell_weight, window, window_bias)
        tape = Tape(*replay(run, f"forward {exponential}", tensors))
        fed_back = tape.read[-1, :, : fed_back.shape[1]]
        memory, position = tape.memory[-1], tape.position[-1]
        tapes.append(tape)
    return _joined(tapes, len(x))


def _joined(tapes: list[Tape], steps: int) -> Tape:
    """One tape of `steps`; each part starts with the last state of the part before."""

    def join(name: str) -> Tensor:
        parts = [getattr(tape, name) for tape in tapes]
        if name not in ("memory", "read", "position"):
            return torch.cat(parts)[:steps]
        parts[:-1] = [part[:-1] for part in parts[:-1]]
        return torch.cat(parts)[: steps + 1]

    return Tape(*(join(name) for name in Tape._fields))


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
) -> Derivatives:
    """As `steps.backward_steps`, last run first."""
    weights = (_padded(symbols), _padded(real), recurrent, window)
    kernels = _kernels(exponential, window, d_fed_back.shape[-1], weights[0])
    run = partial(window_steps.backward_steps, exponential, kernels=kernels)
    parts: list[Derivatives] = []
    d_fed_back, d_position = d_fed_back.clone(), d_position.clone()
    lengths = runs(len(gates))
    start = sum(lengths)
    for length in reversed(lengths):
        start -= length
        now, states = slice(start, start + length), slice(start, start + length + 1)
        saved = (gates[now], memory[states], values[now], position[states], bumps[now])
        outer = (_lengthened(d_fed_back[now], length), _lengthened(d_position[now], length))
        tensors = (*_with_idle_steps(saved, length), *weights, *outer, d_memory)
        part = Derivatives(*replay(run, f"backward {exponential}", tensors))
        d_memory = part.memory
        if start:  # derivatives for the last step of the run before
            d_fed_back[start - 1] += part.fed_back
            d_position[start - 1] += part.position
        parts.insert(0, part)
    d_gates, d_window = torch.cat([p.gates for p in parts]), torch.cat([p.window for p in parts])
    return Derivatives(d_gates[: len(gates)], d_window[: len(gates)], *parts[0][2:])


def _with_idle_steps(run: Sequence[Tensor], length: int) -> list[Tensor]:
    """Gates, memory, values, position and bumps, with steps at the end that change nothing.

    Their forget gates are 1 and all other values are 0: the derivative by the cells passes through
    unchanged, and all other derivatives are 0.
    """
    steps, size = len(run[0]), run[1].shape[-1]
    if steps == length:
        return list(run)
    lengths = (length, length + 1, length, length + 1, length)
    gates, *others = map(_lengthened, run, lengths)
    gates[steps:, :, size : 2 * size] = 1
    return [gates, *others]
