"""Breaking a text into lines."""

import math
import re
from collections.abc import Callable

from pentrace.unicode_nfc import nfc
from pentrace.write.scale import breadth

NO_BREAK = "\u00a0"
_WIDE_BLANKS = re.compile(r"^[ \t]+\S|\S[ \t]{2,}\S|\S\t+\S", re.MULTILINE)
_NO_BREAK = re.compile(r"\s*[\u00a0\u2007\u202f][\u00a0\u2007\u202f\s]*")


def wrap(text: str, characters: int, room: float = math.inf) -> list[str]:
    """The lines of `text`, in NFC, none longer than `characters` nor usually wider than `room`.

    `room` is in mean widths of a character. Line breaks are kept; an empty line separates
    paragraphs and is an empty string. White space becomes single spaces. A line is not broken at a
    no-break space (U+00A0, U+2007, U+202F), which becomes a space. A word longer than a line is
    cut. The first and last line are not empty.
    """

    def fits(line: str) -> bool:
        return len(line) <= characters and breadth(line) <= room

    return [part for line in unbroken(text).splitlines() for part in _broken(line, fits)]


def _broken(line: str, fits: Callable[[str], bool]) -> list[str]:
    """The lines that one line of the text needs."""
    done, line_so_far = [], ""
    for word in line.split(" "):
        together = f"{line_so_far} {word}" if line_so_far else word
        if fits(together):
            line_so_far = together
            continue
        if line_so_far:
            done.append(line_so_far)
        *pieces, line_so_far = _pieces(word, fits)
        done += pieces
    parts = [part.replace(NO_BREAK, " ").strip() for part in [*done, line_so_far]]
    # A piece of a cut word may be only a no-break space.
    return [part for part in parts if part] or [""]


def _pieces(word: str, fits: Callable[[str], bool]) -> list[str]:
    """A word, cut where it is longer than a line; each piece has at least one character."""
    pieces, begin = [], 0
    while begin < len(word):
        end = begin + 1
        while end < len(word) and fits(word[begin : end + 1]):
            end += 1
        pieces.append(word[begin:end])
        begin = end
    return pieces


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
