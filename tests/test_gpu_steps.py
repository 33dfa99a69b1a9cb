"""benchmarks/gpu.sh, on a CPU and as small as possible: each step writes its JSON."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from benchmarks.gpu_report import tests as numbers_of_tests
from benchmarks.gpu_settings import settings

from pentrace.networks.settings import NetworkSettings
from tests.helpers.checkout import ROOT
from tests.helpers.processes import ENVIRONMENT
from tests.helpers.small_data import write_data
from tests.train.test_train import SPLITS, UNITS, waves

NETWORKS = yaml.safe_load((ROOT / "benchmarks/gpu.yaml").read_text())["networks"]
JUNIT = """<testsuites><testsuite tests="3" failures="1" errors="0" skipped="1">
<testcase classname="tests.a" name="good"/>
<testcase classname="tests.a" name="wrong"><failure/></testcase>
<testcase classname="tests.b" name="none"><skipped/></testcase></testsuite></testsuites>"""


@pytest.mark.parametrize("name", NETWORKS)
def test_settings_of_a_network_are_valid(name: str) -> None:
    assert NetworkSettings.model_validate(settings(name, 1000, tiny=False)).train.steps == 1000


def test_failed_tests_are_named(tmp_path: Path) -> None:
    (tmp_path / "tests.xml").write_text(JUNIT)
    found = numbers_of_tests(tmp_path / "tests.xml")
    assert found == {
        "tests": 3,
        "failures": 1,
        "errors": 0,
        "skipped": 1,
        "failed": ["tests.a.wrong"],
    }


def step(*words: object, limit: int = 100) -> subprocess.CompletedProcess:
    tiny = {"PENTRACE_TINY": "1", "PYTHON": sys.executable, "LIMIT": str(limit)}
    return subprocess.run(
        ["bash", ROOT / "benchmarks/gpu.sh", *map(str, words)],
        env={**ENVIRONMENT, **tiny},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_it_trains_and_measures(tmp_path: Path) -> None:
    lines = {split: waves(6, number) for number, split in enumerate(SPLITS)}
    write_data(tmp_path, {s: {f"{s}-{i}": line for i, line in enumerate(lines[s])} for s in lines})
    (tmp_path / "normalisation.json").write_text(json.dumps(UNITS))
    out = tmp_path / "out"
    made = step("train", out, tmp_path, "prediction-3x400", 4)
    assert made.returncode == 0, made.stderr + made.stdout
    folder = out / "prediction-3x400"
    trained = json.loads((folder / "train.json").read_text())
    assert len(trained["rows"]) == 4 and trained["device"] == "CPU"
    made = step("loss", out, tmp_path, folder / "model.safetensors")
    assert made.returncode == 0, made.stderr + made.stdout
    (losses,) = json.loads((out / "loss.json").read_text())
    assert losses["all"]["sd per axis"] / losses["all"]["predicted points"] * 6 == pytest.approx(
        trained["best_validation_loss"], rel=1e-4
    )
