"""Drawing steps from raw outputs, and lines from a network, in NumPy.

The density is that of `networks.mixture`. Line i of a seed is the same in every batch, except for
the rounding of matrix products.
"""

from typing import NamedTuple

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_variational import FusedHeld

MOST_LEFT = 0.75  # share of the lines of a batch from which the ended ones are left out
LAST_STROKE = 20  # most steps after the window has left the text, to finish the stroke


class Written(NamedTuple):
    """Drawn lines; the values behind `length` in a line have no meaning."""

    steps: np.ndarray  # float32 (B, N, 3), dx, dy (normalised, y upward), end of stroke
    length: np.ndarray  # int64 (B,), steps until the line or the sample ended, or the limit
    stopped: np.ndarray  # bool (B,), whether it ended before the limit
    left: np.ndarray  # int64 (B,), the step at which the window left the text; else `length`
    character: np.ndarray  # int64 (B, N), the character (from 0) with the largest window weight
    window: np.ndarray | None  # float32 (drawn, B, U + 1), phi at each drawn step, with a text


def draw(raw: np.ndarray, chance: np.ndarray, bias: float = 0.0) -> np.ndarray:
    """float32 (B, 3), dx, dy, state of the pen, from raw (B, 6M + 1 or 6M + 3), chance (B, 4).

    chance: uniform for the component, two normals for the offset, uniform for the pen. `bias` b
    as in Graves 2013, equations 61 and 62: sd = exp(log sd - b), weights sharpened by 1 + b.
    """
    components, pens = divmod(raw.shape[1], 6)
    weights = raw[:, pens : pens + components] * np.float32(1 + bias)
    weights -= weights.max(1, keepdims=True)
    cumulated = np.exp(weights, dtype=np.float64).cumsum(1)
    chosen = np.minimum((cumulated <= chance[:, :1] * cumulated[:, -1:]).sum(1), components - 1)
    # Raw numbers of the chosen component, each (B,).
    parts = raw[:, pens + components :].reshape(len(raw), 5, components)
    x, y, log_sx, log_sy, r = parts[np.arange(len(raw)), :, chosen].T
    r = np.minimum(np.maximum(r, -8), 8)  # rho = tanh r, sqrt(1 - rho^2) = 1 / cosh r
    first, second = chance[:, 1], chance[:, 2]
    step = np.empty((len(raw), 3), np.float32)
    step[:, 0] = x + _sd(log_sx, bias) * first
    step[:, 1] = y + _sd(log_sy, bias) * (np.tanh(r) * first + second / np.cosh(r))
    step[:, 2] = _pen(raw[:, :pens], chance[:, 3])
    return step


