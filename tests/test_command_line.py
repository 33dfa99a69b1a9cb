"""Every subcommand has its settings as options: name, type, default and bounds are the model's."""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, Field

from pentrace.__main__ import COMMANDS, cli, main
from pentrace.clean.settings import CleanSettings
from pentrace.demo.settings import DemoSettings
from pentrace.discriminate.settings import DiscriminateSettings
from pentrace.errors import PentraceError
from pentrace.evaluate.settings import EvaluateSettings, TextBitsSettings
from pentrace.generate.settings import (
    FictionalSettings,
    ImitateSettings,
    PromptSettings,
    RewriteSettings,
    SampleSettings,
    TextSettings,
)
from pentrace.hands.settings import HalvesSettings, HandSettings
from pentrace.learn.settings import LearnSettings
from pentrace.networks.settings import NetworkSettings
from pentrace.normalise.settings import NormaliseSettings
from pentrace.options import Command, Setting, settings_option
from pentrace.plot.alignment import AlignmentFigureSettings
from pentrace.plot.biases import BiasesFigureSettings
from pentrace.plot.ink import InkFigureSettings
from pentrace.plot.offsets import OffsetsFigureSettings
from pentrace.plot.plot import MODULES
from pentrace.plot.primed import PrimedFigureSettings
from pentrace.plot.reliability import ReliabilityFigureSettings
from pentrace.plot.samples import SamplesFigureSettings
from pentrace.plot.settings import LineSettings
from pentrace.plot.styles import StylesFigureSettings
from pentrace.plot.temperature import TemperatureFigureSettings
from pentrace.plot.training import TrainingFigureSettings
from pentrace.plot.window import WindowFigureSettings
from pentrace.readers.settings import CharacterSettings, LabelSettings, ParseSettings
from pentrace.recognise.settings import LanguageSettings
from pentrace.settings import Settings
from pentrace.signatures.settings import VerifyStage
from pentrace.windows.settings import WindowSettings
from pentrace.write.settings import WriteSettings
from tests.helpers.commands import invoke, pentrace

# The settings of each subcommand that has any, and those of its fields that have no option.
SETTINGS: dict[str, tuple[type[BaseModel], set[str]]] = {
    "demo": (DemoSettings, set()),
    "parse": (ParseSettings, set()),
    "label": (LabelSettings, set()),
    "characters": (CharacterSettings, set()),
    "clean": (CleanSettings, set()),
    "statistics": (NormaliseSettings, set()),
    "learn": (LearnSettings, set()),
    "windows": (WindowSettings, set()),
    "train": (NetworkSettings, {"start"}),
    "sample": (SampleSettings, set()),
    "write": (WriteSettings, set()),
    "rewrite": (RewriteSettings, set()),
    "recognise": (LanguageSettings, set()),
    "verify": (VerifyStage, {"method"}),  # its kinds have no common defaults
    "imitate": (ImitateSettings, set()),
    "hands": (HandSettings, set()),
    "halves": (HalvesSettings, set()),
    "discriminate": (DiscriminateSettings, set()),
    "fictional": (FictionalSettings, set()),
    "evaluate": (EvaluateSettings, set()),
    "text": (PromptSettings, set()),
    "sample-text": (TextSettings, set()),
    "evaluate-text": (TextBitsSettings, set()),
    "plot ink": (InkFigureSettings, set()),
    "plot rules": (CleanSettings, {"require_text"}),
    "plot offsets": (OffsetsFigureSettings, set()),
    "plot training": (TrainingFigureSettings, set()),
    "plot alignment": (AlignmentFigureSettings, set()),
    "plot samples": (SamplesFigureSettings, set()),
    "plot biases": (BiasesFigureSettings, set()),
    "plot styles": (StylesFigureSettings, set()),
    "plot primed": (PrimedFigureSettings, set()),
    "plot temperature": (TemperatureFigureSettings, set()),
    "plot window": (WindowFigureSettings, set()),
    "plot density": (LineSettings, set()),
    "plot end-of-stroke": (LineSettings, set()),
    "plot mixture": (LineSettings, set()),
    "plot reliability": (ReliabilityFigureSettings, set()),
}
NAMES = [*(name for name in COMMANDS if name != "plot"), *(f"plot {name}" for name in MODULES)]


