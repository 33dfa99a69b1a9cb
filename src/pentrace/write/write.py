"""`pentrace write`: any text, in the style of any line, on a page."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from pentrace.dataset import some_data_option
from pentrace.errors import PentraceError, UsageError
from pentrace.files import read_at_most
from pentrace.generate.load_model import find_model, load_ink, reader_for
from pentrace.options import (
    FAILED,
    Command,
    file_option,
    out_file_option,
    reader_option,
    settings_option,
)
from pentrace.page.outputs import FORMS, check
from pentrace.write.find_style import chosen, find_style, style_name
from pentrace.write.other_files import no_text
from pentrace.write.pages import model_notes, notes, save_pages, write_pages
from pentrace.write.prepare import prepared, replaced
from pentrace.write.progress import Progress
from pentrace.write.report import count
from pentrace.write.settings import WriteSettings
from pentrace.write.wrap import has_wide_blanks

LONGEST = 1_000_000  # bytes of a text; a page holds about a thousand


class Share(click.ParamType):
    """The share of a second hand, from 0 to 1."""

    name = "share"

    def convert(self, value: Any, *args: Any) -> float:
        try:
            share = float(value)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise UsageError(
                f"--style-mix: the share is {value!r}; give a style and a number from 0 to 1, "
                "such as --style-mix you.json 0.5"
            )
        return share


@click.command("write", cls=Command)
@click.argument("text", nargs=-1, metavar="[TEXT]")
@file_option(
    "--file", required=False, pipe=True, missing="give a text file",
    help="File with the text, instead of TEXT.",
)  # fmt: skip
@out_file_option(
    help="File to write, such as page.svg; several pages become page-1.svg, page-2.svg, ..."
)
@click.option(
    "--form",
    type=click.Choice(list(FORMS)),
    help="Output format; default: from the suffix of the file, or svg for -.",
)
@file_option(
    "--model", required=False,
    help="Synthesis network, file or folder; default: the only one of --data, else pretrained, "
    "which comes with Pentrace.",
)  # fmt: skip
@click.option(
    "--style",
    multiple=True,
    help="Style: a hand of pentrace list, a file of ink, or a sample of --data; repeat it for more "
    "ink of the same hand. ./NAME is a file with the name of a hand. invented: a hand that the "
    "network invents. Default: the seed chooses one of the ten hands; a network other than "
    "pretrained invents a hand.",
)
@click.option(
    "--style-mix", type=(str, Share()), metavar="STYLE SHARE", multiple=True,
    help="Another hand, as for --style, and its share of the style, from 0 to 1.",
)  # fmt: skip
@click.option("--style-text", help="Text of the ink in --style, if its file does not contain it.")
@some_data_option(required=False, help="Folder of a data set, such as results/demo-iam.")
@reader_option
@click.option(
    "--substitute",
    is_flag=True,
    help="Replace unknown characters by similar ones, ř by r.",
)
@click.option("--quiet", is_flag=True, help="Report only failures.")
@settings_option(WriteSettings)
def command(
    text: tuple[str, ...],
    file: Path | None,
    out: Path,
    form: str | None,
    model: Path | None,
    style: tuple[str, ...],
    style_mix: tuple[tuple[str, float], ...],
    style_text: str | None,
    data: Path | None,
    reader: Path | None,
    substitute: bool,
    quiet: bool,
    settings: WriteSettings,
) -> None:
    """Write TEXT (- for standard input) as handwriting on one page, or on several if it is long.

    Several candidates of each line are drawn, and a recogniser chooses the one that it reads best.
    If too much of a line is misread, the page is written and the exit status is 3.
    """
    _refuse_several(text, style)
    if len(style_mix) > 1:
        raise UsageError("--style-mix is given twice; mix only one hand with that of --style")
    wanted = _text(text[0] if text else None, file)
    mix = style_mix[0] if style_mix else None
    check(out, form)
    path = find_model(model, data)
    network, normalisation = load_ink(path, "synthesis")
    reads = reader_for(settings.check, reader, path, normalisation)
    styles = chosen(style, path, settings, style_text, mix)
    hand = find_style(styles, style_text, data, normalisation, network, mix)
    ready = prepared(wanted, network.settings, substitute)
    if not quiet:
        by_seed = f" in the hand {styles[0]}" if styles and not style else ""
        click.echo(f"writing {count(len(ready), 'character')}{by_seed}", err=True)
        if has_wide_blanks(wanted):
            click.echo("indentation and double blanks are not kept", err=True)
        if substitute and (changed := replaced(wanted, network.settings)):
            click.echo(f"replaced characters: {changed}", err=True)
    names = [style_name(one, data) for one in styles]
    mixed = None if mix is None else (style_name(mix[0], data), mix[1])
    made = notes(model_notes(path, reads), settings, names, mixed)
    progress = None if quiet else Progress()
    try:
        given = (network, normalisation, ready, settings, hand, made, reads, progress)
        pages, report = write_pages(*given)
    finally:
        if progress is not None:
            progress.clear()
    files = save_pages(pages, out, form, settings.pen)
    if not quiet:
        click.echo(f"{', '.join(map(str, files))}: {report.summary}")
        if report.unread:
            click.echo(report.unread, err=True)
    for message in report.messages:
        click.echo(message, err=True)
    if report.failed:
        sys.exit(FAILED)


def _refuse_several(texts: tuple[str, ...], styles: tuple[str, ...]) -> None:
    """Raise `UsageError` for several texts, and for a second file after --style.

    `Path.is_file` would raise an error for a text that is too long for a name.
    """
    files = [text for text in texts if os.path.isfile(text)]  # noqa: PTH113
    if styles and files:
        raise UsageError(
            f"{files[0]}: --style takes one file; give each its own: --style {styles[-1]} "
            f"--style {files[0]}"
        )
    if len(texts) > 1:
        raise UsageError(
            f'several texts, "{texts[0]}" and "{texts[1]}"; put the text in quotes: pentrace write '
            '"any text you like"'
        )


def _text(text: str | None, file: Path | None) -> str:
    """The text to write, from the argument, a file or standard input."""
    if text is None and file is None:
        raise UsageError('no text; give one, such as "any text you like", or --file')
    if text is not None and file is not None:
        raise UsageError("both TEXT and --file are given; give only one of them")
    source, argument = "standard input" if file is None else str(file), text
    try:
        if file is not None:
            with file.open("rb") as opened:
                text = _decoded(read_at_most(opened, LONGEST, source), source)
        elif text == "-":
            if sys.stdin is None:
                raise PentraceError("standard input is closed; give TEXT or --file")
            text = _decoded(read_at_most(sys.stdin.buffer, LONGEST, source), source)
    except OSError as error:
        wrong = "a folder" if isinstance(error, IsADirectoryError) else str(error.strerror).lower()
        raise PentraceError(f"{source}: {wrong}; give a text file") from None
    given = text or ""
    if not given.strip() and (file is not None or text != argument):
        raise UsageError(f"{source}: no text in it; give a text to write")
    return given


def _decoded(content: bytes, source: str) -> str:
    """The text in `content`; raises `PentraceError` for a picture, and for what is not UTF-8."""
    if wrong := no_text(content):
        raise PentraceError(f"{source}: {wrong}, not a text; give a text file, saved as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PentraceError(f"{source}: not UTF-8; give a text file, saved as UTF-8") from None
