"""Where the files of KanjiVG are: in its Python package, or unpacked from its releases."""

from pathlib import PurePosixPath

from pentrace.readers.source import Source
from pentrace.unicode_nfc import nfc

INK = (
    Source(
        name="characters of KanjiVG",
        folders=("kanji", "."),
        archive="kanjivg*",
        members=r"[0-9a-f]{4,6}(-\w+)?\.svg",
        where="the Python package kanjivg (raw: package:kanjivg), or kanjivg-*-all.zip of "
        "github.com/KanjiVG/kanjivg/releases",
        without="",
    ),
)
LABELS: tuple[Source, ...] = ()


def group(path: str) -> str:
    """Code of the character in NFC: its variants and compatibility ideographs are in one group.

    For example, 零 has a second code, 0f9b2, which looks the same and is 096f6 in NFC.
    """
    code = PurePosixPath(path).stem.partition("-")[0]
    try:
        character = chr(int(code, 16))
    except (ValueError, OverflowError):
        return code.lower()  # not the code of a character: the reader rejects it
    return "+".join(f"{ord(c):05x}" for c in nfc(character))
