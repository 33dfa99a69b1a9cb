"""Texts as text programs write them, and what is said of characters that are not known."""

import pytest

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.write.prepare import prepared

KEYBOARD = NetworkSettings(kind="synthesis", alphabet="".join(map(chr, range(32, 127))) + "éö")


def test_typographic_signs_become_those_of_a_keyboard() -> None:
    assert prepared("“it’s” – so…", KEYBOARD, False) == '"it\'s" - so...'
    known = KEYBOARD.model_copy(update={"alphabet": KEYBOARD.alphabet + "“’…"})
    assert prepared("“it’s”…", known, False) == '“it’s"…'


def test_a_long_alphabet_is_shown_in_ranges() -> None:
    with pytest.raises(PentraceError, match=r"seen Ω; it knows \[space\] to ~ é ö; reword"):
        prepared("Ω", KEYBOARD, False)
