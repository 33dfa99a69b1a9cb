"""`pentrace page`: one file for a browser that writes texts by hand and records lines."""

from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from pentrace.browser.html import page
from pentrace.errors import PentraceError, UsageError
from pentrace.files import write_text
from pentrace.generate.load_model import find_model, load_ink, reader_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.options import Command, file_option, out_file_option
from pentrace.write.named_hands import FOLDER, hand_content, hand_names, hands_by_seed
from pentrace.write.own_ink import read
from pentrace.write.pages import model_notes
from pentrace.write.style import from_file, from_ink, known, reference


@click.command("page", cls=Command)
@out_file_option(suffix=".html", help="Page to write, HTML.")
@file_option("--model", required=False, help="Synthesis network; default: pretrained.")
@file_option(
    "--reader", required=False, help="Recogniser; default: the one next to the synthesis network."
)
@click.option("--no-reader", is_flag=True, help="Leave the recogniser out; the page is smaller.")
@file_option(
    "--style", "styles", required=False, multiple=True,
    help="File of ink, as a hand to choose. Repeat for several.",
)  # fmt: skip
def command(
    out: Path,
    model: Path | None,
    reader: Path | None,
    no_reader: bool,
    styles: tuple[Path, ...],
) -> None:
    """Write one self-contained HTML page that writes any text by hand in a browser.

    The page needs no server and no network. It also records lines of your own handwriting.
    """
    if no_reader and reader is not None:
        raise UsageError("--no-reader leaves out the recogniser of --reader; remove one of them")
    path = find_model(model)
    network, normalisation = load_ink(path, "synthesis")
    reads = reader_for("none" if no_reader else "reader", reader, path, normalisation)
    if reads.message:
        click.echo(reads.message, err=True)
    hands = _named_hands(network, normalisation)
    for style in styles:
        if style.stem in hands:
            raise UsageError(
                f"{style}: the page has a hand {style.stem}; give the file another name"
            )
        hands[style.stem] = _style(style, network, normalisation)
    made = page(path, reads.path, hands, model_notes(path, reads), hands_by_seed(path))
    write_text(out, made)
    click.echo(f"{out}: {len(made.encode()):,} bytes")


def _named_hands(network: FusedNetwork, normalisation: dict) -> dict[str, dict]:
    """Name -> content of the file of each hand that comes with Pentrace.

    A network without an encoder of hands continues the line, so it must know its characters.
    """
    return {
        name: hand_content(name) for name in hand_names() if _follows(name, network, normalisation)
    }


def _follows(name: str, network: FusedNetwork, normalisation: dict) -> bool:
    if network.encoder is not None:
        return True
    try:
        known(from_file(FOLDER / f"{name}.json", None, normalisation), network.settings, name)
    except PentraceError:
        return False
    return True


def _style(path: Path, network: FusedNetwork, normalisation: dict) -> dict:
    """The ink at `path` as the content of a JSON file that the page reads.

    Raises `PentraceError` if the network cannot follow it, or only badly.
    """
    ink = read(path)
    follow = reference if network.encoder else from_ink
    if warning := follow(replace(ink, notes=()), None, normalisation, str(path)).warning:
        raise PentraceError(warning)
    down = ink.stroke >= 0
    columns = [ink.xy, ink.t[:, None]] if np.isfinite(ink.t).all() else [ink.xy]
    cuts = np.flatnonzero(np.diff(ink.stroke[down])) + 1
    strokes = [part.tolist() for part in np.split(np.concatenate(columns, 1)[down], cuts)]
    return {"text": ink.text or "", "y_axis": "up", "strokes": strokes}
