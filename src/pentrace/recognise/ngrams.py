"""A language model of characters: how probable the next character is after the last few."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from math import log

from pentrace.unicode_nfc import nfc

START = "\n"  # before the first character of a line; no line contains it


class Ngrams:
    """Characters after the `order - 1` characters before them, counted in lines of text.

    The counts of all shorter contexts are mixed in by the method of Witten and Bell (1991, 'The
    zero-frequency problem', method C). A context has as many votes for the shorter one as different
    characters were seen after it. So a text that was never seen has a probability above 0.
    """

    def __init__(self, lines: Iterable[str], order: int) -> None:
        """Count in `lines` (NFC); `order`: characters of the longest n-gram, at least 1."""
        self.order = order
        self.after: dict[str, Counter[str]] = defaultdict(Counter)
        for line in map(nfc, lines):
            text = START + line
            for end in range(1, len(text)):
                for length in range(min(order - 1, end) + 1):
                    self.after[text[end - length : end]][text[end]] += 1
        self.characters = max(len(self.after[""]), 1)
        self.log_probability = lru_cache(1 << 20)(self._log_probability)

    def context(self, text: str) -> str:
        """The end of `text`, the beginning of a line, that the next character depends on."""
        return (START + text)[-(self.order - 1) :] if self.order > 1 else ""

    def _log_probability(self, character: str, context: str) -> float:
        """Of `character` after `context`, in nats."""
        return log(self._probability(character, context))

    def _probability(self, character: str, context: str) -> float:
        if context:
            shorter = self._probability(character, context[1:])
        else:
            shorter = 1 / (self.characters + 1)  # one more for all that were never seen
        seen = self.after.get(context)
        if not seen:
            return shorter
        different = len(seen)
        return (seen[character] + different * shorter) / (seen.total() + different)
