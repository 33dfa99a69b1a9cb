"""Hands: how the letters of one writer differ from those of another."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pentrace.demo.glyphs import glyph
from pentrace.demo.kinematics import Motor, arcs

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CODES = 128  # of ASCII


@dataclass(frozen=True)
class Stroke:
    """One stroke of a letter as components: see `kinematics.arcs`."""

    points: np.ndarray  # complex128 (C + 1,)
    turns: np.ndarray  # float64 (C,)


@dataclass(frozen=True)
class Letter:
    """A letter as one hand writes it; the unit is the height of a small x."""

    strokes: tuple[Stroke, ...]
    marks: tuple[Stroke, ...]  # crosses and dots
    width: float


@dataclass(frozen=True)
class Hand:
    """The habits of one writer."""

    face: str  # of all characters that are not in `faces`: print, script or an SVG font
    faces: Mapping[str, str]  # character -> face
    size: float  # board units: height of a small x
    width: float  # of letters, 1 as in the font
    slant: float  # dx per dy
    ascender: float  # height of ascenders, 1 as in the font
    descender: float  # depth of descenders, 1 as in the font
    gap: float  # between letters, x-heights
    space: float  # between words
    bends: np.ndarray  # float64 (128, 5): how each letter differs from the font's
    links: np.ndarray  # bool (128, 128): whether the pen stays down between two letters
    slope: float  # of the baseline, dy per dx
    wobble: float  # x-heights: how much the same letter varies
    motor: Motor
    tremor: float  # board units
    letters: dict[str, Letter] = field(default_factory=dict)  # those written so far

    def letter(self, char: str) -> Letter:
        """How this hand writes `char`. Raises `KeyError` if there is no such letter form."""
        if char not in self.letters:
            form = glyph(self.faces.get(_base(char), self.face), char)
            narrow = self.width * (1.0 if char.isalpha() else 0.9)
            self.letters[char] = Letter(
                tuple(self._stroke(char, s) for s in form.strokes),
                tuple(self._stroke(char, s) for s in form.marks),
                form.width * narrow,
            )
        return self.letters[char]

    def _stroke(self, char: str, points: np.ndarray) -> Stroke:
        widen, lean, lift, bulge, phase = self.bends[code(char)]
        x, y = points.real, points.imag
        y = np.where(y > 1, 1 + (y - 1) * self.ascender, np.where(y < 0, y * self.descender, y))
        y = y * (1 + lift)
        bent = x * (1 + widen) + bulge * np.sin(2.5 * y + phase)
        slanted = bent * self.width + (self.slant + lean) * y
        return Stroke(*arcs(slanted + 1j * (y + 0.5 * bulge * np.sin(2 * x + phase))))


def _base(char: str) -> str:
    """The letter without its accent."""
    return unicodedata.normalize("NFD", char)[0]


def code(char: str) -> int:
    """The row of a character in the tables of a hand: that of its letter without accent."""
    return ord(_base(char)) % _CODES


def draw_hand(rng: np.random.Generator, fonts: Sequence[str] = ()) -> Hand:
    """A random hand: print, cursive or something in between; with `fonts`, also of their forms."""
    hand = _draw_hershey(rng)
    return _varied(hand, fonts, rng) if fonts else hand


def _varied(hand: Hand, fonts: Sequence[str], rng: np.random.Generator) -> Hand:
    """The hand with letter forms of SVG fonts in most cases, other slant and size."""
    slant, size = hand.slant + rng.normal(0, 0.12), rng.uniform(95, 200)
    hand = replace(hand, slant=slant, size=size, width=rng.uniform(0.65, 1.2))
    if rng.random() < 0.3:
        return hand
    main, mixed = str(rng.choice(fonts)), rng.choice([0.0, 0.15, 0.4])
    others = [*fonts, "print", "script"]
    faces = {
        char: str(rng.choice(others)) for char in LETTERS + LETTERS.upper() if rng.random() < mixed
    }
    joined = rng.choice([0.0, 0.3, 0.6, 0.95]) * np.ones((_CODES, _CODES))
    links = np.zeros_like(hand.links)
    letters = np.ix_(*2 * [[ord(char) for char in LETTERS]])
    links[letters] = (rng.random(joined.shape) < joined)[letters]
    return replace(
        hand,
        face=main,
        faces=faces,
        links=links,
        ascender=rng.uniform(0.85, 1.6),
        gap=rng.uniform(0.0, 0.25),
    )


def _draw_hershey(rng: np.random.Generator) -> Hand:
    """A hand with the forms of the Hershey fonts."""
    cursive = rng.choice([0.0, 0.0, 0.2, 0.4, 0.8, 1.0])  # share of letters in script
    script = dict(zip(LETTERS, rng.random(26) < cursive, strict=True))
    ornate = rng.random() < 0.3 * cursive
    faces = {c: "script" if s else "print" for c, s in script.items()}
    faces |= {c.upper(): "script" if ornate else "print" for c in LETTERS}
    width = rng.uniform(0.65, 0.95)
    return Hand(
        face="print",
        faces=faces,
        size=rng.uniform(120, 190),
        width=width,
        slant=rng.normal(0.12, 0.16) - 0.15 * cursive,
        ascender=rng.uniform(1.0, 1.7),
        descender=rng.uniform(0.8, 1.3),
        gap=rng.uniform(-0.08, 0.18),
        space=rng.uniform(0.7, 1.3),
        bends=rng.normal(0, 1, (_CODES, 5)) * (0.1, 0.06, 0.05, 0.05, 3.0),
        links=_links(rng, script, cursive),
        slope=rng.normal(0, 0.012),
        wobble=rng.uniform(0.015, 0.04),
        motor=Motor(rng.uniform(0.15, 0.22), rng.uniform(0.18, 0.35), rng.uniform(0.6, 1.0)),
        tremor=rng.uniform(0.5, 2.0),
    )


def _links(rng: np.random.Generator, script: Mapping[str, bool], cursive: float) -> np.ndarray:
    """bool (128, 128): whether the pen stays down between two letters."""
    habit = rng.uniform(0, 0.35) if cursive < 1 else rng.uniform(0.8, 1.0)
    share = np.zeros((_CODES, _CODES))
    for first in LETTERS:
        for second in LETTERS:
            both = script[first] and script[second]
            share[ord(first), ord(second)] = max(habit, 0.9) if both else habit * 0.7
    return rng.random(share.shape) < share
