"""Tables whose row groups and shards are empty in every way give what full ones give."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import pentrace
from pentrace import schema, tables
from pentrace.clean.clean import command as clean
from pentrace.clean.samples import command as samples
from pentrace.demo.board import line_xml
from pentrace.demo.recording import RecordedLine
from pentrace.ingest.label import command as label
from pentrace.ingest.parse import command as parse
from pentrace.normalise.normalise import command as normalise
from pentrace.normalise.statistics import command as statistics
from pentrace.plot import data as figures
from pentrace.windows.windows import command as windows
from tests.helpers.commands import invoke

SHARDS = ("00", "01", "02")
FORMS = {"train": "a01-000", "validation": "b01-000", "test": "c01-000", "none": "d01-000"}


def line(seed: int, strokes: int = 4, each: int = 12) -> bytes:
    rng = np.random.default_rng(seed)
    count = strokes * each
    x = np.cumsum(rng.integers(5, 20, count))
    y = 500 + rng.integers(-60, 60, count)
    return line_xml(RecordedLine(x, y, 100 + np.arange(count), np.arange(count) // each))


def name(split: str, number: int) -> str:
    form = FORMS[split]
    return f"lineStrokes/{form[:3]}/{form[:7]}/{form}-{number:02d}.xml"


def groups() -> list[list[dict[str, bytes]]]:
    """Raw files of each row group of each shard."""
    bad, short = b"<WhiteboardCaptureSession>", line(5, 1, 3)
    dots = line(6, 25, 1)
    return [
        [
            {},
            {name("train", 1): line(1), name("validation", 1): line(2)},
            {name("train", 2): bad},  # no sample
            {name("train", 3): short},  # dropped by a rule
            {name("test", 1): line(3)},  # none of the training split
            {name("train", 4): dots},
            {name("none", 1): line(4)},  # in no split
            {},
        ],
        [{}],  # a shard without a file
        [{name("validation", 2): bad}, {name("validation", 3): short}],  # a shard without a sample
    ]


def raw(files: dict[str, bytes]) -> pa.Table:
    sums = [hashlib.sha256(content).hexdigest() for content in files.values()]
    columns = {"path": [*files], "sha256": sums, "content": [*files.values()]}
    return pa.table(columns, schema=schema.RAW)


LISTS = {
    "task1/trainset.txt": f" {FORMS['train']}\n".encode(),
    "task1/testset_v.txt": f" {FORMS['validation']}\n".encode(),
    "task1/testset_f.txt": f" {FORMS['test']}\n".encode(),
}


def build(out: Path, shards: list[list[dict[str, bytes]]], recipe: list[str]) -> Path:
    """All tables of a data set, by the commands, in the folder `out`."""
    ids = [f"{i:02d}" for i in range(len(shards))]
    labels = tables.write(out / "raw/labels.parquet", schema.RAW, [raw(LISTS)])
    assert labels == len(LISTS)
    for shard, pieces in zip(ids, shards, strict=True):
        tables.write(out / f"raw/{shard}.parquet", schema.RAW, map(raw, pieces))
        invoke(
            parse, "--dataset", "d", "--reader", "iam", "--raw", out / f"raw/{shard}.parquet",
            "--out-points", out / f"points/{shard}.parquet",
            "--out-samples", out / f"parsed/{shard}.samples.parquet",
            "--out-rejects", out / f"parsed/{shard}.rejects.parquet",
        )  # fmt: skip
    invoke(
        label, "--dataset", "d", "--reader", "iam", "--raw", out / "raw/labels.parquet",
        "--parsed", out / "parsed", "--max-reject-share", "1",
        "--out-labels", out / "labels.parquet", "--out-rejects", out / "label-rejects.parquet",
    )  # fmt: skip
    for shard in ids:
        invoke(
            clean, "--dataset", "d", "--points", out / f"points/{shard}.parquet",
            "--samples", out / f"parsed/{shard}.samples.parquet",
            "--labels", out / "labels.parquet",
            "--out-points", out / f"cleaned/{shard}.parquet",
            "--out-rejects", out / f"cleaned-rejects/{shard}.parquet",
        )  # fmt: skip
    invoke(
        samples, "--dataset", "d", "--parsed", out / "parsed", "--labels", out / "labels.parquet",
        "--label-rejects", out / "label-rejects.parquet", "--cleaned", out / "cleaned",
        "--cleaned-rejects", out / "cleaned-rejects",
        "--out-samples", out / "samples.parquet", "--out-rejects", out / "rejects.parquet",
    )  # fmt: skip
    invoke(
        statistics, "--cleaned", out / "cleaned", "--samples", out / "samples.parquet",
        "--out", out / "normalisation.json", *recipe,
    )  # fmt: skip
    for shard in ids:
        invoke(
            normalise, "--cleaned", out / f"cleaned/{shard}.parquet",
            "--samples", out / f"parsed/{shard}.samples.parquet",
            "--normalisation", out / "normalisation.json",
            "--out-offsets", out / f"offsets/{shard}.parquet",
            "--out-frames", out / f"frames/{shard}.parquet",
        )  # fmt: skip
    invoke(
        windows, "--offsets", out / "offsets", "--samples", out / "samples.parquet",
        "--out", out / "windows", "--length", "20", "--stride", "19",
    )  # fmt: skip
    return out


def together(folder: Path, pattern: str) -> list[dict]:
    """The rows of several tables, without the shard, in the order of the samples."""
    rows = [row for path in sorted(folder.glob(pattern)) for row in tables.read(path).to_pylist()]
    rows = [{k: v for k, v in row.items() if k != "shard"} for row in rows]
    return sorted(rows, key=lambda row: str(row.get("sample_id")))


@pytest.mark.parametrize(
    "recipe",
    [
        ["--recipe", "graves"],
        ["--recipe", "line-height", "--resample", "arc", "--spacing", "0.05"],
    ],
)
def test_every_stage_passes_over_empty_row_groups(tmp_path: Path, recipe: list[str]) -> None:
    one = {path: content for shard in groups() for part in shard for path, content in part.items()}
    whole = build(tmp_path / "whole", [[one]], recipe)
    parts = build(tmp_path / "parts", groups(), recipe)
    for pattern in ("samples.parquet", "rejects.parquet", "points/*.parquet"):
        assert together(parts, pattern) == together(whole, pattern)
    for row, other in zip(
        *(together(out, "frames/*.parquet") for out in (parts, whole)), strict=True
    ):
        assert row == {k: pytest.approx(v, abs=1e-4) for k, v in other.items()}
    for pattern in ("offsets/*.parquet", "windows/*.parquet"):
        a, b = together(parts, pattern), together(whole, pattern)
        assert len(a) == len(b) > 0
        for row, other in zip(a, b, strict=True):
            assert row["sample_id"] == other["sample_id"]
            np.testing.assert_allclose(row["dx"], other["dx"], atol=1e-4)
    rows = {row["sample_id"]: row for row in together(parts, "samples.parquet")}
    assert rows["a01-000-03"]["dropped_by"] == "too-short"
    assert rows["d01-000-01"]["split"] is None
    # What reads them: Python and the figures.
    found = pentrace.Dataset(parts)
    assert len(found.samples) == len(rows) and found.lines("validation").names
    assert found.lines("validation2").names == []
    ids = figures.kept(parts / "samples.parquet", "test")["sample_id"]
    assert [ink.ids for ink in figures.inks(parts / "points", ids.combine_chunks())] == [
        ["c01-000-01"]
    ]