def command(name: str) -> click.Command:
    first, _, figure = name.partition(" ")
    module = f"plot.{MODULES[figure][0]}" if figure else COMMANDS[first][0]
    return import_module(f"pentrace.{module}").command


def leaves(model: type[BaseModel], without: set[str]) -> dict[str, Any]:
    """Option -> default of every field of a model, and of the sections in it."""
    defaults = model().model_dump(mode="json")
    found: dict[str, Any] = {}
    for name, value in defaults.items():
        if name not in without:
            inner = {f"{name}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {}
            found |= inner or {name: value}
    return {f"--{name.replace('_', '-')}": value for name, value in found.items()}


def typed(option: str, value: Any) -> str:
    """How `--help` shows a default."""
    if isinstance(value, bool):
        return option[2:]
    if value is None or value == []:
        return "none"
    if isinstance(value, list):
        return ", ".join(typed(option, item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value) or '""'


def rows(name: str) -> dict[str, str]:
    """Option -> its row of `--help`: names, metavar, description, default and bounds."""
    text = invoke(command(name), "--help").output.split("Options:", 1)[1]
    found = re.split(r"\n  (?=-)", text)[1:]
    words = [" ".join(row.split("\n\n")[0].split()) for row in found]
    return {re.findall(r"--[^ /]+", row)[0]: row for row in words}


@pytest.mark.parametrize("name", SETTINGS)
def test_help_shows_each_setting_with_its_type_and_default(name: str) -> None:
    model, without = SETTINGS[name]
    shown = rows(name)
    for option, default in leaves(model, without).items():
        row = shown[option].replace("- ", "-")  # click breaks lines at a hyphen
        if default is False:
            assert re.match(rf"{re.escape(option)} [A-Z].*\.$", row), row
            continue
        kinds = r"(/ --no-\S+|(INTEGER|FLOAT|TEXT|FILE|all)(\||\b)\S*|\[\S+\])"
        assert re.match(rf"{re.escape(option)} {kinds} [A-Z0-9].*\. \[default: ", row), row
        assert f"[default: {typed(option, default)}" in row, row
    blobs = [option for option, row in shown.items() if re.match(r"--\S+ JSON ", row)]
    assert blobs in (["--settings"], ["--filter", "--settings"])


@pytest.mark.parametrize("name", NAMES)
def test_names_of_options_are_unique_and_have_a_help(name: str) -> None:
    params = [p for p in command(name).params if isinstance(p, click.Option)]
    names = [one for p in params for one in [*p.opts, *p.secondary_opts]]
    assert len(set(names)) == len(names)
    assert isinstance(command(name), Command)
    assert all(p.help for p in params), [p.name for p in params if not p.help]
    assert (name in SETTINGS) == any(isinstance(p, Setting) for p in params)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_have_names_that_say_so(name: str) -> None:
    files = [p for p in command(name).params if isinstance(p.type, click.Path)]
    names = {p.opts[-1] for p in files if isinstance(p, click.Option) and "to write" in str(p.help)}
    assert names == {"--out"} or all(one.startswith("--out-") for one in names), names


def test_the_table_of_stages_names_the_module_of_each_command() -> None:
    text = (Path(__file__).parents[1] / "docs/design.md").read_text().split("## Stages")[1]
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| `([a-z_/.]+)` \|", text, re.MULTILINE))
    modules = {name: module.replace(".", "/") for name, (module, _) in COMMANDS.items()}
    assert listed == modules


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help(name: str) -> None:
    assert f"Usage: cli {name}" in pentrace(name, "--help")
    assert COMMANDS[name][1] in CliRunner().invoke(cli, ["--help"], terminal_width=200).output


def test_bounds_and_types_are_shown() -> None:
    write, sample = rows("write"), rows("sample")
    assert re.match(r"--bias FLOAT .* \[default: 1; 0<=x<=20\]$", write["--bias"])
    assert re.match(r"--spacing FLOAT\|none .*; 0<x<=1000\]$", write["--spacing"])
    assert write["--pen"].startswith("--pen [brush|plotter] ")
    assert rows("parse")["--max-bytes"].endswith("; x>=1]")
    assert sample["--prime"].startswith("--prime INTEGER|TEXT|none ")
    assert sample["--bias"].endswith(
        "Repeat the option for several. [default: 0, 0.5, 1; 0<=x<=20]"
    )
    train = rows("train")
    assert re.match(r"--train.steps INTEGER\|none .*1000; x>=0\]", train["--train.steps"])
    assert train["--pen-states"].startswith("--pen-states [2|3] ")


class Inner(Settings):
    batch_size: int = Field(3, ge=1, description="inner")


class Outer(Settings):
    """One field of each shape."""

    bias: float = Field(1.0, ge=0, le=20, description="bias")
    limit: float | None = Field(2.0, description="limit; null: none")
    splits: tuple[str, ...] = Field(("a",), description="splits")
    prime: int | tuple[str, ...] | None = Field(1, description="prime")
    variants: tuple[str, ...] = Field((), description="variants")
    shown: bool = Field(True, description="shown")
    many: bool = Field(False, description="many")
    states: Literal[2, 3] = Field(2, description="states")
    train: Inner = Field(default_factory=Inner, description="train")


@click.command(cls=Command)
@settings_option(Outer)
def shapes(settings: Outer) -> None:
    click.echo(settings.model_dump_json(exclude_unset=True))


def given(*words: str) -> dict:
    done = invoke(shapes, *words)
    return Outer.model_validate_json(done.output).model_dump(exclude_unset=True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {}),
        ("--bias 3", {"bias": 3.0}),
        ("--limit none", {"limit": None}),
        ("--limit 4.5", {"limit": 4.5}),
        ("--splits b --splits c", {"splits": ("b", "c")}),
        ("--splits none", {"splits": ()}),
        ("--variants none", {"variants": ("none",)}),  # none is what it is without the option
        ("--prime 3", {"prime": 3}),
        ("--prime line-3", {"prime": ("line-3",)}),
        ("--prime 3 --prime 4", {"prime": ("3", "4")}),
        ("--prime none", {"prime": None}),
        ("--states 3", {"states": 3}),
        ("--no-shown", {"shown": False}),
        ("--shown", {"shown": True}),
        ("--many", {"many": True}),
        ("--train.batch-size 5", {"train": {"batch_size": 5}}),
    ],
)
def test_options_set_the_fields_of_the_model(words: str, expected: dict) -> None:
    assert given(*words.split()) == expected


