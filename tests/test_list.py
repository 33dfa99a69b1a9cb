"""`pentrace list`: what there is to write with, write like and run."""

from pathlib import Path

import pytest

from pentrace import schema, tables
from pentrace.config.presets import located, presets
from pentrace.errors import PentraceError
from tests.helpers.commands import pentrace
from tests.helpers.processes import loaded
from tests.helpers.small_results import build_dataset
from tests.helpers.small_synthesis import save

PRESETS = Path(__file__).parent.parent / "workflow" / "presets"


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which one data set and two networks have been made; the work is done there."""
    monkeypatch.chdir(tmp_path)
    build_dataset(tmp_path / "results/small")
    (tmp_path / "results/small/synthesis").mkdir()
    save(tmp_path / "results/small/synthesis/model.safetensors")
    (tmp_path / "results/small/cut").mkdir()
    (tmp_path / "results/small/cut/model.safetensors").write_bytes(b"cut")
    (tmp_path / "workflow/presets").mkdir(parents=True)
    preset = "# As small as\n# can be. More words.\n\n# no more\nrun: []\n"
    (tmp_path / "workflow/presets/tiny.yaml").write_text(preset)
    return tmp_path / "results"


def test_data_sets_networks_and_presets(results: Path) -> None:
    lines = pentrace("list").splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "Data sets", "Networks", "Hands, for pentrace write --style",
        "Samples, for pentrace write --style", "Presets, for make CONFIG=...",
    ]  # fmt: skip
    words = [line.split() for line in lines]
    assert ["results/small", "6", "6", "4"] in words  # one was dropped, and one is in no split
    assert ["results/small/synthesis", "synthesis", "2", "x", "16"] in words
    assert ["pretrained", "synthesis", "3", "x", "256"] in words
    other = results.with_name("results-other") / "small/synthesis/model.safetensors"
    other.parent.mkdir(parents=True)
    save(other)
    assert "  results-other/small/synthesis  synthesis" in pentrace("list")
    assert "  results/small/cut        of another version; train it again" in lines
    assert "  tiny    As small as can be" in lines


def test_a_broken_table_is_named_and_all_others_are_listed(results: Path) -> None:
    (results / "broken").mkdir()
    (results / "broken/samples.parquet").write_bytes(b"cut")
    lines = pentrace("list").splitlines()
    assert lines[0].startswith("pentrace: results/broken/samples.parquet: not a Parquet file")
    words = [line.split() for line in lines]
    assert ["results/broken", "cannot", "be", "read"] in words
    assert ["results/small", "6", "6", "4"] in words


def test_a_text_has_no_styles(results: Path) -> None:
    (results / "plays").mkdir()
    (results / "plays/characters.parquet").touch()
    with pytest.raises(PentraceError, match="results/plays: a data set of text"):
        pentrace("list", "--data", "results/plays")


def test_an_empty_folder_has_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = pentrace("list")
    assert shown.count("none in this folder; ") == 2
    assert "make them with: make in a clone" in shown
    assert "list them in a clone of the repository" in shown


def test_samples_that_can_be_a_style(results: Path) -> None:
    assert pentrace("list", "--data", results / "small").splitlines() == [
        "style  writer  text", *(f"s{i}     w{i}      loops" for i in range(4))
    ]  # fmt: skip
    rows = tables.read(results / "small/samples.parquet").to_pylist()[:1]
    many = [rows[0] | {"sample_id": f"line-{i:02d}"} for i in range(30)]
    tables.write_rows(results / "small/samples.parquet", schema.SAMPLES, many)
    few = pentrace("list", "--data", results / "small").splitlines()
    assert len(few) == 22 and few[-1] == "20 of 30; --all lists all"
    everything = pentrace("list", "--data", results / "small", "--all").splitlines()
    assert len(everything) == 31 and everything[-1].startswith("line-29")


def test_signatures_are_no_styles(results: Path) -> None:
    rows = tables.read(results / "small/samples.parquet").to_pylist()
    silent = [row | {"text": None} for row in rows]
    tables.write_rows(results / "small/samples.parquet", schema.SAMPLES, silent)
    assert pentrace("list", "--data", results / "small").endswith("so none can be a style\n")


def test_it_starts_without_torch(results: Path) -> None:
    assert "torch" not in loaded("from pentrace.__main__ import main; main()", "list")


def test_every_preset_has_a_description() -> None:
    assert len(presets(PRESETS)) > 10 and all(presets(PRESETS).values())


def test_a_preset_is_found_by_name_or_path(tmp_path: Path) -> None:
    own = tmp_path / "real"
    own.touch()
    assert located("real", PRESETS) == PRESETS / "real.yaml"
    assert located(str(own), PRESETS) == own
    for wrong in ("reel", "workflow/presets/reel.yaml"):
        with pytest.raises(PentraceError, match=r"reel.*; did you mean 'real'\? presets: discrim"):
            located(wrong, PRESETS)
    with pytest.raises(PentraceError, match="no preset or file 'zzz'; presets: "):
        located("zzz", PRESETS)


def test_a_folder_that_is_missing_is_named() -> None:
    with pytest.raises(
        PentraceError,
        match=r"^none: no such folder; give the folder of a data set",
    ):
        pentrace("list", "--data", "none")


def test_a_network_is_not_a_data_set(results: Path) -> None:
    with pytest.raises(PentraceError, match="a network; give the folder of a data set, results/s"):
        pentrace("list", "--data", "results/small/synthesis")
