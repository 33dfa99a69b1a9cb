"""`pentrace verify`: how unlike the references each signature is, by one method."""

from pathlib import Path

import click
import numpy as np
from threadpoolctl import threadpool_limits

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.errors import PentraceError, UsageError
from pentrace.ink import from_table
from pentrace.options import Command, file_option, out_file_option, settings_option
from pentrace.shards import listed
from pentrace.signatures import classifier, costs, fusion, global_features, warping
from pentrace.signatures.protocol import Trial, trials
from pentrace.signatures.settings import VerifierSettings, VerifyStage
from pentrace.signatures.signals import Signature, signatures, without
from pentrace.signatures.table import rows


@click.command("verify", cls=Command)
@data_option
@click.option("--name", required=True, help="Name of the method in the table.")
@file_option(
    "--scores",
    "joined",
    required=False,
    multiple=True,
    help="Table of a method to join, for kind fusion. Repeat the option for several.",
)
@out_file_option(help="Table of comparisons to write, Parquet.")
@settings_option(VerifyStage)
def command(
    data: Path, name: str, joined: tuple[Path, ...], out: Path, settings: VerifyStage
) -> None:
    """Compare signatures with references of their users: genuine ones and forgeries.

    A higher score is less like the references. Scores depend on the ink, and never on names.
    """
    if (settings.method.kind == "fusion") != bool(joined):
        raise UsageError("--scores: give the tables to join for --method.kind fusion, and no other")
    known = tables.read(dataset.samples(data), schema.SAMPLES).to_pylist()
    known = [r for r in known if r["genuine"] is not None and r["dropped_by"] is None]
    found = []
    with threadpool_limits(1):
        for task in sorted({_task(row["sample_id"]) for row in known}):
            of_task = [row for row in known if _task(row["sample_id"]) == task]
            found += _of_task(data, task, of_task, name, joined, settings)
    tables.write_rows(out, schema.COMPARISONS, found)
    click.echo(f"{out}: {len(found):,} comparisons")
    if not found:
        click.echo(_nothing(data, known, settings), err=True)


def _nothing(data: Path, known: list[dict], settings: VerifyStage) -> str:
    """Why there are no comparisons, and what to change."""
    if not known:
        return (
            f"{data}: no signatures: no sample is known to be genuine or forged; use the reader "
            "svc2004, or an annotation genuine in each InkML file"
        )
    users = {row["writer"] for row in known}
    return (
        f"{data}: none of {len(users)} users has {settings.protocol.references} genuine signatures "
        "in the first half and one in the second; lower verify.references, or add signatures"
    )


def _task(sample_id: str) -> str:
    """The part of the data set that a signature is in, such as task2; empty if it has no parts."""
    return sample_id.rpartition("/")[0]


def _of_task(
    data: Path,
    task: str,
    known: list[dict],
    name: str,
    joined: tuple[Path, ...],
    settings: VerifyStage,
) -> list[dict]:
    """The rows of all comparisons of one task; none if it has too few signatures."""
    method, protocol = settings.method, settings.protocol
    names = [row["sample_id"] for row in known]
    compared = trials(known, protocol)
    if not compared:
        return []
    if method.kind == "fusion":
        parts = [tables.read(path, schema.COMPARISONS).to_pandas() for path in joined]
        vectors = fusion.vectors(parts, task, names, compared)
        found = classifier.scores(vectors, compared, method.penalty)
        return rows(name, task, None, names, compared, found)
    ink = read_signatures(data, known)
    made = []
    for channel in [None, *(protocol.leave_out if method.leave_out else [])]:
        part = [without(one, channel) for one in ink]
        found = scores(part, compared, method, protocol.seed)
        made += rows(name, task, channel, names, compared, found)
    return made


def scores(
    ink: list[Signature], compared: list[Trial], method: VerifierSettings, seed: int
) -> list[np.ndarray]:
    """float64 (T,) for each trial, by a method that reads ink."""
    if method.kind in ("features", "costs", "joint"):
        return classifier.scores(_vectors(ink, compared, method), compared, method.penalty)
    # Imported here: PyTorch takes seconds, and the other methods do not need it.
    if method.kind == "likelihood":
        from pentrace.signatures import likelihood

        return likelihood.scores(ink, compared, method, seed)
    if method.kind == "embedding":
        from pentrace.signatures import embedding

        return embedding.scores(ink, compared, method, seed)
    return warping.scores(ink, compared, method.signals, method.stability)


def _vectors(
    ink: list[Signature], compared: list[Trial], method: VerifierSettings
) -> list[np.ndarray]:
    """float64 (T, F) for each trial, for a classifier."""
    parts = []
    if method.kind != "features":
        parts.append(costs.vectors(ink, compared, method.signals))
    if method.kind != "costs":
        parts.append(global_features.vectors(ink, compared))
    if method.kind == "joint":
        for stability in (False, True):
            apart = warping.scores(ink, compared, method.signals, stability)
            parts.append([np.log(np.maximum(one, warping.LEAST))[:, None] for one in apart])
    return [np.concatenate(of_trial, 1) for of_trial in zip(*parts, strict=True)]


def read_signatures(data: Path, known: list[dict]) -> list[Signature]:
    """The recorded points of the signatures in `known`, in the same order."""
    place = {row["sample_id"]: i for i, row in enumerate(known)}
    found: dict[int, Signature] = {}
    for path in listed(data / "points"):
        for piece in tables.read_pieces(path, schema.POINTS):
            ink = from_table(piece)
            upward = [known[place[n]]["y_axis"] == "up" if n in place else True for n in ink.ids]
            for name, one in zip(ink.ids, signatures(ink, upward), strict=True):
                if name in place:
                    found[place[name]] = one
    missing = [row["sample_id"] for i, row in enumerate(known) if i not in found]
    if missing:
        raise PentraceError(
            f"{data}/points: no points of {missing[0]}; build the tables again with snakemake"
        )
    return [found[i] for i in range(len(known))]
