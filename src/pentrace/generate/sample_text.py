"""`pentrace sample-text`: texts at several temperatures, for people and for the measures."""

from pathlib import Path

import click
import numpy as np

from pentrace.files import whole_folder, write_json
from pentrace.generate.draw_character import entropy
from pentrace.generate.load_model import load_text
from pentrace.generate.numpy_text import FusedText
from pentrace.generate.one_thread import one_thread
from pentrace.generate.settings import DrawSettings, TextSettings
from pentrace.generate.text_loop import generate
from pentrace.options import Command, file_option, out_folder_option, settings_option


@click.command("sample-text", cls=Command)
@file_option("--model", help="Text network.")
@out_folder_option(help="Folder to write.")
@settings_option(TextSettings)
def command(model: Path, out: Path, settings: TextSettings) -> None:
    """Write texts at several temperatures to texts.json, and each to a file."""
    network = load_text(model)
    rows = [row for heat in settings.temperatures for row in samples(network, heat, settings)]
    with whole_folder(out) as partial:
        write_json(partial / "texts.json", rows)
        for row in rows:
            path = partial / f"{row['sample_id']}.txt"
            path.write_text(row["prompt"] + row["text"] + "\n", encoding="utf-8")
    click.echo(f"{out}: {len(rows)} texts of {settings.length} characters")


@one_thread
def samples(network: FusedText, temperature: float, settings: TextSettings) -> list[dict]:
    """The texts at one temperature, as in texts.json; only one at 0, where all are the same."""
    how = DrawSettings(temperature=temperature, top_k=settings.top_k, top_p=settings.top_p)
    count = settings.samples if temperature else 1
    steps = generate(network, [settings.prompt] * count, settings.length, how, settings.seed)
    pairs = [(characters, entropy(chances)) for characters, chances in steps]
    bits = np.mean([found for _, found in pairs], axis=0).tolist()
    texts = ["".join(row) for row in zip(*(characters for characters, _ in pairs), strict=True)]
    return [
        {
            "sample_id": f"temperature-{temperature:g}-{number:02d}",
            "temperature": temperature,
            "top_k": settings.top_k,
            "top_p": settings.top_p,
            "seed": settings.seed,
            "prompt": settings.prompt,
            "text": text,
            "entropy": bits[number],
        }
        for number, text in enumerate(texts)
    ]
