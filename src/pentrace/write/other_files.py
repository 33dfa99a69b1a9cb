"""Files that are given in the place of ink or text by mistake: what they are."""

from collections.abc import Sequence
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of file that is no ink."""

    name: str  # for messages
    starts: tuple[bytes, ...]  # its first bytes, if no text begins with them
    suffixes: tuple[str, ...]


PICTURES = (
    Kind("a picture (PNG)", (b"\x89PNG",), (".png",)),
    Kind("a picture (JPEG)", (b"\xff\xd8\xff",), (".jpg", ".jpeg")),
    Kind("a picture (GIF)", (b"GIF8",), (".gif",)),
    Kind("a picture (TIFF)", (b"II*\0", b"MM\0*"), (".tif", ".tiff")),
    Kind("a picture", (), (".bmp", ".webp", ".heic")),
    Kind("a PDF", (b"%PDF-",), (".pdf",)),
)
DOCUMENTS = (
    Kind("an archive or a document of an office program", (b"PK\x03\x04",), ()),
    Kind("RTF", (b"{\\rtf",), ()),
)


def picture(content: bytes) -> str:
    """What a file that begins with `content` is, if it is a picture or a PDF; else empty."""
    return _named(content, PICTURES)


def picture_by_suffix(suffix: str) -> str:
    """The same by the suffix of its name, in upper or lower case."""
    return next((kind.name for kind in PICTURES if suffix.lower() in kind.suffixes), "")


def no_text(content: bytes) -> str:
    """What a file that begins with `content` is, if it is a picture or a document; else empty."""
    return _named(content, (*PICTURES, *DOCUMENTS))


def _named(content: bytes, kinds: Sequence[Kind]) -> str:
    return next((kind.name for kind in kinds if content.startswith(kind.starts)), "")
