"""`pentrace plot FIGURE ...`: imports only the module of the figure that is drawn."""

from importlib import import_module

import click

from pentrace.figures import FIGURES

HELP = {figure.command_name: figure.help for figure in FIGURES}


class Figures(click.Group):
    """Finds each command in `pentrace.plot.<name>`, so that no figure imports another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(HELP)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in HELP:
            return None
        return import_module(f"pentrace.plot.{name.replace('-', '_')}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Figures"):
            formatter.write_dl(list(HELP.items()))


@click.group(cls=Figures)
def command() -> None:
    """Draw a figure of a data set or a network."""
