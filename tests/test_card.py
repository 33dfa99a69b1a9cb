"""The card of a data set, and its Croissant, against the tables that they describe."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pentrace import schema, tables
from pentrace.card import command
from pentrace.errors import PentraceError
from pentrace.split_names import SPLITS
from tests.helpers.commands import invoke
from tests.helpers.processes import ENVIRONMENT, python
from tests.helpers.rows import filled
from tests.helpers.small_data import Splits, write_data
from tests.helpers.small_lines import ink

TEXTS = {"a": "ab c", "b": "c", "c": "bb a"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set with a card."""
    data = tmp_path_factory.mktemp("card")
    random = np.random.default_rng(0)
    lines = {name: ink(text, random) for name, text in TEXTS.items()}
    splits: Splits = {"train": {n: lines[n] for n in "ab"}, "validation": {"c": lines["c"]}}
    write_data(data, {**splits, "validation2": {}, "test": {}}, TEXTS)
    tables.write_rows(data / "rejects.parquet", schema.REJECTS, [])
    points = [filled(schema.POINTS, sample_id=name) for name in lines]
    for path in (data / "offsets").iterdir():
        tables.write_rows(data / "points" / path.name, schema.POINTS, points)
    outputs = ["--out-card", data / "README.md", "--out-croissant", data / "croissant.json"]
    invoke(command, "--dataset", "demo", "--data", data, "--note", "synthetic", *outputs)
    return data


def test_the_hugging_face_library_loads_the_tables_by_the_card(folder: Path) -> None:
    program = (
        "import json, sys; from datasets import load_dataset as load; folder = sys.argv[1]\n"
        "whole = {n: load(folder, n, split='everything') for n in ('samples', 'points', 'offsets')}\n"  # noqa: E501
        "windows = load(folder, 'windows')\n"
        "alone = load('parquet', data_files=folder + '/samples.parquet', split='train')\n"
        "print(json.dumps([sorted(whole['samples']['sample_id']), len(whole['points']),\n"
        "    len(whole['offsets']), {s: len(w) for s, w in windows.items()},\n"
        "    len(windows['train'][0]['dx']), alone.column_names]))"
    )
    environment = {**ENVIRONMENT, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf")}
    found = json.loads(python("-c", program, folder, environment=environment).stdout)
    samples = tables.read(folder / "samples.parquet")
    rows = [tables.read(p).num_rows for p in sorted((folder / "offsets").iterdir())]
    windows = {s: tables.read(folder / f"windows/{s}.parquet").num_rows for s in SPLITS[:2]}
    assert found[0] == sorted(samples["sample_id"].to_pylist())
    assert found[1:] == [2 * len(TEXTS), sum(rows), windows, 64, samples.column_names]


def test_croissant_has_every_file_and_column(folder: Path) -> None:
    found = json.loads((folder / "croissant.json").read_text())
    files = {f["@id"]: f["sha256"] for f in found["distribution"] if "sha256" in f}
    paths = [p for p in folder.rglob("*.parquet") if "hf" not in p.parts]
    assert files == {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths
    }
    columns = {field["@id"] for records in found["recordSet"] for field in records["field"]}
    for table in ("samples", "rejects", "points", "offsets", "windows"):
        assert {f"{table}/{name}" for name in schema.TABLES[table].names} <= columns


def test_the_library_of_croissant_reads_every_column(folder: Path) -> None:
    program = (
        "import json, sys, mlcroissant\n"
        "found = mlcroissant.Dataset(jsonld=sys.argv[1] + '/croissant.json')\n"
        "assert not found.metadata.issues.errors, found.metadata.issues.errors\n"
        "rows = {r.id: list(found.records(record_set=r.id)) for r in found.metadata.record_sets}\n"
        "print(json.dumps([{n: len(r) for n, r in rows.items()}, sorted(rows['samples'][0]),\n"
        "    len(rows['windows'][0]['windows/dx'])]))"
    )
    done = python("-c", program, folder)
    assert "not standard" not in done.stderr
    counts, columns, length = json.loads(done.stdout)
    offsets = [tables.read(p).num_rows for p in sorted((folder / "offsets").iterdir())]
    assert counts["samples"] == tables.read(folder / "samples.parquet").num_rows
    assert counts["offsets"] == sum(offsets)
    assert columns == sorted(f"samples/{name}" for name in schema.SAMPLES.names)
    assert length == 64


def test_the_card_counts_samples_and_explains_columns(folder: Path) -> None:
    text = (folder / "README.md").read_text()
    assert "| train | 2 |" in text and "| validation | 1 |" in text
    assert "| `end_of_stroke` |" in text and "(synthetic)" in text


@pytest.mark.parametrize("table", ["samples.parquet", "offsets/00.parquet"])
@pytest.mark.parametrize("damage", ["cut", "plain"])
def test_a_damaged_table_is_named_and_nothing_is_written(
    folder: Path, tmp_path: Path, table: str, damage: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    path = data / table
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-9])
    else:
        rows = tables.read(path)
        plain = pa.schema([pa.field(f.name, f.type, f.nullable) for f in rows.schema])
        tables.write(path, plain, [rows])
    outputs = ["--out-card", tmp_path / "README.md", "--out-croissant", tmp_path / "c.json"]
    with pytest.raises(PentraceError, match=table):
        invoke(command, "--dataset", "demo", "--data", data, *outputs)
    assert sorted(tmp_path.iterdir()) == [data]
