"""Where InkML files are: anywhere in the raw folder, or in one archive."""

from pathlib import PurePosixPath

from pentrace.readers.source import Source

INK = (
    Source(
        name="InkML files",
        folders=(".",),
        archive="*",
        members=r".*\.(inkml|ink|xml)",
        where="any program that exports W3C InkML",
        without="",
    ),
)
LABELS: tuple[Source, ...] = ()


def group(path: str) -> str:
    """The path without suffix: `a.ink` and `a.xml` are one sample."""
    return str(PurePosixPath(path).with_suffix(""))
