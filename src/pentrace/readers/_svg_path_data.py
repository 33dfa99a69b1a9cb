"""The path data of SVG as Bezier pieces, in time that grows with the length of the text."""

import re
from collections.abc import Sequence

import numpy as np

from pentrace.readers._assemble import Malformed

# No digit can be matched in two ways, so a text that does not fit is refused without trying many.
NUMBER = r"[-+]?+(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?+\d++)?+"
# Arcs are not read: no stroke has one, and their flags need no separator.
ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "Z": 0}
_TOKEN = re.compile(rf"[MmLlHhVvCcSsQqTtZz]|{NUMBER}")
_BETWEEN = re.compile(r"[\s,]++")

Pieces = list[list[tuple[float, float]]]  # the four points of each Bezier piece


def tokens(text: str, line: int) -> list[str]:
    """The letters and numbers of path data; raises `Malformed` if there is anything else."""
    if _BETWEEN.sub("", _TOKEN.sub("", text)):
        raise _malformed(line, f"not valid path data: {text[:60]!r}")
    found = _TOKEN.findall(text)
    if found and found[0] not in "Mm":
        raise _malformed(line, f"not valid path data, which begins with M: {text[:60]!r}")
    return found


def subpaths(words: Sequence[str], line: int) -> list[np.ndarray]:
    """The pieces, float64 (K, 4, 2), of each part that begins with M; K may be 0.

    `words` are from `tokens`. Raises `Malformed` (`path-syntax`) if numbers are left over.
    """
    pen = _PathPen()
    at = 0
    while at < len(words):
        letter = words[at]
        stop = at + 1
        while stop < len(words) and not words[stop].isalpha():
            stop += 1
        for given in _arguments(letter, words[at + 1 : stop], line):
            pen.draw(letter, given)
            letter = {"M": "L", "m": "l"}.get(letter, letter)
        at = stop
    return [np.array(part, np.float64).reshape(-1, 4, 2) for part in pen.parts]


def _arguments(letter: str, words: Sequence[str], line: int) -> list[list[float]]:
    """The numbers of each of the pieces that one letter begins."""
    count = ARGUMENTS[letter.upper()]
    if not count and not words:
        return [[]]
    if not count or not words or len(words) % count:
        expected = f"a multiple of {count}" if count else "none"
        raise _malformed(line, f"{len(words)} numbers after {letter}; expected {expected}")
    numbers = [float(word) for word in words]
    return [numbers[i : i + count] for i in range(0, len(numbers), count)]


class _PathPen:
    """A pen that follows path data."""

    def __init__(self) -> None:
        self.parts: list[Pieces] = []
        self.x = self.y = 0.0
        self.start = (0.0, 0.0)
        self.control: tuple[float, float] | None = None  # of the last curve
        self.last = ""

    def draw(self, letter: str, given: list[float]) -> None:
        """Follow one letter with its numbers."""
        kind = letter.upper()
        points = self._points(letter, given)
        if kind == "M":
            self.parts.append([])
            self.x, self.y = self.start = points[0]
        elif kind in "LHVZ":
            self._line(points[0] if points else self.start)
        else:
            self._curve(kind, points)
        self.last = kind

    def _points(self, letter: str, given: list[float]) -> list[tuple[float, float]]:
        """The points that numbers stand for, absolute."""
        dx, dy = (self.x, self.y) if letter.islower() else (0.0, 0.0)
        if letter.upper() == "H":
            return [(given[0] + dx, self.y)]
        if letter.upper() == "V":
            return [(self.x, given[0] + dy)]
        return [(x + dx, y + dy) for x, y in zip(given[::2], given[1::2], strict=True)]

    def _line(self, end: tuple[float, float]) -> None:
        third = (end[0] - self.x) / 3, (end[1] - self.y) / 3
        start = self.x, self.y
        one = start[0] + third[0], start[1] + third[1]
        self._add([one, (end[0] - third[0], end[1] - third[1]), end])

    def _curve(self, kind: str, points: list[tuple[float, float]]) -> None:
        same = self.last in ("CS" if kind in "CS" else "QT")
        if kind in "ST":  # the first control point mirrors the last one
            mirrored = self.x, self.y
            if same and self.control is not None:
                mirrored = 2 * self.x - self.control[0], 2 * self.y - self.control[1]
            points = [mirrored, *points]
        self.control = points[-2]
        if kind in "QT":
            control, end = points
            points = [_between((self.x, self.y), control), _between(end, control), end]
        self._add(points)

    def _add(self, points: list[tuple[float, float]]) -> None:
        self.parts[-1].append([(self.x, self.y), *points])
        self.x, self.y = points[-1]


def _between(end: tuple[float, float], control: tuple[float, float]) -> tuple[float, float]:
    return end[0] + 2 / 3 * (control[0] - end[0]), end[1] + 2 / 3 * (control[1] - end[1])


def _malformed(line: int, reason: str) -> Malformed:
    return Malformed("path-syntax", f"line {line}: {reason}")
