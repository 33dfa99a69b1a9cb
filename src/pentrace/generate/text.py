"""`pentrace text`: a trained network goes on from a prompt, on the terminal as it writes."""

import os
import sys
from pathlib import Path

import click
from pydantic import ValidationError

from pentrace.errors import PentraceError
from pentrace.generate.model import load_text
from pentrace.generate.settings import DrawSettings
from pentrace.generate.texts import generate, whole
from pentrace.networks.alphabet import encode, substituted
from pentrace.networks.settings import NetworkSettings
from pentrace.nfc import nfc
from pentrace.settings import explain

RULE = "-" * 40


@click.command("text")
@click.option("--model", type=click.Path(path_type=Path), required=True, help="Network, kind text.")
@click.option("--prompt", "prompts", multiple=True, help="Goes on from here; may be given again.")
@click.option("--temperature", type=click.FloatRange(0, 100), default=0.8, show_default=True,
              help="0: always the likeliest character; 1: as the network is.")  # fmt: skip
@click.option("--top-k", type=click.IntRange(1), help="Draw from so many likeliest alone.")
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True),
              help="Draw from the fewest that have this chance together.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True)
@click.option("--length", type=click.IntRange(1), default=1000, show_default=True,
              help="Characters to write.")  # fmt: skip
@click.option("--count", type=click.IntRange(1), default=1, show_default=True,
              help="Texts from each prompt; several are shown whole.")  # fmt: skip
@click.option("--substitute", is_flag=True, help="Read é as e, and so on, where é is not known.")
def command(
    model: Path,
    prompts: tuple[str, ...],
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    seed: int,
    length: int,
    count: int,
    substitute: bool,
) -> None:
    """Write text with a trained network; one text appears as it is written."""
    network = load_text(model)
    read = [prepared(prompt, network.settings, substitute) for prompt in prompts or ("",)]
    given = [prompt for prompt in read for _ in range(count)]
    try:
        how = DrawSettings(temperature=temperature, top_k=top_k, top_p=top_p)
    except ValidationError as error:
        raise PentraceError(explain(DrawSettings, error, "")) from None
    try:
        if len(given) > 1:
            texts = whole(network, given, length, how, seed)
            click.echo(f"\n{RULE}\n".join(map("".join, zip(given, texts, strict=True))))
            return
        click.echo(given[0], nl=False)
        for (character,), _ in generate(network, given, length, how, seed):
            click.echo(character, nl=False)
        click.echo()
    except KeyboardInterrupt:
        click.echo()
        sys.exit(130)
    except BrokenPipeError:  # as when `head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def prepared(prompt: str, settings: NetworkSettings, substitute: bool) -> str:
    """The prompt as the network reads it, in NFC; what it takes for rare is told.

    Raises `PentraceError` for characters that it has no symbol for.
    """
    prompt = nfc(prompt)
    if substitute:
        prompt = substituted(prompt, settings.alphabet or "")
    encode([prompt], settings, "fold", remedy="give another prompt, or --substitute")
    rare = "".join(sorted(set(prompt) - set(settings.alphabet or "")))
    if rare:
        click.echo(f"rare to the network, and read as one and the same: {rare}", err=True)
    return prompt
