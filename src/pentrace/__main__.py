"""`pentrace <stage> ...`: finds the command of a stage by its name, and imports only this one."""

import sys

try:
    import click

    from pentrace import __version__
    from pentrace.errors import PentraceError, explained, refuse_other_systems
    from pentrace.options import Group, wrong_use
    from pentrace.run_process import end_with_run
except KeyboardInterrupt:  # these imports take a part of a second
    print("pentrace: stopped", file=sys.stderr)
    sys.exit(130)  # INTERRUPTED, which may not be imported yet

# Subcommand -> (room, help). Its module in the room has the name of the subcommand.
ROOMS = {
    "demo": ("demo", "Make synthetic recordings in the original file formats."),
    "collect": ("collect", "Group raw files, byte for byte, into shards."),
    "parse": ("ingest", "Read raw recordings into points."),
    "label": ("ingest", "Find writer, text and split of every sample."),
    "characters": ("ingest", "Read raw texts into characters, vocabulary and splits."),
    "clean": ("clean", "Apply the cleaning rules to points."),
    "samples": ("clean", "Make the tables of samples and rejects."),
    "statistics": ("normalise", "Compute the normalisation from the training split."),
    "normalise": ("normalise", "Turn points into normalised offsets."),
    "windows": ("windows", "Cut offsets or characters into fixed-length windows."),
    "train": ("train", "Train a network."),
    "sample": ("generate", "Write new handwriting with a trained network."),
    "write": ("write", "Write any text as handwriting, in the style of a given line."),
    "learn": (
        "learn",
        "Train a network further, so that it writes in the hand of recorded lines.",
    ),
    "page": ("browser", "Make a page for browsers that writes texts and records lines."),
    "export": ("export", "Write a network as an ONNX model."),
    "rewrite": ("generate", "Write the texts of real lines, to measure legibility."),
    "imitate": ("generate", "Write texts in the hands of real writers, to measure style."),
    "fictional": ("generate", "Draw fictional characters; find the nearest real ones."),
    "evaluate": ("evaluate", "Measure a trained network on complete lines."),
    "text": ("generate", "Write text to the terminal, character by character."),
    "sample-text": ("generate", "Write texts at several temperatures to files."),
    "evaluate-samples": ("evaluate", "Measure generated texts: words and loops."),
    "evaluate-text": ("evaluate", "Measure a trained network on complete texts."),
    "recognise": ("recognise", "Count a recogniser's errors on real and written lines."),
    "hands": ("hands", "Learn to identify writers by their handwriting."),
    "style": ("hands", "Measure whether written lines follow the style of a hand."),
    "discriminate": ("discriminate", "Measure whether written lines differ from real ones."),
    "halves": ("hands", "Measure whether lines keep their style from half to half."),
    "verify": ("signatures", "Compare signatures with references of their users."),
    "verify-rates": ("signatures", "Measure the error rates of methods of verification."),
    "align": ("recognise", "Find the points of each character of every line."),
    "plot": ("plot", "Draw a figure."),
    "run-facts": ("report", "Record date, versions, machine and times of a run."),
    "report": ("report", "Show all results on one page."),
    "card": ("", "Describe the tables of a data set for other programs."),
    "list": ("", "List data sets, networks, styles and presets."),
    "describe": ("", "Print what every table contains, as Markdown."),
}
COMMANDS = {
    name: (f"{room}.{name}".lstrip(".").replace("-", "_"), text)
    for name, (room, text) in ROOMS.items()
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
        refuse_other_systems()
        end_with_run()
        if sys.stdout is None:
            raise PentraceError("standard output is closed; redirect it to a file or to /dev/null")
        status = cli.main(prog_name="pentrace", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        click.echo(f"pentrace: {wrong_use(error)}", err=True)
        sys.exit(error.exit_code)
    except PentraceError as error:
        click.echo(f"pentrace: {error}", err=True)
        sys.exit(error.status)
    except OSError as error:
        click.echo(f"pentrace: {explained(error)}", err=True)
        sys.exit(PentraceError.status)
    sys.exit(status)


if __name__ == "__main__":
    main()
