"""One step of a network that draws ink, as an ONNX graph: a point and a state in, raw outputs out.

Names and shapes, float32, for B lines, L layers of H cells, M components, V symbols, texts of U
characters and K components of the window:

- `step` (B, 3): dx, dy (normalised, y upward), end of stroke; the first is zero.
- `hidden`, `memory` (L, B, H): the state, first zero; `next_hidden`, `next_memory` afterwards.
- `raw` (B, 6M + 1 or 6M + 3): as `networks.mixture` splits it.
- With an encoder of hands also `style` (B, S), the vector of the hand; zero: no hand. The graph of
  `encoder` makes it of `ink` (1, T, 3), the normalised steps of a line.
- Of a synthesis network also `text` (B, U) int64, symbols, -1 for padding; the state `window`
  (B, V) and `kappa` (B, K), first zero; `phi` (B, U + 1), the window weights of the characters and
  of the place behind them.
"""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from pentrace.generate.numpy_networks import BUMP_LIMIT, EXPONENT_LIMIT, STEPS_PER_LETTER
from pentrace.generate.numpy_style import LEAST_VARIANCE, ROUNDING
from pentrace.networks.settings import NetworkSettings

OPSET, IR = 17, 9  # read by every runtime since 2022
TORCH_GATES, WINDOW_GATES = "ifgo", "ifog"  # input, forget, candidate g, output
Weights = dict[str, np.ndarray]


class Graph:
    """Nodes and constants that are added one after another."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operation: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        out = out or f"{operation.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [out], **attributes))
        return out

    def constant(self, values: Any, kind: type = np.float32) -> str:
        """Add a constant; returns its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray, out: str = "") -> str:
        """x W' + b for weight (O, D) and bias (O,)."""
        return self.add("Gemm", x, self.constant(weight), self.constant(bias), out=out, transB=1)

    def parts(self, x: str, count: int, axis: int = 1) -> list[str]:
        """`count` equal parts of x."""
        names = [f"part_{len(self.nodes)}_{i}" for i in range(count)]
        self.nodes.append(helper.make_node("Split", [x], names, axis=axis))
        return names

    def cell(
        self, below: list[str], state: tuple[str, str], weight: np.ndarray, bias: np.ndarray,
        gates: str,
    ) -> tuple[str, str]:  # fmt: skip
        """An LSTM cell: weight (4H, D + H) on `below` and the hidden state; its new state."""
        hidden, memory = state
        read = self.add("Concat", *below, hidden, axis=1)
        given = dict(zip(gates, self.parts(self.linear(read, weight, bias), 4), strict=True))
        i, f, o = (self.add("Sigmoid", given[gate]) for gate in "ifo")
        kept = self.add("Mul", f, memory)
        memory = self.add("Add", kept, self.add("Mul", i, self.add("Tanh", given["g"])))
        return self.add("Mul", o, self.add("Tanh", memory)), memory


def model(weights: Weights, settings: NetworkSettings, notes: dict[str, str]) -> onnx.ModelProto:
    """One step of a prediction or synthesis network; `notes` become metadata of the model."""
    graph = Graph()
    synthesis = settings.kind == "synthesis"
    hidden, memory = (_rows(graph, name, settings.layers) for name in ("hidden", "memory"))
    states, seen = list(zip(hidden, memory, strict=True)), []
    after: list[tuple[str, str]] = []
    if synthesis:
        after.append(_first(graph, weights, settings, states[0]))
        seen = [_window(graph, weights, settings, after[0][0])]
    given = _given(settings)
    for number in range(settings.layers - synthesis):
        read = [*given, *seen] if settings.skips or not after else []
        below = [*read, *(state[0] for state in after[-1:])]
        at = len(after)
        after.append(graph.cell(below, states[at], *_torch_layer(weights, number), TORCH_GATES))
    tops = [state[0] for state in after] if settings.skips else [after[-1][0]]
    top = graph.add("Concat", *tops, axis=1)
    graph.linear(top, weights["output.weight"], weights["output.bias"], "raw")
    for place, name in enumerate(("next_hidden", "next_memory")):
        axis = graph.constant([0], np.int64)
        rows = [graph.add("Unsqueeze", state[place], axis) for state in after]
        graph.add("Concat", *rows, out=name, axis=0)
    return _model(graph, settings, weights, notes)


