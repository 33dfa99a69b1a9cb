"""The errors whose messages are written for users."""

import errno

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
    errno.ENOTEMPTY: "remove it, or choose another place",
    errno.EMFILE: "raise the limit of open files with: ulimit -n 4096",
}


class PentraceError(Exception):
    """What is wrong, in which file, line or point, and how to fix it.

    `pentrace` prints only the message and exits with `status`; any other exception is a defect of
    Pentrace and keeps its traceback.
    """

    status = 1


class UsageError(PentraceError):
    """What is wrong in the options of the command line."""

    status = 2  # as click has it


def explained(error: OSError) -> str:
    """An error of the operating system in one line: the path, what is wrong, and the remedy."""
    place = f"{error.filename}: " if error.filename else ""
    wrong = (error.strerror or str(error)).splitlines()[0]
    remedy = REMEDIES.get(error.errno or 0, "check the disk and the path")
    return f"{place}{wrong[:1].lower()}{wrong[1:]}; {remedy}"
