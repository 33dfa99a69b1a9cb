"""`pentrace sample`: the files it writes, and what it refuses."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from pentrace import ink, schema, tables
from pentrace.errors import PentraceError
from pentrace.generate.sample import MARK, command
from pentrace.generate.settings import SampleSettings
from pentrace.readers import inkml as reader
from pentrace.readers.settings import ParseSettings
from tests.helpers import small_model
from tests.helpers.commands import invoke

SETTINGS = {"lines": 2, "steps": 25, "bias": [0, 0.5], "seed": 3, "prime": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("results")
    small_model.write(made)
    run(made, made / "samples", SETTINGS)
    return made


def run(folder: Path, out: Path, settings: dict, *more: str) -> None:
    given = [*small_model.options(folder), "--out", str(out), "--settings", json.dumps(settings)]
    invoke(command, *given, *more)


def test_writes_points_pictures_and_an_index(folder: Path) -> None:
    out = folder / "samples"
    rows = json.loads((out / "samples.json").read_text())
    names = [row["sample_id"] for row in rows]
    assert names[:4] == ["bias-0-00", "bias-0.5-00", "bias-0-01", "bias-0.5-01"]
    assert names[4].startswith("bias-0-after-validation-")
    expected = {f"{name}.{kind}" for name in names for kind in ("svg", "png", "inkml")}
    expected |= {"points.parquet", "samples.json", "sheet.svg", "sheet.png"}
    assert {path.name for path in out.iterdir()} == expected
    written = ink.from_table(tables.read(out / "points.parquet"))
    assert written.ids == names
    assert written.lengths.tolist() == [row["points"] for row in rows]
    assert written.lengths[:4].tolist() == [26] * 4


def test_ink_starts_at_the_origin_and_keeps_time(folder: Path) -> None:
    written = ink.from_table(tables.read(folder / "samples" / "points.parquet"))
    first = written.first_of_sample()
    assert not written.x[first].any() and not written.y[first].any()
    np.testing.assert_allclose(written.t[:26], np.arange(26) * 0.01)
    assert (np.diff(written.stroke[:26]) >= 0).all() and written.stroke[0] == 0


def test_primer_is_the_real_line_in_tablet_units(folder: Path) -> None:
    row = json.loads((folder / "samples" / "samples.json").read_text())[-1]
    lines = small_model.write(folder)
    steps = lines[row["prime"]].astype(float)
    assert row["primer_points"] == len(steps)
    wide = steps[:, :2] * small_model.NORMALISATION["sd"] + small_model.NORMALISATION["mean"]
    wide[0] = 0
    written = ink.from_table(tables.read(folder / "samples" / "points.parquet"))
    start = written.starts[-2]
    np.testing.assert_allclose(
        np.stack([written.x, written.y], 1)[start : start + len(steps)],
        np.cumsum(wide, axis=0),
        rtol=1e-5,
        atol=1e-3,
    )
    ends = np.cumsum(steps[:, 2]) - steps[:, 2]
    np.testing.assert_array_equal(written.stroke[start : start + len(steps)], ends)


def test_inkml_read_back_is_the_points_table(folder: Path) -> None:
    out = folder / "samples"
    written = ink.from_table(tables.read(out / "points.parquet"))
    paths = [out / f"{name}.inkml" for name in written.ids]
    files = tables.pa.Table.from_pylist(
        [{"path": p.name, "sha256": "", "content": p.read_bytes()} for p in paths]
    )
    parsed = reader.read(files, ParseSettings())
    assert not parsed.rejects
    assert parsed.ink.ids == written.ids
    assert {row["y_axis"] for row in parsed.samples} == {"down"}
    slack = 2e-5 * max(np.ptp(written.x), np.ptp(written.y))
    np.testing.assert_allclose(parsed.ink.x, written.x, atol=slack)
    np.testing.assert_allclose(parsed.ink.y, -written.y, atol=slack)
    np.testing.assert_allclose(parsed.ink.t, written.t, atol=1e-9)
    np.testing.assert_array_equal(parsed.ink.stroke, written.stroke)


def test_same_seed_same_files_another_seed_other_ink(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path / "again", SETTINGS)
    for path in (folder / "samples").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name
    run(folder, tmp_path / "other", {**SETTINGS, "seed": 4, "prime": None, "formats": []})
    other = tables.read(tmp_path / "other" / "points.parquet")["x"].to_numpy()
    assert np.abs(other - tables.read(folder / "samples" / "points.parquet")["x"][: len(other)])[1]


def test_formats_are_those_asked_for(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, {**SETTINGS, "formats": ["svg"], "prime": None})
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg", ".parquet", ".json"}


def test_primers_by_name_from_any_split(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, {"lines": 0, "steps": 5, "prime": ["test-1", "train-0"], "formats": []})
    rows = json.loads((tmp_path / "samples.json").read_text())
    assert [row["prime"] for row in rows] == ["test-1"] * 3 + ["train-0"] * 3


def test_the_note_is_in_every_file_for_people(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, SETTINGS, "--note", "made <up>")
    assert {row["note"] for row in json.loads((tmp_path / "samples.json").read_text())} == {
        "made <up>"
    }
    for path in (folder / "samples").iterdir():
        same = (tmp_path / path.name).read_bytes() == path.read_bytes()
        assert same == (path.name == "points.parquet"), path.name
        if path.suffix in (".svg", ".inkml"):
            assert "made &lt;up&gt;" in (tmp_path / path.name).read_text()
    assert {row["note"] for row in json.loads((folder / "samples/samples.json").read_text())} == {
        None
    }


def test_drawn_signatures_are_marked_in_every_file(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(folder, data)
    rows = tables.read(data / "samples.parquet").to_pylist()
    signed = [row | {"kind": "signature"} for row in rows]
    tables.write_rows(data / "samples.parquet", schema.SAMPLES, signed)
    run(data, tmp_path / "out", SETTINGS, "--note", "synthetic")
    for path in (tmp_path / "out").iterdir():
        if path.suffix in (".svg", ".inkml", ".json"):
            assert f"{MARK}; synthetic" in path.read_text(), path.name
        if path.suffix == ".png":
            assert path.read_bytes() != (folder / "samples" / path.name).read_bytes()
    table = pq.read_schema(tmp_path / "out" / "points.parquet")
    assert table.metadata[b"note"].decode() == MARK


def test_older_samples_are_all_removed(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "samples"
    run(folder, out, {**SETTINGS, "lines": 3, "formats": ["svg", "inkml"]})
    (out / ".snakemake_timestamp").touch()
    with pytest.raises(PentraceError):
        run(folder, out, {**SETTINGS, "prime": ["validation-9"]})
    assert (out / "bias-0-02.svg").is_file()
    run(folder, out, {**SETTINGS, "lines": 1, "prime": None, "formats": ["svg"]})
    drawn = {"bias-0-00.svg", "bias-0.5-00.svg", "sheet.svg"}
    assert {path.name for path in out.iterdir()} == {*drawn, "points.parquet", "samples.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["samples"]


def test_a_folder_with_other_files_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("long")
    with pytest.raises(PentraceError, match=r"thesis\.tex"):
        run(folder, tmp_path, SETTINGS)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("prime", "message"),
    [(["validation-9"], "no line 'validation-9'.*such as validation-"), (50, "there are 4")],
)
def test_unknown_primers_are_refused(
    folder: Path, tmp_path: Path, prime: object, message: str
) -> None:
    with pytest.raises(PentraceError, match=message):
        run(folder, tmp_path, {**SETTINGS, "prime": prime})


def test_network_of_other_units_is_refused(tmp_path: Path) -> None:
    small_model.write(tmp_path)
    other = {**small_model.NORMALISATION, "sd": [41.0, 30.0]}
    (tmp_path / "normalisation.json").write_text(json.dumps(other))
    with pytest.raises(PentraceError, match=r"sd .*train again"):
        run(tmp_path, tmp_path / "samples", SETTINGS)


@pytest.mark.parametrize(
    "given",
    [
        {"lines": 0, "prime": None},
        {"bias": []},
        {"bias": [-1]},
        {"bias": [1, 1]},
        {"formats": ["gif"]},
        {"prime": ["a", "a"]},
        {"prime": -1},
    ],
)
def test_contradictory_settings_are_refused(given: dict) -> None:
    with pytest.raises(ValidationError):
        SampleSettings.model_validate(given)


def test_a_recogniser_that_does_not_exist_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match="gone: no such file; give --reader a recogniser"):
        run(folder, tmp_path / "samples", SETTINGS, "--reader", str(tmp_path / "gone"))
    assert not (tmp_path / "samples").exists()
