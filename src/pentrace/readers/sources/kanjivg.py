"""Where the files of KanjiVG are: in its Python package, or unpacked from its releases."""

from pathlib import PurePosixPath

from pentrace.collect.sources import Source

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
    """The character: its variants stay with it."""
    return PurePosixPath(path).stem.partition("-")[0]
