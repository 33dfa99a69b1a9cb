"""Fixtures of the tests of figures."""

from collections.abc import Iterator

import pytest

from pentrace.plot.style import applied


@pytest.fixture(autouse=True)
def look() -> Iterator[None]:
    """The style in which the command draws all figures."""
    with applied():
        yield
