"""The latents of real lines, by the posterior of a variational network."""

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_variational import FusedHeld, FusedVariational
from pentrace.networks.alphabet import encode
from pentrace.windows.lines import Lines

TOGETHER = 64  # lines in a batch


def posterior_means(network: FusedNetwork, lines: Lines) -> np.ndarray:
    """float32 (L, Z): the mean of the posterior of each line; over its steps, if each has a latent.

    Raises `PentraceError` for a network without latents.
    """
    each = [np.array(lines[i]) for i in range(len(lines.ids))]
    if isinstance(network, FusedHeld):
        return np.stack([network.latent(line) for line in each])
    if not isinstance(network, FusedVariational):
        raise PentraceError("a network without latents; give a variational network")
    order = np.argsort([len(line) for line in each], kind="stable")
    found = np.zeros((len(each), network.settings.latent_size), np.float32)
    for begin in range(0, len(order), TOGETHER):
        some = order[begin : begin + TOGETHER]
        texts = [lines.texts[i] or "" for i in some]
        text = encode(texts, network.settings, "fold") if network.window is not None else None
        found[some] = _means(network, [each[i] for i in some], text)
    return found


def _means(
    network: FusedVariational, lines: list[np.ndarray], text: np.ndarray | None
) -> np.ndarray:
    lengths = np.array([len(line) for line in lines])
    table = np.zeros((lengths.max(), len(lines), 3), np.float32)
    for row, line in enumerate(lines):
        table[: len(line), row] = line
    network.start(len(lines), text)
    total = np.zeros((len(lines), network.settings.latent_size), np.float32)
    for t in range(len(table) - 1):
        total += network.latent_of(table[t], table[t + 1]) * (t + 1 < lengths)[:, None]
    return total / np.maximum(lengths - 1, 1)[:, None]
