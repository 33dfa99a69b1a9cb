"""Plain text files as characters.

The reader reads UTF-8 with or without a byte order mark, else Windows-1252, else Latin-1, with the
line ends of any system. It removes the headers and footers of Project Gutenberg, found by their
marks, and the marks of Markdown in .md files.
"""

import re
from dataclasses import dataclass

import pyarrow as pa

from pentrace.readers._gutenberg import without_gutenberg
from pentrace.readers.results import Reject
from pentrace.readers.settings import CharacterSettings
from pentrace.unicode_nfc import nfc

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# A text has almost no control characters; a picture or an archive has many.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROL = 0.001
# Emphasis may continue over several lines, but not over an empty one.
_MARKDOWN = (
    (re.compile(r"(?<![ \t])[ \t]++$", re.M), ""),  # begins where blanks begin: linear
    (re.compile(r"^#+ +", re.M), ""),
    (re.compile(r"(?<!\\)\*\*(?=\S)((?:[^\n*]|\n(?!\n))+)\*\*"), r"\1"),
    (re.compile(r"(?<![\w\\*])\*(?=[^\s*])((?:[^\n*]|\n(?!\n))+)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w\\])_(?=[^\s_])((?:[^\n_]|\n(?!\n))+)_(?!\w)"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>-])"), r"\1"),
)


@dataclass(frozen=True)
class Document:
    """A text, and the file that it was read from."""

    sample_id: str  # path without suffix
    source: str
    sha256: str
    encoding: str
    cut: int  # characters removed as header and footer
    text: str  # NFC, lines end in \n


def read(
    files: pa.Table, settings: CharacterSettings
) -> tuple[list[Document], list[Reject], list[str]]:
    """Documents of `files` (rows of `schema.RAW`) in their order, rejects, and messages."""
    documents: list[Document] = []
    rejects: list[Reject] = []
    for row in files.to_pylist():
        read_one = _document(row, settings)
        (documents if isinstance(read_one, Document) else rejects).append(read_one)  # type: ignore[arg-type]
    messages = [
        f"{d.source}: not UTF-8, read as {d.encoding}; save it as UTF-8 if characters are wrong"
        for d in documents
        if d.encoding != "utf-8"
    ]
    return documents, rejects, messages


def _document(row: dict, settings: CharacterSettings) -> Document | Reject:
    content, path = row["content"], row["path"]
    name = re.sub(r"\.(txt|md)$", "", path, flags=re.I)
    if len(content) > settings.max_bytes:
        reason = (
            f"{len(content):,} bytes; the limit is {settings.max_bytes:,} "
            "(characters.max_bytes): raise it, or divide the file"
        )
        return Reject(name, path, "too-large", reason)
    text, encoding = decoded(content)
    control = len(_CONTROL.findall(text))
    if "\0" in text or control > _MOST_CONTROL * len(text):
        reason = f"not a text: {control:,} control characters among {len(text):,}; save it as UTF-8"
        return Reject(name, path, "binary", reason)
    text = _CONTROL.sub("", text)
    kept = without_gutenberg(text) if settings.cut_gutenberg else text
    plain = without_markdown(kept) if path.lower().endswith(".md") else kept
    plain = nfc(plain).strip()
    if not plain:
        return Reject(name, path, "empty", "no text is left, only blanks")
    cut = len(text) - len(kept)
    return Document(name, path, row["sha256"], encoding, cut, f"{plain}\n")


def decoded(content: bytes) -> tuple[str, str]:
    """The text in `content`, with line ends \\n, without byte order mark; and its encoding."""
    for encoding in ("utf-8", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    return re.sub("\r\n?", "\n", text.removeprefix(BOM)), encoding


def without_markdown(text: str) -> str:
    """`text` without the marks of headings, emphasis and escapes, and without trailing blanks."""
    for pattern, instead in _MARKDOWN:
        text = pattern.sub(instead, text)
    return text
