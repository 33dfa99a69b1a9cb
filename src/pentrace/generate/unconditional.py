"""Which samples to draw, and drawing them: settings and a network in, steps out."""

import difflib
from typing import NamedTuple

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.ink_loop import write
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.one_thread import one_thread
from pentrace.generate.random_numbers import chances, drawn_latents
from pentrace.generate.reading import Reading
from pentrace.generate.settings import SampleSettings

BATCH = 256  # samples at once, to bound the memory
STEPS = 700  # most steps in a sample, if the settings give no number


class Sample(NamedTuple):
    """The steps of one sample, with the steps of its primer first."""

    name: str
    steps: np.ndarray  # float32 (T, 3), normalised; the first is the null step
    bias: float
    prime: str | None  # name of the real line that it continues
    primer: int  # number of steps that are from the real line
    text: str | None = None  # the text that it is conditioned on
    attempts: int = 1  # how often the line was drawn
    failed: bool = False  # whether the check found that the line is not its text
    reading: Reading | None = None  # what the recogniser reads; None: it was not asked


@one_thread
def batch(
    network: FusedNetwork,
    count: int,
    steps: int,
    seed: int,
    bias: float = 0.0,
    after: np.ndarray | None = None,
    first: int = 0,
    held: np.ndarray | None = None,
) -> list[np.ndarray]:
    """float32 (at most T + steps, 3) each: samples `first` and following of a seed.

    Each begins with the null step, or with the steps (T, 3) of `after`, a real line to continue.
    `held` (count, Z): the latent of each, for a network with a latent for a line; None: drawn. Only
    a network with three states of the pen ends a sample before the limit: see `ended`.
    """
    lead = np.zeros((1, 3), np.float32) if after is None else after
    drawn: list[np.ndarray] = []
    for begin in range(first, first + count, BATCH):
        some = range(begin, min(begin + BATCH, first + count))
        chance = np.stack([chances(seed, i, steps) for i in some])
        primers = None if after is None else [after] * len(some)
        own = drawn_latents(network, [(seed, i) for i in some], steps)
        own = own if held is None else held[begin - first : begin - first + len(some)]
        new = write(network, chance, bias=bias, primers=primers, latents=own)
        pairs = zip(new.steps, new.length, strict=True)
        drawn += [np.concatenate([lead, sample[:length]]) for sample, length in pairs]
    return drawn


def ended(steps: np.ndarray) -> bool:
    """Whether the network ended the sample before the limit of steps."""
    return bool(steps[-1, 2] == 2)


def beginning(line: np.ndarray) -> np.ndarray:
    """The first half of the strokes (at least one) of a real character (T, 3).

    A complete character would leave nothing to draw.
    """
    lifts = np.flatnonzero(line[:, 2] > 0.5)
    return line[: lifts[(len(lifts) - 1) // 2] + 1] if len(lifts) > 1 else line[:1]


@one_thread
def generate(
    network: FusedNetwork, settings: SampleSettings, primers: dict[str, np.ndarray]
) -> list[Sample]:
    """All samples of `settings`: for each line, one sample at each bias; then the primed samples.

    `primers`: sample id -> float32 (T, 3) normalised steps of a complete real line.
    """
    samples, steps = [], settings.steps or STEPS
    by_bias = [batch(network, settings.lines, steps, settings.seed, b) for b in settings.bias]
    for i in range(settings.lines):
        for bias, drawn in zip(settings.bias, by_bias, strict=True):
            samples.append(Sample(f"bias-{bias:g}-{i:02d}", drawn[i], bias, None, 0))
    for i, (name, line) in enumerate(primers.items()):
        line = beginning(line) if network.settings.pen_states == 3 else line
        for bias in settings.bias:
            # Separate random numbers for each primer, which no unprimed sample has.
            number = settings.lines + i
            (primed,) = batch(network, 1, steps, settings.seed, bias, line, number)
            own = f"bias-{bias:g}-after-{name.replace('/', '_')}"
            samples.append(Sample(own, primed, bias, name, len(line)))
    return samples


def choose_primers(prime: int | tuple[str, ...] | None, known: list[str], seed: int) -> list[str]:
    """The names in `known` that `prime` asks for: the given ones, or a number chosen by the seed.

    Raises `PentraceError` if a name is not known, or if there are fewer names than asked for.
    """
    if not prime:
        return []
    if isinstance(prime, int):
        if prime > len(known):
            raise PentraceError(
                f"sample.prime asks for {prime} validation lines, but there are {len(known)}; "
                "ask for fewer, or set it to null"
            )
        chosen = np.random.default_rng([seed, 2]).permutation(len(known))[:prime]
        return [known[i] for i in sorted(chosen)]
    for name in set(prime) - set(known):
        near = difflib.get_close_matches(name, known, 3) or known[:3]
        raise PentraceError(
            f"sample.prime: no line {name!r} in any split; choose another, such as "
            f"{', '.join(near)}"
        )
    return list(prime)


def title(bias: float, prime: str | None, text: str | None, failed: bool) -> str:
    """The title of a sample: how it differs from other samples."""
    after = f", after {prime} (blue)" if prime else ""
    says = f", “{text}”{' (failed)' * failed}" if text else ""
    return f"bias {bias:g}{after}{says}"
