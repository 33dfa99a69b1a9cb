"""Where the files of IAM-OnDB are."""

from pathlib import PurePosixPath

from pentrace.readers.source import Source

_WHERE = (
    "the IAM On-Line Handwriting Database of the University of Bern, "
    "fki.tic.heia-fr.ch/databases/iam-on-line-handwriting-database (free, after registration)"
)

INK = (
    Source(
        name="pen positions of the lines",
        folders=("lineStrokes",),
        archive="lineStrokes*",
        members=r".*\.xml",
        where=f"lineStrokes-all.tar.gz from {_WHERE}",
        without="",
    ),
)

LABELS = (
    Source(
        name="transcripts",
        folders=("ascii",),
        archive="ascii*",
        members=r".*\.txt",
        where=f"ascii-all.tar.gz from {_WHERE}",
        without="everything else works, but samples have no text",
    ),
    Source(
        name="writers",
        folders=("original",),
        archive="original-xml*",
        members=r".*\.xml",
        where=f"original-xml-all.tar.gz from {_WHERE}",
        without="everything else works, but samples have no writer",
        emptied="StrokeSet",
    ),
    Source(
        name="split lists",
        folders=("task1", "."),
        archive="task1*",
        members=r"(trainset|testset_[vtf])\.txt",
        where=f"the lists of task 1 (trainset.txt, testset_v.txt and so on) from {_WHERE}",
        without="a seeded split replaces the official one",
        deep=False,
    ),
)


def group(path: str) -> str:
    """The form: all its lines are in one shard."""
    name = PurePosixPath(path).stem
    return name.rpartition("-")[0] or name
