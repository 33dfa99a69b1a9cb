"""The random numbers: the published blocks of Philox, and what is made of them."""

import numpy as np
import pytest

from pentrace.generate.random_numbers import another_seed, chances
from pentrace.philox import normal, uniform, words

ALL = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("key", "counter", "block"),
    [
        (0, [0, 0, 0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (2**64 - 1, [ALL] * 4, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            0x299F31D0A4093822,
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_blocks_are_those_of_the_authors(key: int, counter: list[int], block: str) -> None:
    assert " ".join(f"{word:08x}" for word in words(key, np.array([counter]))[0]) == block


def test_uniform_numbers_are_below_1_and_normal_numbers_finite() -> None:
    ends = np.array([[0, ALL], [ALL, 0]], np.uint32)
    assert uniform(ends).min() == 0 and uniform(ends).max() < 1
    assert np.isfinite(normal(ends)).all()


def test_chances_have_their_distributions() -> None:
    table = chances(3, 5, 100_000).astype(np.float64)
    for column in (0, 3):
        assert table[:, column].mean() == pytest.approx(0.5, abs=0.005)
        assert table[:, column].std() == pytest.approx(12**-0.5, abs=0.005)
    for column in (1, 2):
        assert table[:, column].mean() == pytest.approx(0, abs=0.015)
        assert table[:, column].std() == pytest.approx(1, abs=0.015)
        assert (np.abs(table[:, column]) > 1.96).mean() == pytest.approx(0.05, abs=0.004)
    assert np.abs(np.corrcoef(table.T) - np.eye(4)).max() < 0.015


def test_more_steps_keep_the_first_and_samples_and_seeds_differ() -> None:
    assert (chances(7, 0, 50) == chances(7, 0, 90)[:50]).all()
    tables = [chances(7, 0, 9), chances(7, 1, 9), chances(8, 0, 9), chances(2**40 + 7, 0, 9)]
    assert len({table.tobytes() for table in tables}) == 4
    assert len({another_seed(1, attempt) for attempt in range(100)}) == 100
