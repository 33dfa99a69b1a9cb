"""`pentrace align`: where each character of every line is, and how well texts fit their ink."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError
from pentrace.generate.load_model import load_recogniser_for
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.networks import ctc
from pentrace.networks.alphabet import PADDING
from pentrace.networks.forced_alignment import align
from pentrace.normalise.positions import positions
from pentrace.normalise.units import read_normalisation
from pentrace.options import Command, file_option, threads_option
from pentrace.recognise.letters import Letter, letters
from pentrace.split_names import SPLITS
from pentrace.unicode_nfc import nfc
from pentrace.windows.lines import Lines, load_lines

TOGETHER, GROUP = 64, 512  # lines in a batch, and in a row group


@click.command("align", cls=Command)
@file_option("--model", help="Recogniser.")
@data_option
@file_option("--out-characters", help="Table of characters to write, Parquet.")
@file_option("--out-lines", help="Table of lines to write, Parquet.")
@threads_option
def command(model: Path, data: Path, out_characters: Path, out_lines: Path, threads: int) -> None:
    """Find the points of each character of every line, with a recogniser."""
    network = load_recogniser_for(model, dataset.normalisation(data))
    units = read_normalisation(dataset.normalisation(data))
    lines = load_lines(data, SPLITS).with_text()
    if not lines.ids:
        raise PentraceError(f"{data}: no line with a transcript; give another --data")
    fits: list[dict] = []
    with threadpool_limits(threads):
        tables.write(out_characters, schema.ALIGNMENTS, aligned(network, units, lines, fits))
    tables.write_rows(out_lines, schema.FITS, fits)
    lost = sum(row["misfit"] is None for row in fits)
    click.echo(f"{len(fits) - lost} lines aligned, {lost} not: their text is too long for the ink")


def aligned(
    network: FusedRecogniser, units: dict, lines: Lines, fits: list[dict]
) -> Iterator[pa.Table]:
    """Tables of `schema.ALIGNMENTS`, each of complete lines; adds a row for each line to `fits`."""
    for start in range(0, len(lines.ids), GROUP):
        group = range(start, min(start + GROUP, len(lines.ids)))
        # Similar lengths together: little padding.
        order = sorted(group, key=lambda i: (lines.n_steps[i], i))
        found: dict[int, tuple[list[dict], dict]] = {}
        for at in range(0, len(order), TOGETHER):
            some = order[at : at + TOGETHER]
            found |= zip(some, _batch(network, units, lines, some), strict=True)
        fits += [found[i][1] for i in group]
        rows = [row for i in group for row in found[i][0]]
        yield pa.Table.from_pylist(rows, schema=schema.ALIGNMENTS)


def _batch(
    network: FusedRecogniser, units: dict, lines: Lines, some: list[int]
) -> Iterator[tuple[list[dict], dict]]:
    """The rows of the characters of each line, and the row of the line."""
    alphabet = network.settings.alphabet or ""
    texts = [nfc(lines.texts[i] or "") for i in some]
    known = [[u for u, c in enumerate(text) if c in alphabet] for text in texts]
    symbols = _symbols(
        [[alphabet.index(t[u]) for u in k] for t, k in zip(texts, known, strict=True)]
    )
    chances, lengths = network.read([lines[i] for i in some])
    path = align(chances, lengths, symbols)
    read = ctc.decode(chances, lengths, alphabet)
    read_symbols = _symbols([[alphabet.index(c) for c in one if c in alphabet] for one in read])
    nats = ctc.log_probability(chances, lengths, symbols)
    best = ctc.log_probability(chances, lengths, read_symbols)
    for b, i in enumerate(some):
        x, _, _, stroke = positions(lines[i], units)
        end = stroke != np.append(stroke[1:], -2)
        own = path[: lengths[b], b]
        at = _class(own, symbols[b], chances.shape[-1] - 1)
        found = chances[np.arange(len(own)), b, at]
        rows = letters(texts[b], known[b], own, found, x, end)
        misfit = (best[b] - nats[b]) / max(len(known[b]), 1) if rows or not known[b] else None
        line = {
            "sample_id": lines.ids[i], "text": texts[b], "read": read[b],
            "unknown": len(texts[b]) - len(known[b]), "misfit": misfit,
        }  # fmt: skip
        yield list(_rows(lines.ids[i], texts[b], rows)), line


def _symbols(rows: list[list[int]]) -> np.ndarray:
    """int64 (B, U), padded with -1."""
    symbols = np.full((len(rows), max(map(len, rows), default=0)), PADDING, np.int64)
    for row, one in zip(symbols, rows, strict=True):
        row[: len(one)] = one
    return symbols


def _class(path: np.ndarray, symbols: np.ndarray, blank: int) -> np.ndarray:
    """The class of the place at each step."""
    if not len(symbols):
        return np.full(len(path), blank)
    return np.where(path % 2 == 1, symbols[np.maximum(path, 0) // 2 % len(symbols)], blank)


def _rows(name: str, text: str, found: list[Letter]) -> Iterator[dict]:
    """A row for each character of the text, with nulls where it was not found."""
    by_index = {letter.at: letter for letter in found}
    for index, character in enumerate(text):
        one = by_index.get(index)
        first, last = (one and one.points) or (None, None)
        yield {
            "sample_id": name, "index": index, "character": character,
            "first_point": first, "last_point": last,
            "log_probability": one and one.log_probability,
        }  # fmt: skip
