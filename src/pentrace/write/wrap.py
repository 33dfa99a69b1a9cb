"""Text of any length to lines."""

import textwrap

from pentrace.nfc import nfc


def wrap(text: str, characters: int | None) -> list[str]:
    """The lines of `text`, in NFC, none longer than `characters` (None: no limit).

    Line breaks are kept; an empty line parts paragraphs and is an empty string. Blanks become
    single spaces; a word longer than a line is cut. None at the beginning or end is empty.
    """
    lines: list[str] = []
    for line in nfc(text).strip().splitlines():
        words = " ".join(line.split())
        if characters is None or not words:
            lines.append(words)
        else:
            cut = textwrap.wrap(words, characters, break_on_hyphens=False)
            # Before a word that it cuts, textwrap may leave a space, or nothing.
            lines += [part.strip() for part in cut if part.strip()]
    return lines
