"""The error whose message is written for users."""


class PentraceError(Exception):
    """What is wrong, in which file, line or point, and how to fix it.

    `pentrace` prints only the message and exits with `status`; any other exception is a defect of
    Pentrace and keeps its traceback.
    """

    status = 1


class UsageError(PentraceError):
    """What is wrong in the options of the command line."""

    status = 2  # as click has it
