"""Texts as text programs write them, and what is said of characters that are not known."""

import pytest

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.write.prepare import prepared, replaced
from pentrace.write.report import report
from pentrace.write.settings import WriteSettings
from pentrace.write.wrap import cut_words, wrap

KEYBOARD = NetworkSettings(kind="synthesis", alphabet="".join(map(chr, range(32, 127))) + "éöó")


def test_typographic_signs_become_those_of_a_keyboard() -> None:
    assert prepared("“it’s” – so…", KEYBOARD, False) == '"it\'s" - so...'
    known = KEYBOARD.model_copy(update={"alphabet": KEYBOARD.alphabet + "“’…"})
    assert prepared("“it’s”…", known, False) == '“it’s"…'


def test_a_long_alphabet_is_shown_in_ranges() -> None:
    with pytest.raises(PentraceError, match=r"seen Ω; it knows \[space\] to ~ é ó ö; reword"):
        prepared("Ω", KEYBOARD, False)


def test_what_substitute_replaces_is_named() -> None:
    assert replaced("Łódź\u00a0“é”", KEYBOARD) == "Ł by L, ź by z"
    assert replaced("plain", KEYBOARD) == ""


def test_words_that_are_longer_than_a_line_are_named() -> None:
    text = "an extraordinarily long word, 10\u00a0km"
    assert cut_words(text, wrap(text, 10)) == ["extraordinarily"]
    assert cut_words(text, wrap(text, 40)) == []
    found = report([], cut=["a" * 40, "b", "c", "d"]).messages
    assert found[0].startswith('longer than a line, so cut without a hyphen: "aaaa')
    assert "and 1 more; set a smaller size" in found[0]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("a6", (105.0, 148.0)),
        ("A5-landscape", (210.0, 148.0)),
        ("legal", (215.9, 355.6)),
        ("100x150", (100.0, 150.0)),
    ],
)
def test_papers(name: str, size: tuple[float, float]) -> None:
    assert WriteSettings.model_validate({"page": name, "margin": 5}).paper == size


@pytest.mark.parametrize("name", ["b5", "landscape", "-landscape", "line-landscape"])
def test_unknown_papers_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected a3, a4"):
        WriteSettings.model_validate({"page": name})
