"""Texts, drawn character by character."""

from collections.abc import Iterator

import numpy as np

from pentrace.networks.settings import NetworkSettings
from pentrace.networks.text import encode
from pentrace.text.draw import drawn, probabilities
from pentrace.text.fused import FusedText
from pentrace.text.settings import DrawSettings

RARE = "\N{REPLACEMENT CHARACTER}"  # the symbol of rare characters


def generate(
    network: FusedText, prompts: list[str], length: int, settings: DrawSettings, seed: int
) -> Iterator[tuple[list[str], np.ndarray]]:
    """`length` times: the next character of each of B texts, and the chances (B, V) it came from.

    Text b goes on from prompt b, and has random numbers of its own, from seed and b alone. Raises
    `PentraceError` for characters of a prompt that the network has no symbol for.
    """
    shown = [*(network.settings.alphabet or ""), RARE]
    random = [np.random.Generator(np.random.Philox(key=[seed, b])) for b in range(len(prompts))]
    logits = _after(network, prompts)
    for number in range(length):
        chances = probabilities(logits, settings)
        symbols = drawn(chances, np.array([one.random() for one in random]))
        yield [shown[symbol] for symbol in symbols], chances
        if number + 1 < length:
            logits = network.step(symbols)


def _after(network: FusedText, prompts: list[str]) -> np.ndarray:
    """Logits (B, V) after prompts of any length; an empty one is a line end."""
    given = [prompt or beginning(network.settings) for prompt in prompts]
    texts = encode(given, network.settings, "fold", remedy="give another prompt")
    # All end together: those that are shorter wait, and forget what they read while waiting.
    aligned = np.stack([np.roll(row, (row < 0).sum()) for row in texts])
    network.start(len(aligned))
    for column in aligned.T:
        logits = network.step(column.clip(0))
        if (column < 0).any():
            network.forget(np.flatnonzero(column < 0))
    return logits


def whole(
    network: FusedText, prompts: list[str], length: int, settings: DrawSettings, seed: int
) -> list[str]:
    """B texts of `length` characters, without their prompts; see `generate`."""
    steps = [characters for characters, _ in generate(network, prompts, length, settings, seed)]
    return ["".join(characters) for characters in zip(*steps, strict=True)]


def beginning(settings: NetworkSettings) -> str:
    """What stands before a text that begins: a line end, or what the alphabet has first."""
    alphabet = settings.alphabet or ""
    return "\n" if "\n" in alphabet else alphabet[0]
