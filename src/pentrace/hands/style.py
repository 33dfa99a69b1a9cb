"""`pentrace style`: whether lines that were written in a hand are nearest to this hand."""

from pathlib import Path
from typing import NamedTuple

import click
from threadpoolctl import threadpool_limits

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.files import write_json
from pentrace.generate.load_model import load_recogniser_for
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.hands import letters, table
from pentrace.hands.embedding import Embedding, read_for
from pentrace.hands.features import features
from pentrace.hands.measured_lines import MeasuredLines, load_measured
from pentrace.hands.nearest import standardised, to_hands
from pentrace.options import Command, file_option, folder_option, note_option, threads_option
from pentrace.recognise.align import aligned
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
    "letters": "mean over the letters of the line, of the distance to the nearest of the same "
    "letters of a hand, by dynamic time warping, in sides of a letter; size has no influence",
    "features": "the same as for embedding, of plain features, each with mean 0 and sd 1 over the "
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
@file_option(
    "--judge",
    required=False,
    help="Recogniser that counts errors and finds letters; default: none.",
)
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
    """Compare lines with the hand that they were written in, and with all other hands.

    Without a recogniser, letters are not compared, and errors are not counted.
    """
    normalisation = dataset.normalisation(data)
    vectors = read_for(embedding, normalisation)
    recogniser = None if judge is None else load_recogniser_for(judge, normalisation)
    measured = load_measured(data, imitated)
    with threadpool_limits(threads):
        found = _measured(measured, vectors, recogniser) if measured.hands else NOTHING
    report = {
        "hands": measured.hands,
        "writers_learnt_from": vectors.writers,
        "note": note,
        "table": found.table,
        "features": found.features,
        "definitions": DEFINITIONS,
    }
    tables.write_rows(out_lines, schema.STYLE, found.rows)
    write_json(out_metrics, report)
    lines = map(table.log_line, found.table)
    click.echo("\n".join(lines) or f"{imitated}: no hands to measure")


class Found(NamedTuple):
    """What was measured."""

    table: list[dict]  # a row for each origin of lines
    features: list[dict]  # a row for each feature
    rows: list[dict]  # of `schema.STYLE`


NOTHING = Found([], [], [])


def _measured(
    measured: MeasuredLines, embedding: Embedding, recogniser: FusedRecogniser | None
) -> Found:
    """Compare the lines by each method; an embedding without axes is no method."""
    lines, compared, of = measured.lines, measured.compared, measured.compared_hand
    units = embedding.normalisation
    apart, reads = {}, None
    if embedding.axes.shape[1]:
        apart["embedding"] = to_hands(embedding.of(lines), embedding.of(compared), of)
    if recogniser is not None:
        own, fits = _outlines(recogniser, lines, units)
        theirs, _ = _outlines(recogniser, compared, units)
        apart["letters"] = letters.to_hands(own, len(lines.ids), theirs, of)
        reads = [row["read"] for row in fits]
    plain, real = features(lines, units), features(compared, units)
    apart["features"] = to_hands(*standardised(plain, real, of), of)
    return Found(
        table.summary(measured, apart, reads),
        table.followed(measured, plain, real),
        table.line_rows(measured, apart),
    )


def _outlines(
    recogniser: FusedRecogniser, lines: Lines, units: dict
) -> tuple[letters.Outlines, list[dict]]:
    """The letters that the recogniser finds in each line, and a row of `schema.FITS` for each."""
    fits: list[dict] = []
    found = letters.found_letters(aligned(recogniser, units, lines, fits), lines.ids)
    return letters.letter_outlines(lines, found, units), fits
