"""What a reader says about where its raw files are."""

from dataclasses import dataclass

ENDINGS = (".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tar", ".zip")


@dataclass(frozen=True)
class Source:
    """One kind of raw file, in a tree or in an archive in the raw folder.

    Paths of raw files start with the first of `folders` wherever they were found, so that a tree
    and its archive give the same table: `lineStrokes/a01/a01-000/a01-000u-01.xml`.
    """

    name: str  # for messages: "pen positions of the lines"
    folders: tuple[str, ...]  # names of the unpacked tree, any case; "." is the raw folder itself
    archive: str  # pattern of the archive's name, any case, less an ending of ENDINGS
    members: str  # regular expression, any case, of the file names that are wanted: r".*\.xml"
    where: str  # where to get it
    without: str  # what works without it, a clause; empty: nothing does
    deep: bool = True  # false: only files directly in the folder
    optional: bool = False  # true: few have it, so nothing is said where it is absent
    # Bytes in one file. No recording comes near this: what is larger is damaged, or a bomb.
    max_bytes: int = 64_000_000
    emptied: str = ""  # XML element whose content is left out: large, and nobody needs it
