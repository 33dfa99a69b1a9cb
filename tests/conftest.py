"""Fixtures shared by the tests."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Checkout:
    """A copy of the project in which the workflow can be run and files changed."""

    folder: Path

    def snakemake(self, *words: str, fails: bool = False) -> str:
        """What `snakemake --cores 2` with `words` prints; it must succeed, or fail if `fails`."""
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", *words],
            cwd=self.folder,
            env=environment(self.folder),
            capture_output=True,
            text=True,
        )
        printed = done.stdout + done.stderr
        assert bool(done.returncode) == fails, printed
        return printed

    def rules(self, *words: str) -> set[str]:
        """The rules that ran, or with `-n` would run, each as `name` or `name dataset shard`."""
        printed = self.snakemake(*words)
        blocks = re.findall(r"^(?:local)?rule (\w+):\n((?:    .*\n)+)", printed, re.MULTILINE)
        return {" ".join([name, *_wildcards(block)]) for name, block in blocks}


def environment(folder: Path) -> dict[str, str]:
    """Variables with which the code in `folder` runs, instead of the installed one."""
    return {**os.environ, "PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}


def _wildcards(block: str) -> list[str]:
    found = re.search(r"wildcards: (.*)", block)
    return re.findall(r"=([^,\n]*)", found[1]) if found else []


def check_out(folder: Path) -> Checkout:
    """Copy what the workflow needs to `folder`."""
    folder.mkdir()
    for name in ("Snakefile", "config.yaml"):
        shutil.copy2(ROOT / name, folder / name)
    for name in ("src", "workflow", "profiles"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    return Checkout(folder)


SMOKE = ("--configfile", "workflow/presets/smoke.yaml")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A project in which the whole workflow has run, as small as it can be; not to be changed."""
    checkout = check_out(tmp_path_factory.mktemp("whole") / "project")
    checkout.snakemake(*SMOKE)
    return checkout


@pytest.fixture
def whole_copy(whole: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the whole project, times of change kept."""
    shutil.copytree(whole.folder, tmp_path / "project", symlinks=True)
    return Checkout(tmp_path / "project")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy of the project."""
    return check_out(tmp_path / "project")
