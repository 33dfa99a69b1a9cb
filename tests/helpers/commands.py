"""Subcommands of `pentrace`, run in the process of the test."""

import json
from collections.abc import Callable
from pathlib import Path

import click
from click.testing import CliRunner, Result

from pentrace.__main__ import cli


def invoke(
    command: click.Command, *words: object, stdin: str | bytes | None = None, status: int = 0
) -> Result:
    """Run `command` with `words`; it must end with `status`. What it raises is raised here."""
    given = [str(word) for word in words]
    done = CliRunner().invoke(command, given, input=stdin, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done


def pentrace(*words: object, status: int = 0) -> str:
    """What `pentrace` with `words`, the name of a subcommand first, prints."""
    return invoke(cli, *words, status=status).output


def makes_the_same_twice(make: Callable[[], object], *files: Path) -> None:
    """Check that each of `files` has the same bytes when `make` has run once and twice."""
    make()
    first = [file.read_bytes() for file in files]
    make()
    assert [file.read_bytes() for file in files] == first


def train_options(folder: Path, out: Path, settings: dict) -> list[str]:
    """Options of `pentrace train` on the data set in `folder`, with all that it writes in `out`.

    The folder `out` is made, as snakemake makes the folders of outputs.
    """
    out.mkdir(parents=True, exist_ok=True)
    given = {
        "data": folder,
        "out-model": out / "model.safetensors",
        "out-history": out / "history.parquet",
        "checkpoints": out / "checkpoints",
        "settings": json.dumps(settings),
    }
    return [word for name, value in given.items() for word in (f"--{name}", str(value))]
