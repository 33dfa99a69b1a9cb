"""Where the files of SVC2004 are."""

import re
from pathlib import PurePosixPath

from pentrace.readers.source import Source

_WHERE = "SVC2004, the First International Signature Verification Competition, cse.ust.hk/svc2004"


def _task(number: int, channels: str) -> Source:
    return Source(
        name=f"signatures of task {number} ({channels})",
        folders=(f"Task{number}",),
        archive=f"Task{number}*",
        members=r"(U|USER)\d+[S_]\d+(\.TXT)?",
        where=f"Task{number}.zip from {_WHERE}",
        without="only the other task is read",
    )


INK = (
    _task(1, "position and button"),
    _task(2, "position, button, angles and pressure"),
    Source(
        name="BDALab recordings",
        folders=("BDALab",),
        archive="BDALab*",
        members=r".*\.svc",
        where="your own recordings, if any, in a folder BDALab",
        without="everything works, since they are not part of SVC2004",
        optional=True,
    ),
)
LABELS: tuple[Source, ...] = ()


def group(path: str) -> str:
    """The user, in any task and spelling."""
    stem = PurePosixPath(path).with_suffix("")
    found = re.match(r"\D*0*(\d+)", stem.name)
    return found.group(1) if found else str(stem)
