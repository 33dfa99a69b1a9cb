"""`pentrace recognise`: how legible real lines, and lines that a network wrote, are."""

from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from threadpoolctl import threadpool_limits

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.evaluate import table as evaluated
from pentrace.files import write_json
from pentrace.generate.load_model import load_recogniser_for
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.generate.reading import decoded
from pentrace.networks import ctc
from pentrace.options import (
    Command,
    file_option,
    folder_option,
    note_option,
    settings_option,
    threads_option,
)
from pentrace.recognise import table
from pentrace.recognise.beam import decode_with
from pentrace.recognise.ngrams import Ngrams
from pentrace.recognise.settings import LanguageSettings
from pentrace.recognise.written_lines import load_written
from pentrace.split_names import SPLITS
from pentrace.windows.lines import Lines, load_lines

DEFINITIONS = {
    "character_error_rate": "smallest number of insertions, deletions and substitutions of "
    "characters (NFC) that turns the texts into what was read, divided by the number of characters "
    "in the texts; may exceed 1",
    "word_error_rate": "the same for words, separated by blanks",
    "classes": "the errors of the character error rate by the class of the wanted character; "
    "characters that were read but not wanted are insertions, in no class",
    "low, high": "95 % interval, bootstrap over lines",
    "failed": "written lines that failed the check of `pentrace rewrite` after the last attempt; "
    "they are read and counted like all other lines",
    "unknown_characters": "characters of the texts that are not in the alphabet of the recogniser; "
    "each is an error",
    "with_language_model": "the same rates where the text was chosen with a language model of "
    "characters, counted in the lines that the recogniser was trained on",
    "role": "use of the split by the recogniser: training, early stopping or unseen",
}


@click.command("recognise", cls=Command)
@file_option("--model", help="Recogniser.")
@data_option
@click.option(
    "--split",
    type=click.Choice(SPLITS),
    default="validation",
    show_default=True,
    help="Split of the real lines.",
)
@folder_option("--written", required=False, help="Folder that pentrace rewrite wrote.")
@file_option("--out-metrics", help="Measures to write, JSON.")
@file_option("--out-lines", help="Table of lines to write, Parquet.")
@threads_option
@note_option
@settings_option(LanguageSettings)
def command(
    model: Path,
    data: Path,
    split: str,
    written: Path | None,
    out_metrics: Path,
    out_lines: Path,
    threads: int,
    note: str,
    settings: LanguageSettings,
) -> None:
    """Read real and written lines with a recogniser, and count its errors."""
    network = load_recogniser_for(model, dataset.normalisation(data))
    language = _language(network, data, settings)
    with threadpool_limits(threads):
        lines_written = [] if written is None else _written(network, written, language)
        wanted = {row["sample_id"].split("/", 1)[-1] for row in lines_written}
        rows = _real(network, data, split, wanted, language) + lines_written
    found = table.summary(rows, network.settings.alphabet or "")
    report = {
        "table": found,
        "split": split,
        "role": evaluated.role(split, network.settings),
        "recogniser": _recogniser(network),
        "language_model": settings.model_dump() if language else None,
        "note": note,
        "definitions": DEFINITIONS,
    }
    tables.write_rows(out_lines, schema.RECOGNISED, rows)
    write_json(out_metrics, report)
    click.echo("\n".join(_log_line(row) for row in found))


Language = Callable[[np.ndarray, str], str]  # log-probabilities (T, V + 1), alphabet: a text


def _language(network: FusedRecogniser, data: Path, settings: LanguageSettings) -> Language | None:
    """How a line is read again, with the texts that the network was trained on; None: not."""
    if not settings.order:
        return None
    texts = load_lines(data, network.settings.train.train_on).with_text().texts
    ngrams = Ngrams((text or "" for text in texts), settings.order)
    return lambda steps, alphabet: decode_with(steps, alphabet, ngrams, settings)


def _real(
    network: FusedRecogniser,
    data: Path,
    split: str,
    wanted: set[str],
    language: Language | None,
) -> list[dict]:
    """The lines of a split; if some of them were written again, only those."""
    lines = load_lines(data, [split]).with_text()
    if wanted.intersection(lines.ids):
        lines = lines.take([i for i, name in enumerate(lines.ids) if name in wanted])
    if not lines.ids:
        raise PentraceError(
            f"{data}: no line with a transcript in the split {split}; give another --split"
        )
    return table.line_rows(lines.ids, lines.texts, _read(network, lines, language), ())


def _written(network: FusedRecogniser, folder: Path, language: Language | None) -> list[dict]:
    lines, written = load_written(folder)
    return table.line_rows(lines.ids, lines.texts, _read(network, lines, language), written)


def _read(network: FusedRecogniser, lines: Lines, language: Language | None) -> list[table.Read]:
    def decode(steps: np.ndarray, lengths: np.ndarray, alphabet: str) -> list[table.Read]:
        texts = ctc.decode(steps, lengths, alphabet)
        if language is None:
            return [table.Read(text) for text in texts]
        each = (steps[:length, i] for i, length in enumerate(lengths))
        again = [language(line, alphabet) for line in each]
        return [table.Read(*both) for both in zip(texts, again, strict=True)]

    return decoded(network, [lines[i] for i in range(len(lines.ids))], decode)


def _recogniser(network: FusedRecogniser) -> dict:
    settings = network.settings.model_dump(mode="json")
    return {"settings": settings, "weights": network.weights}


def _log_line(row: dict) -> str:
    name = "real" if row["bias"] is None else f"written, bias {row['bias']:g}"
    parts = [f"{row['lines']} lines"]
    for key, of in (("character_error_rate", "characters"), ("word_error_rate", "words")):
        found = row[key]
        if found is not None:
            interval = f"{found['low']:.1%} to {found['high']:.1%}"
            parts.append(f"errors in {of} {found['rate']:.1%} ({interval})")
    again = row["with_language_model"]
    if again and again["character_error_rate"]:
        rate = again["character_error_rate"]["rate"]
        parts.append(f"errors in characters {rate:.1%} with the language model")
    parts += [f"{row['failed']} failed"] * bool(row["failed"])
    parts += [f"{row['unknown_characters']} characters unknown"] * bool(row["unknown_characters"])
    return f"{name}: {', '.join(parts)}"
