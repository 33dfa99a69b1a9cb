"""The error whose message is written for users."""


class PentraceError(Exception):
    """What is wrong, in which file, line or point, and how to fix it.

    `pentrace` prints only the message and exits with 1; any other exception is a defect of Pentrace
    and keeps its traceback.
    """
