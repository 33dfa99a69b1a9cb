"""Distances to hands by the shapes of letters."""

import numpy as np
import pytest

from pentrace.hands.letters import POINTS, Letter, letter_outlines, to_hands
from pentrace.hands.nearest import standing
from pentrace.windows.lines import Lines, gathered

UNITS = {"recipe": "graves", "mean": [0.0, 0.0], "sd": [1.0, 1.0]}
TURN = 2 * np.pi * np.arange(20) / 19


def shape(character: str, slant: float) -> np.ndarray:
    """Positions (20, 2) of a letter: `o` is round, `l` is high and narrow."""
    width, height = {"o": (1.0, 1.0), "l": (0.3, 2.0)}[character]
    x, y = width * np.sin(TURN), height * np.cos(TURN)
    return np.stack([x + slant * y, y], 1)


def line(text: str, slant: float, size: float = 1.0) -> np.ndarray:
    """Offsets (T, 3) of letters side by side, each of one stroke."""
    at = np.concatenate(
        [size * (shape(c, slant) + np.array([3 * i, 0])) for i, c in enumerate(text)]
    )
    ends = np.tile(np.arange(20) == 19, len(text))
    return np.column_stack([np.diff(at, axis=0, prepend=at[:1]), ends]).astype(np.float32)


def lines(*parts: np.ndarray) -> Lines:
    return gathered(parts, [str(i) for i in range(len(parts))], ["" for _ in parts])


def letters(*texts: str) -> list[Letter]:
    return [
        Letter(number, character, 20 * i, 20 * i + 19)
        for number, text in enumerate(texts)
        for i, character in enumerate(text)
    ]


def distances(texts: list[str], slants: list[float], hands: list[str]) -> np.ndarray:
    """Of lines to two hands, upright and slanted, with these letters; sizes differ."""
    some = lines(*(line(t, s, 3.0) for t, s in zip(texts, slants, strict=True)))
    compared = lines(*(line(t, s) for t, s in zip(hands, (0.0, 0.6), strict=True)))
    own = letter_outlines(some, letters(*texts), UNITS)
    theirs = letter_outlines(compared, letters(*hands), UNITS)
    return to_hands(own, len(texts), theirs, np.arange(2))


def test_a_line_is_nearest_to_the_hand_that_shapes_letters_alike() -> None:
    found = distances(["ol", "o"], [0.0, 0.6], ["lo", "lo"])
    assert standing(found, np.array([0, 1])).rank.tolist() == [1, 1]
    assert found[0, 0] == pytest.approx(0, abs=1e-4) and found[1, 1] == pytest.approx(0, abs=1e-4)
    assert found[0, 1] > 0.05


def test_only_the_same_letters_are_compared() -> None:
    # The second hand has no o, so only the l is compared with it.
    one, both = distances(["l"], [0.6], ["lo", "l"]), distances(["lo"], [0.6], ["lo", "l"])
    assert both == pytest.approx(one) and one[0, 0] > one[0, 1]


def test_a_line_without_letters_is_nearest_to_no_hand() -> None:
    found = distances(["l", "o"], [0.6, 0.6], ["l", "l"])
    assert found[1].tolist() == [0, 0]
    assert standing(found, np.array([1, 1])).rank.tolist() == [1, 2]


def test_a_dot_is_no_letter() -> None:
    found = letter_outlines(lines(line("o", 0)), [Letter(0, ".", 0, 2)], UNITS)
    assert found.points.shape == (0, POINTS, 2)
    assert to_hands(found, 1, found, np.zeros(0, np.int64)).shape == (1, 0)
