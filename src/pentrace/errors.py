"""The one error a user is meant to read."""


class PentraceError(Exception):
    """What is wrong, in which file, line or point, and what to do about it.

    `pentrace` prints the message alone and exits with 1; any other exception is a defect of
    Pentrace and keeps its traceback.
    """