def _pen(raw: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """State (B,): 0 down, 1 end of stroke, 2 end of character; raw (B, 1 or 3), uniform (B,)."""
    if raw.shape[1] == 1:
        return chance < 0.5 + 0.5 * np.tanh(raw[:, 0] / 2)
    odds = np.exp(raw - raw.max(1, keepdims=True))
    ends = odds[:, :0:-1].cumsum(1)  # of the character, and of any stroke
    return (chance[:, None] * odds.sum(1, keepdims=True) < ends).sum(1)


def _sd(log_sd: np.ndarray, bias: float) -> np.ndarray:
    return np.exp(np.minimum(np.maximum(log_sd, -15), 15) - np.float32(bias))


def write(
    network: FusedNetwork,
    chance: np.ndarray,
    text: np.ndarray | None = None,
    bias: float = 0.0,
    primers: list[np.ndarray] | None = None,
    limits: np.ndarray | None = None,
    style: np.ndarray | None = None,
    latents: np.ndarray | None = None,
) -> Written:
    """Draw B lines of at most N steps, with chance (B, N, 4) as `chances` makes it.

    text: int64 (B, U), -1 for padding, for a synthesis network: the text of the primer and the new
    text together. The window has left the text when phi of the place behind it is above that of
    every character in it (section 5.3), or when all of the window is beyond that place. The line
    stops at the next end of a stroke, since the pen may still be in the last letter; if there is
    none within `LAST_STROKE` steps, it stops where the window left. With three
    states of the pen, a sample stops at the end of a character. primers: float32 (T, 3) per line
    with the null step, read first; their lengths may differ. limits: int (B,), steps after which a
    line is cut off, by default N. style: the vector of a hand (S,), as for `FusedNetwork.start`, or
    the latent of all lines (Z,). latents: normals (B, N, Z) or, with a latent for a line, the
    latents (B, Z); without them, they are the means of their priors. If there are primers and no
    style, such a latent is that of the primer.
    Raises `PentraceError` if steps are not finite numbers.
    """
    batch, limit = chance.shape[:2]
    steps = np.zeros((batch, limit, 3), np.float32)
    tracker = _Tracker(text, np.full(batch, limit) if limits is None else limits, limit)
    if network.latents == "line" and style is None:
        style = _held(network, latents, primers)
    noise = latents if network.latents == "step" else None
    step = _begin(network, batch, text, style, primers)
    lines = np.arange(batch)  # those that have not ended; the network goes on with them only
    for n in range(limit):
        raw = network.step(step, None if noise is None else noise[lines, n])
        step = draw(raw, chance[lines, n], bias)
        steps[lines, n] = step
        left = tracker.left_to_write(n, lines, step[:, 2], network)
        if not left.any():
            break
        if left.sum() <= MOST_LEFT * len(left):
            network.keep(np.flatnonzero(left))
            lines, step = lines[left], step[left]
    if not np.isfinite(steps).all():
        raise PentraceError(
            "the network draws steps that are not finite numbers: its weights are damaged or its "
            "training diverged; train again, with a lower learning rate if it happens again"
        )
    window = None if tracker.window is None else tracker.window[: n + 1]
    left = np.minimum(tracker.left, tracker.length)
    stopped = tracker.stopped | (left < tracker.length)
    return Written(steps, tracker.length, stopped, left, tracker.character, window)


def _held(
    network: FusedNetwork, latents: np.ndarray | None, primers: list[np.ndarray] | None
) -> np.ndarray | None:
    """The latents (B, Z) of lines: those of their primers, if there are any."""
    if primers is None or not isinstance(network, FusedHeld):
        return latents
    found = {id(line): network.latent(line) for line in primers}
    return np.stack([found[id(line)] for line in primers])


def _begin(
    network: FusedNetwork,
    batch: int,
    text: np.ndarray | None,
    style: np.ndarray | None,
    primers: list[np.ndarray] | None,
) -> np.ndarray:
    """Start the network, and let it read the primers; return the last step of each line (B, 3).

    That step is not read yet. Lines with the same primer, text and style are read once.
    """
    if primers is None:
        network.start(batch, text, style)
        return np.zeros((batch, 3), np.float32)
    first, which = _alike(primers, text, style)
    own = style if style is None or style.ndim == 1 else style[first]
    network.start(len(first), None if text is None else text[first], own)
    last = _read(network, [primers[line] for line in first])
    network.keep(which)
    return last[which]


def _alike(
    primers: list[np.ndarray], text: np.ndarray | None, style: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The lines (A,) that begin in different ways, and which of these each line (B,) begins as."""
    rows = [part for part in (text, style) if part is not None and part.ndim == 2]
    begins = [
        (id(primer), *(row.tobytes() for row in own))
        for primer, *own in zip(primers, *rows, strict=True)
    ]
    first = {begin: line for line, begin in reversed(list(enumerate(begins)))}
    order = {begin: number for number, begin in enumerate(first)}
    return np.array(list(first.values())), np.array([order[begin] for begin in begins])


def _read(network: FusedNetwork, primers: list[np.ndarray]) -> np.ndarray:
    """Let the network read a primer per line; return the last step of each (B, 3), not yet read.

    All primers end at the same step: the state of a line with a shorter primer is reset later.
    """
    longest = max(map(len, primers))
    begins = np.array([longest - len(primer) for primer in primers])
    table = np.zeros((longest, len(primers), 3), np.float32)
    for line, primer in enumerate(primers):
        table[begins[line] :, line] = primer
    for n in range(longest):
        if n in begins:
            network.forget(np.flatnonzero(begins == n))
        if n + 1 < longest:
            network.read(table[n], table[n + 1])
    return table[-1]


class _Tracker:
    """At which character of its text each line is, and whether it has ended."""

    def __init__(self, text: np.ndarray | None, limits: np.ndarray, limit: int) -> None:
        self.length = np.minimum(limits, limit)  # (B,)
        self.stopped = np.zeros(len(limits), bool)
        self.left = self.length.copy()
        self.character = np.zeros((len(limits), limit), np.int64)
        self.window: np.ndarray | None = None
        if text is not None:
            self.behind = (text >= 0).sum(1)  # (B,), the place behind each text
            self.inside = np.arange(text.shape[1] + 1) <= self.behind[:, None]
            # Memory is used only when it is written to: steps that are not drawn cost nothing.
            self.window = np.empty((limit, len(text), text.shape[1] + 1), np.float32)

    def left_to_write(
        self, n: int, lines: np.ndarray, pen: np.ndarray, network: FusedNetwork
    ) -> np.ndarray:
        """Record step n of these lines; bool (L,), those that have not ended and may go on.

        lines (L,): their numbers; pen (L,): the state of the pen: 0 down, 1 end of stroke, 2 end of
        the sample.
        """
        if self.window is None:
            self._end(lines[pen == 2], n + 1, n)
        else:
            behind = lines[self._behind(n, lines, network)]
            self.left[behind] = np.minimum(self.left[behind], n)
            left = self.left[lines]
            self._end(lines[(left <= n) & (pen > 0)], n + 1, n)
            late = lines[left + LAST_STROKE <= n]
            self._end(late, self.left[late] + 1, n)
        return self.length[lines] > n + 1

    def _end(self, over: np.ndarray, length: int | np.ndarray, n: int) -> None:
        """End the lines with the numbers `over` at step n, if they have not ended before."""
        if len(over):
            ending = ~self.stopped[over] & (n < self.length[over])
            self.length[over] = np.where(ending, length, self.length[over])
            self.stopped[over] |= ending

    def _behind(self, n: int, lines: np.ndarray, network: FusedNetwork) -> np.ndarray:
        """Whether the window of each line (L,) has left its text; records where the window is."""
        assert self.window is not None
        assert network.window is not None and network.phi is not None
        seen = network.phi * self.inside[lines]
        self.window[n, lines] = seen
        # Far beyond the text all weights are at their bound, and their order means nothing. Kappa
        # (K, L) is where the window is, 1 at the first character.
        behind = self.behind[lines]
        beyond = (network.window.kappa > behind + 1).all(0)
        self.character[lines, n] = at = np.where(beyond, behind, seen.argmax(1))
        return at == behind
