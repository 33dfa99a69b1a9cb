"""Facts of a run: when, with what code, on which machine, and how long the stages took."""

import getpass
import json
import platform
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from pentrace.report.job_times import stages
from pentrace.report.run_facts import command, commit
from tests.helpers.commands import invoke

NETWORK = "results/ink/net"


def record(records: Path, path: str, inputs: list[str], start: float, **more: object) -> None:
    """Save a record of the file at `path` as Snakemake does."""
    name = urlsafe_b64encode(path.encode()).decode()
    parts = [name[i : i + 254] for i in range(0, len(name), 254)]
    file = records.joinpath(*(f"@{part}" for part in parts[:-1]), parts[-1])
    file.parent.mkdir(parents=True, exist_ok=True)
    found = {"rule": "parse", "shellcmd": None, "input": inputs, "log": [f"{path}.log"],
             "starttime": start, "endtime": start + 2.5, **more}  # fmt: skip
    file.write_text(json.dumps(found))


@pytest.fixture
def records(tmp_path: Path) -> Path:
    made = tmp_path / ".snakemake/metadata"
    record(made, "data/demo/a.zip", ["code.py"], 1, rule="demo")
    for shard in ("00", "01"):
        parsed = f"results/ink/points/{shard}.parquet"
        command = {"shellcmd": "pentrace parse --dataset ink > log 2>&1"}
        record(made, parsed, ["data/demo/a.zip"], 10, rule="parse", **command)
    inputs = [f"results/ink/points/{shard}.parquet" for shard in ("00", "01")]
    train = {"rule": "train_synthesis", "shellcmd": "pentrace train --data results/ink"}
    for name, end in (("model.safetensors", 100.0), ("history.parquet", 120.0)):  # one job
        log = [f"{NETWORK}/train.log"]
        record(made, f"{NETWORK}/{name}", inputs, 20, log=log, endtime=end, **train)
    for name in ("a", "b" * 300):
        path = f"{NETWORK}/plots/{name}.png"
        plot = {"rule": f"plot_{name}", "shellcmd": f"pentrace plot {name}"}
        record(made, path, [f"{NETWORK}/model.safetensors"], 130, **plot)
    record(made, "results/other/points/00.parquet", ["data/demo/a.zip"], 10)
    return made


def test_times_are_of_all_jobs_that_made_the_files_and_of_no_others(records: Path) -> None:
    files = [f"{NETWORK}/history.parquet", f"{NETWORK}/plots/a.png"]
    files += [f"{NETWORK}/plots/{'b' * 300}.png", "results/no-record"]
    found = stages(files, Path("results"), records)
    assert [(row["of"], row["stage"], row["jobs"], row["seconds"]) for row in found] == [
        ("", "demo", 1, 2.5),
        ("ink", "parse", 2, 5.0),
        ("ink/net", "train", 1, 100.0),
        ("ink/net", "plot", 2, 5.0),
    ]
    assert [row["end"] for row in found] == [3.5, 12.5, 120.0, 132.5]


def test_without_readable_records_there_are_no_times(tmp_path: Path, records: Path) -> None:
    assert stages(["a"], Path("results"), tmp_path / "nothing") == []
    for file in records.rglob("*"):
        if file.is_file():
            file.write_text("{")
    assert stages([f"{NETWORK}/history.parquet"], Path("results"), records) == []


def test_facts_name_versions_and_machine_and_no_person_or_path(
    tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    out = tmp_path / "run.json"
    invoke(command, "--results", "results", "--out", out, f"{NETWORK}/model.safetensors")
    text = out.read_text()
    found = json.loads(text)
    assert found["versions"]["Python"] == platform.python_version()
    assert set(found["versions"]) == {"Python", "pentrace", "torch", "numpy", "snakemake"}
    assert int(found["machine"]["cores"]) > 0 and found["machine"]["memory"].endswith(" GiB")
    assert [row["stage"] for row in found["stages"]] == ["demo", "parse", "train"]
    assert found["stages"][2]["end"] == "1970-01-01 00:01 UTC"
    assert str(tmp_path) not in text and "/" not in "".join(found["machine"].values())
    for private in (platform.node(), getpass.getuser()):
        assert private not in text.replace('"', " ").split()


def test_a_changed_checkout_and_a_missing_one_are_reported(tmp_path: Path) -> None:
    package = tmp_path / "project/src/package"
    package.mkdir(parents=True)
    module = package / "__init__.py"
    module.write_text("")

    def git(*words: str) -> None:
        own = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", tmp_path / "project", *own, *words], check=True)

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    assert commit(package) is None  # in a repository, but not part of it
    git("add", ".")
    git("commit", "-q", "-m", "second")
    found = commit(package)
    assert found is not None and len(found["id"]) == 40 and not found["changed"]
    (tmp_path / "project/config.yaml").write_text("changed")
    changed = commit(package)
    assert changed == {"id": found["id"], "changed": True}
