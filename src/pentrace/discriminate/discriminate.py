"""`pentrace discriminate`: whether written lines can be distinguished from real ones."""

from pathlib import Path

import click
from threadpoolctl import threadpool_limits

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.discriminate import measures
from pentrace.discriminate.comparisons import Comparison, real_pairs, written_pairs
from pentrace.discriminate.features import FEATURES
from pentrace.discriminate.inputs import filter_of, load_real, load_sources, load_written_lines
from pentrace.discriminate.settings import DiscriminateSettings
from pentrace.errors import UsageError
from pentrace.files import write_json
from pentrace.generate.load_model import load_recogniser_for
from pentrace.normalise.units import read_normalisation
from pentrace.options import (
    Command,
    file_option,
    folder_option,
    note_option,
    settings_option,
    threads_option,
)
from pentrace.split_names import SPLITS, Split

DEFINITIONS = {
    "lines": "number of pairs: a real line, and a written line of the same text, cut to equal "
    "lengths; samples without a text are paired with any real line",
    "halves": "real lines of one writer in each pair; no classifier should distinguish them: the "
    "floor",
    "other hands": "real lines of some writers, and of others; the folds differ only in the texts, "
    "so a classifier may know the hands",
    "groups": "pairs of one group share a writer or a text, and are in one fold",
    "auc": "probability that a classifier finds a written line more like a written line than a "
    "real one, in folds that it was not trained on; 0.5: by chance",
    "low, high": "95 % interval, bootstrap over groups, and over pairs in them",
    "logistic": "regularised logistic regression on the features",
    "boosting": "gradient boosting of trees on the features",
    "recurrent": "recurrent network on the offsets",
    "mmd2": "unbiased estimate of the squared maximum mean discrepancy (Gretton et al. 2012), "
    "Gaussian kernel, width of the median distance; 0 on average for one distribution",
    "p": "share of the random exchanges within pairs that give at least this discrepancy",
    "embedding": "means of the hidden states of a recogniser, which compared no lines",
    "importance": "fall of the AUC of the boosting if the values of a feature are exchanged "
    "between lines; features that contain the same share it",
    "auc of a feature": "probability that it is larger in the other line; 0.5: gives nothing away",
}


@click.command("discriminate", cls=Command)
@data_option
@folder_option(
    "--written",
    multiple=True,
    help="Folder that pentrace rewrite, imitate or sample wrote. Repeat for several.",
)
@click.option(
    "--split",
    type=click.Choice(SPLITS),
    default="validation",
    show_default=True,
    help="Split of the real lines for samples without a text.",
)
@file_option("--judge", required=False, help="Recogniser for the embedding; default: none.")
@file_option("--out-metrics", help="Measures to write, JSON.")
@file_option("--out-lines", help="Table of lines to write, Parquet.")
@file_option("--out-features", help="Table of features to write, Parquet.")
@threads_option
@note_option
@settings_option(DiscriminateSettings)
def command(
    data: Path,
    written: tuple[Path, ...],
    split: Split,
    judge: Path | None,
    out_metrics: Path,
    out_lines: Path,
    out_features: Path,
    threads: int,
    note: str,
    settings: DiscriminateSettings,
) -> None:
    """Train classifiers to distinguish written lines from real ones, and test for a difference.

    Real and written lines are filtered in the same way and cut to the same lengths. Real lines are
    compared with one another too, for the AUC that lines without any difference have.
    """
    _refuse_repeated(written)
    normalisation = read_normalisation(dataset.normalisation(data))
    recogniser = None if judge is None else load_recogniser_for(judge, dataset.normalisation(data))
    how = filter_of(data, normalisation, settings.grid)
    lines = [line for folder in written for line in load_written_lines(folder, how)]
    known = load_sources(data)
    splits = {known[one.source].split for one in lines if one.source in known} or {split}
    real = load_real(data, [name for name in SPLITS if name in splits], how)
    chosen = settings.points, settings.lines, settings.seed
    compared: list[Comparison] = [
        *written_pairs(real, known, lines, *chosen),
        *real_pairs(real, known, *chosen),
    ]
    with threadpool_limits(threads):
        found = [measures.measure(one, how, recogniser, settings) for one in compared if one.usable]
        table = [measures.row(one, settings) for one in found]
    report = {
        "table": table,
        "features": [row for one in found for row in measures.feature_rows(one)],
        "splits": sorted(name for name in splits if name),
        "meanings": FEATURES,
        "settings": settings.model_dump(mode="json"),
        "note": note,
        "definitions": DEFINITIONS,
    }
    rows = [row for one in found for row in measures.line_rows(one)]
    values = [row for one in found for row in measures.value_rows(one)]
    tables.write_rows(out_lines, schema.DISCRIMINATED, rows)
    tables.write_rows(out_features, schema.TRAJECTORY_FEATURES, values)
    write_json(out_metrics, report)
    click.echo("\n".join(map(measures.log_line, table)) or "too few lines to compare")


def _refuse_repeated(folders: tuple[Path, ...]) -> None:
    """Raise `UsageError` if one folder is given twice: its lines would count twice."""
    seen: dict[Path, Path] = {}
    for folder in folders:
        first = seen.setdefault(folder.resolve(), folder)
        if first is not folder:
            same = "" if first == folder else f", the same folder as {first}"
            raise UsageError(f"--written {folder}: given twice{same}; give each folder once")