def _given(settings: NetworkSettings) -> list[str]:
    """What is read besides text and layers."""
    return ["step", *(["style"] if settings.style_size else [])]


def _rows(graph: Graph, name: str, count: int) -> list[str]:
    """The rows (B, H) of a state (L, B, H)."""
    axis = graph.constant([0], np.int64)
    return [graph.add("Squeeze", row, axis) for row in graph.parts(name, count, 0)]


def _torch_layer(weights: Weights, number: int) -> tuple[np.ndarray, np.ndarray]:
    name = f"layers.{number}"
    both = [weights[f"{name}.weight_ih_l0"], weights[f"{name}.weight_hh_l0"]]
    return np.concatenate(both, 1), weights[f"{name}.bias_ih_l0"] + weights[f"{name}.bias_hh_l0"]


def _first(
    graph: Graph, weights: Weights, settings: NetworkSettings, state: tuple[str, str]
) -> tuple[str, str]:
    """Layer 1, which reads the step and the window of the step before."""
    recurrent, size = weights["first.weight_recurrent"], settings.hidden
    parts = [weights["first.weight_input"], recurrent[:, size:], recurrent[:, :size]]
    bias = weights["first.bias"]
    return graph.cell(
        [*_given(settings), "window"], state, np.concatenate(parts, 1), bias, WINDOW_GATES
    )


def _window(graph: Graph, weights: Weights, settings: NetworkSettings, hidden: str) -> str:
    """The soft window (Graves 2013, equations 46 to 51); also makes `next_kappa` and `phi`."""
    raw = graph.linear(hidden, weights["first.weight_window"], weights["first.bias_window"])
    if settings.window_parametrisation == "exp":
        values = graph.add("Exp", graph.add("Min", raw, graph.constant(EXPONENT_LIMIT)))
    else:
        values = graph.add("Softplus", raw)
    alpha, beta, advance = graph.parts(values, 3)
    if settings.window_parametrisation != "exp":
        advance = graph.add("Div", advance, graph.constant(STEPS_PER_LETTER))
    kappa = graph.add("Add", "kappa", advance, out="next_kappa")
    _weights_of_places(graph, alpha, beta, kappa)
    return _seen(graph, weights["first.weight_recurrent"].shape[1] - settings.hidden)


def _weights_of_places(graph: Graph, alpha: str, beta: str, kappa: str) -> None:
    """phi (B, U + 1) of (B, K) each: the sum of K bumps at each place 1, ..., U + 1."""
    last = graph.constant([2], np.int64)
    alpha, beta, kappa = (graph.add("Unsqueeze", x, last) for x in (alpha, beta, kappa))
    shape = graph.add("Shape", "text", start=1, end=2)
    one, two = graph.constant(1, np.int64), graph.constant(2, np.int64)
    length = graph.add("Squeeze", shape)
    places = graph.add("Range", one, graph.add("Add", length, two), one)
    away = graph.add("Sub", kappa, graph.add("Cast", places, to=TensorProto.FLOAT))
    fall = graph.add("Mul", beta, graph.add("Mul", away, away))
    fall = graph.add("Neg", graph.add("Min", fall, graph.constant(BUMP_LIMIT)))
    bumps = graph.add("Mul", alpha, graph.add("Exp", fall))
    graph.add("ReduceSum", bumps, axis_1(graph), out="phi", keepdims=0)


def axis_1(graph: Graph) -> str:
    """The constant [1], an axis."""
    return graph.constant([1], np.int64)


