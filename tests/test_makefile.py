"""The Makefile names the report only where there is one."""

import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"


def make(folder: Path, snakemake: str, *words: str) -> str:
    """What `make` prints with a snakemake that runs these commands of the shell."""
    programs = folder / ".venv/bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name, body in (("python", "true"), ("snakemake", snakemake)):
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    (folder / ".venv/installed").touch()
    (folder / "config.yaml").write_text("results: results-x  # folder\n")
    command = ["make", "-s", "-f", str(MAKEFILE), "-o", ".venv/installed", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout


WRITES = "mkdir -p results-x; sleep 0.05; touch results-x/report.html"


@pytest.mark.parametrize(
    ("snakemake", "words", "named"),
    [
        (WRITES, [], True),
        ("true", [], True),  # everything was up to date
        (WRITES, ["ARGS=--cores 2"], True),
        ("true", ["ARGS=tables"], False),
        ("true", ["ARGS=--dry-run"], False),
        ('test "$4" = tables', ["ARGS=-- tables"], False),
    ],
)
def test_the_report_is_named_where_there_is_one(tmp_path, snakemake, words, named) -> None:
    printed = make(tmp_path, snakemake, *words)
    assert ("The report is results-x/report.html" in printed) == named
