"""Texts, drawn character by character."""

from collections.abc import Iterator

import numpy as np

from pentrace.generate.draw_character import drawn, probabilities
from pentrace.generate.numpy_text import FusedText
from pentrace.generate.settings import DrawSettings
from pentrace.networks.alphabet import encode
from pentrace.networks.settings import NetworkSettings

RARE = "\N{REPLACEMENT CHARACTER}"  # the symbol of rare characters


def generate(
    network: FusedText, prompts: list[str], length: int, settings: DrawSettings, seed: int
) -> Iterator[tuple[list[str], np.ndarray]]:
    """`length` times: the next character of each of B texts, and its probabilities (B, V).

    Text b continues prompt b; its random numbers depend only on the seed and b. Raises
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
    """Logits (B, V) after prompts of any length, each at the beginning of a line.

    Streams start so seldom in training that a network hardly learns to read a first character:
    without a line end before it, a quarter of all prompts led to nothing but rare characters.
    """
    given = [begun(prompt, network.settings) for prompt in prompts]
    texts = encode(given, network.settings, "fold", remedy="give another prompt")
    # All prompts end at the same step: the state of shorter ones is reset until they start.
    aligned = np.stack([np.roll(row, (row < 0).sum()) for row in texts])
    network.start(len(aligned))
    for column in aligned.T:
        logits = network.step(column.clip(0))
        if (column < 0).any():
            network.forget(np.flatnonzero(column < 0))
    return logits


def complete_texts(
    network: FusedText, prompts: list[str], length: int, settings: DrawSettings, seed: int
) -> list[str]:
    """B texts of `length` characters, without their prompts; see `generate`."""
    steps = [characters for characters, _ in generate(network, prompts, length, settings, seed)]
    return ["".join(characters) for characters in zip(*steps, strict=True)]


def begun(prompt: str, settings: NetworkSettings) -> str:
    """The prompt at the beginning of a line, or of a word where a text has no lines."""
    alphabet = settings.alphabet or ""
    before = next((character for character in "\n " if character in alphabet), "")
    return before + prompt or alphabet[0]