def _seen(graph: Graph, symbols: int) -> str:
    """`next_window` (B, V): the weights of the places of each symbol; padding is no symbol."""
    every = graph.constant(np.arange(symbols), np.int64)
    text = graph.add("Unsqueeze", "text", graph.constant([2], np.int64))
    marks = graph.add("Cast", graph.add("Equal", text, every), to=TensorProto.FLOAT)
    begin, end = graph.constant([0], np.int64), graph.constant([-1], np.int64)
    inside = graph.add("Slice", "phi", begin, end, axis_1(graph))
    row = graph.add("Unsqueeze", inside, axis_1(graph))
    return graph.add("Squeeze", graph.add("MatMul", row, marks), axis_1(graph), out="next_window")


def _model(
    graph: Graph, settings: NetworkSettings, weights: Weights, notes: dict[str, str]
) -> onnx.ModelProto:
    size, layers, outputs = settings.hidden, settings.layers, len(weights["output.bias"])
    state: dict[str, list] = {"hidden": [layers, "B", size], "memory": [layers, "B", size]}
    inputs, made = [_value("step", ["B", 3])], [_value("raw", ["B", outputs])]
    if settings.kind == "synthesis":
        symbols = weights["first.weight_recurrent"].shape[1] - size
        state |= {"window": ["B", symbols], "kappa": ["B", settings.window_components]}
        inputs.append(_value("text", ["B", "U"], TensorProto.INT64))
        made.append(_value("phi", ["B", "U1"]))
    if settings.style_size:
        inputs.append(_value("style", ["B", settings.style_size]))
    inputs += [_value(name, shape) for name, shape in state.items()]
    made += [_value(f"next_{name}", shape) for name, shape in state.items()]
    return _finished(graph, inputs, made, notes)


def encoder(weights: Weights, settings: NetworkSettings, notes: dict[str, str]) -> onnx.ModelProto:
    """The encoder of hands of a synthesis network: `ink` (1, T, 3) to `style` (1, S).

    For several lines of a hand, take the mean of their vectors, and give it mean 0 and variance 1.
    """
    graph = Graph()
    one = graph.add("Slice", "ink", *(graph.constant([n], np.int64) for n in (0, 1, 2)))
    ones = graph.add("Add", graph.add("Mul", one, graph.constant(0)), graph.constant(1))
    found = graph.add("Transpose", graph.add("Concat", "ink", ones, axis=2), perm=[0, 2, 1])
    number = 0
    while (name := f"encoder.convolutions.{number}.weight") in weights:
        kernel, bias = weights[name], weights[name.replace("weight", "bias")]
        aside = kernel.shape[2] // 2
        constants = (graph.constant(kernel), graph.constant(bias))
        found = graph.add(
            "Relu", graph.add("Conv", found, *constants, strides=[2], pads=[aside] * 2)
        )
        number += 1
    mean = graph.add("ReduceMean", found, axes=[2], keepdims=1)
    away = graph.add("Sub", found, mean)
    variance = graph.add("ReduceMean", graph.add("Mul", away, away), axes=[2], keepdims=1)
    spread = graph.add("Sqrt", graph.add("Add", variance, graph.constant(LEAST_VARIANCE)))
    pooled = graph.add("Flatten", graph.add("Concat", mean, spread, axis=1))
    raw = graph.linear(pooled, weights["encoder.project.weight"], weights["encoder.project.bias"])
    size = graph.constant(np.ones(settings.style_size))
    graph.add("LayerNormalization", raw, size, out="style", epsilon=ROUNDING)
    inputs, made = [_value("ink", [1, "T", 3])], [_value("style", [1, settings.style_size])]
    return _finished(graph, inputs, made, notes)


def _finished(graph: Graph, inputs: list, outputs: list, notes: dict[str, str]) -> onnx.ModelProto:
    body = helper.make_graph(graph.nodes, "pentrace", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", OPSET)]
    found = helper.make_model(body, opset_imports=opsets, ir_version=IR, producer_name="pentrace")
    helper.set_model_props(found, notes)
    onnx.checker.check_model(found)
    return found


def _value(name: str, shape: list, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
