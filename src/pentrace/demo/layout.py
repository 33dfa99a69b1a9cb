"""The plan of a text in a hand: the place and the order of the strokes."""

from dataclasses import dataclass

import numpy as np

from pentrace.demo.glyphs import ILLEGIBLE, SCRATCHED
from pentrace.demo.hands import Hand, Letter, Stroke, code
from pentrace.demo.kinematics import Movement

_NEAR = 0.3  # x-heights: a shorter link is not a separate component
_AIR_TURN = -0.6  # rad: in the air the pen moves along an arc
_FAR = 1.5  # x-heights: over a longer link the pen is lifted


@dataclass(frozen=True)
class Placed:
    """A stroke at its place in the line."""

    stroke: Stroke
    linked: bool  # the pen stays down on the way to it
    pause: float  # s, before the pen travels to it


def plan_line(text: str, hand: Hand, rng: np.random.Generator) -> Movement:
    """The plan of a line of `text` in x-heights, its first baseline point at 0."""
    placed: list[Placed] = []
    x = 0.0
    for word in text.split():
        strokes, x = _word(word, hand, x, rng)
        placed += strokes
        x += hand.space * rng.uniform(0.85, 1.15)
    return _drifted(_joined(placed), hand, rng)


def _word(word: str, hand: Hand, x: float, rng: np.random.Generator) -> tuple[list[Placed], float]:
    """Strokes of a word that begins at `x`, with marks after pen lifts, and the x of its end."""
    placed: list[Placed] = []
    waiting: list[Placed] = []
    pause = 0.05 + rng.lognormal(-2.0, 1.2)
    before = ""
    for char in _written(word):
        letter = hand.letter(char)
        at = x + 1j * rng.normal(0, hand.wobble)
        strokes = [_moved(s, at, hand, rng) for s in letter.strokes]
        linked = bool(placed) and _is_linked(before, char, placed[-1].stroke, strokes, hand)
        if not linked:
            placed += waiting
            waiting = []
        placed += [Placed(s, linked and k == 0, pause * (k == 0)) for k, s in enumerate(strokes)]
        waiting += [Placed(_moved(s, at, hand, rng), False, 0.0) for s in letter.marks]
        x += _advance(letter, hand, rng)
        before, pause = char, rng.exponential(0.04)
    return placed + waiting, x


def _written(word: str) -> str:
    """The word with private characters where it marks something that cannot be read."""
    if word == "#":
        return SCRATCHED
    return ILLEGIBLE * len(word) if len(word) > 1 and set(word) == {"%"} else word


def _advance(letter: Letter, hand: Hand, rng: np.random.Generator) -> float:
    return letter.width + hand.gap + float(rng.normal(0, hand.wobble))


def _is_linked(before: str, char: str, last: Stroke, strokes: list[Stroke], hand: Hand) -> bool:
    """Whether the hand links these letters, and the next one is near."""
    way = strokes[0].points[0] - last.points[-1]
    near = abs(way) < _FAR and way.real > -0.2
    return bool(hand.links[code(before), code(char)]) and near


def _moved(stroke: Stroke, at: complex, hand: Hand, rng: np.random.Generator) -> Stroke:
    """The stroke at its place, with the random variation of handwriting."""
    noise = rng.normal(0, hand.wobble, (len(stroke.points), 2)) @ (1, 1j)
    size = 1 + rng.normal(0, hand.wobble)
    turns = stroke.turns * rng.uniform(0.95, 1.05)
    return Stroke(stroke.points * size + noise + at, turns)


def _joined(placed: list[Placed]) -> Movement:
    """One plan of all strokes, with the ways between them."""
    columns: list[tuple] = []  # targets, turns, down, pause
    for number, item in enumerate(placed):
        points = item.stroke.points
        way = points[0] - placed[number - 1].stroke.points[-1] if number else 0.0
        travels = number > 0 and not (item.linked and abs(way) < _NEAR)
        if travels:
            lifted = (points[:1], [_AIR_TURN], [False], [item.pause])
            columns.append((points[:1], [0.0], [True], [0.0]) if item.linked else lifted)
        count = len(points) - 1
        columns.append((points[1:], item.stroke.turns, np.ones(count, bool), np.zeros(count)))
    start = placed[0].stroke.points[0]
    return Movement(start, *map(np.concatenate, zip(*columns, strict=True)))


def _drifted(plan: Movement, hand: Hand, rng: np.random.Generator) -> Movement:
    """The plan on a baseline that is slightly sloped and curved."""
    slope = hand.slope + rng.normal(0, 0.006)
    amplitude, length, phase = rng.normal(0, 0.07), rng.uniform(8, 20), rng.uniform(0, 6)

    def drift(at: np.ndarray) -> np.ndarray:
        return at + 1j * (slope * at.real + amplitude * np.sin(at.real / length + phase))

    start = complex(drift(np.array([plan.start]))[0])
    return Movement(start, drift(plan.targets), plan.turns, plan.down, plan.pause)
