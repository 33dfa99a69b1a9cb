"""Where the raw files of a reader are."""

from dataclasses import dataclass

ENDINGS = (".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tar", ".zip")


@dataclass(frozen=True)
class Source:
    """One kind of raw file, in a tree or in an archive in the raw folder.

    Paths of raw files start with the first of `folders`, wherever they were found: a tree and its
    archive give the same table: `lineStrokes/a01/a01-000/a01-000u-01.xml`.
    """

    name: str  # for messages: "pen positions of the lines"
    folders: tuple[str, ...]  # names of the unpacked tree, any case; "." is the raw folder itself
    archive: str  # pattern of the archive's name, any case, without an ending of ENDINGS
    members: str  # regular expression of the wanted file names, any case: r".*\.xml"
    where: str  # where to get it
    without: str  # what still works without it, a clause; empty: nothing
    deep: bool = True  # false: only files directly in the folder
    optional: bool = False  # true: rarely there, so its absence is not reported
    # Bytes in one file. Recordings are much smaller: a larger file is damaged or malicious.
    max_bytes: int = 64_000_000
    # Of an archive, which is much smaller than what it contains: also in all of its files together.
    max_archive_bytes: int = 10_000_000_000
    max_files: int = 1_000_000
    emptied: str = ""  # XML element whose content is left out: large and not needed
