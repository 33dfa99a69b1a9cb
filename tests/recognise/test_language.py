"""A second reading with a language model of characters."""

from itertools import product
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentrace.networks import ctc
from pentrace.recognise.beam import decode_with
from pentrace.recognise.ngrams import START, Ngrams
from pentrace.recognise.settings import LanguageSettings

ALPHABET = "ab"
LINES = ["abba", "aab", "", "baab"]


def log_probabilities(seed: int, steps: int) -> np.ndarray:
    """float64 (steps, 3): random, each step a distribution."""
    random = np.random.default_rng(seed)
    return np.log(random.dirichlet([0.7] * 3, steps))


def score(text: str, steps: np.ndarray, language: Ngrams, how: LanguageSettings) -> float:
    """What the search looks for, with the sum over all alignments of `text`."""
    symbols = np.array([[ALPHABET.index(c) for c in text]], np.int64).reshape(1, len(text))
    by_ctc = ctc.log_probability(steps[:, None], np.array([len(steps)]), symbols)[0]
    contexts = [language.context(text[:n]) for n in range(len(text))]
    spoken = sum(map(language.log_probability, text, contexts))
    return float(by_ctc) + how.weight * spoken + how.reward * len(text)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5), st.sampled_from([(0.0, 0.0), (0.8, 0.6)]))
def test_a_wide_beam_finds_the_best_of_all_texts(
    seed: int, steps: int, how_much: tuple[float, float]
) -> None:
    language, values = Ngrams(LINES, 3), log_probabilities(seed, steps)
    values[values < -7.9] = -7.9  # rarer classes are not tried
    how = LanguageSettings(order=3, weight=how_much[0], reward=how_much[1], beam=1000)
    texts = ["".join(t) for n in range(steps + 1) for t in product(ALPHABET, repeat=n)]
    best = max(score(text, values, language, how) for text in texts)
    found = decode_with(values, ALPHABET, language, how)
    assert score(found, values, language, how) == pytest.approx(best)


def test_the_language_decides_where_the_ink_does_not() -> None:
    values = np.log([[0.49, 0.49, 0.02], [0.01, 0.01, 0.98], [0.98, 0.01, 0.01]])
    how = LanguageSettings(order=2, weight=1.0, reward=0.0)
    assert decode_with(values, ALPHABET, Ngrams(["ba"] * 9, 2), how) == "ba"
    assert decode_with(values, ALPHABET, Ngrams(["aa"] * 9, 2), how) == "aa"


@pytest.mark.parametrize("order", [1, 2, 4])
def test_probabilities_of_all_characters_sum_to_one(order: int) -> None:
    language = Ngrams(LINES, order)
    for context in ("", "a", "ab", START, "zzz"):
        seen = sum(exp(language.log_probability(c, context[-order + 1 :])) for c in ALPHABET)
        unseen = exp(language.log_probability("?", context[-order + 1 :]))
        assert seen + unseen == pytest.approx(1)


def test_mixed_as_witten_and_bell() -> None:
    language = Ngrams(["ab", "ab", "aa"], 2)
    once = (2 + 2 * 1 / 3) / (6 + 2)  # b, without a context
    assert language.log_probability("b", "a") == pytest.approx(log((2 + 2 * once) / (3 + 2)))


def test_no_text_to_learn_from_still_reads() -> None:
    how = LanguageSettings(order=3)
    assert decode_with(log_probabilities(1, 4), ALPHABET, Ngrams([], 3), how) is not None
