"""The options of the command line: those of a settings model, and those that commands share.

Every field of a model is an option, with its type, default, bounds and description in `--help`.
"""

import difflib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial, wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from pydantic import BaseModel, ValidationError

from pentrace import option_types as types
from pentrace.errors import PentraceError, UsageError
from pentrace.files import (
    check_output,
    check_suffix,
    is_standard_output,
    json_fault,
    messages_on_standard_error,
    refuse_special,
)
from pentrace.settings import explain, option_name

Decorator = Callable[[Callable], Callable]

# Exit statuses, as shells give them to a process that a signal ended.
INTERRUPTED = 130
NO_READER = 141
FAILED = 3  # all files are written, but the check found lines that are not their text


class Output(click.Path):
    """A file or folder to write, which is checked before the command starts its work.

    suffix: what the name of a file must end with; empty: anything.
    """

    def __init__(self, folder: bool, suffix: str = "") -> None:
        super().__init__(path_type=Path)
        self.folder, self.suffix = folder, suffix

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        _refuse_empty(value, param)
        path = Path(value)
        if not self.folder and str(value).endswith(("/", os.sep)):  # a Path does not keep it
            raise UsageError(f"{value}: the name of a folder; name a file in it")
        check_output(path, self.folder)
        check_suffix(path, self.suffix)
        return path


class Input(click.Path):
    """A file or folder to read, which is no device and no pipe, unless `pipe`.

    missing: what to do if there is none; empty: the command says it, or needs none.
    """

    def __init__(self, pipe: bool = False, folder: bool = False, missing: str = "") -> None:
        super().__init__(path_type=Path)
        self.pipe, self.folder, self.missing = pipe, folder, missing

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        _refuse_empty(value, param)
        path = Path(value)
        if not self.pipe:
            refuse_special(path)
        if self.missing and not path.exists():
            kind = "folder" if self.folder else "file"
            raise PentraceError(f"{path}: no such {kind}; {self.missing}")
        return path


def _refuse_empty(value: Any, param: click.Parameter) -> None:
    """Raise `UsageError` for an empty path, which `Path` would read as the current folder."""
    if not str(value):
        name = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
        raise UsageError(f"{name} is empty; give a path")


def _path(
    kind: str,
    *names: str,
    required: bool = True,
    suffix: str = "",
    pipe: bool = False,
    missing: str = "",
    **attrs: Any,
) -> Decorator:
    output = any(name.startswith("--out") for name in names)
    folder = kind == "FOLDER"
    path = Output(folder, suffix) if output else Input(pipe, folder, missing)
    return click.option(*names, type=path, metavar=kind, required=required, **attrs)


file_option = partial(_path, "FILE")
folder_option = partial(_path, "FOLDER")
out_file_option = partial(_path, "FILE", "-o", "--out")
out_folder_option = partial(_path, "FOLDER", "-o", "--out")
dataset_option = click.option("--dataset", required=True, help="Name of the data set.")
note_option = click.option("--note", default="", help="Note in the output, such as: synthetic.")
reader_option = file_option(
    "--reader", required=False,
    help="Recogniser for --check reader; default: the one next to the synthesis network.",
)  # fmt: skip
threads_option = click.option(
    "--threads", type=click.IntRange(min=1), default=1, show_default=True, metavar="INTEGER",
    help="CPU threads.",
)  # fmt: skip


def wrong_use(error: click.UsageError) -> str:
    """What is wrong on the command line, and the remedy; click says only the first."""
    command = error.ctx.command_path if error.ctx else "pentrace"
    param = getattr(error, "param", None)
    if isinstance(error, click.MissingParameter) and param is not None:
        metavar = param.make_metavar(error.ctx)
        if not isinstance(param, click.Option):
            return f"{metavar} is missing; add it: {command} {metavar}"
        use = (param.help or "").split(";")[0].rstrip(".")
        return f"{param.opts[0]} is missing; add {param.opts[0]} {metavar}: {use}"
    if isinstance(error, click.BadOptionUsage) and "requires" in error.message and error.ctx:
        return _without_value(error.option_name, error.ctx)
    if isinstance(error, click.NoSuchOption):
        near = sorted(error.possibilities or [])
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        return f"no option {error.option_name}; {hint}list all: {command} --help"
    if isinstance(error, click.exceptions.NoSuchCommand):
        near = difflib.get_close_matches(error.command_name, error.possibilities or [], 3)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        return f"no command {error.command_name}; {hint}list all: pentrace --help"
    choice = getattr(param, "type", None)
    if param is not None and isinstance(choice, click.Choice):
        given = error.message.partition(" is not one of ")[0]
        return f"{param.opts[0]}: expected one of {', '.join(choice.choices)}; got {given}"
    wrong = error.format_message().rstrip(".")
    return f"{wrong[:1].lower()}{wrong[1:]}; see: {command} --help"


def _without_value(option: str, context: click.Context) -> str:
    """What to add to an option that is the last word, or one of its last two."""
    param = next(param for param in context.command.params if option in param.opts)
    values = param.make_metavar(context)
    return f"{option} lacks a value; give {option} {values}; see: {context.command_path} --help"


