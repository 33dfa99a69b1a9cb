"""`pentrace <stage> ...`: finds the command of a stage by its name, and imports only this one."""

import sys

import click

from pentrace import __version__
from pentrace.errors import PentraceError, explained
from pentrace.options import Group

# Subcommand -> (module, help). A room of one stage has its command in `command.py`; in a room of
# several stages, the module of each has the name of the subcommand.
COMMANDS = {
    "demo": ("demo.command", "Make synthetic recordings in the original file formats."),
    "collect": ("collect.command", "Group raw files, byte for byte, into shards."),
    "parse": ("read.parse", "Read raw recordings into points."),
    "label": ("read.label", "Find writer, text and split of every sample."),
    "characters": ("read.characters", "Read raw texts into characters, vocabulary and splits."),
    "clean": ("clean.clean", "Apply the cleaning rules to points."),
    "samples": ("clean.samples", "Make the tables of samples and rejects."),
    "statistics": ("normalise.statistics", "Compute the normalisation from the training split."),
    "normalise": ("normalise.normalise", "Turn points into normalised offsets."),
    "windows": ("windows.command", "Cut offsets or characters into fixed-length windows."),
    "train": ("train.command", "Train a network."),
    "sample": ("generate.sample", "Write new handwriting with a trained network."),
    "write": ("write.command", "Write any text by hand, in any person's style, on a page."),
    "rewrite": ("generate.rewrite", "Write the texts of real lines, to measure legibility."),
    "fictional": ("generate.fictional", "Draw fictional characters; find the nearest real ones."),
    "evaluate": ("evaluate.evaluate", "Measure a trained network on complete lines."),
    "text": ("generate.text", "Write text to the terminal, character by character."),
    "sample-text": (
        "generate.sample_text",
        "Write texts at several temperatures to files.",
    ),
    "evaluate-samples": ("evaluate.evaluate_samples", "Measure generated texts: words and loops."),
    "evaluate-text": ("evaluate.evaluate_text", "Measure a trained network on complete texts."),
    "recognise": ("recognise.command", "Count a recogniser's errors on real and written lines."),
    "plot": ("plot.command", "Draw a figure."),
    "report": ("report.command", "Show all results on one page."),
    "list": ("list", "List data sets, networks, styles and presets."),
    "describe": ("describe", "Print what every table contains, as Markdown."),
}


@click.group(
    cls=Group, package="pentrace", modules=COMMANDS, context_settings={"max_content_width": 100}
)
@click.version_option(__version__)
def cli() -> None:
    """Online handwriting: from raw pen recordings to networks and new ink."""


def main() -> None:
    """Run the command line; what users can fix is printed without a traceback."""
    try:
        cli()
    except PentraceError as error:
        click.echo(f"pentrace: {error}", err=True)
        sys.exit(error.status)
    except OSError as error:
        click.echo(f"pentrace: {explained(error)}", err=True)
        sys.exit(PentraceError.status)


if __name__ == "__main__":
    main()
