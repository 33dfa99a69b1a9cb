"""A page with the network that comes with the package, open in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pentrace.browser.page import command
from tests.helpers.chromium import Browser, missing
from tests.helpers.commands import invoke


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page") / "write.html"
    invoke(command, "-o", out)
    return out


@pytest.fixture(scope="session")
def browser(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if absent := missing():
        pytest.skip(f"{absent} not installed; as root: apt-get install chromium chromium-driver")
    opened = Browser(page, tmp_path_factory.mktemp("browser"))
    yield opened
    opened.driver.quit()
