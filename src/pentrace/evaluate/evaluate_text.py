"""`pentrace evaluate-text`: measures a text network on whole held-out texts.

The keys of `metrics.json` are described in docs/text.md.
"""

from pathlib import Path

import click
import numpy as np
import torch

from pentrace.dataset import data_option
from pentrace.evaluate.device import chosen
from pentrace.evaluate.published import TEXT
from pentrace.evaluate.settings import TextBitsSettings
from pentrace.evaluate.table import name, role
from pentrace.evaluate.text_losses import bits, dynamic_loss, static_loss, unigram_loss
from pentrace.files import write_json
from pentrace.networks.alphabet import symbol_count, symbols_of
from pentrace.networks.model_file import transfer
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model
from pentrace.networks.text import TextNetwork
from pentrace.options import Command, file_option, out_file_option, settings_option, threads_option
from pentrace.windows.text import load_codes

DEFINITIONS = {
    "bits_per_character": "mean of minus the binary logarithm of the predicted probability of each "
    "character, except the first of the split; the state is carried from start to end",
    "folded": "share of those characters that are rare and folded into one symbol (fold_rare); to "
    "predict that symbol counts as predicting the character, so the bits are too low",
    "dynamic_bits_per_character": "the same for a network that learns from each piece of the split "
    "after predicting it",
    "perplexity": "two to the power of the bits: the number of equally likely characters among "
    "which the choice would be as uncertain",
}


@click.command("evaluate-text", cls=Command)
@file_option("--model", help="Text network.")
@data_option
@out_file_option(help="Measures to write, JSON.")
@threads_option
@click.option(
    "--published",
    type=click.Choice(["none", *TEXT]),
    default="none",
    show_default=True,
    help="Published results, of other corpora, to add to the table.",
)
@settings_option(TextBitsSettings)
def command(
    model: Path,
    data: Path,
    out: Path,
    threads: int,
    published: str,
    settings: TextBitsSettings,
) -> None:
    """Measure a text network: bits per character, static and dynamic."""
    torch.set_num_threads(threads)
    network, trained, _ = load_model(model, "text")
    assert isinstance(network, TextNetwork)
    network.to(chosen(settings.device, "evaluate_text.device"))
    train = load_codes(data, ["train"])
    rows = [
        row
        for split in settings.splits
        for row in split_rows(network, data, split, symbols_of(train, trained), settings)
    ]
    report = {
        "kind": "text",
        "table": rows + TEXT.get(published, []),
        "network": {
            "settings": trained.model_dump(mode="json"),
            "weights": sum(weight.numel() for weight in network.parameters()),
        },
        "transfer": transfer(model),
        "definitions": DEFINITIONS,
    }
    write_json(out, report)
    click.echo("\n".join(_log_line(row) for row in rows))


def split_rows(
    network: TextNetwork,
    data: Path,
    split: str,
    train: np.ndarray,
    settings: TextBitsSettings,
) -> list[dict]:
    """The rows of one split: the network, and the frequencies of single characters."""
    whole = symbols_of(load_codes(data, [split]), network.settings)
    symbols = whole if settings.characters is None else whole[: settings.characters + 1]
    count = len(symbols) - 1
    if count < 1:
        return []
    s = settings
    static = static_loss(network, symbols, s.chunk)
    dynamic = (
        dynamic_loss(network, symbols, s.dynamic_length, s.dynamic_rate, s.dynamic_clip)
        if s.dynamic
        else None
    )
    common = {
        "source": "measured",
        "split": split,
        "characters": count,
        "characters_in_split": len(whole),
        "folded": folded(symbols[1:], network.settings),
    }
    single = unigram_loss(train, symbols, symbol_count(network.settings))
    return [
        {
            "model": name(network.settings),
            "role": role(split, network.settings),
            **common,
            **measured(static, dynamic, count),
        },
        {"model": "baseline: single characters", "role": None, **common}
        | measured(single, None, count),
    ]


def folded(symbols: np.ndarray, settings: NetworkSettings) -> float:
    """Share of symbols int64 (N,) that are the symbol of rare characters."""
    return float((symbols == len(settings.alphabet or "")).mean())


def measured(static: float, dynamic: float | None, count: int) -> dict:
    """The measures of `count` characters with these losses, in nats."""
    found = {"": static, "dynamic_": dynamic}
    each = {key: None if nats is None else bits(nats, count) for key, nats in found.items()}
    return {f"{key}bits_per_character": value for key, value in each.items()} | {
        f"{key}perplexity": None if value is None else 2**value for key, value in each.items()
    }


def _log_line(row: dict) -> str:
    dynamic = row["dynamic_bits_per_character"]
    more = "" if dynamic is None else f", {dynamic:.3f} dynamic"
    rare = f", {100 * row['folded']:.2f} % of them folded" if row["folded"] else ""
    return (
        f"{row['split']}: {row['model']}: {row['bits_per_character']:.3f} bits per character"
        f"{more}, {row['characters']:,} of {row['characters_in_split']:,} characters{rare}"
    )
