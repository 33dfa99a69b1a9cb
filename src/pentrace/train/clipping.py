"""Clipping of derivatives inside the network, and of the gradient of its weights.

Graves 2013, section 4.2, bounds the derivative of the log-loss at the network outputs to
[-100, 100] and at the inputs of the LSTM layers to [-10, 10]. Outputs are clipped as in the paper.
In the paper an LSTM input is the sum that enters a gate, before the activation. cuDNN and oneDNN
give no access to those sums, so here the derivative is clipped that one layer passes to the layer
below. Derivatives through time inside a layer are not clipped.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from pentrace.networks.kinds import Network
from pentrace.networks.training import TrainSettings


class DerivativeClipping:
    """Bounds on derivatives of the loss of a sequence, in nats, before any averaging.

    `weight` is the factor of a sequence's loss in what is differentiated; set it for each batch.
    """

    def __init__(self, settings: TrainSettings) -> None:
        self.outputs = settings.clip_outputs
        self.inputs = settings.clip_inputs
        self.weight = 1.0

    @contextmanager
    def on(self, network: Network) -> Iterator[None]:
        """Clip the derivatives in `network` in this block."""
        hooks = [layer.register_forward_pre_hook(self._clip_input) for layer in network.layers]
        hooks.append(network.output.register_forward_hook(self._clip_output))
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _clip_input(self, _layer: nn.Module, arguments: tuple) -> None:
        self._clip(arguments[0], self.inputs)

    def _clip_output(self, _layer: nn.Module, _arguments: tuple, raw: Tensor) -> None:
        self._clip(raw, self.outputs)

    def _clip(self, tensor: Tensor, bound: float | None) -> None:
        if bound is None or not tensor.requires_grad:
            return
        limit = bound * self.weight
        tensor.register_hook(lambda derivative: derivative.clamp(-limit, limit))
