"""No import runs upward, and commands that people wait for load no large library."""

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from pentrace.import_closure import closure
from tests.helpers.checkout import ROOT
from tests.helpers.processes import loaded

TORCH, FIGURES = {"torch"}, {"matplotlib"}
TABLES = {"pandas", "pyarrow", "scipy", "sklearn"}


def test_no_import_runs_upward(capsys: pytest.CaptureFixture) -> None:
    """The contracts of pyproject.toml, with the rooms and floors that it names."""
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_list_of_commands_loads_none_of_them() -> None:
    found = loaded("from pentrace.__main__ import main; main()", "--help")
    assert not found & (TORCH | FIGURES | TABLES | {"numpy"})


def test_help_on_writing_loads_no_large_library() -> None:
    found = _of_commands("write", "text", "sample-text")
    assert not found & (TORCH | FIGURES | TABLES)
    assert "pentrace.write.write" in found and "pentrace.train.train" not in found


def test_only_commands_that_compute_with_pytorch_load_it() -> None:
    found = _of_commands("parse", "clean", "normalise", "windows", "sample", "plot", "report")
    assert not found & TORCH


def test_drawing_and_writing_load_no_large_library() -> None:
    found = loaded("import pentrace.generate.lines, pentrace.page.outputs, pentrace.write.compose")
    assert not found & (TORCH | FIGURES | TABLES)


def _of_commands(*names: str) -> set[str]:
    """What a process loads to show the help on all these commands."""
    return loaded(f"from pentrace.__main__ import cli\nfor n in {names}: cli.get_command(None, n)")


def test_imports_for_type_checkers_are_no_code_of_a_rule() -> None:
    """The package names the Python interface for them; no rule may depend on it."""
    assert [path.name for path in closure("pentrace.errors")] == ["__init__.py", "errors.py"]
