"""The folder results/: what a configuration makes there, the lock, and what is removed."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pentrace.config.checks import load
from pentrace.config.schema import Config
from pentrace.errors import PentraceError
from pentrace.files import remove_partial
from pentrace.results_folder import lock, network_figures, network_files, prune
from tests.helpers.checkout import ROOT, merged

VALUES = yaml.safe_load((ROOT / "config.yaml").read_text())
TEXT = {"run": ["shakespeare", "alice"]}


def loaded(**change: object) -> Config:
    return load(merged(VALUES, change))


def figures(config: Config, network: str) -> set[str]:
    return {figure.name for figure in network_figures(config, network)}


PRESETS = sorted((ROOT / "workflow/presets").glob("*.yaml"))


def what_is_made(config: Config) -> dict:
    """What the tables and networks of each name are made from."""
    datasets = {
        name: entry.model_dump(exclude={"train"}) for name, entry in config.datasets.items()
    }
    return {"demo": config.demo, "networks": config.networks, "datasets": datasets}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_a_preset_that_changes_what_another_run_made_has_a_separate_folder(preset: Path) -> None:
    default, config = loaded(), loaded(**yaml.safe_load(preset.read_text()))
    assert (config.results == "results") == (what_is_made(config) == what_is_made(default))
    if config.demo != default.demo:
        for name in ("demo-iam", "demo-svc"):
            assert Path(config.datasets[name].raw).parent.match("data/demo-*")


@pytest.mark.parametrize("name", ["src", ".", "results/a", "../results", "/results", "results-"])
def test_another_folder_of_results_is_refused(name: str) -> None:
    with pytest.raises(PentraceError, match="use results, or results-NAME"):
        loaded(results=name)


INK = {"training", "density", "end-of-stroke", "mixture", "samples"}
COMPARED = {"discriminate", "giveaways"}
MEASURED = {"comparison", "reliability"}
WRITTEN = {"biases", "styles", "primed", "window", "hands"}


def test_figures_by_kind_of_network() -> None:
    config = loaded()
    assert figures(config, "prediction") == INK | MEASURED | COMPARED
    assert figures(config, "synthesis") == INK | MEASURED | COMPARED | WRITTEN | {"recognition"}
    assert figures(config, "recogniser") == {"training", "alignment", "fits"}
    assert figures(config, "judge") == {"training"}


def test_figures_by_what_is_measured() -> None:
    config = loaded(evaluate={"generated_lines": 0, "splits": ["test"]}, recogniser=None)
    assert figures(config, "prediction") == INK | COMPARED
    assert figures(config, "synthesis") == INK | COMPARED | WRITTEN


def test_figures_of_text_and_of_characters() -> None:
    config = loaded(**TEXT)
    assert figures(config, "alice-text") == {"training", "temperature"}
    assert figures(config, "transferred-text") == {"training", "temperature", "transfer"}
    assert figures(loaded(run=["kanji"]), "kanji") == INK | MEASURED | {"fictional"}


def test_files_by_kind_of_network() -> None:
    def other(config: Config, network: str) -> set[str]:
        return {name for name in network_files(config, network) if not name.startswith("plots/")}

    written = {"history.parquet", "metrics.json", "samples"}
    compared = {*written, "discriminate.json"}
    assert other(loaded(), "prediction") == compared
    assert other(loaded(), "synthesis") == {*compared, "recognition.json", "style.json"}
    assert other(loaded(recogniser=None), "synthesis") == {*compared, "style.json"}
    aligned = {"alignments.parquet", "fits.parquet"}
    assert other(loaded(), "recogniser") == {"history.parquet", "recognition.json"} | aligned
    assert other(loaded(), "judge") == {"history.parquet", "recognition.json"}
    assert other(loaded(**TEXT), "alice-text") == {*written, "sample-metrics.json"}
    assert other(loaded(run=["kanji"]), "kanji") == {*written, "fictional"}


HOLD = "import sys, time; from pathlib import Path; from pentrace.results_folder import lock; "


def test_a_second_holder_is_refused_until_the_first_one_ends(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD + "lock(Path(sys.argv[1])); print('held'); time.sleep(60)"]
    first = subprocess.Popen(
        [*words, tmp_path / "results"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert first.stdout is not None and first.stdout.readline() == b"held\n"
        with pytest.raises(
            PentraceError, match=r"results/: another run is using this folder; wait"
        ):
            lock(tmp_path / "results")
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    lock(tmp_path / "results")  # the file is there, and no longer locked
    with pytest.raises(PentraceError):
        lock(tmp_path / "results")


def test_a_file_system_without_locks_gives_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lock(tmp_path / "results") == ""

    def fails_with(number: int) -> None:
        def flock(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr("fcntl.flock", flock)

    for number in (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK):
        fails_with(number)
        warning = lock(tmp_path / "other")
        assert "other/: its file system has no locks" in warning and "second run" in warning
    fails_with(errno.EIO)
    with pytest.raises(OSError):
        lock(tmp_path / "other")


KILLED = """
import os, signal, sys
from pathlib import Path
from pentrace.files import whole_file, whole_folder
folder = Path(sys.argv[1])
with whole_file(folder / "deep" / "a.json") as file, whole_folder(folder / "samples") as samples:
    file.write_text("half")
    (samples / "one.svg").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def tree(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir()}


