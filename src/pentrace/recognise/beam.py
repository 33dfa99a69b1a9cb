"""Decoding with a language model: a beam search over beginnings of the text."""

from typing import NamedTuple

import numpy as np

from pentrace.networks.ctc import IMPOSSIBLE, UNKNOWN
from pentrace.recognise.ngrams import Ngrams
from pentrace.recognise.settings import LanguageSettings

LEAST = -8.0  # log-probability of a class at a step, below which it is not tried


class Beginning(NamedTuple):
    """Log-probabilities of all alignments of one beginning, in nats."""

    blank: float  # those that end in a blank
    symbol: float  # those that end in its last character
    language: float  # weighted log-probability of the text, with the reward for its length

    @property
    def total(self) -> float:
        """What beginnings are compared by."""
        return float(np.logaddexp(self.blank, self.symbol)) + self.language


def decode_with(
    log_probabilities: np.ndarray, alphabet: str, language: Ngrams, settings: LanguageSettings
) -> str:
    """The text with the highest score that the search finds in one line.

    log_probabilities: float (T, V + 1), the steps of the line; the last class is the blank. The
    score of a text is its log-probability by CTC, plus `weight` times that of the language model,
    plus `reward` per character. After each step the `beam` best beginnings are kept (Hannun et al.
    2014, 'First-pass large vocabulary continuous speech recognition', algorithm 1).
    """
    symbols = alphabet.ljust(log_probabilities.shape[-1] - 1, UNKNOWN)
    beam = {"": Beginning(0.0, IMPOSSIBLE, 0.0)}
    for step in log_probabilities:
        blank = float(step[-1])
        tried = [(symbols[i], float(step[i])) for i in np.flatnonzero(step[:-1] > LEAST)]
        found: dict[str, Beginning] = {}
        for text, begun in beam.items():
            _stay(found, text, begun, blank, dict(tried))
            for symbol, nats in tried:
                _extend(found, text, begun, symbol, nats, language, settings)
        ordered = sorted(found.items(), key=lambda item: (-item[1].total, item[0]))
        beam = dict(ordered[: settings.beam])
    return next(iter(beam))


def _stay(
    found: dict[str, Beginning], text: str, begun: Beginning, blank: float, nats: dict[str, float]
) -> None:
    """Add the alignments that give no new character: a blank, or the last character again."""
    both = float(np.logaddexp(begun.blank, begun.symbol))
    again = begun.symbol + nats.get(text[-1], IMPOSSIBLE) if text else IMPOSSIBLE
    _add(found, text, both + blank, again, begun.language)


def _extend(
    found: dict[str, Beginning],
    text: str,
    begun: Beginning,
    symbol: str,
    nats: float,
    language: Ngrams,
    settings: LanguageSettings,
) -> None:
    """Add the alignments in which `symbol` is the next character."""
    # The same character twice needs a blank in between.
    twice = text.endswith(symbol)
    before = begun.blank if twice else float(np.logaddexp(begun.blank, begun.symbol))
    longer = language.log_probability(symbol, language.context(text))
    score = begun.language + settings.weight * longer + settings.reward
    _add(found, text + symbol, IMPOSSIBLE, before + nats, score)


def _add(
    found: dict[str, Beginning], text: str, blank: float, symbol: float, language: float
) -> None:
    old = found.get(text)
    if old is not None:
        blank = float(np.logaddexp(old.blank, blank))
        symbol = float(np.logaddexp(old.symbol, symbol))
    found[text] = Beginning(blank, symbol, language)
