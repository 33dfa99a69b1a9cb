"""Layer 1 of the synthesis network: an LSTM cell that reads the text through a soft window.

Graves 2013 (arXiv 1308.0850), equations 46 to 51, without the peepholes of the paper's cells. The
window of one step is an input of the cell at the next, so only this layer has to run step by step.
`attend` runs it over a sequence, with a backward pass written by hand.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.amp import custom_bwd, custom_fwd
from torch.autograd.function import once_differentiable

from pentrace.networks.soft_window import graphs
from pentrace.networks.soft_window.steps import (
    STEPS_PER_LETTER,
    Derivatives,
    Tape,
    activate,
    backward_steps,
    forward_steps,
)

# Added to the biases of forget gates, so that cells keep their content early in training
# (Jozefowicz 2015): a fifth fewer misread characters after the same training.
REMEMBER = 1.0

Parametrisation = Literal["exp", "softplus"]


class WindowState(NamedTuple):
    """What the layer remembers between two calls."""

    hidden: Tensor  # (B, H)
    memory: Tensor  # (B, H), cells
    window: Tensor  # (B, V)
    position: Tensor  # (B, K), kappa, in characters; 0 is before the first


class Weights(NamedTuple):
    """Parameters of the layer; gates in the order input, forget, output, candidate."""

    input: Tensor  # (4H, D)
    bias: Tensor  # (4H,)
    recurrent: Tensor  # (4H, H + V), by hidden state, then window
    window: Tensor  # (3K, H), rows of alpha, then beta, then the advance of kappa
    window_bias: Tensor  # (3K,)


def attend(
    x: Tensor,
    symbols: Tensor,
    weights: Weights,
    state: WindowState,
    parametrisation: Parametrisation = "exp",
) -> tuple[Tensor, Tensor, Tensor, WindowState]:
    """Hidden states (T, B, H), windows (T, B, V), positions (T, B, K), and the state to carry on.

    x (T, B, D), time first; symbols (B, U) int64, one row of text per sequence, -1 for padding.
    A shorter sequence is padded at its end with any finite values: no step depends on a later
    step. All results can be differentiated once, by x, state and weights.
    """
    real = symbols >= 0
    arguments = (x, symbols.clamp(min=0), real.to(x.dtype), *state, *weights)
    half = torch.is_autocast_enabled("cpu") and not x.is_cuda
    # On a GPU the products are in float32 or TF32 also under autocast.
    with torch.autocast("cpu", enabled=False):
        results = _Attend.apply(parametrisation == "exp", half, *arguments)
    hidden, window, position, memory = results
    return hidden, window, position, WindowState(hidden[-1], memory, window[-1], position[-1])


class _Attend(torch.autograd.Function):
    @staticmethod
    @custom_fwd(device_type="cuda", cast_inputs=torch.float32)
    def forward(
        ctx: Any,
        exponential: bool,
        half: bool,
        x: Tensor,
        symbols: Tensor,
        real: Tensor,
        hidden: Tensor,
        memory: Tensor,
        window: Tensor,
        position: Tensor,
        *parameters: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        weights = Weights(*parameters)
        tape = _forward(x, half)(
            exponential,
            x,
            torch.cat([hidden, window], -1),
            memory,
            position,
            symbols,
            real,
            torch.cat([weights.recurrent, weights.input, weights.bias[:, None]], -1),
            weights.window,
            weights.window_bias,
        )
        ctx.exponential, ctx.half = exponential, half
        ctx.save_for_backward(symbols, real, *weights, *tape)
        size = memory.shape[-1]
        seen = tape.read[1:, :, : weights.recurrent.shape[1]]
        return seen[..., :size], seen[..., size:], tape.position[1:], tape.memory[-1]

    @staticmethod
    @once_differentiable
    @custom_bwd(device_type="cuda")
    def backward(  # type: ignore[override]
        ctx: Any, d_hidden: Tensor, d_window: Tensor, d_position: Tensor, d_memory: Tensor
    ) -> tuple[Tensor | None, ...]:
        symbols, real, *saved = ctx.saved_tensors
        weights, tape = Weights(*saved[:5]), Tape(*saved[5:])
        run = _backward(tape.gates, ctx.half)(
            ctx.exponential,
            tape.gates,
            tape.memory,
            tape.window,
            tape.position,
            tape.bumps,
            symbols,
            real,
            weights.recurrent,
            weights.window,
            torch.cat([d_hidden, d_window], -1),
            d_position,
            d_memory,
        )
        size = tape.memory.shape[-1]
        d_x = run.gates @ weights.input if ctx.needs_input_grad[2] else None
        d_state = (run.fed_back[:, :size], run.memory, run.fed_back[:, size:], run.position)
        gradients = _weight_gradients(run, tape, weights, ctx.half)
        return None, None, d_x, None, None, *d_state, *gradients


def _weight_gradients(run: Derivatives, tape: Tape, weights: Weights, half: bool) -> Weights:
    """One matrix product per weight for all steps together."""
    kind = torch.bfloat16 if half else run.gates.dtype
    window = run.window.flatten(0, 1)
    hidden = tape.read[1:, :, : tape.memory.shape[-1]].flatten(0, 1)
    cell = run.gates.flatten(0, 1).to(kind).t() @ tape.read[:-1].flatten(0, 1).to(kind)
    recurrent, by_input, bias = cell.to(window.dtype).split(
        [weights.recurrent.shape[1], weights.input.shape[1], 1], dim=1
    )
    return Weights(by_input, bias[:, 0], recurrent, window.t() @ hidden, window.sum(0))


def _forward(x: Tensor, half: bool) -> Callable[..., Tape]:
    return graphs.forward_steps if x.is_cuda else partial(forward_steps, half=half)


def _backward(x: Tensor, half: bool) -> Callable[..., Derivatives]:
    return graphs.backward_steps if x.is_cuda else partial(backward_steps, half=half)


class SoftWindow(nn.Module):
    """LSTM cell with a soft window of K Gaussians over texts of V symbols."""

    def __init__(
        self,
        inputs: int,
        hidden: int,
        symbols: int,
        components: int = 10,
        parametrisation: Parametrisation = "exp",
    ) -> None:
        super().__init__()
        self.parametrisation = parametrisation
        self.symbols, self.components = symbols, components
        self.weight_input = nn.Parameter(torch.empty(4 * hidden, inputs))
        self.bias = nn.Parameter(torch.empty(4 * hidden))
        self.weight_recurrent = nn.Parameter(torch.empty(4 * hidden, hidden + symbols))
        self.weight_window = nn.Parameter(torch.empty(3 * components, hidden))
        self.bias_window = nn.Parameter(torch.empty(3 * components))
        self._initialise(hidden)

    def _initialise(self, hidden: int) -> None:
        """As `nn.LSTM`, but with open forget gates; with exp, the window starts at writing speed.

        With a bias of 0 the paper's window would advance one character per step, and leave the
        text long before the pen has written it.
        """
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(hidden**-0.5), hidden**-0.5)
        with torch.no_grad():
            self.bias[hidden : 2 * hidden] += REMEMBER
        if self.parametrisation == "exp":
            with torch.no_grad():
                self.bias_window[2 * self.components :] -= math.log(STEPS_PER_LETTER)

    def weights(self) -> Weights:
        """The parameters as `attend` takes them."""
        return Weights(
            self.weight_input,
            self.bias,
            self.weight_recurrent,
            self.weight_window,
            self.bias_window,
        )

    def start(self, x: Tensor) -> WindowState:
        """The state before the first step of x (T, B, D): zeros."""
        batch, hidden = x.shape[1], self.weight_window.shape[1]
        sizes = (hidden, hidden, self.symbols, self.components)
        return WindowState(*(x.new_zeros(batch, size) for size in sizes))

    def forward(
        self, x: Tensor, symbols: Tensor, state: WindowState | None = None
    ) -> tuple[Tensor, Tensor, Tensor, WindowState]:
        """See `attend`; `state` None starts from zeros."""
        state = self.start(x) if state is None else state
        return attend(x, symbols, self.weights(), state, self.parametrisation)

    def phi(self, hidden: Tensor, position: Tensor, length: int) -> Tensor:
        """Window weights phi(t, u) (T, B, length) of characters u = 1 ... length (equation 46).

        hidden (T, B, H) and position (T, B, K) as `forward` returned them. Set `length` to one
        more than the text has, to see the window leave it.
        """
        raw = nn.functional.linear(hidden, self.weight_window, self.bias_window)
        alpha, beta, _ = activate(raw, self.parametrisation == "exp").chunk(3, -1)
        u = torch.arange(1, length + 1, dtype=hidden.dtype, device=hidden.device)
        distance = position.unsqueeze(-1) - u  # (T, B, K, U)
        return (alpha.unsqueeze(-1) * torch.exp(-beta.unsqueeze(-1) * distance.square())).sum(-2)
