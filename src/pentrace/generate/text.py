"""`pentrace text`: a text network continues a prompt on the terminal."""

import os
import sys
from pathlib import Path

import click

from pentrace.generate.model import load_text
from pentrace.generate.settings import PromptSettings
from pentrace.generate.texts import complete_texts, generate
from pentrace.networks.alphabet import encode, substituted
from pentrace.networks.settings import NetworkSettings
from pentrace.nfc import nfc
from pentrace.options import Command, file_option, settings_option

RULE = "-" * 40


@click.command("text", cls=Command)
@file_option("--model", help="Text network.")
@click.option("--substitute", is_flag=True, help="Read é as e where é is not in the alphabet.")
@settings_option(PromptSettings)
def command(model: Path, substitute: bool, settings: PromptSettings) -> None:
    """Write text with a trained network; a single text appears character by character."""
    network, length, seed = load_text(model), settings.length, settings.seed
    prompts = settings.prompt or ("",)
    read = [prepared(prompt, network.settings, substitute) for prompt in prompts]
    given = [prompt for prompt in read for _ in range(settings.samples)]
    try:
        if len(given) > 1:
            texts = complete_texts(network, given, length, settings, seed)
            click.echo(f"\n{RULE}\n".join(map("".join, zip(given, texts, strict=True))))
            return
        click.echo(given[0], nl=False)
        for (character,), _ in generate(network, given, length, settings, seed):
            click.echo(character, nl=False)
        click.echo()
    except KeyboardInterrupt:
        click.echo()
        sys.exit(130)
    except BrokenPipeError:  # for example, `head` has read its lines and ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


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
