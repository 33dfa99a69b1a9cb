"""A file or folder that an option names and that does not exist: one line, and exit status 1."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import click
import pytest

from pentrace.__main__ import cli
from pentrace.errors import PentraceError, UsageError, explained
from pentrace.options import Input, Output, Setting

# These need no input, or say more than one line about a folder of raw files.
WITHOUT = {("demo",), ("page",), ("export",), ("list",), ("describe",), ("collect",)}
MORE = {  # what a command also needs before it opens its first file
    ("windows",): ["--characters", "gone/characters"],
    ("write",): ["a", "--model", "gone/model"],
    ("text",): ["--model", "gone/model"],
}
NUMBERS = count()


def commands(
    group: click.Group, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The words of each subcommand, and the command."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        elif command is not None and (*before, name) not in WITHOUT:
            yield (*before, name), command


COMMANDS = dict(commands(cli))


def required(name: tuple[str, ...]) -> list[str]:
    """Options for all that a command needs; its inputs do not exist."""
    needed = [p for p in COMMANDS[name].params if p.required or isinstance(p.type, Output)]
    words = []
    for param in needed:
        if not isinstance(param, Setting) and isinstance(param, click.Option):
            words += [param.opts[0], value(param, name)]
    arguments = [f"gone/{p.name}" for p in needed if isinstance(p, click.Argument)]
    return [*words, *MORE.get(name, []), *arguments]


def value(param: click.Parameter, name: tuple[str, ...]) -> str:
    if isinstance(param.type, Input):
        return f"gone/{param.name}"
    if isinstance(param.type, Output):
        usual = {"write": ".svg", "plot": ".png"}.get(name[0], ".json")
        return f"{next(NUMBERS)}{param.type.suffix or ('' if param.type.folder else usual)}"
    return param.type.choices[0] if isinstance(param.type, click.Choice) else "1"


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_each_command_names_what_is_missing(
    name: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((PentraceError, OSError)) as error:
        cli.main([*name, *required(name)], "pentrace", standalone_mode=False)
    message = explained(error.value) if isinstance(error.value, OSError) else str(error.value)
    assert re.fullmatch(r"gone/[\w/.-]+: no such (file|folder|file or folder); .*\w\)?", message)
    assert not isinstance(error.value, UsageError)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["write", "--file", "gone", "-o", "a.svg"], "gone: no such file; give a text file"),
        (["write", "a", "--style", "./gone", "-o", "a.svg"], "./gone: no such file; give a file"),
        (["write", "a", "--data", "gone", "-o", "a.svg"], "gone: no such folder; give the folder"),
        (["write", "a", "--reader", "gone", "-o", "a.svg"], "gone: no such file; give --reader"),
        (["page", "--style", "gone.json", "-o", "a.html"], "gone.json: no such file; give a .json"),
        (["export", "--model", "gone", "-o", "a.onnx"], "gone: no such file; train it with make"),
        (["list", "--data", "gone"], "gone: no such folder; give the folder of a data set"),
    ],
)
def test_options_that_can_be_left_out(words: list[str], said: str) -> None:
    with pytest.raises(PentraceError) as error:
        cli.main(words, "pentrace", standalone_mode=False)
    assert str(error.value).startswith(said) and error.value.status == 1
