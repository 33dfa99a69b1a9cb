"""What the command line says of wrong use: the name, what is wrong, and the remedy."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("write hello", "pentrace: -o is missing; add -o FILE: File to write"),
        ("write hello -x", "pentrace: no such option '-x'; see: pentrace write --help"),
        ("writ hello", "pentrace: no command writ; did you mean write or rewrite? list all: "),
        ("write a --form pdf", "pentrace: --form: expected one of svg, animated-svg, png, "),
    ],
)
def test_wrong_use_is_named_with_a_remedy(words: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pentrace", *words.split()], capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


def test_without_a_command_the_help_is_shown() -> None:
    done = subprocess.run([sys.executable, "-m", "pentrace"], capture_output=True, text=True)
    assert done.returncode == 2 and "Commands" in done.stderr + done.stdout
