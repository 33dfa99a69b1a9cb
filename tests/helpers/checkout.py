"""A copy of the project in which the workflow can be run and files changed."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SMOKE = ("--configfile", "workflow/presets/smoke.yaml")


@dataclass(frozen=True)
class Checkout:
    """A copy of the project in `folder`."""

    folder: Path

    def snakemake(self, *words: str, fails: bool = False) -> str:
        """What `snakemake --cores 2` with `words` prints; it must succeed, or fail if `fails`."""
        done = self.run(*snakemake_call(*words))
        printed = done.stdout + done.stderr
        assert bool(done.returncode) == fails, printed
        return printed

    def rules(self, *words: str) -> set[str]:
        """The rules that ran, or with `-n` would run, each as `name` or `name dataset shard`."""
        printed = self.snakemake(*words)
        return set(re.findall(r"^\[\d+ of \d+\] ([^(\n]+?)(?: \(.*)?$", printed, re.MULTILINE))

    def run(self, *words: str) -> subprocess.CompletedProcess:
        """Run a command here, with the code of this copy."""
        return subprocess.run(
            words, cwd=self.folder, env=self.environment(), capture_output=True, text=True
        )

    def environment(self) -> dict[str, str]:
        """Variables with which the code of this copy runs, instead of the installed one."""
        return {**os.environ, "PYTHONPATH": str(self.folder / "src"), "OMP_NUM_THREADS": "1"}

    def copy(self, folder: Path) -> "Checkout":
        """A copy of this copy in `folder`, with the times of change."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Checkout(folder)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old`, which must be in the file at `path`, by `new`, once."""
        file = self.folder / path
        content = file.read_bytes()
        assert old.encode() in content, f"{path} has no {old!r}"
        file.write_bytes(content.replace(old.encode(), new.encode(), 1))


def snakemake_call(*words: str) -> list[str]:
    """The command line of `snakemake --cores 2` with `words`."""
    return [sys.executable, "-m", "snakemake", "--cores", "2", *words]


def check_out(folder: Path) -> Checkout:
    """Copy what the workflow needs to `folder`."""
    folder.mkdir(parents=True)
    for name in ("Snakefile", "config.yaml"):
        shutil.copy2(ROOT / name, folder / name)
    for name in ("src", "workflow", "profiles", "benchmarks/judge"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    smoke = folder / "workflow/presets/smoke.yaml"  # here in the folders that the README names
    text = smoke.read_text().replace("results-smoke", "results").replace("demo-smoke", "demo")
    smoke.write_text(text)
    return Checkout(folder)


def merged(under: dict, over: dict) -> dict:
    """As snakemake merges configuration files: mappings key by key, all else replaced."""
    both = {
        k: merged(under[k], v)
        for k, v in over.items()
        if isinstance(under.get(k), dict) and isinstance(v, dict)
    }
    return {**under, **over, **both}