def test_options_override_the_settings() -> None:
    text = '{"bias": 2, "limit": 5, "train": {"batch_size": 4}}'
    found = given("--settings", text, "--bias", "3", "--train.batch-size", "6")
    assert found == {"bias": 3.0, "limit": 5.0, "train": {"batch_size": 6}}


def test_a_wrong_value_has_the_name_of_its_option() -> None:
    with pytest.raises(PentraceError, match=r"^--bias: expected at most 20; got '30'$"):
        given("--bias", "30")
    with pytest.raises(PentraceError, match=r"^--train.batch-size: expected a whole number; got"):
        given("--train.batch-size", "many")


@pytest.mark.parametrize(
    ("words", "status"),
    [("write a --bias 30", 2), ("write a --biass 3", 2), ("write a --model gone.safetensors", 1)],
)
def test_wrong_use_exits_with_2_and_a_failure_with_1(words, status, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["pentrace", *words.split(), "--out", "a.svg"])
    with pytest.raises(SystemExit) as left:
        main()
    printed = capsys.readouterr()
    assert left.value.code == status and printed.out == ""
    if "30" in words:
        assert printed.err == "pentrace: --bias: expected at most 20; got '30'\n"


def test_a_figure_has_the_defaults_that_other_commands_have() -> None:
    write, texts = WriteSettings(), TextSettings()
    assert BiasesFigureSettings().bias == RewriteSettings().bias
    assert TemperatureFigureSettings().length == texts.length
    for settings in (StylesFigureSettings(), PrimedFigureSettings(), WindowFigureSettings()):
        assert (settings.bias, settings.seed) == (write.bias, write.seed)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["write", "--biass", "3"], "'--bias'"),
        (["wriet"], "'write'"),
        (["smaple"], "'sample'"),
        (["plot", "sampels"], "'samples'"),
    ],
)
def test_a_misspelt_name_gets_a_suggestion(words: list[str], hint: str) -> None:
    printed = pentrace(*words, status=2)
    assert "Did you mean" in printed and hint in printed
