"""Everyday text, letters with accents, and letter forms of SVG fonts."""

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from pentrace.demo import accents, corpus, svg_fonts
from pentrace.demo.everyday import Everyday
from pentrace.demo.glyphs import glyph
from pentrace.demo.hands import draw_hand
from pentrace.demo.layout import plan_line
from pentrace.demo.settings import DemoSettings
from pentrace.errors import PentraceError

ASCII = set(map(chr, range(33, 127)))

FONT = """<svg xmlns="http://www.w3.org/2000/svg"><defs><font><font-face x-height="300"/>
<glyph unicode=" " horiz-adv-x="378"/>
<glyph unicode="x" horiz-adv-x="300" d="M 0 400 L 200 0 M 200 400 L 0 0"/>
<glyph unicode="l" horiz-adv-x="100" d="M 50 1200 L 50 0"/>
<glyph unicode="g" horiz-adv-x="300" d="M 200 400 C 0 400 0 0 200 0 L 200 -400"/>
<glyph unicode="i" horiz-adv-x="100" d="M 50 400 L 50 0 M 50 600 L 52 580"/>
</font></defs></svg>"""


@pytest.fixture
def font(tmp_path: Path) -> str:
    path = tmp_path / "EMSTest.svg"
    path.write_text(FONT)
    return str(path)


def test_every_character_is_in_everyday_text() -> None:
    pieces = islice(Everyday(np.random.default_rng(0)).pieces(), 4000)
    seen = Counter("".join(pieces))
    assert set(accents.ACCENTED) | set(accents.SIGNS) | ASCII <= set(seen)
    assert min(seen[char] for char in ASCII) >= 40


@pytest.mark.parametrize("face", ["print", "script"])
def test_every_character_has_a_form(face: str) -> None:
    for char in sorted(ASCII) + list(accents.ACCENTED + accents.SIGNS):
        form = glyph(face, char)
        assert form.width > 0
        assert all(len(s) > 1 and np.isfinite(s).all() for s in (*form.strokes, *form.marks))


def test_an_accent_is_above_its_letter_and_replaces_the_dot() -> None:
    plain, accented = glyph("print", "i"), glyph("print", "í")
    assert len(accented.marks) == len(plain.marks) == 1
    top = max(stroke.imag.max() for stroke in accented.strokes)
    assert min(stroke.imag.min() for stroke in accented.marks) > top


def test_forms_of_a_font_are_scaled_to_x_heights(font: str) -> None:
    (first, _), width = svg_fonts.form(font, "x")
    assert width == 0.75
    assert first[0] == 1j
    (stem,), _ = svg_fonts.form(font, "l")
    assert stem.imag.max() == pytest.approx(1.5)  # 3 x-heights in the font
    (curve,), _ = svg_fonts.form(font, "g")
    assert curve.real.min() == pytest.approx(0.125, abs=0.02)  # a cubic curve, not its controls
    assert curve.imag.min() == pytest.approx(-0.55)
    assert len(glyph(font, "i").marks) == 1
    assert glyph(font, "a").width == glyph("print", "a").width  # the font has no a


def test_a_hand_of_fonts_writes_everyday_text(font: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(6):
        plan = plan_line("Gil's 5% café: #1 # %%", draw_hand(rng, [font]), rng)
        assert np.isfinite(plan.targets).all()


def test_without_fonts_a_hand_is_what_it_was() -> None:
    one, other = (draw_hand(np.random.default_rng(1), fonts) for fonts in ((), []))
    assert (one.size, one.slant) == (other.size, other.slant)


def test_a_folder_without_fonts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match="no font EMS"):
        svg_fonts.fonts(tmp_path)


def test_composed_lines_have_all_lengths_and_no_mark_of_lost_words() -> None:
    settings = DemoSettings(writers=8, forms=4, lines=13, dirt=0.0, everyday=0.8)
    hands = corpus.hands(settings)
    texts = [text for form in corpus.forms(settings, hands) for text in form.texts]
    assert min(map(len, texts)) < 6 < 20 < max(map(len, texts))
    words = {word for text in texts for word in text.split()}
    assert "#" not in words
    assert not any(len(word) > 1 and set(word) == {"%"} for word in words)


def test_more_forms_than_names_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 4950 names"):
        DemoSettings(writers=1000, forms=5)
