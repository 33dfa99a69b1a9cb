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
            env={**os.environ, "PYTHONPATH": str(self.folder / "src"), "OMP_NUM_THREADS": "1"},
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


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh copy of the project."""
    return check_out(tmp_path / "project")
