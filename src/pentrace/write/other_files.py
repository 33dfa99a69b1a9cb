"""Files that are given in the place of ink or text by mistake, by their first bytes."""

PICTURES = {
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"%PDF-": "a PDF",
}
DOCUMENTS = {b"PK\x03\x04": "an archive or a document of an office program", b"{\\rtf": "RTF"}


def picture(content: bytes) -> str:
    """What a file that begins with `content` is, if it is a picture or a PDF; else empty."""
    return _named(content, PICTURES)


def no_text(content: bytes) -> str:
    """What a file that begins with `content` is, if it is a picture or a document; else empty."""
    return _named(content, PICTURES | DOCUMENTS)


def _named(content: bytes, kinds: dict[bytes, str]) -> str:
    return next((name for start, name in kinds.items() if content.startswith(start)), "")
