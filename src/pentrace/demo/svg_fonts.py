"""Letter forms of single-line SVG fonts, such as the EMS fonts of the npm package `hersheytext`.

Their glyphs are polylines in the order of writing (S. Schwanke, Evil Mad Scientist; SIL Open Font
License). The fonts do not come with Pentrace; `docs/pretrained.md` says how to get them.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
from lxml import etree

from pentrace.errors import PentraceError

_ASCENDER, _DESCENDER = 1.5, -0.55  # x-heights: of l and of g in every face
_NUMBER = re.compile(r"-?[0-9.]+(?:e-?[0-9]+)?")
_COMMAND = re.compile(r"([LC])([^LC]*)")

Form = tuple[list[np.ndarray], float]  # strokes complex128 (k,), in x-heights, and the width


def fonts(folder: Path) -> list[str]:
    """The paths of the EMS fonts in `folder`; raises `PentraceError` if there are none."""
    found = sorted(str(path) for path in folder.glob("EMS*.svg"))
    if not found:
        raise PentraceError(
            f"{folder}: no font EMS*.svg; get them with `npm pack hersheytext`, or set "
            "demo.fonts to null"
        )
    return found


@cache
def form(font: str, char: str) -> Form:
    """The form of `char`; x from its left side, y upward from the baseline, 1 for a small x.

    Raises `KeyError` if the font has no such glyph, or an empty one.
    """
    strokes, width = _glyphs(font)[char]
    if not strokes:
        raise KeyError(char)
    size, over, under = _proportions(font)
    return [_scaled(stroke, size, over, under) for stroke in strokes], width / size


@cache
def _glyphs(font: str) -> dict[str, Form]:
    """The glyphs in units of the font."""
    root = etree.parse(font, etree.XMLParser(resolve_entities=False)).getroot()
    found: dict[str, Form] = {}
    for glyph in root.iter("{*}glyph"):
        strokes = [_points(part) for part in glyph.get("d", "").split("M") if part.strip()]
        found[glyph.get("unicode", "")] = (
            [s for s in strokes if len(s) > 1],
            float(glyph.get("horiz-adv-x", 0)),
        )
    return found


def _points(part: str) -> np.ndarray:
    """Positions complex128 (k,) of the lines L and curves C after one M, without repeated ones."""
    points = np.zeros(0, complex)
    for command, numbers in _COMMAND.findall("L" + part):
        values = np.array(_NUMBER.findall(numbers), float)
        given = values[0::2] + 1j * values[1::2]
        curves = [given] if command == "L" else map(_curve, _threes(points[-1], given))
        points = np.concatenate([points, *curves])
    return points[np.append(True, np.diff(points) != 0)]


def _threes(start: complex, given: np.ndarray) -> list[np.ndarray]:
    """The four points of each curve."""
    whole = np.append(start, given)
    return [whole[n : n + 4] for n in range(0, len(given), 3)]


def _curve(ends: np.ndarray) -> np.ndarray:
    """Five points of a cubic Bezier curve, without its first."""
    t = np.linspace(0, 1, 6)[1:, None]
    return (ends * [1, 3, 3, 1] * t ** [0, 1, 2, 3] * (1 - t) ** [3, 2, 1, 0]).sum(1)


@cache
def _proportions(font: str) -> tuple[float, float, float]:
    """Height of a small x, and the factors that give l and g their usual lengths."""
    glyphs = _glyphs(font)
    size, high, low = (
        pick(np.concatenate(glyphs[char][0]).imag)
        for char, pick in (("x", np.max), ("l", np.max), ("g", np.min))
    )
    over = min(1.0, (_ASCENDER - 1) / max(high / size - 1, 1e-6))
    return float(size), float(over), float(min(1.0, _DESCENDER / (low / size)))


def _scaled(stroke: np.ndarray, size: float, over: float, under: float) -> np.ndarray:
    x, y = stroke.real / size, stroke.imag / size
    return x + 1j * np.where(y > 1, 1 + (y - 1) * over, np.where(y < 0, y * under, y))
