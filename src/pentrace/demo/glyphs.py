"""Letter forms: strokes of single-line Hershey fonts, as they are written by hand.

The Hershey fonts (A. V. Hershey, "Calligraphy for Computers", 1967; PyPI `Hershey-Fonts`) are
polylines made for plotters. Here the strokes get the order and the joins of handwriting. Positions
are complex numbers, x + iy: y grows upward from the baseline, the height of a small x is 1, and the
left side of the letter is at x = 0.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from HersheyFonts import HersheyFonts

from pentrace.demo import accents, svg_fonts

_BASELINE = 9  # of the fonts, whose y grows downward
_X_HEIGHT = {"rowmans": 14, "scripts": 9}
_WIDTH = {"rowmans": 1.0, "scripts": 0.85}  # the script face is too wide
_ASCENDER = {"rowmans": 1.0, "scripts": 0.62}  # and too tall
_BOWL_FIRST = "adgq"  # the fonts draw the stem first
_RETRACED = {"rowmans": "abdghmnpqruy", "scripts": "abcdeghklmnopqrsuvwyz" + "ftij"}
_MARKED = "fijtx"  # letters whose last stroke is drawn after the pen is lifted
# Private characters for what a transcript writes as # and as a run of %.
SCRATCHED, ILLEGIBLE = "\ue000", "\ue001"


@dataclass(frozen=True)
class Glyph:
    """One letter form."""

    strokes: tuple[np.ndarray, ...]  # complex128 (k,), k >= 2, written without lifting the pen
    marks: tuple[np.ndarray, ...]  # crosses and dots, which may be written later
    width: float  # to the left side of the next letter


@cache
def glyph(face: str, char: str) -> Glyph:
    """The form of `char` in `face`: print, script, or the path of an SVG font.

    Raises `KeyError` if there is none.
    """
    if char in (SCRATCHED, ILLEGIBLE):
        return _scribble(14 if char == SCRATCHED else 3)
    if face.endswith(".svg"):
        try:
            return _of_svg(face, char)
        except KeyError:
            face = "print"
    if not char.isascii():
        return _composed(face, char)
    if char == "'":
        return Glyph((np.array([0.3 + 1.6j, 0.22 + 1.2j]),), (), 0.5)
    font = "scripts" if face == "script" and char.isalpha() else "rowmans"
    source = _font(font)[char]
    strokes = [_scaled(font, np.array(s, float), source.left_offset) for s in source.strokes]
    if font == "rowmans" and char in _BOWL_FIRST:
        strokes.reverse()
    marks = _marks(char, strokes)
    strokes = _chained([s for s in strokes if not any(s is m for m in marks)])
    if char in _RETRACED[font]:
        strokes = [np.concatenate(strokes)]
    if char == "-":  # the fonts have a dash instead
        return Glyph((strokes[0] * 0.5 + 0.25j,), (), 0.8)
    width = source.char_width / _X_HEIGHT[font] * _WIDTH[font]
    return Glyph(tuple(map(_without_diamond, strokes)), tuple(map(_without_diamond, marks)), width)


def _of_svg(font: str, char: str) -> Glyph:
    """A form of an SVG font; dots and accents above a letter are its marks."""
    strokes, width = svg_fonts.form(font, char)
    above = 1.0 if char.islower() else 1.45
    marked = char in "ij" or (char.isalpha() and not char.isascii())
    marks = [s for s in strokes if marked and s.imag.min() > above]
    body = [s for s in strokes if not any(s is m for m in marks)]
    if not body:
        raise KeyError(char)
    return Glyph(tuple(body), tuple(marks), width)


def _composed(face: str, char: str) -> Glyph:
    """A sign, or letters with an accent."""
    if (drawn := accents.sign(char)) is not None:
        return Glyph(tuple(drawn[1]), (), drawn[0])
    if (made := accents.parts(char)) is None:
        raise KeyError(char)
    letters, mark = made
    forms = [glyph(face, letter) for letter in letters]
    starts = np.cumsum([0.0, *(0.85 * form.width for form in forms)])
    placed = list(zip(forms, starts, strict=False))
    strokes = [s + at for form, at in placed for s in form.strokes]
    marks = [s + at for form, at in placed for s in form.marks]
    if mark:
        marks = [] if letters in "ij" else marks  # the accent replaces the dot
        marks += accents.accent(mark, strokes)
    return Glyph(tuple(strokes), tuple(marks), float(starts[-1]) / 0.85)


@cache
def _font(name: str) -> dict:
    font = HersheyFonts()
    font.load_default_font(name)
    return font.all_glyphs


def _scaled(font: str, points: np.ndarray, left: float) -> np.ndarray:
    """Font units (k, 2) to x-heights; ascenders are made less tall."""
    x = (points[:, 0] - left) / _X_HEIGHT[font] * _WIDTH[font]
    y = (_BASELINE - points[:, 1]) / _X_HEIGHT[font]
    return x + 1j * np.where(y > 1, 1 + (y - 1) * _ASCENDER[font], y)


def _extent(stroke: np.ndarray) -> float:
    return float(max(np.ptp(stroke.real), np.ptp(stroke.imag)))


def _marks(char: str, strokes: list[np.ndarray]) -> list[np.ndarray]:
    if char not in _MARKED or len(strokes) < 2:
        return []
    dots = [s for s in strokes if _extent(s) < 0.3]
    return dots or strokes[-1:]


def _chained(strokes: list[np.ndarray]) -> list[np.ndarray]:
    """A stroke that begins, or ends, at the end of the previous one is joined to it."""
    chains = strokes[:1]
    for stroke in strokes[1:]:
        last = chains[-1][-1]
        if stroke[0] == last:
            chains[-1] = np.append(chains[-1], stroke[1:])
        elif stroke[-1] == last:
            chains[-1] = np.append(chains[-1], stroke[-2::-1])
        else:
            chains.append(stroke)
    return chains


def _without_diamond(stroke: np.ndarray) -> np.ndarray:
    """The fonts' dots and commas have small diamonds; a pen makes a short dash."""
    if _extent(stroke) < 0.3:
        return stroke.mean() + np.array([0.02 + 0.04j, 0.0 - 0.05j])
    again = np.flatnonzero(stroke[1:-1] == stroke[0])
    return stroke[again[0] + 1 :] if len(again) and _extent(stroke) < 0.6 else stroke


def _scribble(turns: int) -> Glyph:
    """Zigzag over what was written."""
    x = 0.2 * np.arange(turns)
    y = np.where(np.arange(turns) % 2, 1.05, 0.1)
    return Glyph((x + 1j * y,), (), 0.2 * turns)
