"""`pentrace plot FIGURE ...`: imports only the module of the figure that is drawn."""

import click

from pentrace.figure_table import FIGURES
from pentrace.options import Group

MODULES = {figure.command_name: (figure.module, figure.help) for figure in FIGURES}


@click.group(cls=Group, package="pentrace.plot", modules=MODULES, title="Figures")
def command() -> None:
    """Draw a figure of a data set or a network."""
