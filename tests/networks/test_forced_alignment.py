"""Forced alignment: the best of all paths, found by trying all."""

from itertools import pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pentrace.networks.ctc import places_of
from pentrace.networks.forced_alignment import NOWHERE, align


def best_path(log_probabilities: np.ndarray, symbols: list[int]) -> tuple[int, ...] | None:
    """The places of the most probable path of one line (T, V + 1), by trying all."""
    blank = log_probabilities.shape[1] - 1
    places = places_of(np.array([symbols], np.int64).reshape(1, -1), blank)[0]

    def allowed(path: tuple[int, ...]) -> bool:
        steps = np.diff(path)
        double = [
            (b == a + 2 and places[b] != blank and places[a] != places[b]) or b - a in (0, 1)
            for a, b in pairwise(path)
        ]
        ends = path[0] in (0, 1) and path[-1] >= len(places) - 2
        return bool(ends and (steps >= 0).all() and all(double))

    def total(path: tuple[int, ...]) -> float:
        return sum(log_probabilities[t, places[p]] for t, p in enumerate(path))

    paths = filter(allowed, product(range(len(places)), repeat=len(log_probabilities)))
    return max(paths, key=total, default=None)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 1), max_size=3), min_size=1, max_size=3), st.integers(0, 99)
)
def test_it_is_the_best_of_all_paths(texts: list[list[int]], seed: int) -> None:
    random = np.random.default_rng(seed)
    chances = np.log(random.dirichlet(np.ones(3), (5, len(texts))))
    lengths = random.integers(1, 6, len(texts))
    symbols = np.full((len(texts), max(map(len, texts))), -1)
    for row, text in zip(symbols, texts, strict=True):
        row[: len(text)] = text
    found = align(chances, lengths, symbols)
    for line, text in enumerate(texts):
        length = int(lengths[line])
        best = best_path(chances[:length, line], text)
        expected = best or [NOWHERE] * length
        assert found[:length, line].tolist() == list(expected)
        assert (found[length:, line] == NOWHERE).all()
