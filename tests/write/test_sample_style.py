"""Samples of a data set as styles, for its own networks and for others."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import pentrace
from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.write.sample_style import from_sample, is_sample, reference_of_sample
from pentrace.write.style import from_ink
from pentrace.write.write import command
from tests.helpers import small_model, small_results, small_style
from tests.helpers.commands import invoke
from tests.helpers.small_data import edit_samples
from tests.helpers.small_model import NORMALISATION
from tests.helpers.small_synthesis import save

OTHER = {**NORMALISATION, "sd": [31.0, 29.0]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = small_results.build_dataset(tmp_path / "data")
    rows = tables.read(folder / "samples.parquet").to_pylist()
    rows = [row | {"text": "minimum sum" if row["sample_id"] != "s3" else None} for row in rows]
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)
    return folder


def test_a_network_in_the_same_units_reads_the_offsets(tmp_path):
    lines = small_model.write(tmp_path)
    texts = {"train": "e\u0301 b"}
    edit_samples(tmp_path, lambda row: row | {"text": texts.get(row["split"])})
    found = from_sample("train-1", tmp_path, NORMALISATION)
    assert found.text == "\u00e9 b"
    np.testing.assert_array_equal(found.steps, lines["train-1"])
    with pytest.raises(PentraceError, match="no sample x; choose one of the 6, such as train-0"):
        from_sample("x", tmp_path, NORMALISATION)
    with pytest.raises(PentraceError, match="the sample has no text"):
        from_sample("test-0", tmp_path, NORMALISATION)
    with pytest.raises(PentraceError, match="give --data the folder"):
        from_sample("train-1", tmp_path / "gone", NORMALISATION)


def test_another_network_reads_the_ink(data):
    found = from_sample("s1", data, OTHER)
    ink = pentrace.Dataset(data).ink("s1")
    np.testing.assert_array_equal(found.steps, from_ink(ink.own, None, OTHER, "s1").steps)
    assert found.text == "minimum sum"
    np.testing.assert_array_equal(reference_of_sample("s1", data, OTHER).steps, found.steps)
    assert reference_of_sample("s3", data, OTHER).text == ""
    with pytest.raises(PentraceError, match="s3: the sample has no text; choose another"):
        from_sample("s3", data, OTHER)


def test_only_samples_that_were_kept_can_be_a_style(data):
    assert is_sample("s1", data) and not is_sample("s9", data) and not is_sample("s4", data)


def test_ink_that_is_missing_is_named(data):
    empty = pa.Table.from_pylist([], schema.POINTS)
    tables.write(data / "cleaned" / "00.parquet", schema.POINTS, [empty])
    with pytest.raises(PentraceError, match=r"cleaned: no points of s1; build it again"):
        from_sample("s1", data, OTHER)


def test_the_command_and_python_write_in_the_style_of_a_sample_with_any_network(data, tmp_path):
    model, out = save(tmp_path / "model.safetensors", pace=0.05), tmp_path / "a.json"
    (data / "normalisation.json").write_text(json.dumps(OTHER))
    given = ("a cab", "--model", model, "--data", data, "--check", "none", "-o", out)
    invoke(command, *given, "--style", "s1")
    written = json.loads(out.read_text())
    assert written["made_with"]["style"] == "s1"
    done = pentrace.load(model).write("a cab", style="s1", data=data, check="none")
    assert done.pages[0].notes["style"] == "s1"
    # The same option takes the hands of the package, and files of ink.
    mine = small_style.save(tmp_path / "me.json", small_style.waves())
    for style, name in (("clara", "clara"), (mine, "me.json")):
        invoke(command, *given, "--style", style)
        assert json.loads(out.read_text())["made_with"]["style"] == name
    with pytest.raises(PentraceError, match="data: no sample nobody; choose one of the 3, such"):
        invoke(command, *given, "--style", "nobody")


def test_a_data_set_without_a_network_names_the_one_of_the_package(data, tmp_path):
    with pytest.raises(PentraceError, match=r"no synthesis network in .*: --model pretrained$"):
        invoke(command, "a", "--data", data, "--style", "s1", "-o", tmp_path / "a.svg")
