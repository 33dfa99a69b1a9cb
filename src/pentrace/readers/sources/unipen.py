"""Where files of UNIPEN are: anywhere in the raw folder, or in one archive."""

from pathlib import PurePosixPath

from pentrace.readers.source import Source

INK = (
    Source(
        name="UNIPEN files",
        folders=(".",),
        archive="*",
        members=r".*\.(unp|upn|dat)",
        where="a collection in the UNIPEN format",
        without="",
    ),
)
# What these files include. `parse` gets them with the files that include them.
LABELS = (
    Source(
        name="files that UNIPEN files include",
        folders=(".",),
        archive="*",
        members=r".*\.(doc|ink|seg|lex|inc|hdr|def|ann)",
        where="the same collection",
        without="everything works if no file has an .INCLUDE",
        optional=True,
    ),
)


def group(path: str) -> str:
    """The path without suffix: `a.dat` and `a.unp` are one sample."""
    return str(PurePosixPath(path).with_suffix(""))
