"""What reruns when something changes: the workflow is run, one thing edited, and run again."""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from tests.conftest import SMOKE, Checkout, check_out

TABLES = ("tables", *SMOKE)
# What follows from one shard's points, for the data set whose shard it is.
AFTER_PARSE = ("label", "samples", "statistics", "windows")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A project whose tables are made from unpacked trees, so that single files can change."""
    checkout = check_out(tmp_path_factory.mktemp("built") / "project")
    checkout.snakemake("demo", *SMOKE)
    unpack(checkout.folder / "data" / "demo")
    checkout.snakemake(*TABLES)
    return checkout


@pytest.fixture
def project(built: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the built project, times of change kept."""
    shutil.copytree(built.folder, tmp_path / "project", symlinks=True)
    return Checkout(tmp_path / "project")


def unpack(demo: Path) -> None:
    for archive in demo.glob("iam/*.tar.gz"):
        with tarfile.open(archive) as tar:
            tar.extractall(archive.parent, filter="data")
    with zipfile.ZipFile(demo / "svc" / "Task2.zip") as zipped:
        zipped.extractall(demo / "svc")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes()
    assert old.encode() in text, path
    path.write_bytes(text.replace(old.encode(), new.encode(), 1))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.parquet")}


def test_an_untouched_tree_has_nothing_to_do(project: Checkout) -> None:
    assert "Nothing to be done" in project.snakemake(*TABLES)


def test_touching_files_without_changing_them_reruns_nothing(project: Checkout) -> None:
    for folder in ("data", "src", "results/demo-iam/points"):
        for path in (project.folder / folder).rglob("*.*"):
            path.touch()
    assert "Nothing to be done" in project.snakemake(*TABLES)


def test_one_raw_file_reparses_its_shard_and_what_follows(project: Checkout) -> None:
    raw = sorted((project.folder / "data/demo/iam/lineStrokes").rglob("*-02.xml"))[3]
    edit(raw, '<Point x="', '<Point x="1')
    ran = project.rules(*TABLES)
    shard = {words for words in ran if words.startswith("parse ")}
    assert len(shard) == 1
    number = shard.pop().split()[-1]
    each = {f"{rule} demo-iam {number}" for rule in ("collect_shard", "parse")}
    # Statistics and labels are of the whole data set, so what uses them follows in every shard.
    every = {f"{rule} demo-iam {s}" for rule in ("clean", "normalise") for s in ("00", "01")}
    assert ran == each | every | {f"{rule} demo-iam" for rule in AFTER_PARSE} | {"tables"}


def test_one_config_value_reruns_only_what_uses_it(project: Checkout) -> None:
    edit(project.folder / "config.yaml", "  stride: 300 ", "  stride: 200 ")
    assert project.rules(*TABLES) == {"windows demo-iam", "windows demo-svc", "tables"}


def test_a_value_of_one_data_set_leaves_the_other_alone(project: Checkout) -> None:
    own = "    windows: {length: 310}\n    note: synthetic "
    edit(project.folder / "config.yaml", "    note: synthetic ", own)
    assert project.rules(*TABLES) == {"windows demo-iam", "tables"}


def test_another_stride_reruns_the_networks_that_read_windows_and_no_others(
    whole_copy: Checkout,
) -> None:
    assert whole_copy.rules("-n", *SMOKE) == set()
    edit(whole_copy.folder / "config.yaml", "  stride: 300 ", "  stride: 200 ")
    ran = whole_copy.rules("-n", *SMOKE)
    follows = {rule for rule in ran if rule.endswith(" demo-iam prediction")}
    # Its samples, its measures and its figures: networks on lines, are left alone.
    assert {f"{rule} demo-iam prediction" for rule in ("train", "sample", "evaluate")} < follows
    tables = {"windows demo-iam", "windows demo-svc"}
    assert ran - follows == tables | {"configuration", "report", "all"}


def test_a_module_reruns_the_stages_that_import_it(project: Checkout) -> None:
    with (project.folder / "src/pentrace/windows/cut.py").open("a") as module:
        module.write("# changed\n")
    assert project.rules(*TABLES) == {"windows demo-iam", "windows demo-svc", "tables"}


def test_a_reader_reruns_the_data_sets_that_it_reads(project: Checkout) -> None:
    with (project.folder / "src/pentrace/readers/svc2004.py").open("a") as module:
        module.write("# changed\n")
    once = {"label", "samples", "statistics", "windows"}
    sharded = {"parse", "clean", "normalise"}
    expected = {f"{rule} demo-svc" for rule in once} | {f"{r} demo-svc 00" for r in sharded}
    assert project.rules(*TABLES) == expected | {"tables"}
    assert "Nothing to be done" in project.snakemake(*TABLES)


def test_fewer_shards_leave_no_old_file_behind(project: Checkout) -> None:
    edit(project.folder / "workflow/presets/smoke.yaml", "shards: 2", "shards: 1")
    project.snakemake(*TABLES)
    points = project.folder / "results/demo-iam/points"
    assert [path.name for path in points.iterdir()] == ["00.parquet"]


def test_a_wrong_key_is_named_before_any_job(checkout: Checkout) -> None:
    edit(checkout.folder / "config.yaml", "  spike: ", "  spikes: ")
    printed = checkout.snakemake(*TABLES, fails=True)
    assert "clean.spikes: unknown key; did you mean 'spike'?" in printed
    assert not (checkout.folder / "results").exists()


def test_missing_raw_data_is_told_with_where_to_get_it(checkout: Checkout) -> None:
    printed = checkout.snakemake("tables", "--configfile", "workflow/presets/real.yaml", fails=True)
    assert "data/raw/iam" in printed and "lineStrokes" in printed


def test_killed_in_the_middle_goes_on_to_the_same_bytes(built: Checkout, tmp_path: Path) -> None:
    again = check_out(tmp_path / "again")
    again.snakemake("demo", *SMOKE)
    unpack(again.folder / "data" / "demo")
    run = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", *TABLES],
        cwd=again.folder,
        env={**os.environ, "PYTHONPATH": str(again.folder / "src")},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not list((again.folder / "results").glob("*/points/*.parquet")):
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    again.snakemake(*TABLES)
    assert contents(again.folder / "results") == contents(built.folder / "results")
