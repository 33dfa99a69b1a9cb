"""Errors of the operating system: one line with path and remedy, and nothing half written."""

import errno
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click import Context
from matplotlib.figure import Figure

from pentrace import tables
from pentrace.__main__ import COMMANDS, cli
from pentrace.collect.find import find_ink
from pentrace.collect.write_shards import pack
from pentrace.demo.archives import tar, zipped
from pentrace.errors import (
    PentraceError,
    UsageError,
    explained,
    in_one_line,
    refuse_other_systems,
)
from pentrace.files import whole_folder, write_json, write_text
from pentrace.networks.model_file import read as read_model
from pentrace.options import Input
from pentrace.plot.style import save
from pentrace.readers.sources.inkml import INK
from pentrace.run_process import VARIABLE, end_with_run
from tests.helpers.processes import ENVIRONMENT
from tests.test_outputs import run

LARGE = 100_000


@contextmanager
def full_disk() -> Iterator[None]:
    """In the block no file can have more than 1000 bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def write_table(path: Path) -> None:
    kind = pa.schema([pa.field("x", pa.float64(), nullable=False)])
    values = np.random.default_rng(0).random(LARGE)
    tables.write(path, kind, [pa.table({"x": values}, kind)])


def write_tar(path: Path) -> None:
    with tar(path) as add:
        add("a", np.random.default_rng(0).bytes(LARGE))


def write_zip(path: Path) -> None:
    with zipped(path, "a comment") as add:
        add("a", np.random.default_rng(0).bytes(LARGE))


def write_figure(path: Path) -> None:
    figure = Figure()
    figure.add_subplot().plot(np.random.default_rng(0).random(1000))
    save(figure, path)


def write_folder(path: Path) -> None:
    with whole_folder(path) as folder:
        write_text(folder / "deep" / "a.txt", "x" * LARGE)


WRITERS: dict[str, Callable[[Path], object]] = {
    "a.parquet": write_table,
    "a.json": lambda path: write_json(path, ["x"] * LARGE),
    "a.tar.gz": write_tar,
    "a.zip": write_zip,
    "a.png": write_figure,
    "folder": write_folder,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_is_one_line_with_the_path(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with pytest.raises(OSError) as error, full_disk():
        WRITERS[name](path)
    line = explained(error.value)
    inside = "/deep/a.txt" if name == "folder" else ""
    assert line.startswith(f"{path}{inside}: ") and "\n" not in line, line
    assert line.endswith("raise the limit on the size of a file with: ulimit -f unlimited")
    assert not list(tmp_path.iterdir())


def test_raw_files_that_the_disk_has_no_room_for_name_the_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError) as error, full_disk():
        pack([("a.xml", b"x" * LARGE)], {0: tmp_path / "raw/ink-00.parquet"}, lambda path: 0)
    assert explained(error.value).startswith(f"{tmp_path / 'raw'}: ")


def test_a_full_disk_keeps_the_file_of_before(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "before")
    with pytest.raises(OSError), full_disk():
        write_text(tmp_path / "a.txt", "x" * LARGE)
    assert (tmp_path / "a.txt").read_text() == "before"


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free some space on the disk"),
        (errno.EROFS, "choose a place that can be written"),
        (errno.EACCES, "change its permissions, or choose another place"),
        (errno.EIO, "check the disk, then read or copy the file again"),
        (errno.EPIPE, "check the disk and the path"),
    ],
)
def test_where_no_command_catches_it_it_is_one_line_too(number: int, remedy: str) -> None:
    with pytest.raises(PentraceError, match=rf"^a/b: .*; {remedy}$"), in_one_line():
        raise OSError(number, os.strerror(number), "a/b")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("describe", "-o", "{}/file/a.md"), 2),
        (("write", "a", "--model", "{}/folder.safetensors", "-o", "{}/a.svg"), 1),
        (("write", "a", "--style", "{}/unreadable.json", "-o", "{}/a.svg"), 1),
        (("write", "a", "--style", "{}/unreadable.xml", "-o", "{}/a.svg"), 1),
        (("write", "--file", "{}/unreadable.json", "-o", "{}/a.svg"), 1),
    ],
)
def test_commands_name_what_cannot_be_read_or_written(
    words: tuple, status: int, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.safetensors").mkdir()
    for name in ("unreadable.json", "unreadable.xml"):
        (tmp_path / name).symlink_to("/proc/self/mem")  # reading it is an error of the disk
    done = run(*(word.format(tmp_path) for word in words), status=status)
    assert done.stderr.count("\n") == 1 and str(tmp_path) in done.stderr, done.stderr
    assert done.stderr.startswith("pentrace: ") and ";" in done.stderr


@pytest.mark.parametrize("out, name", [("/dev/full", "/dev/full"), ("-", "standard output")])
def test_a_full_device_is_named(out: str, name: str) -> None:
    with Path("/dev/full").open("w") as full:
        streams = {"capture_output": False, "stdout": full, "stderr": subprocess.PIPE}
        done = run("describe", "-o", out, status=1, **streams)
    assert (
        done.stderr == f"pentrace: {name}: no space left on device; free some space on the disk\n"
    )


def test_no_command_reads_a_device_or_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read = set()
    for command in COMMANDS:
        for parameter in cli.get_command(Context(cli), command).params:
            if isinstance(parameter.type, Input) and not parameter.type.pipe:
                read.add(command)
                for path in ("/dev/zero", tmp_path / "pipe"):
                    with pytest.raises(UsageError, match=f"^{path}: a device or a pipe, not a fi"):
                        parameter.type.convert(path, parameter, None)
    assert {"parse", "train", "learn", "style", "verify-rates", "report"} <= read


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--style", "/dev/zero", "a"), 2),
        (("--style-mix", "/dev/zero", "0.5", "--style", "/dev/zero", "a"), 2),
        (("--file", "/dev/zero"), 1),
        (("--model", "/dev/zero", "a"), 2),
    ],
)
def test_an_endless_input_of_a_page_is_refused_by_name(words: tuple[str, ...], status: int) -> None:
    done = run("write", *words, "-o", "/dev/null", "--form", "svg", status=status)
    assert re.fullmatch(r"pentrace: /dev/zero: .*; .*\n", done.stderr), done.stderr


def test_a_pipe_among_raw_files_is_refused_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.inkml")
    with pytest.raises(UsageError, match=r"a\.inkml: a device or a pipe"):
        find_ink(INK, tmp_path)


def test_a_folder_of_raw_files_is_written_to_the_disk_before_it_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    place = "/proc/self/fd/{}".format
    monkeypatch.setattr(
        "os.fsync", lambda number: events.append(str(Path(place(number)).readlink()))
    )
    with whole_folder(tmp_path / "made") as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "a.txt").write_text("a")
    assert [Path(path).name for path in events[-4:-1]] == ["deep", "a.txt", folder.name]
    assert events[-1] == str(tmp_path)


def test_a_model_that_cannot_be_read_is_not_called_incomplete(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").symlink_to("/proc/self/mem")
    with pytest.raises((PentraceError, OSError), match=r"mem|model"):
        read_model(tmp_path / "model.safetensors", "np")


def test_a_folder_is_not_called_a_damaged_table(tmp_path: Path) -> None:
    with pytest.raises(OSError) as error:
        tables.read(tmp_path)
    assert explained(error.value) == f"{tmp_path}: is a directory; name a file"


def test_other_systems_are_refused_in_one_sentence() -> None:
    refuse_other_systems()
    with pytest.raises(PentraceError, match="runs on Linux and macOS; on Windows, install WSL"):
        refuse_other_systems("nt")


JOB = "import time; from pentrace.run_process import *; end_with_run(); print(1, flush=True); "


def test_a_job_ends_when_its_run_is_killed() -> None:
    began = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
    job = subprocess.Popen(
        [sys.executable, "-c", JOB + "time.sleep(100)"],
        stdout=subprocess.PIPE,
        env={**ENVIRONMENT, VARIABLE: str(began.pid)},
    )
    try:
        assert job.stdout is not None and job.stdout.readline() == b"1\n"
        assert job.poll() is None
        began.kill()
        began.wait()
        assert job.wait(30) == -signal.SIGKILL
    finally:
        for process in (began, job):
            process.kill()
            process.communicate()


@pytest.mark.parametrize("run", ["gone", "", "x"])
def test_a_job_whose_run_cannot_be_seen_goes_on(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setenv(VARIABLE, str(ended.pid) if run == "gone" else run)
    monkeypatch.setattr("pentrace.run_process.EVERY", 0.01)
    end_with_run()
    time.sleep(0.1)
    assert json.loads("1") == 1  # this process is still there
