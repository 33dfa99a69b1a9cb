"""Fixtures shared by the tests."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests.helpers.checkout import SMOKE, Checkout, check_out

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the tests themselves run side by side

# No test depends on how busy the machine is.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

Prepare = Callable[[Checkout], object]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first, so that several processes end at about the same time."""
    items.sort(key=lambda item: "slow" not in item.keywords)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Prepare], Checkout]:
    """Prepare a project of a name once, for all processes of this run of pytest; not to be changed.

    The first process that asks prepares it, and the others wait.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def prepared(name: str, prepare: Prepare) -> Checkout:
        project, done = folder / name, folder / f"{name}.done"
        with FileLock(folder / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(project, ignore_errors=True)  # of a process that failed
                prepare(check_out(project))
                done.touch()
        return Checkout(project)

    return prepared


@pytest.fixture(scope="session")
def whole(once: Callable[[str, Prepare], Checkout]) -> Checkout:
    """A project in which the whole workflow has run, as small as possible; do not change it."""
    return once("whole", lambda project: project.snakemake(*SMOKE))


@pytest.fixture
def whole_copy(whole: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the whole project, with the times of change."""
    return whole.copy(tmp_path / "project")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy of the project."""
    return check_out(tmp_path / "project")
