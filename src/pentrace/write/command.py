"""`pentrace write`: any text, in any person's handwriting, on a page."""

import sys
from pathlib import Path

import click

from pentrace.errors import PentraceError, UsageError
from pentrace.files import is_stream
from pentrace.generate.fused import FusedNetwork
from pentrace.generate.lines import LineOptions, Primer, WrittenLine, write_in_one_hand, write_lines
from pentrace.generate.model import RESULTS, find_model, load_ink
from pentrace.networks.settings import NetworkSettings
from pentrace.options import Command, file_option, folder_option, out_file_option, settings_option
from pentrace.page.outputs import FORMS, check, save
from pentrace.write.compose import compose
from pentrace.write.prepare import characters_in_a_line, prepared
from pentrace.write.settings import WriteSettings

MISSING = 3  # exit status where the page is written, but some of its text is not


@click.command("write", cls=Command)
@click.argument("text", required=False)
@file_option("--file", required=False, help="File with the text, instead of TEXT.")
@out_file_option(help="File to write; several pages become page-1.svg, page-2.svg, ...")
@click.option(
    "--form",
    type=click.Choice(list(FORMS)),
    help="Output format; default: from the suffix of the file, or svg for -.",
)
@file_option(
    "--model", required=False,
    help="Synthesis network, file or folder; default: the only one of --data, or in results/.",
)  # fmt: skip
@click.option("--style", help="Handwriting style: a file of ink, or a sample of --data.")
@click.option("--style-text", help="Text of the ink in --style, if its file does not contain it.")
@folder_option("--data", required=False, help="Folder of a data set, such as results/demo-iam.")
@click.option("--substitute", is_flag=True, help="Write é as e where é is not in the alphabet.")
@click.option("--quiet", is_flag=True, help="Report only failures.")
@settings_option(WriteSettings)
def command(
    text: str | None,
    file: Path | None,
    out: Path,
    form: str | None,
    model: Path | None,
    style: str | None,
    style_text: str | None,
    data: Path | None,
    substitute: bool,
    quiet: bool,
    settings: WriteSettings,
) -> None:
    """Write TEXT (- for standard input) as handwriting on one page, or on several if it is long.

    Each line is checked against its text and drawn again if a part is missing. If a line still
    fails, the page is written and the exit status is 3.
    """
    wanted = _text(text, file)
    check(out, form)
    path = find_model(model, data or RESULTS)
    network, normalisation = load_ink(path, "synthesis")
    primer = _primer(style, style_text, data, normalisation, network.settings)
    characters = characters_in_a_line(settings, normalisation, primer)
    texts = prepared(wanted, network.settings, characters, substitute)
    if not quiet:
        click.echo(f"writing {_count(sum(map(bool, texts)), 'line')}", err=True)
    lines = _write(network, texts, settings, primer)
    notes = {"model": str(path), "bias": f"{settings.bias:g}", "seed": str(settings.seed)}
    notes |= {"style": style} if style else {}
    found = compose(texts, lines, normalisation, settings, notes)
    names = _names(out, len(found))
    for page, name in zip(found, names, strict=True):
        save(page, name, form=check(out, form), pen=settings.pen)
    if not quiet:
        click.echo(f"{', '.join(map(str, names))}: {_summary(lines)}")
    _report([line for line in lines if line.failed])


def _text(text: str | None, file: Path | None) -> str:
    """The text to write, from the argument, a file or standard input."""
    if text is None and file is None:
        raise UsageError('no text; give one, such as "any text you like", or --file')
    if text is not None and file is not None:
        raise UsageError("both TEXT and --file are given; give only one of them")
    source = "standard input" if file is None else str(file)
    try:
        if file is not None:
            text = file.read_bytes().decode("utf-8-sig")
        elif text == "-":
            text = sys.stdin.buffer.read().decode("utf-8-sig")
    except OSError as error:
        raise PentraceError(
            f"{source}: cannot be read ({error.strerror}); give a text file"
        ) from None
    except UnicodeDecodeError as error:
        raise PentraceError(f"{source}: not UTF-8 ({error}); save it as UTF-8") from None
    if not (text or "").strip():
        raise PentraceError("the text is empty; give a text to write")
    return text or ""


def _primer(
    style: str | None,
    text: str | None,
    data: Path | None,
    normalisation: dict,
    network: NetworkSettings,
) -> Primer | None:
    """The line whose style is asked for, if any."""
    if style is None:
        if text is not None:
            raise UsageError("--style-text is the text of a --style; give one")
        return None
    from pentrace.write import style as styles

    if data is not None:
        if text is not None:
            raise UsageError("the text of a sample is in --data; remove --style-text")
        return styles.known(styles.from_sample(style, data, normalisation), network, style)
    return styles.known(styles.from_file(Path(style), text, normalisation), network, style)


def _write(
    network: FusedNetwork, texts: list[str], settings: WriteSettings, primer: Primer | None
) -> list[WrittenLine]:
    """A line for each text that is not empty; reports if the lines differ in style."""
    each = settings.steps_per_character
    how = LineOptions(settings.bias, settings.seed, primer, settings.attempts, each, each)
    wanted = [text for text in texts if text]
    if settings.many_hands:
        return write_lines(network, wanted, how)
    lines, together = write_in_one_hand(network, wanted, how)
    if not together:
        wrong = "no complete line to take the handwriting style from, so each line has its own"
        click.echo(f"{wrong}; give a --style, or another --seed", err=True)
    return lines


def _names(out: Path, count: int) -> list[Path]:
    """The file of each page: page.svg, or page-1.svg, page-2.svg, ..."""
    if count == 1:
        return [out]
    if is_stream(out):
        raise PentraceError(
            f"{out}: the text fills {count} pages, and this takes one; name a file, or lower --size"
        )
    ending = ".animated.svg" if out.name.lower().endswith(".animated.svg") else out.suffix
    stem = out.name.removesuffix(out.name[len(out.name) - len(ending) :])
    return [out.with_name(f"{stem}-{page + 1}{ending}") for page in range(count)]


def _summary(lines: list[WrittenLine]) -> str:
    again = sum(line.tries > 1 for line in lines)
    points = sum(len(line.steps) for line in lines)
    tries = f", {_count(again, 'line')} drawn again" if again else ""
    return f"{_count(len(lines), 'line')} and {points} points written{tries}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _report(failed: list[WrittenLine]) -> None:
    """Report the failed lines on standard error and exit with `MISSING`, if there are any."""
    for line in failed:
        wrong = f"missing: {' '.join(line.missed)}" if line.missed else "not written to the end"
        click.echo(f'"{line.text}": failed {_count(line.tries, "time")}; {wrong}', err=True)
    if failed:
        click.echo("try another --seed, a higher --bias or a smaller --longest-line", err=True)
        sys.exit(MISSING)