class Group(click.Group):
    """Commands by name, each with its module in `package` and its help.

    A module is imported only when its command is called, so that no command waits for the imports
    of another.
    """

    def __init__(
        self,
        *args: Any,
        package: str,
        modules: Mapping[str, tuple[str, str]],
        title: str = "Commands",
        **attrs: Any,
    ) -> None:
        super().__init__(*args, **attrs)
        self.package, self.modules, self.title = package, modules, title

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        if name not in self.modules:
            raise click.exceptions.NoSuchCommand(name, possibilities=self.modules, ctx=ctx)
        return import_module(f"{self.package}.{self.modules[name][0]}").command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C, or the end of the reader of its output, ends it quietly."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            below = "\n" if sys.stderr.isatty() else ""  # the terminal shows ^C
            click.echo(f"{below}pentrace: {str(error) or 'stopped'}", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:  # such as `head`; Python flushes standard output again
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(NO_READER)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(self.title):
            formatter.write_dl([(name, text) for name, (_, text) in self.modules.items()])


class Command(click.Command):
    """A command whose help lists its files first, and then its settings."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args`; errors about them name this command, which the parser of click forgets."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; if it writes to standard output, messages go to standard error."""
        outputs = [str(param.name) for param in self.params if isinstance(param.type, Output)]
        given = [path for name in outputs if (path := ctx.params.get(name)) is not None]
        places = [os.path.realpath(path) for path in given]  # also of links that are a loop
        if len(set(places)) < len(places):
            raise UsageError(f"{given[0]}: two outputs cannot be one file; give each another name")
        if any(map(is_standard_output, given)):
            with messages_on_standard_error():
                return super().invoke(ctx)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record:
                setting = isinstance(param, Setting) or param.name == "settings"
                sections.setdefault("Settings" if setting else "Options", []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


class Setting(click.Option):
    """An option made from a field of a settings model; the model checks its value."""

    def __init__(self, *args: Any, path: tuple[str, ...], schema: dict, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.path, self.default_value, self.shape = path, schema["default"], types.shape(schema)

    def get_help_extra(self, ctx: click.Context) -> Any:
        """Default and bounds, as click shows them for its own types."""
        default = self.default_value
        if isinstance(default, bool):
            return {"default": self.opts[0].lstrip("-")} if default else {}
        bounds = types.bounds(self.shape)
        return {"default": types.shown(default)} | ({"range": bounds} if bounds else {})


def settings_option(
    model: type[BaseModel],
    without: tuple[str, ...] = (),
    defaults: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> Decorator:
    """An option for each field of `model`, and `--settings` for all fields as JSON.

    The command gets the checked model as `settings`; options override the JSON. Fields named in
    `without` have no option. `defaults` gives other defaults for some fields, depending on the
    other options of the command.
    """

    def decorate(function: Callable) -> Callable:
        @wraps(function)
        def run(**given: Any) -> Any:
            text = given.pop("settings")
            mine = _given(given)
            under = defaults(given) if defaults else {}
            return function(settings=settings_from(model, text, mine, under), **given)

        made: Callable = run
        for option in [_json_option, *reversed([*_options(model, without)])]:
            made = option(made)
        return made

    return decorate


def settings_from(
    model: type[BaseModel],
    text: str,
    given: Mapping[tuple[str, ...], Any],
    defaults: Mapping[str, Any] | None = None,
) -> Any:
    """`model` with the values of `text`, a JSON object; the options in `given` override them.

    `defaults` are used for fields that neither sets.

    Raises `UsageError` with one line per mistake, which names the option or the key.
    """
    values = json_object(text)
    where = "--settings" if values else ""
    for path, value in given.items():
        section = values
        for key in path[:-1]:
            section = section.setdefault(key, {})
            if not isinstance(section, dict):
                raise UsageError(f"--settings.{key}: expected a section of keys and values")
        section[path[-1]] = value
    try:
        return model.model_validate({**(defaults or {}), **values})
    except ValidationError as error:
        raise UsageError(explain(model, error, where, given)) from None


def json_object(text: str, option: str = "--settings") -> dict[str, Any]:
    """The JSON object that was given for `option`; raises `UsageError` where it is none."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        wrong = json_fault(error) if text.strip() else "empty"
        raise UsageError(f'{option}: {wrong}; give {{"key": value}}') from None
    if not isinstance(values, dict):
        raise UsageError(f'{option}: expected {{"key": value}}; got {text!r}')
    return values


def _given(values: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """Path -> value of the settings on the command line; removes all settings from `values`."""
    context = click.get_current_context()
    found = {}
    for option in context.command.params:
        if isinstance(option, Setting):
            value = values.pop(str(option.name))
            if context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE:
                flag = isinstance(value, bool)
                found[option.path] = value if flag else types.value(option.shape, value)
    return found


_json_option = click.option(
    "--settings", default="{}", metavar="JSON", help="Settings as JSON; options override them."
)


def _options(model: type[BaseModel], without: tuple[str, ...]) -> Iterator[Decorator]:
    """The option of each field, in their order; a field of a section is `--section.field`."""
    schema = model.model_json_schema()
    for name, inner in schema["properties"].items():
        if "$ref" in inner:
            section = schema["$defs"][inner["$ref"].rsplit("/", 1)[1]]
            for below, leaf in section["properties"].items():
                yield _option((name, below), leaf)
        elif name not in without:
            yield _option((name,), inner)


def _option(path: tuple[str, ...], schema: dict) -> Decorator:
    option, name, form = option_name(path), "__".join(path), types.shape(schema)
    text = types.sentence(schema.get("description", ""))
    made = partial(click.option, cls=Setting, path=path, schema=schema)
    if form.singles and form.singles[0].get("type") == "boolean":
        on = schema["default"]
        return made(f"{option}/--no-{option[2:]}" if on else option, name, is_flag=True, help=text)
    several = form.items is not None
    text += " Repeat the option for several." if several else ""
    return made(option, name, multiple=several, metavar=types.metavar(form), help=text)
