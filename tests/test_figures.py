"""The table of figures: a new figure needs only an entry there, and a module that draws it."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import pentrace.plot
from pentrace.figure_table import DATASET_CATEGORIES, FIGURES, NETWORK_CATEGORIES, Figure
from pentrace.import_closure import closure
from pentrace.plot.plot import command
from tests.helpers.commands import invoke


def test_every_module_that_draws_is_in_the_table_and_the_reverse() -> None:
    (folder,) = map(Path, pentrace.plot.__path__)
    modules = {path.stem for path in folder.glob("[a-z]*.py")} - {"plot"}
    drawing = {m for m in modules if hasattr(import_module(f"pentrace.plot.{m}"), "command")}
    assert {figure.module for figure in FIGURES} == drawing


def test_every_figure_is_listed_in_the_help() -> None:
    printed = invoke(command, "--help").output
    listed = re.findall(r"^  ([a-z-]+)  +\S", printed.split("Figures:")[1], re.MULTILINE)
    assert listed == list(dict.fromkeys(figure.command_name for figure in FIGURES))


def test_no_two_figures_have_one_name_or_one_title() -> None:
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)
    assert len({figure.title for figure in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_every_figure_has_texts_and_a_heading_of_the_report(figure: Figure) -> None:
    assert figure.title and not figure.title.endswith(".")
    assert figure.caption.endswith(".") and figure.help.endswith(".")
    assert len(figure.help) <= 80
    assert figure.category in (NETWORK_CATEGORIES if figure.kinds else DATASET_CATEGORIES)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_its_code_has_neither_the_table_nor_the_group_of_commands(figure: Figure) -> None:
    """So a changed caption, or a new figure, draws no other figure again."""
    code = {path.name for path in closure(f"pentrace.plot.{figure.module}")}
    assert not code & {"figure_table.py", "plot.py"}


def test_an_unknown_figure_is_refused() -> None:
    done = invoke(command, "nothing", "--out", "a.png", status=2)
    assert "No such command 'nothing'" in done.output
