"""The errors whose messages are written for users."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REMEDIES = {
    errno.ENOSPC: "free some space on the disk",
    errno.EDQUOT: "free some space in your quota",
    errno.ENAMETOOLONG: "give a shorter name",
    errno.ELOOP: "remove the symbolic link that points to itself",
    errno.EROFS: "choose a place that can be written",
    errno.EACCES: "change its permissions, or choose another place",
    errno.EPERM: "change its permissions, or choose another place",
    errno.EISDIR: "name a file",
    errno.ENOTDIR: "one part of the path is a file; name folders before the last part",
    errno.ENOENT: "check the path",
    errno.EIO: "check the disk, then read or copy the file again",
    errno.EFBIG: "raise the limit on the size of a file with: ulimit -f unlimited",
    errno.EEXIST: "remove it, or choose another place",
    errno.ENOTEMPTY: "remove it, or choose another place",
    errno.EMFILE: "raise the limit of open files with: ulimit -n 4096",
}


class PentraceError(Exception):
    """What is wrong, in which file, line or point, and how to fix it.

    `pentrace` prints only the message and exits with `status`; any other exception is a defect of
    Pentrace and keeps its traceback.
    """

    status = 1

    def __init__(self, message: str) -> None:
        # Names in damaged files contain anything, and a message is printed on a terminal.
        shown = (c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in message)
        super().__init__("".join(shown))


class UsageError(PentraceError):
    """What is wrong in the options of the command line."""

    status = 2  # as click has it


def explained(error: OSError) -> str:
    """An error of the operating system in one line: the path, what is wrong, and the remedy."""
    place = f"{error.filename}: " if error.filename else ""
    # Some libraries write more into the error, such as the number.
    wrong = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
    wrong = "no such file or folder" if error.errno == errno.ENOENT else wrong
    remedy = REMEDIES.get(error.errno or 0, "check the disk and the path")
    return f"{place}{wrong[:1].lower()}{wrong[1:]}; {remedy}"


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turn an error of the operating system into a `PentraceError`, where no command catches it."""
    try:
        yield
    except OSError as error:
        raise PentraceError(explained(error)) from None


@contextmanager
def naming(path: Path, hidden: Path) -> Iterator[None]:
    """Name `path` in errors of the operating system that name no file, or one in `hidden`.

    A full disk names no file. `hidden` is where `path` is written, and is gone after the error.
    """
    try:
        yield
    except OSError as error:
        named = Path(os.fsdecode(error.filename)) if error.filename is not None else hidden
        if named.is_relative_to(hidden):
            error.filename = str(path / named.relative_to(hidden))
        raise


def refuse_other_systems(system: str = os.name) -> None:
    """Raise `PentraceError` on a system that lacks what Pentrace needs, such as `fcntl`."""
    if system != "posix":
        raise PentraceError(
            "Pentrace runs on Linux and macOS; on Windows, install WSL (wsl --install) and start "
            "Pentrace there"
        )
