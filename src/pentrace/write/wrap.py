"""Breaking a text into lines."""

import textwrap

from pentrace.unicode_nfc import nfc


def wrap(text: str, characters: int | None) -> list[str]:
    """The lines of `text`, in NFC, none longer than `characters` (None: no limit).

    Line breaks are kept; an empty line separates paragraphs and is an empty string. White space
    becomes single spaces; a word longer than a line is cut. The first and last line are not empty.
    """
    lines: list[str] = []
    for line in nfc(text).strip().splitlines():
        words = " ".join(line.split())
        if characters is None or not words:
            lines.append(words)
        else:
            cut = textwrap.wrap(words, characters, break_on_hyphens=False)
            # Before a word that it cuts, textwrap may leave a space or an empty line.
            lines += [part.strip() for part in cut if part.strip()]
    return lines
