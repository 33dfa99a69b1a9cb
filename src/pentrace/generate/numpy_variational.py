"""Variational networks in NumPy, one step at a time: the same as `networks.variational`."""

import numpy as np

from pentrace.generate.numpy_networks import FusedNetwork, Layer, window_layer
from pentrace.generate.products import laid_out, product
from pentrace.networks.seen import Counts
from pentrace.networks.settings import NetworkSettings

LOG_SD_LIMIT = 7.0  # as in networks.variational


class FusedVariational(FusedNetwork):
    """A latent for each step: `step` draws it from the prior, `read` takes that of a real step."""

    def __init__(self, weights: dict[str, np.ndarray], settings: NetworkSettings) -> None:
        self.settings, self.latents, self.encoder, self.held = settings, "step", None, None
        self.window, self.first = None, None
        if settings.with_text:
            self.first, self.window, self.symbols = window_layer(weights, settings)
        inner = settings.latent_hidden
        read, recurrent = weights["read.weight"], weights["recurrent.weight"]
        by_input = np.concatenate([read, recurrent[:, :inner]], 1)
        self.layer = Layer(by_input, recurrent[:, inner:], weights["read.bias"])
        self.width = read.shape[1]  # what the layer reads besides the latent
        self.parts = {name: _linear(weights, name) for name in _PARTS}

    def start(
        self, batch: int, text: np.ndarray | None = None, style: np.ndarray | None = None
    ) -> None:
        """As `FusedNetwork.start`; there is no style."""
        for layer in filter(None, (self.first, self.layer)):
            layer.start(batch)
        self._start_parts(batch)
        self.phi = None
        self._start_window(batch, text)

    def _start_parts(self, batch: int) -> None:
        self.parts = {name: (laid_out(w, batch), b) for name, (w, b) in self.parts.items()}

    def forget(self, lines: np.ndarray) -> None:
        """Reset the state of the lines with these numbers."""
        for layer in filter(None, (self.first, self.layer)):
            layer.forget(lines)
        if self.window is not None:
            self.window.kappa[:, lines] = 0

    def keep(self, lines: np.ndarray) -> None:
        """Go on with the lines with these numbers, as `FusedNetwork.keep`."""
        for layer in filter(None, (self.first, self.layer)):
            layer.keep(lines)
        self._start_parts(len(lines))
        if self.window is not None:
            self.window.keep(lines)

    def step(self, x: np.ndarray, noise: np.ndarray | None = None) -> np.ndarray:
        """Raw outputs float32 (B, 6M + 1) after steps x float32 (B, 3).

        noise: normals (B, Z), from which the latent is made; None: the mean of the prior.
        """
        state = self._state(x)
        raw = self._apply("prior.2", np.maximum(self._apply("prior.0", state), 0))
        mean, log_sd = np.split(raw, 2)
        if noise is not None:
            mean = mean + np.exp(np.clip(log_sd, -LOG_SD_LIMIT, LOG_SD_LIMIT)) * noise.T
        return self._decoded(state, mean)

    def read(self, x: np.ndarray, following: np.ndarray) -> None:
        """Read steps x (B, 3), and take the mean of the posterior, which sees the next steps."""
        self.latent_of(x, following)

    def latent_of(self, x: np.ndarray, following: np.ndarray) -> np.ndarray:
        """The mean (B, Z) of the posterior after steps x (B, 3), before the `following` (B, 3)."""
        state = self._state(x)
        seen = self._apply("seen.2", np.maximum(self._apply("seen.0", following.T), 0))
        hidden = np.maximum(seen + self._apply("by_state", state), 0)
        mean = np.split(self._apply("posterior", hidden), 2)[0]
        self._give(mean)
        return mean.T

    def _state(self, x: np.ndarray) -> np.ndarray:
        """The state (H, B) after steps x (B, 3)."""
        below, at = self.layer.below, 3
        below[:3] = x.T
        if self.first is not None and self.window is not None:
            self.first.below[:3] = x.T
            hidden = self.first.step()
            seen, self.phi = self.window.step(hidden)
            self.first.below[3:] = seen
            below[at : at + len(hidden)] = hidden
            below[at + len(hidden) : self.width] = seen
        return self.layer.step()

    def _give(self, z: np.ndarray) -> np.ndarray:
        """What the layer reads of the latents z (Z, B) at its next step, (F, B)."""
        latent = np.maximum(self._apply("latent", z), 0)
        self.layer.below[self.width :] = latent
        return latent

    def _decoded(self, state: np.ndarray, z: np.ndarray) -> np.ndarray:
        given = np.concatenate([state, self._give(z)])
        return self._apply("output", np.maximum(self._apply("decode", given), 0)).T

    def _apply(self, name: str, columns: np.ndarray) -> np.ndarray:
        weight, bias = self.parts[name]
        out = np.empty((weight.size // weight.shape[-1], columns.shape[1]), np.float32)
        made = product(weight, np.asarray(columns, np.float32), out)
        made += bias
        return made


class FusedHeld(FusedNetwork):
    """A latent for a line: `start` is given it as a style."""

    def __init__(self, weights: dict[str, np.ndarray], settings: NetworkSettings) -> None:
        super().__init__({k.removeprefix("base."): w for k, w in weights.items()}, settings.base)
        self.latents, self.held, self.encoder = "line", self.encoder, None

    def latent(self, line: np.ndarray) -> np.ndarray:
        """The mean (Z,) of the posterior of a line float32 (T, 3) with the null step."""
        assert self.held is not None
        raw = self.held.raw(line[1:] if len(line) > 1 else line)
        return raw[: len(raw) // 2]


_PARTS = (
    "prior.0", "prior.2", "seen.0", "seen.2", "by_state", "posterior", "latent", "decode", "output",
)  # fmt: skip


def _linear(weights: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias (O, 1) of a linear layer."""
    weight = weights[f"{name}.weight"]
    bias = weights.get(f"{name}.bias", np.zeros(len(weight), np.float32))
    return weight, bias[:, None]


def fused(
    weights: dict[str, np.ndarray], settings: NetworkSettings, counts: Counts | None = None
) -> FusedNetwork:
    """A network that draws ink, of any kind; `counts` as for `FusedNetwork`."""
    if settings.kind != "variational":
        return FusedNetwork(weights, settings, counts)
    made = (FusedVariational if settings.latent == "step" else FusedHeld)(weights, settings)
    made.counts = counts
    return made
