"""`pentrace <stage> ...`: maps the name of a stage to its command, and imports it only then."""

import sys
from importlib import import_module

import click

from pentrace import __version__
from pentrace.errors import PentraceError

COMMANDS = {
    "demo": "Write synthetic recordings in the true raw formats.",
    "collect": "Group raw files, byte for byte, into shards.",
    "parse": "Read raw recordings into points.",
    "label": "Find writer, text and split of every sample.",
    "clean": "Apply the cleaning rules.",
    "samples": "Gather the tables of samples and rejects.",
    "statistics": "Take the normalising statistics from the training split.",
    "normalise": "Turn points into normalised offsets.",
    "characters": "Read texts into characters, vocabulary and splits.",
    "windows": "Cut offsets or characters into fixed-length windows.",
    "train": "Train a network.",
    "sample": "Write new handwriting with a trained network.",
    "write": "Write any text, in anybody's hand, on a page.",
    "rewrite": "Write the texts of real lines again, to be measured.",
    "fictional": "Draw characters that do not exist, beside the real ones nearest to them.",
    "evaluate": "Measure a trained network on whole lines.",
    "text": "Write text, character by character, to the terminal.",
    "sample-text": "Write texts at several temperatures, to be measured.",
    "evaluate-samples": "Measure these texts: words that there are, and loops.",
    "evaluate-text": "Measure a trained network on whole texts, static and dynamic.",
    "recognise": "Read real and written lines with a network, and count its errors.",
    "plot": "Draw a figure.",
    "report": "Gather results into one page.",
    "describe": "Print what every table holds, as Markdown.",
}


# The room of a command that has no folder of its own name: its module there is called as it is.
ROOMS = {
    "parse": "read",
    "label": "read",
    "characters": "read",
    "samples": "clean",
    "statistics": "normalise",
    "sample": "generate",
    "rewrite": "generate",
    "fictional": "generate",
    "text": "generate",
    "sample-text": "generate",
    "evaluate-samples": "evaluate",
    "evaluate-text": "evaluate",
}


def _module(name: str) -> str:
    if name == "describe":
        return "pentrace.describe"
    room = ROOMS.get(name)
    return f"pentrace.{room}.{name.replace('-', '_')}" if room else f"pentrace.{name}.command"


class Stages(click.Group):
    """Commands found by name in `pentrace.<name>.command`, so that no stage imports another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return import_module(_module(name)).command if name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Stages)
@click.version_option(__version__)
def cli() -> None:
    """Online handwriting, from raw pen recordings to networks and new ink."""


def main() -> None:
    """Run the command line; a `PentraceError` is printed without a traceback."""
    try:
        cli()
    except PentraceError as error:
        sys.exit(f"pentrace: {error}")


if __name__ == "__main__":
    main()
