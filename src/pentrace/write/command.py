"""`pentrace write`: any text, in anybody's hand, on a page."""

import sys
from pathlib import Path

import click

from pentrace.errors import PentraceError
from pentrace.generate.fused import FusedNetwork
from pentrace.generate.lines import LineOptions, Primer, WrittenLine, write_in_one_hand, write_lines
from pentrace.generate.model import find_model, load_ink
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
@out_file_option(help="File to write; a text of several pages adds their numbers to its name.")
@click.option(
    "--form",
    type=click.Choice(list(FORMS)),
    help="Output format; default: from the suffix of the file.",
)
@file_option("--model", required=False, help="Network; default: the one in results/ that writes.")
@click.option("--style", help="Hand to write in: a file of ink, or a sample of --data.")
@click.option("--style-text", help="Text of the ink in --style, if its file does not contain it.")
@folder_option("--data", required=False, help="Folder of a data set, such as results/demo-iam.")
@click.option("--substitute", is_flag=True, help="Write é as e where é is not in the alphabet.")
@click.option("--quiet", is_flag=True, help="Report only what went wrong.")
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
    """Write TEXT (- for standard input) by hand to a page, or to several where it is long.

    Lines are checked against the text and drawn again where some of it is missing. The exit status
    is 3 where in the end it still is; the page is then written all the same.
    """
    wanted = _text(text, file)
    check(out, form)
    path = find_model(model)
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
        click.echo(f"{', '.join(map(str, names))}: {_told(lines)}")
    _report([line for line in lines if line.failed])


def _text(text: str | None, file: Path | None) -> str:
    """What is to be written, from the argument, a file or standard input."""
    if (text is None) == (file is None):
        raise PentraceError(
            'give a text to write, such as "any text you like", or --file, not both'
        )
    source = "standard input" if file is None else str(file)
    try:
        if file is not None:
            text = file.read_bytes().decode("utf-8-sig")
        elif text == "-":
            text = sys.stdin.buffer.read().decode("utf-8-sig")
    except OSError as error:
        raise PentraceError(f"{source}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise PentraceError(f"{source}: not UTF-8 ({error}); save it as UTF-8") from None
    if not (text or "").strip():
        raise PentraceError("the text is empty; give something to write")
    return text or ""


def _primer(
    style: str | None,
    text: str | None,
    data: Path | None,
    normalisation: dict,
    network: NetworkSettings,
) -> Primer | None:
    """The hand that is asked for."""
    if style is None:
        if text is not None or data is not None:
            raise PentraceError("--style-text and --data tell about a --style; give one")
        return None
    from pentrace.write import style as styles

    if data is not None:
        if text is not None:
            raise PentraceError("--style-text is for files; what a sample says is known")
        return styles.known(styles.from_sample(style, data, normalisation), network, style)
    return styles.known(styles.from_file(Path(style), text, normalisation), network, style)


def _write(
    network: FusedNetwork, texts: list[str], settings: WriteSettings, primer: Primer | None
) -> list[WrittenLine]:
    """A line for each text that is not empty; tells where they are not in one hand."""
    each = settings.steps_per_character
    how = LineOptions(settings.bias, settings.seed, primer, settings.attempts, each, each)
    wanted = [text for text in texts if text]
    if not settings.one_hand:
        return write_lines(network, wanted, how)
    lines, together = write_in_one_hand(network, wanted, how)
    if not together:
        told = "no line came out whole for the others to go on from: each is in a hand of its own"
        click.echo(f"{told}; give a --style, or another --seed", err=True)
    return lines


def _names(out: Path, count: int) -> list[Path]:
    """The file of each page: page.svg, or page-1.svg, page-2.svg, ..."""
    if count == 1:
        return [out]
    ending = ".animated.svg" if out.name.lower().endswith(".animated.svg") else out.suffix
    stem = out.name.removesuffix(out.name[len(out.name) - len(ending) :])
    return [out.with_name(f"{stem}-{page + 1}{ending}") for page in range(count)]


def _told(lines: list[WrittenLine]) -> str:
    again = sum(line.tries > 1 for line in lines)
    points = sum(len(line.steps) for line in lines)
    tries = f", {again} drawn again" if again else ""
    return f"{_count(len(lines), 'line')}, {points} points{tries}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _report(failed: list[WrittenLine]) -> None:
    """Say on standard error what is missing, and leave with `MISSING` where something is."""
    for line in failed:
        wrong = f"missed {' '.join(line.missed)}" if line.missed else "did not come to its end"
        click.echo(f'"{line.text}": {wrong}, tries: {line.tries}', err=True)
    if failed:
        click.echo("another --seed, a higher --bias or shorter lines may help", err=True)
        sys.exit(MISSING)
