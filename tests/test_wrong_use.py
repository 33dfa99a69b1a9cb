"""What the command line says of wrong use: the name, what is wrong, and the remedy."""

import subprocess
import sys

import click
import pytest

from pentrace.__main__ import cli
from pentrace.errors import UsageError
from pentrace.options import wrong_use


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("write hello", "-o is missing; add -o FILE: File to write"),
        ("write hello -x", "no option -x; list all: pentrace write --help"),
        ("write a --sed 3", "no option --sed; did you mean --seed or "),
        ("list --data", "--data lacks a value; give --data FOLDER; see: pentrace list "),
        ("write a --style-mix b", "--style-mix lacks a value; give --style-mix STYLE SH"),
        ("write a --out=", "-o is empty; give a path"),
        ("write a -o b.svg --file=", "--file is empty; give a path"),
        ("writ hello", "no command writ; did you mean write or rewrite? list all: "),
        ("write a --form pdf", "--form: expected one of svg, animated-svg, png, "),
    ],
)
def test_wrong_use_is_named_with_a_remedy(words: str, said: str) -> None:
    with pytest.raises((click.UsageError, UsageError)) as error:
        cli.main(words.split(), "pentrace", standalone_mode=False)
    wrong = error.value
    message = wrong_use(wrong) if isinstance(wrong, click.UsageError) else str(wrong)
    assert message.startswith(said) and len(message.splitlines()) == 1


def test_wrong_use_is_one_line_and_has_its_own_exit_status() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pentrace", "writ"], capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.startswith("pentrace: no command writ; ")
    assert len(done.stderr.splitlines()) == 1


def test_without_a_command_the_help_is_shown() -> None:
    done = subprocess.run([sys.executable, "-m", "pentrace"], capture_output=True, text=True)
    assert done.returncode == 2 and "Commands" in done.stderr + done.stdout
