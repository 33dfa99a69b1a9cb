"""What reruns when something changes: the workflow is run, one thing edited, and run again."""

import os
import shutil
import signal
import subprocess
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.checkout import SMOKE, Checkout, snakemake_call

pytestmark = pytest.mark.slow

TABLES = ("tables", *SMOKE)
# What follows from one shard's points, for the data set whose shard it is.
WINDOWS = {f"{rule} {data}" for rule in ("windows", "card") for data in ("demo-iam", "demo-svc")}
AFTER_PARSE = ("label", "samples", "statistics", "windows")


@pytest.fixture(scope="session")
def built(once: Callable[..., Checkout]) -> Checkout:
    """A project with tables from unpacked trees, so that single files can change."""

    def prepare(project: Checkout) -> None:
        project.snakemake("demo", *SMOKE)
        unpack(project.folder / "data" / "demo")
        project.snakemake(*TABLES)

    return once("built", prepare)


@pytest.fixture
def project(built: Checkout, tmp_path: Path) -> Checkout:
    """A copy of the built project, times of change kept."""
    return built.copy(tmp_path / "project")


def unpack(demo: Path) -> None:
    for archive in demo.glob("iam/*.tar.gz"):
        with tarfile.open(archive) as tar:
            tar.extractall(archive.parent, filter="data")
    with zipfile.ZipFile(demo / "svc" / "Task2.zip") as zipped:
        zipped.extractall(demo / "svc")


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
    project.edit(str(raw), '<Point x="', '<Point x="1')
    ran = project.rules(*TABLES)
    shard = {words for words in ran if words.startswith("parse ")}
    assert len(shard) == 1
    number = shard.pop().split()[-1]
    each = {f"{rule} demo-iam {number}" for rule in ("collect_shard", "parse")}
    # Statistics and labels are of the whole data set, so what uses them follows in every shard.
    every = {f"{rule} demo-iam {s}" for rule in ("clean", "normalise") for s in ("00", "01")}
    after = {f"{rule} demo-iam" for rule in (*AFTER_PARSE, "card")}
    assert ran == each | every | after | {"tables"}


def test_one_config_value_reruns_only_what_uses_it(project: Checkout) -> None:
    project.edit("config.yaml", "  stride: 300 ", "  stride: 200 ")
    assert project.rules("-n", *TABLES) == WINDOWS | {"tables"}


def test_a_value_of_one_data_set_leaves_the_other_alone(project: Checkout) -> None:
    own = "    windows: {length: 310}\n    note: synthetic "
    project.edit("config.yaml", "    note: synthetic ", own)
    assert project.rules("-n", *TABLES) == {"windows demo-iam", "card demo-iam", "tables"}


def test_another_stride_reruns_the_networks_that_read_windows_and_no_others(
    whole_copy: Checkout,
) -> None:
    assert whole_copy.rules("-n", *SMOKE) == set()
    whole_copy.edit("config.yaml", "  stride: 300 ", "  stride: 200 ")
    ran = whole_copy.rules("-n", *SMOKE)
    follows = {rule for rule in ran if rule.endswith(" demo-iam prediction")}
    # Its samples, measures and figures follow; networks on lines are not trained again.
    assert {f"{rule} demo-iam prediction" for rule in ("train", "sample", "evaluate")} < follows
    assert ran - follows == WINDOWS | {"configuration", "run_facts", "report", "all"}


def test_a_module_reruns_the_stages_that_import_it(project: Checkout) -> None:
    with (project.folder / "src/pentrace/windows/cut.py").open("a") as module:
        module.write("# changed\n")
    assert project.rules("-n", *TABLES) == WINDOWS | {"tables"}


def test_a_reader_reruns_the_data_sets_that_it_reads(project: Checkout) -> None:
    with (project.folder / "src/pentrace/readers/svc2004.py").open("a") as module:
        module.write("# changed\n")
    once = {"label", "samples", "statistics", "windows", "card"}
    sharded = {"parse", "clean", "normalise"}
    expected = {f"{rule} demo-svc" for rule in once} | {f"{r} demo-svc 00" for r in sharded}
    assert project.rules(*TABLES) == expected | {"tables"}
    assert "Nothing to be done" in project.snakemake(*TABLES)


def test_fewer_shards_leave_no_old_file_behind(project: Checkout) -> None:
    project.edit("workflow/presets/smoke.yaml", "shards: 2", "shards: 1")
    left = [
        project.folder / name / ".lines.12.partial" for name in ("results/demo-iam", "data/demo")
    ]
    for folder in left:  # by a killed job
        folder.mkdir()
    project.snakemake(*TABLES)
    assert not any(folder.exists() for folder in left)
    points = project.folder / "results/demo-iam/points"
    assert [path.name for path in points.iterdir()] == ["00.parquet"]


def test_a_wrong_key_is_named_before_any_job(checkout: Checkout) -> None:
    checkout.edit("config.yaml", "  spike: ", "  spikes: ")
    printed = checkout.snakemake(*TABLES, fails=True)
    assert "clean.spikes: unknown key; did you mean 'spike'?" in printed
    assert not (checkout.folder / "results").exists()


def test_a_dry_run_writes_nothing(checkout: Checkout) -> None:
    raw = checkout.folder / "data/raw/text/alice"
    raw.mkdir(parents=True)
    (raw / "alice.txt").write_text("a text\n" * 99)
    before = files(checkout.folder)
    every = ("--config", "run=[demo-iam, demo-svc, kanji, shakespeare, alice]")
    assert "train shakespeare small-text" in checkout.rules("-n", *every)
    assert files(checkout.folder) == before


def files(folder: Path) -> set[Path]:
    """Files and folders, without those of Snakemake and of the Python interpreter."""
    left_out = {".snakemake", "__pycache__"}
    return {path for path in folder.rglob("*") if not left_out & {*path.parts}}


def test_missing_raw_data_is_an_error_that_names_the_files(checkout: Checkout) -> None:
    printed = checkout.snakemake("tables", "--configfile", "workflow/presets/real.yaml", fails=True)
    assert "data/raw/iam" in printed and "lineStrokes" in printed


def test_a_killed_run_continues_to_the_same_bytes(built: Checkout, tmp_path: Path) -> None:
    again = built.copy(tmp_path / "again")
    for made in ("results", ".snakemake"):
        shutil.rmtree(again.folder / made)
    run = subprocess.Popen(
        snakemake_call(*TABLES),
        cwd=again.folder,
        env=again.environment(),
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
