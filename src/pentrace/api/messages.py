"""Messages of the commands, with the names that Python functions have."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pentrace.errors import PentraceError


def in_python(message: str) -> str:
    """`message` with keyword arguments in place of options: --style-text becomes style_text=."""
    named = re.sub(r"--([a-z-]*[a-z])", lambda found: f"{found[1].replace('-', '_')}=", message)
    return named.replace("substitute=", "substitute=True")


@contextmanager
def python_errors() -> Iterator[None]:
    """Raise a `PentraceError` of the block again, with `in_python` applied to its message."""
    try:
        yield
    except PentraceError as error:
        raise type(error)(in_python(str(error))) from None
