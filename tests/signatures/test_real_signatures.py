"""Error rates on the real signatures of SVC2004, Task 2, where its file is."""

import os
from pathlib import Path

import pandas as pd
import pytest

from pentrace import tables
from pentrace.signatures import equal_error
from pentrace.signatures.protocol import trials
from pentrace.signatures.settings import VerifierSettings, VerifySettings
from pentrace.signatures.table import draws, rows
from pentrace.signatures.verify import read_signatures, scores
from tests.helpers.commands import pentrace

REAL = Path(os.environ.get("PENTRACE_REAL_DATA", "data/raw")) / "svc"
SIGNALS = ["vx", "vy", "cos", "sin", "pressure", "azimuth", "altitude"]


@pytest.mark.skipif(
    not (REAL / "Task2.zip").exists() and not (REAL / "Task2").is_dir(),
    reason=f"no SVC2004 Task 2 in {REAL}; set PENTRACE_REAL_DATA to check its error rates",
)
def test_error_rates_on_task_2(tmp_path: Path) -> None:
    known = parsed(tmp_path)
    compared = trials(known, VerifySettings(draws=1))
    method = VerifierSettings(kind="joint", signals=SIGNALS)
    found = scores(read_signatures(tmp_path, known), compared, method, 1)
    names = [row["sample_id"] for row in known]
    table = pd.DataFrame(rows("joint", "task2", None, names, compared, found))
    common = equal_error.common(draws(table, "skilled"))
    per_user = equal_error.per_user(draws(table, "skilled"))
    assert common is not None and common.rate < 0.075
    assert per_user is not None and per_user.rate < 0.03


def parsed(folder: Path) -> list[dict]:
    """The rows of all signatures of Task 2; their points are in `folder`."""
    raw, samples = folder / "raw", folder / "parsed.parquet"
    for name in ("raw", "points"):
        (folder / name).mkdir()
    shards = ("--shards", 1, "--only", "ink")
    pentrace("collect", "--reader", "svc2004", "--raw", REAL, *shards, "--out", raw)
    out = ("--out-points", folder / "points/00.parquet", "--out-samples", samples)
    found = next(raw.glob("ink-*.parquet"))
    given = ("--reader", "svc2004", "--dataset", "svc", "--raw", found, *out)
    pentrace("parse", *given, "--out-rejects", folder / "rejects.parquet")
    rows = tables.read(samples).to_pylist()
    return [row for row in rows if row["sample_id"].startswith("task2/")]
