"""Fixtures of the tests of figures."""

from collections.abc import Iterator

import pytest

from pentrace.plot.style import applied


@pytest.fixture(autouse=True)
def look() -> Iterator[None]:
    """The look that the command gives all figures."""
    with applied():
        yield
