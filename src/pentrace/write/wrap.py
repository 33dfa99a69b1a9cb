"""Breaking a text into lines."""

import re
import textwrap

from pentrace.unicode_nfc import nfc

NO_BREAK = "\u00a0"
_WIDE_BLANKS = re.compile(r"^[ \t]+\S|\S[ \t]{2,}\S|\S\t+\S", re.MULTILINE)
_NO_BREAK = re.compile(r"\s*[\u00a0\u2007\u202f][\u00a0\u2007\u202f\s]*")


def wrap(text: str, characters: int) -> list[str]:
    """The lines of `text`, in NFC, none longer than `characters`.

    Line breaks are kept; an empty line separates paragraphs and is an empty string. White space
    becomes single spaces. A line is not broken at a no-break space (U+00A0, U+2007, U+202F), which
    becomes a space. A word longer than a line is cut. The first and last line are not empty.
    """
    lines: list[str] = []
    for line in unbroken(text).splitlines():
        cut = textwrap.wrap(line, characters, break_on_hyphens=False)
        parts = [part.replace(NO_BREAK, " ").strip() for part in cut]
        # Before a word that it cuts, textwrap may leave a space or an empty line.
        lines += [part for part in parts if part] or [""]
    return lines


def cut_words(text: str, lines: list[str]) -> list[str]:
    """The words of `text` that are in none of its `lines`, since they are longer than a line."""
    complete = {word for line in lines for word in line.split()}
    words = unbroken(text).replace(NO_BREAK, " ").split()
    return list(dict.fromkeys(word for word in words if word not in complete))


def has_wide_blanks(text: str) -> bool:
    """Whether `text` has indented lines, tabs or several blanks, which `unbroken` makes single."""
    return _WIDE_BLANKS.search(text) is not None


def unbroken(text: str) -> str:
    """`text` in NFC with single spaces, or `NO_BREAK` at no-break spaces, and with its lines."""
    return "\n".join(
        NO_BREAK.join(" ".join(part.split()) for part in _NO_BREAK.split(line.strip()))
        for line in nfc(text).strip().splitlines()
    )
