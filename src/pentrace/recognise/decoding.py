"""Loading a recogniser, and reading lines with it."""

from pathlib import Path

import numpy as np
import torch

from pentrace.networks.recognition import RecognitionNetwork, decode
from pentrace.networks.store import load_trained
from pentrace.windows.batches import Batch, gather
from pentrace.windows.lines import Lines

BATCH = 32  # lines; changes only memory and speed


def load_recogniser(model: Path, normalisation: Path) -> RecognitionNetwork:
    """The recognition network at `model`, in evaluation mode.

    Raises `PentraceError` if it is of another kind, or was trained on offsets in other units than
    those of the file `normalisation`: it would read nonsense.
    """
    network, _, _ = load_trained(model, normalisation, "recognition")
    assert isinstance(network, RecognitionNetwork)
    return network


@torch.no_grad()
def read(network: RecognitionNetwork, lines: Lines) -> list[str]:
    """The text that `network` reads in each line, from the same offsets as in training.

    These are all but the last, the input of all networks; the null step marks the start of a line.
    """
    order = np.argsort(lines.n_steps, kind="stable")  # similar lengths together: little padding
    texts: dict[int, str] = {}
    for some in np.split(order, range(BATCH, len(order), BATCH)):
        texts |= zip(some.tolist(), _read(network, lines, some), strict=True)
    return [texts[i] for i in range(len(order))]


def _read(network: RecognitionNetwork, lines: Lines, some: np.ndarray) -> list[str]:
    steps, _, own = gather(lines, Batch(some, np.zeros_like(some), lines.n_steps[some]))
    lengths = torch.from_numpy(own.sum(1))
    read, steps_read = network(torch.from_numpy(steps), lengths)
    return decode(read, steps_read, network.settings.alphabet or "")
