"""Drawing steps from raw outputs, and lines from a network, in NumPy.

The same density and the same chances as `sample.draw`, whose docstring says why chances come as a
table: line i of a seed is the same whatever stands beside it in the batch.
"""

from typing import NamedTuple

import numpy as np

from pentrace.errors import PentraceError
from pentrace.write.fused import FusedNetwork


class Written(NamedTuple):
    """Lines as they were drawn; what follows `length` in a line has no meaning."""

    steps: np.ndarray  # float32 (B, N, 3), dx, dy (normalised, y upward), end of stroke
    length: np.ndarray  # int64 (B,), steps until the window left the text, or all
    stopped: np.ndarray  # bool (B,), whether it left the text
    character: np.ndarray  # int64 (B, N), the character (from 0) that most of the window was on


def draw(raw: np.ndarray, chance: np.ndarray, bias: float = 0.0) -> np.ndarray:
    """float32 (B, 3), dx, dy, end of stroke, from raw (B, 6M + 1) and chance (B, 4).

    chance: uniform for the component, two normals for the offset, uniform for the pen. `bias` b
    as in Graves 2013, equations 61 and 62: sd = exp(log sd - b), weights sharpened by 1 + b.
    """
    components = (raw.shape[1] - 1) // 6
    rows = np.arange(len(raw))
    weights = raw[:, 1 : 1 + components] * (1 + bias)
    cumulated = np.exp(weights - weights.max(1, keepdims=True), dtype=np.float64).cumsum(1)
    chosen = (cumulated <= chance[:, :1] * cumulated[:, -1:]).sum(1).clip(max=components - 1)
    # Raw numbers of the chosen component, (B, 5): means, log sds and correlation.
    picked = raw[:, 1 + components :].reshape(len(raw), 5, components)[rows, :, chosen]
    sd = np.exp(picked[:, 2:4].clip(-15, 15) - np.float32(bias))
    r = picked[:, 4].clip(-8, 8)  # rho = tanh r, sqrt(1 - rho^2) = 1 / cosh r
    first, second = chance[:, 1], chance[:, 2]
    step = np.empty((len(raw), 3), np.float32)
    step[:, 0] = picked[:, 0] + sd[:, 0] * first
    step[:, 1] = picked[:, 1] + sd[:, 1] * (np.tanh(r) * first + second / np.cosh(r))
    step[:, 2] = chance[:, 3] < 0.5 + 0.5 * np.tanh(raw[:, 0] / 2)
    return step


def write(
    network: FusedNetwork,
    chance: np.ndarray,
    text: np.ndarray | None = None,
    bias: float = 0.0,
    primers: list[np.ndarray] | None = None,
) -> Written:
    """Draw B lines of at most N steps, with chance (B, N, 4) as `sample.draw.chances` makes it.

    With a synthesis network, text (B, U) int64, -1 for padding: primer text and new text in one,
    and a line stops when phi of the place behind its text is above that of every character in it
    (section 5.3). primers: float32 (T, 3) per line, with null step, to be read first; they need
    not be of one length. Raises `PentraceError` where steps are not finite numbers.
    """
    batch, limit = chance.shape[:2]
    lead = [np.zeros((1, 3), np.float32)] * batch if primers is None else primers
    read = np.array([len(line) for line in lead])
    steps = np.zeros((batch, limit, 3), np.float32)
    tracker = _Tracker(text, batch, limit)
    network.start(batch, text)
    rows, step = np.arange(batch), np.stack([line[0] for line in lead])
    for n in range(1, int(read.max()) + limit):
        raw = network.step(step)
        drawn = n - read  # which of a line's own steps this is, negative while it is reading
        own = (drawn >= 0) & (drawn < limit)
        step = draw(raw, chance[rows, drawn.clip(0, limit - 1)], bias)
        for row in np.flatnonzero(drawn < 0):
            step[row] = lead[row][n]
        steps[rows[own], drawn[own]] = step[own]
        if tracker.done(network.phi, drawn, own):
            break
    if not np.isfinite(steps).all():
        raise PentraceError(
            "the network draws steps that are not finite numbers: its weights are damaged or its "
            "training diverged; train again, with a lower learning rate if it happens again"
        )
    return Written(steps, tracker.length, tracker.stopped, tracker.character)


class _Tracker:
    """Where in its text each line is, and whether it has left it."""

    def __init__(self, text: np.ndarray | None, batch: int, limit: int) -> None:
        self.rows, self.limit = np.arange(batch), limit
        self.length = np.full(batch, limit)
        self.stopped = np.zeros(batch, bool)
        self.character = np.zeros((batch, limit), np.int64)
        if text is not None:
            self.behind = (text >= 0).sum(1)  # (B,), the place behind each text
            self.outside = np.arange(text.shape[1] + 1) > self.behind[:, None]

    def done(self, phi: np.ndarray | None, drawn: np.ndarray, own: np.ndarray) -> bool:
        """Note phi (B, U + 1) at the lines' `drawn` step; whether all lines are at their end."""
        if phi is None:
            return bool((drawn >= self.limit - 1).all())
        at = np.where(self.outside, -1, phi).argmax(1)
        self.character[self.rows[own], drawn[own]] = at[own]
        leaving = own & ~self.stopped & (at == self.behind)
        self.length[leaving] = drawn[leaving] + 1
        self.stopped |= leaving
        return bool((self.stopped | (drawn >= self.limit - 1)).all())
