"""Where outputs go: files, links, standard output, devices, pipes; and what is refused at once."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from pentrace.__main__ import cli
from pentrace.describe import markdown
from pentrace.errors import PentraceError, UsageError, explained
from pentrace.files import check_output, whole_file, whole_folder, write_text
from tests.helpers.processes import ENVIRONMENT
from tests.helpers.small_synthesis import save


def run(*words: object, status: int = 0, **given: object) -> subprocess.CompletedProcess:
    """`python -m pentrace` with `words` in a separate process."""
    call = [sys.executable, "-m", "pentrace", *map(str, words)]
    done = subprocess.run(call, env=ENVIRONMENT, **{"capture_output": True, "text": True, **given})
    assert done.returncode == status, done.stderr
    return done


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (["page", "-o", "w.txt"], "w.html"),
        (["learn", "x", "-o", "me.bin"], "me.safetensors"),
        (["export", "-o", "net"], "net.onnx"),
    ],
)
def test_a_name_that_does_not_fit_its_content_is_refused(words: list[str], right: str) -> None:
    with pytest.raises(UsageError, match=f"{words[-1]}: the file to write is .*; name it {right}"):
        CliRunner().invoke(cli, words, catch_exceptions=False)


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there/file")
    for text in ("new", "replaced"):  # the link points to nothing at first
        write_text(tmp_path / "link", text)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "there/file").read_text() == text
    (tmp_path / "folder").symlink_to("elsewhere")
    with whole_folder(tmp_path / "folder") as made:
        (made / "a").write_text("a")
    assert (tmp_path / "folder").is_symlink() and (tmp_path / "elsewhere/a").exists()


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write_text(pipe, "any text")
    reader.join(10)
    assert read == ["any text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode) and list(tmp_path.iterdir()) == [pipe]


def test_a_device_is_written_to() -> None:
    ours, theirs = os.openpty()
    try:
        device = Path(os.ttyname(theirs))
        write_text(device, "any text")
        assert os.read(ours, 100) == b"any text"
        assert stat.S_ISCHR(device.stat().st_mode)
    finally:
        os.close(ours)
        os.close(theirs)


def test_nothing_is_written_after_an_error(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    for path in (Path("-"), tmp_path / "file"):
        with pytest.raises(ValueError), whole_file(path) as partial:
            partial.write_text("half")
            raise ValueError
    assert capfd.readouterr().out == "" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["-", "link"])
def test_standard_output(name: str, tmp_path: Path) -> None:
    if name == "link":  # as /dev/stdout is one, which a test must not put at risk
        link = tmp_path / "stdout"
        link.symlink_to("/proc/self/fd/1")
        name = str(link)
    assert run("describe", "-o", name).stdout == markdown()
    with (tmp_path / "file").open("w") as file:
        file.write("first\n")
        file.flush()
        run("describe", "-o", name, capture_output=False, text=False, stdout=file)
    assert (tmp_path / "file").read_text() == "first\n" + markdown()


def test_messages_are_kept_out_of_standard_output(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("datasets: {}")
    done = run("report", "--config", tmp_path / "config.yaml", "-o", "-")
    assert done.stdout.startswith("<!doctype html>") and done.stdout.endswith("</html>")
    assert done.stderr.startswith("-: 0 data sets")


@pytest.mark.parametrize(
    ("folder", "path", "wrong"),
    [
        (False, "gone/file", "there is no folder .*gone; make it with: mkdir -p .*gone"),
        (False, "file/file", "there is no folder .*file; make it"),
        (False, "link", "there is no folder .*nowhere; make it"),
        (False, ".", "is a folder; name a file in it"),
        (True, "gone/folder", "there is no folder .*gone; make it"),
        (True, "file", "is a file; name a folder"),
        (True, "-", "a folder cannot be standard output; name a folder"),
    ],
)
def test_an_output_that_cannot_be_made_is_refused_with_the_remedy(
    folder: bool, path: str, wrong: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere/file")
    with pytest.raises(PentraceError, match=wrong):
        check_output(Path(path) if path == "-" else tmp_path / path, folder)


def test_outputs_are_checked_before_anything_is_read(tmp_path: Path) -> None:
    words = ["write", "a", "--model", "gone", "-o", str(tmp_path / "gone/page.svg")]
    error = CliRunner().invoke(cli, words).exception
    assert isinstance(error, PentraceError) and "there is no folder" in str(error)


def test_errors_of_the_system_are_one_line(tmp_path: Path) -> None:
    done = run("describe", "-o", tmp_path / ("x" * 250), status=1)
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert "ile name too long; give a shorter name" in done.stderr
    with Path("/dev/full").open("w") as full:
        given = {"capture_output": False, "stdout": full, "stderr": subprocess.PIPE}
        done = run("describe", status=1, **given)
    assert done.stderr == (
        "pentrace: standard output: no space left on device; free some space on the disk\n"
    )
    assert explained(OSError("disk\nlost")) == "disk; check the disk and the path"


def test_closed_standard_streams_are_one_line(tmp_path: Path) -> None:
    for words in (["list"], ["describe"], ["describe", "-o", tmp_path / "a"], ["--help"]):
        done = closed(1, words)
        assert done.stderr == (
            "pentrace: standard output is closed; redirect it to a file or to /dev/null\n"
        )
        assert done.returncode == 1 and not list(tmp_path.iterdir())
    model = save(tmp_path / "model.safetensors")
    done = closed(0, ["write", "-", "--model", model, "-o", tmp_path / "a.svg"])
    assert done.stderr == "pentrace: standard input is closed; give TEXT or --file\n"
    assert done.returncode == 1


def closed(stream: int, words: list) -> subprocess.CompletedProcess:
    """`python -m pentrace` with `words`, started with this standard stream closed."""
    call = f'exec "$@" {">" if stream else "<"}&-'
    shell = ["sh", "-c", call, "sh", sys.executable, "-m", "pentrace", *map(str, words)]
    return subprocess.run(shell, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    given = {"capture_output": False, "stdout": writing, "stderr": subprocess.PIPE}
    assert run("describe", status=141, **given).stderr == ""
    os.close(writing)


def test_ctrl_c_ends_any_command_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pentrace.describe.markdown", stopped)
    done = CliRunner().invoke(cli, ["describe"])
    assert (done.exit_code, done.stderr, done.stdout) == (130, "pentrace: stopped\n", "")


def test_two_outputs_in_one_file_are_refused(tmp_path: Path) -> None:
    given = ["normalise", *("--cleaned", "a"), *("--samples", "b"), *("--normalisation", "c")]
    given += ["--out-offsets", str(tmp_path / "one"), "--out-frames", str(tmp_path / "one")]
    done = CliRunner().invoke(cli, given)
    assert isinstance(done.exception, PentraceError) and done.exception.status == 2
    assert "two outputs cannot be one file" in str(done.exception)


def test_a_name_that_ends_with_a_slash_is_no_file(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["describe", "-o", f"{tmp_path}/page.md/"])
    assert "page.md/: the name of a folder; name a file in it" in str(done.exception)


def test_a_loop_of_links_is_replaced(tmp_path: Path) -> None:
    one, other = tmp_path / "one.md", tmp_path / "other.md"
    one.symlink_to(other)
    other.symlink_to(one)
    run("describe", "-o", one)
    assert one.read_text().startswith("#")


def test_an_output_that_cannot_be_written_has_the_name_that_was_given(tmp_path: Path) -> None:
    done = run("describe", "-o", "/proc/page.md", status=1)
    assert done.stderr.startswith("pentrace: /proc/page.md: no such file or folder; ")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_during_the_first_imports_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import pentrace.__main__"
    given = {"capture_output": True, "text": True, "env": ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", program], **given)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "pentrace: stopped\n")
