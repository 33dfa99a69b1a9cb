"""One step of a network that was just loaded, to find weights of other shapes."""

import numpy as np

from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.generate.numpy_text import FusedText
from pentrace.networks.alphabet import symbol_count

POINTS = 9  # of a line that the encoder or the recogniser reads


def try_ink(network: FusedNetwork) -> FusedNetwork:
    """The network, after one step; raises `ValueError` if its weights do not fit its settings."""
    settings = network.settings
    blank = np.zeros((POINTS, 3), np.float32)
    if network.window is not None:
        _expect("symbols", network.symbols, symbol_count(settings))
    if network.encoder is not None:
        _expect("a style", network.encoder.vector([blank]).shape, (settings.style_size,))
    if network.latents is None:  # a latent needs more than a step
        text = np.zeros((1, 1), np.int64) if network.window is not None else None
        network.start(1, text)
        outputs = 6 * settings.components + (1 if settings.pen_states == 2 else 3)
        with np.errstate(all="ignore"):
            _expect("outputs", network.step(blank[:1]).shape, (1, outputs))
    return network


def try_text(network: FusedText) -> FusedText:
    """As `try_ink`, of a text network."""
    symbols = symbol_count(network.settings)
    _expect("symbols", len(network.embedding), symbols)
    network.start(1)
    with np.errstate(all="ignore"):
        _expect("outputs", network.step(np.zeros(1, np.int64)).shape, (1, symbols))
    return network


def try_recogniser(network: FusedRecogniser) -> FusedRecogniser:
    """As `try_ink`, of a recogniser."""
    with np.errstate(all="ignore"):
        read, _ = network.read([np.zeros((POINTS, 3), np.float32)])
    _expect("outputs", read.shape[1:], (1, symbol_count(network.settings) + 1))
    return network


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise ValueError(f"{what}: {found}, expected {expected}")
