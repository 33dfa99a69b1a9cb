"""The loops of `window_steps` on a GPU: captured once as CUDA graphs, then replayed.

A step is some twenty small kernels, and launching each from Python costs more than running it. A
graph has fixed shapes, so a sequence is cut into runs of `LONGEST` steps and of smaller powers of
two, and the text is padded to a multiple of `CHARACTERS`: few graphs serve all lengths. Where a
capture fails the plain loop runs instead, with a warning.
"""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from pentrace.networks import window_steps
from pentrace.networks.window_steps import Derivatives, Tape

LONGEST = 64
CHARACTERS = 16
KEPT = 64  # graphs; each keeps the memory of its run, about 1 MB a step at B = 64, H = 400


class _Graph(NamedTuple):
    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    outputs: Sequence[Tensor]


_graphs: OrderedDict[tuple, _Graph | None] = OrderedDict()  # None: could not be captured


def runs(steps: int) -> list[int]:
    """Lengths of the runs that a sequence of `steps` is cut into: few different ones."""
    lengths = [LONGEST] * (steps // LONGEST)
    rest = steps % LONGEST
    return lengths + [1 << bit for bit in range(LONGEST.bit_length(), -1, -1) if rest >> bit & 1]


def replay(function: Callable, exponential: bool, tensors: Sequence[Tensor]) -> list[Tensor]:
    """function(exponential, *tensors), from its graph; the results are the caller's own."""
    if not tensors[0].is_cuda:
        return list(function(exponential, *(t.clone() for t in tensors)))
    shapes = tuple((tuple(t.shape), t.dtype, t.device) for t in tensors)
    key = (function.__name__, exponential, shapes)
    if key not in _graphs:
        _graphs[key] = _capture(function, exponential, tensors)
        while len(_graphs) > KEPT:
            _graphs.popitem(last=False)
    _graphs.move_to_end(key)
    entry = _graphs[key]
    if entry is None:
        return list(function(exponential, *(t.clone() for t in tensors)))
    for target, source in zip(entry.inputs, tensors, strict=True):
        target.copy_(source)
    entry.graph.replay()
    return [output.clone() for output in entry.outputs]


def _capture(function: Callable, exponential: bool, tensors: Sequence[Tensor]) -> _Graph | None:
    """The graph of a call, after a first call outside it that lets the libraries set up."""
    try:
        inputs = [t.clone() for t in tensors]
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            function(exponential, *(t.clone() for t in tensors))
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            outputs = function(exponential, *inputs)
        return _Graph(graph, inputs, outputs)
    except RuntimeError as error:
        warnings.warn(f"no CUDA graph, running step by step: {error}", stacklevel=2)
        return None


def _padded(text: Tensor) -> Tensor:
    return pad(text, (0, -text.shape[-1] % CHARACTERS))


def forward_steps(
    exponential: bool,
    x: Tensor,
    fed_back: Tensor,
    memory: Tensor,
    position: Tensor,
    symbols: Tensor,
    real: Tensor,
    *weights: Tensor,
) -> Tape:
    """As `window_steps.forward_steps`; the bumps are those of the padded text."""
    text = (_padded(symbols), _padded(real))
    tapes: list[Tape] = []
    for part in x.split(runs(len(x))):
        state = (fed_back, memory, position)
        tensors = (part, *state, *text, *weights)
        tape = Tape(*replay(window_steps.forward_steps, exponential, tensors))
        fed_back = tape.read[-1, :, : fed_back.shape[1]]
        memory, position = tape.memory[-1], tape.position[-1]
        tapes.append(tape)
    return _joined(tapes)


def _joined(tapes: list[Tape]) -> Tape:
    """One tape; each starts with the state that the one before it ends with."""

    def join(name: str) -> Tensor:
        parts = [getattr(tape, name) for tape in tapes]
        if name in ("memory", "read", "position"):
            parts[:-1] = [part[:-1] for part in parts[:-1]]
        return torch.cat(parts)

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
    """As `window_steps.backward_steps`, last run first."""
    weights = (_padded(symbols), _padded(real), recurrent, window)
    parts: list[Derivatives] = []
    d_fed_back, d_position, stop = d_fed_back.clone(), d_position.clone(), len(gates)
    for length in reversed(runs(len(gates))):
        start = stop - length
        now, states = slice(start, stop), slice(start, stop + 1)
        saved = (gates[now], memory[states], values[now], position[states], bumps[now])
        tensors = (*saved, *weights, d_fed_back[now], d_position[now], d_memory)
        part = Derivatives(*replay(window_steps.backward_steps, exponential, tensors))
        d_memory, stop = part.memory, start
        if start:  # what this run hands to the last step of the run before it
            d_fed_back[start - 1] += part.fed_back
            d_position[start - 1] += part.position
        parts.insert(0, part)
    whole = (torch.cat([p.gates for p in parts]), torch.cat([p.window for p in parts]))
    return Derivatives(*whole, *parts[0][2:])
