"""`pentrace verify-rates`: the error rates of all methods of verification."""

from pathlib import Path
from typing import Any

import click
import pandas as pd

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.files import write_json
from pentrace.options import Command, file_option, note_option, out_file_option
from pentrace.signatures import equal_error
from pentrace.signatures.protocol import KINDS
from pentrace.signatures.published import PUBLISHED
from pentrace.signatures.table import draws

DEFINITIONS = {
    "common": "equal error rate with one threshold for all users; the mean over the draws",
    "per_user": "equal error rate with the best threshold of each user, which nobody knows in "
    "practice; the mean over users and draws",
    "skilled": "against forgeries by people who saw the signature",
    "random": "against a genuine signature of each other user",
    "low, high": "95 % interval, bootstrap over users",
    "left_out": "channel that was left out of the ink; pen: pressure, azimuth and altitude",
}


@click.command("verify-rates", cls=Command)
@file_option(
    "--scores",
    multiple=True,
    help="Table of comparisons of a method. Repeat the option for several.",
)
@note_option
@out_file_option(help="Error rates to write, JSON.")
def command(scores: tuple[Path, ...], note: str, out: Path) -> None:
    """Equal error rates of each method, with one threshold, and with one for each user."""
    table = [row for path in scores for row in _rates(path)]
    write_json(
        out,
        {"note": note, "table": table, "published": PUBLISHED, "definitions": DEFINITIONS},
    )
    lines = [_line(row) for row in table if row["left_out"] is None]
    click.echo("\n".join(lines) or f"{out}: too few signatures to measure")


def _rates(path: Path) -> list[dict[str, Any]]:
    """A row for each task and channel that was left out, of one method."""
    comparisons = tables.read(path, schema.COMPARISONS).to_pandas()
    if not comparisons["score"].map(pd.notna).all():
        raise PentraceError(
            f"{path}: scores that are not numbers; compute them with pentrace verify"
        )
    groups = comparisons.groupby(["method", "task", "left_out"], dropna=False, sort=False)
    return [_row(method, task, left_out, rows) for (method, task, left_out), rows in groups]


def _row(method: str, task: str, left_out: Any, rows: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {
        "method": method,
        "task": task,
        "left_out": left_out if isinstance(left_out, str) else None,
        "users": int(rows["user"].nunique()),
        "draws": int(rows["draw"].nunique()),
    }
    first = rows[rows["draw"] == rows["draw"].min()]
    found["tested"] = {kind: int((first["kind"] == kind).sum()) for kind in KINDS}
    for kind in KINDS[1:]:
        scores = draws(rows, kind)
        rates = {"common": equal_error.common(scores), "per_user": equal_error.per_user(scores)}
        found[kind] = {name: rate._asdict() if rate else None for name, rate in rates.items()}
    return found


def _line(row: dict[str, Any]) -> str:
    """A row in words."""
    parts = []
    for kind in KINDS[1:]:
        for name, rate in row[kind].items():
            if rate:
                low, high = (f"{100 * rate[end]:.2f}" for end in ("low", "high"))
                words = name.replace("_", " ")
                parts.append(f"{kind} {words} {100 * rate['rate']:.2f} % ({low} to {high})")
    return f"{row['task']} {row['method']}: {'; '.join(parts) or 'too few signatures'}"
