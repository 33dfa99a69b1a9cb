"""Where the files of a corpus are: anywhere in the raw folder, or in one archive."""

from pentrace.readers.source import Source

INK = (
    Source(
        name="plain text",
        folders=(".",),
        archive="*",
        members=r".*\.(txt|md)",
        where="any text, preferably in UTF-8; docs/text.md has examples",
        without="",
        # A corpus is often one file: the paper's part of Wikipedia has 100 MB. The limit of what
        # is read is `characters.max_bytes`.
        max_bytes=1_000_000_000,
    ),
)
LABELS: tuple[Source, ...] = ()


def group(path: str) -> str:
    """The file itself."""
    return path
