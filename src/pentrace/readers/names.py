"""The names of the readers, and the option that chooses one."""

from pathlib import Path

import click

READERS = sorted(path.stem for path in (Path(__file__).parent / "sources").glob("[a-z]*.py"))

reader_option = click.option(
    "--reader", type=click.Choice(READERS), required=True, help="Format of the raw files."
)
