"""`pentrace evaluate`: the table of measures, and the rows added to it."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from pydantic import ValidationError

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.evaluate.evaluate import command
from pentrace.evaluate.settings import EvaluateSettings
from pentrace.normalise.settings import NormaliseSettings
from tests.helpers import small_model
from tests.helpers.commands import invoke

SETTINGS = {"generated_lines": 3, "generated_steps": 40, "baseline_components": 2}
LOG_AREA = math.log(40 * 30)


def run(folder: Path, out: Path, settings: dict, *more: str) -> Result:
    files = ["--out-metrics", str(out / "metrics.json"), "--out-lines", str(out / "lines.parquet")]
    files += ["--settings", json.dumps(settings)]
    return invoke(command, *small_model.options(folder), *files, *more)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("results")
    small_model.write(made)
    run(made, made, SETTINGS, "--published", "graves-2013")
    return made


@pytest.fixture(scope="module")
def metrics(folder: Path) -> dict:
    return json.loads((folder / "metrics.json").read_text())


def test_each_split_has_its_rows_with_sigma_filter_and_split(metrics: dict) -> None:
    measured = [row for row in metrics["table"] if row["source"] == "measured"]
    assert [(row["split"], row["model"][:8]) for row in measured] == [
        (split, model)
        for split in ("train", "validation", "test")  # validation2 has no lines
        for model in ("predicti", "baseline", "baseline")
    ]
    for row in measured:
        assert row["sigma"] == [40.0, 30.0]
        assert row["filter"] == {"min_points": 2}
        assert row["recipe"] == "graves"
        raw = row["log_loss_raw_per_point"] - row["log_loss_per_point"]
        assert raw == pytest.approx(LOG_AREA)


def test_rows_report_lost_lines_and_the_use_of_a_split(metrics: dict) -> None:
    networks = {r["split"]: r for r in metrics["table"] if r["model"] == "prediction 2 x 8"}
    assert networks["validation"]["lines"] == 4
    assert networks["validation"]["lines_in_split"] == 5  # one was dropped by the filter
    roles = {split: row["role"] for split, row in networks.items()}
    assert roles == {"train": "training", "validation": "early stopping", "test": "unseen"}


def test_published_figures_are_added_only_if_asked_for(
    folder: Path, metrics: dict, tmp_path: Path
) -> None:
    published = [row for row in metrics["table"] if "Graves" in row["source"]]
    assert {row["log_loss_per_sequence"] for row in published} >= {-1025.7, -1041.0, -1057.7}
    assert all(row["split"] == "validation" and row["lines"] == 1438 for row in published)
    run(folder, tmp_path, {**SETTINGS, "generated_lines": 0})
    other = json.loads((tmp_path / "metrics.json").read_text())
    assert all(row["source"] == "measured" for row in other["table"])
    assert other["distributions"] is None


def test_lines_add_up_to_the_table(folder: Path, metrics: dict) -> None:
    found = tables.read(folder / "lines.parquet")
    assert found.schema.equals(schema.LINES)
    lines = found.to_pandas()
    assert len(lines) == 12
    for split, part in lines.groupby("split"):
        row = next(r for r in metrics["table"] if r["split"] == split)
        steps = part["n_steps"].sum()
        assert steps == row["steps"]
        assert part["log_loss"].mean() == pytest.approx(row["log_loss_per_sequence"])
        assert part["log_loss_raw"].sum() / steps == pytest.approx(row["log_loss_raw_per_point"])
        assert part["squared_error"].sum() / steps == pytest.approx(row["squared_error_per_point"])
        right = part["end_of_stroke_correct"].sum() / steps
        assert right == pytest.approx(row["end_of_stroke_accuracy"])


def test_distributions_compare_real_and_generated(metrics: dict) -> None:
    found = metrics["distributions"]
    assert (found["split"], found["unit"], found["bias"]) == ("validation", "tablet unit", 0)
    assert set(found["quantities"]) == {"dx", "dy", "speed", "stroke_length", "stroke_points"}
    dx = found["quantities"]["dx"]
    assert dx["generated"]["count"] == 3 * 40
    assert dx["real"]["sd"] == pytest.approx(40, rel=0.3)
    assert dx["wasserstein"] > 0 and dx["wasserstein_sd_real"] > 0


def test_batches_threads_and_chunks_do_not_matter(
    folder: Path, metrics: dict, tmp_path: Path
) -> None:
    run(folder, tmp_path, {**SETTINGS, "batch_size": 3, "chunk": 5}, "--threads", "2")
    other = json.loads((tmp_path / "metrics.json").read_text())
    for first, second in zip(metrics["table"], other["table"], strict=False):
        assert first["log_loss_per_sequence"] == pytest.approx(
            second["log_loss_per_sequence"], rel=1e-6
        )


def test_same_input_same_bytes(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, SETTINGS, "--published", "graves-2013")
    for name in ("metrics.json", "lines.parquet"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_fewer_lines_are_reported(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, {**SETTINGS, "lines": 2, "splits": ["train"]})
    table = json.loads((tmp_path / "metrics.json").read_text())["table"]
    assert {(row["lines"], row["lines_in_split"]) for row in table} == {(2, 6)}


def test_a_single_split_without_lines_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match="no line in validation2"):
        run(folder, tmp_path, {**SETTINGS, "splits": ["validation2"]})


def test_line_height_takes_each_scale_from_the_frames(tmp_path: Path) -> None:
    lines = small_model.write(tmp_path)
    settings = NormaliseSettings.model_validate({"recipe": "line-height"}).model_dump()
    small_model.normalise_by(tmp_path, {"recipe": "line-height", "settings": settings})
    with pytest.raises(PentraceError, match="frames: no such folder; build it with snakemake"):
        run(tmp_path, tmp_path, SETTINGS)
    rows = [
        {"sample_id": name, "x0": 0, "y0": 0, "y_sign": -1, "scale": 2.0 + i, "slant": 0.1,
         "baseline": 0} for i, name in enumerate(lines)
    ]  # fmt: skip
    tables.write_rows(tmp_path / "frames" / "00.parquet", schema.FRAMES, rows)
    run(tmp_path, tmp_path, SETTINGS)
    found = tables.read(tmp_path / "lines.parquet").to_pandas().set_index("sample_id")
    gain = (found["log_loss_raw"] - found["log_loss"]) / found["n_steps"]
    expected = [LOG_AREA + 2 * math.log(2.0 + list(lines).index(name)) for name in found.index]
    np.testing.assert_allclose(gain, expected)


def test_settings_are_checked() -> None:
    for given in ({"splits": []}, {"splits": ["dev"]}, {"splits": ["test", "test"]}, {"lines": 0}):
        with pytest.raises(ValidationError):
            EvaluateSettings.model_validate(given)


def test_every_key_is_documented(metrics: dict) -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text()
    dx = metrics["distributions"]["quantities"]["dx"]
    calibration = metrics["calibration"]["train"]
    parts = [metrics, metrics["table"][0], metrics["distributions"], dx, dx["real"]]
    parts += [dx["histogram"], calibration, calibration["bins"][0], metrics["network"]]
    keys = {key for part in parts for key in part}
    assert not {key for key in keys if f"`{key}`" not in page}
