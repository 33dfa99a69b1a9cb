"""`pentrace evaluate-samples`: counts words and loops in the texts of `pentrace sample-text`.

The keys of the file are described in docs/text.md.
"""

import math
from pathlib import Path

import click
import numpy as np

from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.evaluate.text_words import known_share, loop, words
from pentrace.files import read_json, write_json
from pentrace.options import Command, file_option, folder_option, out_file_option
from pentrace.windows.text import load_codes

DEFINITIONS = {
    "entropy": "mean entropy, in bits, of the probabilities that characters were drawn from",
    "known_words": "share of words that are in the training split, or in the word list",
    "loops": "texts whose end repeats itself at least three times, over at least 40 characters",
}


@click.command("evaluate-samples", cls=Command)
@folder_option("--samples", help="Folder that pentrace sample-text wrote.")
@data_option
@file_option(
    "--words", "listed", required=False, missing="give a text file with one word on each line",
    help="Known words, one on a line; default: those of the training split.",
)  # fmt: skip
@out_file_option(help="Measures to write, JSON.")
def command(samples: Path, data: Path, listed: Path | None, out: Path) -> None:
    """Measure generated texts at each temperature: the share of known words, and loops."""
    known = words_in(listed) if listed else trained_words(load_codes(data, ["train"]))
    rows = sample_rows(texts_in(samples), known)
    report = {"table": rows, "definitions": DEFINITIONS}
    write_json(out, report)
    click.echo("\n".join(map(_log_line, rows)))


def trained_words(train: np.ndarray) -> set[str]:
    """The words of the training split, code points int32 (N,)."""
    return set(words("".join(map(chr, train.tolist()))))


def words_in(path: Path) -> set[str]:
    """The words of a file, one per line. Raises `PentraceError` if it is not UTF-8 text."""
    try:
        return set(words(path.read_text(encoding="utf-8")))
    except UnicodeDecodeError:
        raise PentraceError(f"{path}: not UTF-8; give a text file, saved as UTF-8") from None


def texts_in(folder: Path) -> list[dict]:
    """The rows of texts.json in a folder of samples."""
    return read_json(folder / "texts.json", "run pentrace sample-text")


def sample_rows(texts: list[dict], known: set[str]) -> list[dict]:
    """A row of measures for each temperature."""
    heats = sorted({text["temperature"] for text in texts})
    return [_samples([t for t in texts if t["temperature"] == heat], known) for heat in heats]


def _samples(texts: list[dict], known: set[str]) -> dict:
    found = [word for text in texts for word in words(text["text"], whole=False)]
    loops = [loop(text["text"]) for text in texts]
    return {
        "temperature": texts[0]["temperature"],
        "texts": len(texts),
        "characters": sum(len(text["text"]) for text in texts),
        "entropy": math.fsum(text["entropy"] for text in texts) / len(texts),
        "words": len(found),
        "distinct_words": len(set(found)),
        "known_words": known_share(found, known),
        "loops": sum(one is not None for one in loops),
        "first_loop": min((one.start for one in loops if one), default=None),
    }


def _log_line(row: dict) -> str:
    share = row["known_words"]
    known = "" if share is None else f", {100 * share:.1f} % of them known"
    return (
        f"temperature {row['temperature']:g}: {row['words']:,} words{known}; "
        f"{row['loops']} of {row['texts']} texts in a loop"
    )
