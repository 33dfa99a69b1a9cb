"""`pentrace text`: a text network continues a prompt on the terminal."""

from collections.abc import Iterator
from pathlib import Path

import click

from pentrace.files import write_text
from pentrace.generate.load_model import find_model, load_text
from pentrace.generate.numpy_text import FusedText
from pentrace.generate.one_thread import one_thread
from pentrace.generate.settings import PromptSettings
from pentrace.generate.text_loop import complete_texts, generate
from pentrace.networks.alphabet import encode, substituted
from pentrace.networks.settings import NetworkSettings
from pentrace.options import Command, file_option, out_file_option, settings_option
from pentrace.unicode_nfc import nfc

RULE = "-" * 40


@click.command("text", cls=Command)
@file_option(
    "--model", required=False,
    help="Text network, file or folder; default: the only one in results/.",
)  # fmt: skip
@out_file_option(required=False, help="File to write; default: standard output.")
@click.option(
    "--substitute",
    is_flag=True,
    help="Replace unknown characters by similar ones, é by e.",
)
@settings_option(PromptSettings)
def command(
    model: Path | None, out: Path | None, substitute: bool, settings: PromptSettings
) -> None:
    """Write text with a trained network; a single text appears character by character."""
    network = load_text(find_model(model, wanted="text"))
    prompts = settings.prompt or ("",)
    read = [prepared(prompt, network.settings, substitute) for prompt in prompts]
    given = [prompt for prompt in read for _ in range(settings.samples)]
    _write(_pieces(network, given, settings), out)


@one_thread
def _write(pieces: Iterator[str], out: Path | None) -> None:
    if out is not None:
        write_text(out, "".join(pieces))
        return
    for piece in pieces:
        click.echo(piece, nl=False)


def _pieces(network: FusedText, given: list[str], settings: PromptSettings) -> Iterator[str]:
    """The texts, in pieces; a single text character by character."""
    length, seed = settings.length, settings.seed
    if len(given) > 1:
        texts = complete_texts(network, given, length, settings, seed)
        yield f"\n{RULE}\n".join(map("".join, zip(given, texts, strict=True)))
    else:
        yield given[0]
        for (character,), _ in generate(network, given, length, settings, seed):
            yield character
    yield "\n"


def prepared(prompt: str, settings: NetworkSettings, substitute: bool) -> str:
    """The prompt as the network reads it, in NFC; rare characters are reported.

    Raises `PentraceError` for characters that the network has no symbol for.
    """
    prompt = nfc(prompt)
    if substitute:
        prompt = substituted(prompt, settings.alphabet or "")
    encode([prompt], settings, "fold", remedy="give another prompt, or try --substitute")
    rare = "".join(sorted(set(prompt) - set(settings.alphabet or "")))
    if rare:
        click.echo(f"rare characters, all read as the same symbol: {rare}", err=True)
    return prompt
