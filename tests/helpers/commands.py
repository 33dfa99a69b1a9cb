"""Subcommands of `pentrace`, run in the process of the test."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from click.testing import CliRunner, Result

from pentrace.__main__ import cli


def invoke(
    command: click.Command, *words: object, stdin: str | bytes | None = None, status: int = 0
) -> Result:
    """Run `command` with `words`; it must end with `status`. What it raises is raised here.

    The folders of its outputs are made, as snakemake makes them.
    """
    given = [str(word) for word in words]
    make_folders(given)
    done = CliRunner().invoke(command, given, input=stdin, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done


def make_folders(words: list[str]) -> None:
    """Make the folders of the outputs that are among the `words` of a command."""
    for option, path in itertools.pairwise(words):
        if option == "-o" or option.startswith("--out"):
            Path(path).parent.mkdir(parents=True, exist_ok=True)


def pentrace(*words: object, status: int = 0) -> str:
    """What `pentrace` with `words`, the name of a subcommand first, prints."""
    return invoke(cli, *words, status=status).output


def makes_the_same_twice(make: Callable[[], object], *files: Path) -> None:
    """Check that each of `files` has the same bytes when `make` has run once and twice."""
    make()
    first = [file.read_bytes() for file in files]
    make()
    assert [file.read_bytes() for file in files] == first


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """In the block this process fails as it begins to write the file at `path`."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.mkdir(parents=True)
    yield
    partial.rmdir()


def train_options(folder: Path, out: Path, settings: dict) -> list[str]:
    """Options of `pentrace train` on the data set in `folder`, with all that it writes in `out`."""
    given = {
        "data": folder,
        "out-model": out / "model.safetensors",
        "out-history": out / "history.parquet",
        "checkpoints": out / "checkpoints",
        "settings": json.dumps(settings),
    }
    words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    make_folders(words)
    return words
