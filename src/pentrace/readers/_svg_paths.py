"""Paths of SVG as Bezier pieces, and points at equal distances along them."""

import re

import numpy as np
from svgelements import Close, CubicBezier, Line, Move, Path, QuadraticBezier

from pentrace.readers._assemble import Malformed
from pentrace.readers.settings import ParseSettings
from pentrace.resample import places, take, travelled

CHORDS = 16  # straight parts of a Bezier piece, by which lengths are measured
_LARGEST = 1e6  # units; a character of KanjiVG is 109 wide and high
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# Arcs are not allowed: no stroke has one, and their flags need no separator, so they are hard to
# match.
_DATA = re.compile(rf"\s*[Mm](?:[\s,]|[MmLlHhVvCcSsQqTtZz]|{_NUMBER})*")


def pieces(data: list[tuple[str, int]], settings: ParseSettings) -> list[np.ndarray]:
    """The Bezier pieces float64 (K, 4, 2) of each path of a file, given as (data, line).

    Raises `Malformed`: `path-syntax`, `too-many-points` or `out-of-range`.
    """
    numbers = sum(len(re.findall(_NUMBER, text)) for text, _ in data)
    # So many numbers are no strokes, and would take very long to read.
    if numbers > settings.max_points // CHORDS:
        raise Malformed(
            "too-many-points",
            f"the paths have {numbers:,} numbers; the limit is {settings.max_points // CHORDS:,}",
        )
    curves = [_pieces(text, line) for text, line in data]
    far = float(np.abs(np.concatenate([np.zeros((0, 4, 2)), *curves])).max(initial=0))
    if not far <= _LARGEST:  # also if it is not a number
        raise Malformed(
            "out-of-range", f"a path is {far:g} units from the origin; the limit is {_LARGEST:g}"
        )
    length = sum(float(_polygon(part).sum()) for part in curves)
    if length > settings.max_points * settings.spacing:
        raise Malformed(
            "too-many-points",
            f"strokes {length:.0f} units long, at a spacing of {settings.spacing:g}; the limit is "
            f"{settings.max_points:,} points (parse.max_points)",
        )
    return curves


def evenly(
    curves: np.ndarray, stroke: np.ndarray, spacing: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y, float64 (N,), and stroke, int (N,): points along strokes, including both ends.

    curves (K, 4, 2) of all strokes, stroke (K,) increasing by at most 1. The points of a stroke are
    at equal arc lengths, at the distance nearest to `spacing`; a stroke has at least two.
    """
    share = np.linspace(0, 1, CHORDS + 1)
    basis = np.stack(
        [(1 - share) ** 3, 3 * share * (1 - share) ** 2, 3 * share**2 * (1 - share), share**3], 1
    )
    points = np.einsum("tc,kcd->ktd", basis, curves)
    x, y = points.reshape(-1, 2).T
    owner = np.repeat(stroke, CHORDS + 1)
    first = np.diff(owner, prepend=-1) > 0
    at, begins = places(travelled(x, y, first), first, spacing)
    return take(x, at), take(y, at), np.cumsum(begins) - 1


def _pieces(text: str, line: int) -> np.ndarray:
    if not _DATA.fullmatch(text):
        raise Malformed("path-syntax", f"line {line}: not valid path data: {text[:60]!r}")
    try:
        found = [_cubic(piece) for piece in Path(text) if not isinstance(piece, Move)]
    except (ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise Malformed("path-syntax", f"line {line}: {error}"[:200]) from None
    moves = len(re.findall("[Mm]", text))
    if moves > 1:
        raise Malformed("path-syntax", f"line {line}: a path contains {moves} strokes, expected 1")
    return np.array(found, np.float64).reshape(-1, 4, 2)


def _cubic(piece: Line | Close | CubicBezier | QuadraticBezier) -> list[tuple[float, float]]:
    """The four points of a piece, as a cubic."""
    a, b = _pair(piece.start), _pair(piece.end)
    match piece:
        case CubicBezier():
            return [a, _pair(piece.control1), _pair(piece.control2), b]
        case QuadraticBezier():
            c = _pair(piece.control)
            return [a, _between(a, c), _between(b, c), b]
    third = (b[0] - a[0]) / 3, (b[1] - a[1]) / 3
    return [a, (a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b]


def _pair(point: tuple[float, float]) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _between(end: tuple[float, float], control: tuple[float, float]) -> tuple[float, float]:
    return end[0] + 2 / 3 * (control[0] - end[0]), end[1] + 2 / 3 * (control[1] - end[1])


def _polygon(curves: np.ndarray) -> np.ndarray:
    """float64 (K,): length of the polygon of the control points, at least the arc length."""
    return np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0)).sum(1)
