"""Paths of SVG as Bezier pieces, and points at equal distances along them."""

from collections.abc import Sequence

import numpy as np

from pentrace.readers import _svg_path_data as path_data
from pentrace.readers._assemble import Malformed
from pentrace.readers.settings import ParseSettings
from pentrace.resample import places, take, travelled

CHORDS = 16  # straight parts of a Bezier piece, by which lengths are measured
_LARGEST = 1e6  # units; a character of KanjiVG is 109 wide and high


def pieces(data: list[tuple[str, int]], settings: ParseSettings) -> list[np.ndarray]:
    """The Bezier pieces float64 (K, 4, 2) of each path of a file, given as (data, line).

    Raises `Malformed`: `path-syntax`, `too-many-points` or `out-of-range`.
    """
    curves = [
        _single(parts, line) for parts, (_, line) in zip(_read(data, settings), data, strict=True)
    ]
    length = sum(float(_polygon(part).sum()) for part in curves)
    if length > settings.max_points * settings.spacing:
        raise Malformed(
            "too-many-points",
            f"strokes {length:.0f} units long, at a spacing of {settings.spacing:g}; the limit is "
            f"{settings.max_points:,} points (parse.max_points)",
        )
    return curves


def subpaths(data: list[tuple[str, int]], settings: ParseSettings) -> list[list[np.ndarray]]:
    """The strokes of each path of a file, which may have several; (K, 4, 2) each, K > 0.

    Raises `Malformed` as `pieces` does.
    """
    return [[part for part in parts if len(part)] for parts in _read(data, settings)]


def _read(data: list[tuple[str, int]], settings: ParseSettings) -> list[list[np.ndarray]]:
    """The parts of each path that begin with M."""
    words = [path_data.tokens(text, line) for text, line in data]
    count, most = sum(map(len, words)), settings.max_points // CHORDS
    # So many are no strokes, and would take very long to read.
    if count > most:
        raise Malformed(
            "too-many-points",
            f"the paths have {count:,} letters and numbers; the limit is {most:,}",
        )
    found = [path_data.subpaths(one, line) for one, (_, line) in zip(words, data, strict=True)]
    _refuse_far([part for parts in found for part in parts])
    return found


def _refuse_far(curves: Sequence[np.ndarray]) -> None:
    far = float(np.abs(np.concatenate([np.zeros((0, 4, 2)), *curves])).max(initial=0))
    if not far <= _LARGEST:  # also if it is not a number
        raise Malformed(
            "out-of-range", f"a path is {far:g} units from the origin; the limit is {_LARGEST:g}"
        )


def _single(parts: list[np.ndarray], line: int) -> np.ndarray:
    """The pieces of a path with one stroke, perhaps none."""
    if len(parts) > 1:
        reason = f"line {line}: a path contains {len(parts)} strokes, expected 1"
        raise Malformed("path-syntax", reason)
    return parts[0] if parts else np.zeros((0, 4, 2))


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


def _polygon(curves: np.ndarray) -> np.ndarray:
    """float64 (K,): length of the polygon of the control points, at least the arc length."""
    return np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0)).sum(1)
