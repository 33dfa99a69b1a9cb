"""`pentrace style`: whether lines that were written in a hand are nearest to this hand."""

from pathlib import Path

import click
import numpy as np
from threadpoolctl import threadpool_limits

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.files import write_json
from pentrace.generate.load_model import load_recogniser_for
from pentrace.generate.reading import read
from pentrace.hands import table
from pentrace.hands.embedding import Embedding, read_for
from pentrace.hands.features import features
from pentrace.hands.measured_lines import MeasuredLines, load_measured
from pentrace.hands.nearest import standardised, to_hands
from pentrace.options import Command, file_option, folder_option, note_option, threads_option
from pentrace.windows.lines import Lines

DEFINITIONS = {
    "nearest": "share of the lines that are nearer to their own hand than to any other hand of the "
    "table; chance is 1 divided by the number of hands",
    "real": "real lines of the hands; they are the ceiling",
    "styled": "lines with the same texts, written in the hand of the same writer, of whom the "
    "network saw only the reference lines",
    "unstyled": "lines with the same texts, written without a style; they are the floor",
    "embedding": "Euclidean distance between vectors, from the line to the mean of the compared "
    "lines of a hand; the vectors were learnt from other writers (pentrace hands)",
    "features": "the same distance between plain features, each with mean 0 and sd 1 over the "
    "hands",
    "low, high": "95 % interval, bootstrap over hands",
    "rank": "mean rank of the own hand by its distance; 1 is the best",
    "correlation": "of a feature, over the hands: between the mean of the lines and the mean of "
    "the compared real lines of the hand",
    "character_error_rate": "errors of a recogniser that chose no line, as in recognition.json",
}


@click.command("style", cls=Command)
@data_option
@folder_option("--imitated", help="Folder that pentrace imitate wrote.")
@file_option("--embedding", help="File that pentrace hands wrote.")
@file_option("--judge", required=False, help="Recogniser that counts errors; default: none.")
@file_option("--out-metrics", help="Measures to write, JSON.")
@file_option("--out-lines", help="Table of lines to write, Parquet.")
@threads_option
@note_option
def command(
    data: Path,
    imitated: Path,
    embedding: Path,
    judge: Path | None,
    out_metrics: Path,
    out_lines: Path,
    threads: int,
    note: str,
) -> None:
    """Compare lines with the hand that they were written in, and with all other hands."""
    vectors = read_for(embedding, dataset.normalisation(data))
    measured = load_measured(data, imitated)
    with threadpool_limits(threads):
        plain = [features(part, vectors.normalisation) for part in _both(measured)]
        apart = distances(measured, vectors, *plain) if measured.hands else {}
        reads = None if judge is None else _read(judge, data, measured.lines)
    found = table.summary(measured, apart, reads) if measured.hands else []
    report = {
        "hands": measured.hands,
        "writers_learnt_from": vectors.writers,
        "note": note,
        "table": found,
        "features": table.followed(measured, *plain),
        "definitions": DEFINITIONS,
    }
    tables.write_rows(out_lines, schema.STYLE, table.line_rows(measured, apart))
    write_json(out_metrics, report)
    click.echo("\n".join(map(table.log_line, found)) or f"{imitated}: no hands to measure")


def distances(
    measured: MeasuredLines, embedding: Embedding, lines: np.ndarray, compared: np.ndarray
) -> dict[str, np.ndarray]:
    """Distances float64 (Q, H) of the lines to all hands, by each method.

    lines (Q, F) and compared (C, F) are plain features. An embedding without axes gives none.
    """
    of, found = measured.compared_hand, {}
    if embedding.axes.shape[1]:
        own, theirs = embedding.of(measured.lines), embedding.of(measured.compared)
        found["embedding"] = to_hands(own, theirs, of)
    found["features"] = to_hands(*standardised(lines, compared, of), of)
    return found


def _both(measured: MeasuredLines) -> tuple[Lines, Lines]:
    return measured.lines, measured.compared


def _read(judge: Path, data: Path, lines: Lines) -> list[str]:
    """What the recogniser `judge` reads in each line."""
    network = load_recogniser_for(judge, dataset.normalisation(data))
    return read(network, [lines[i] for i in range(len(lines.ids))])