def test_files_and_folders_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path])
    assert done.returncode == -signal.SIGKILL
    assert len(tree(tmp_path)) == 2
    (tmp_path / ".samples.12.old").mkdir()
    (tmp_path / ".samples.12.old" / ".b.12.partial").touch()
    kept = [".lock", ".hidden.partial", "deep/b.json", "fine.1.partial"]
    for name in kept:
        (tmp_path / name).touch()
    remove_partial(tmp_path)
    assert tree(tmp_path) == set(kept)
    assert {p.name for p in tmp_path.rglob("*") if p.is_dir()} == {"deep"}
    remove_partial(tmp_path / "nothing-here")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_shards_beyond_those_of_the_data_set_are_removed(tmp_path: Path) -> None:
    touch(tmp_path / "demo-svc", *(f"points/0{shard}.parquet" for shard in range(4)))
    touch(tmp_path / "iam", "points/09.parquet")  # not in this run
    touch(tmp_path / "demo-svc", "mine/2024.svg", "mine/07.parquet", "points/2024.svg")  # a user's
    prune(loaded(), tmp_path)
    assert tree(tmp_path) == {
        "demo-svc/points/00.parquet", "demo-svc/points/01.parquet", "iam/points/09.parquet",
        "demo-svc/mine/2024.svg", "demo-svc/mine/07.parquet", "demo-svc/points/2024.svg",
    }  # fmt: skip


def test_figures_and_measures_that_are_no_longer_made_are_removed(tmp_path: Path) -> None:
    config = loaded(evaluate={"generated_lines": 0}, recogniser=None)
    folder = tmp_path / "demo-iam" / "synthesis"
    wanted = [name for name in network_files(config, "synthesis") if "." in name]
    own = ["plots/my-own.png", "model.safetensors", "samples/points.parquet"]
    gone = ["plots/comparison.png", "plots/recognition.png", "recognition.json"]
    touch(folder, *wanted, *own, *gone, "fictional/nearest.parquet")
    touch(tmp_path / "demo-iam", "plots/det.png", "verification.json")
    touch(tmp_path / "demo-svc", "plots/det.png", "verification.json")
    touch(tmp_path / "demo-iam", "plots/strokes.png", ".plots.7.partial/strokes.png")
    prune(config, tmp_path)
    assert tree(folder) == {*wanted, *own}
    assert tree(tmp_path / "demo-iam" / "plots") == {"strokes.png"}
    assert not (tmp_path / "demo-iam" / "verification.json").exists()
    assert tree(tmp_path / "demo-svc") == {"plots/det.png", "verification.json"}
    assert not (folder / "fictional").exists() and not list(tmp_path.rglob("*.partial"))
