"""The names of the readers, and the options that choose one."""

from collections.abc import Callable
from pathlib import Path

import click

READERS = sorted(path.stem for path in (Path(__file__).parent / "sources").glob("[a-z]*.py"))

OF_INK = [name for name in READERS if name != "text"]


def _option(names: list[str]) -> Callable:
    text = "Format of the raw files."
    return click.option("--reader", type=click.Choice(names), required=True, help=text)


reader_option, ink_reader_option = _option(READERS), _option(OF_INK)
