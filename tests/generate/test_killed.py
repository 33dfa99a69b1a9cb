"""A stage that writes a folder is killed while it writes, and then run again."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from pentrace.files import remove_partial
from pentrace.generate.sample import command
from tests.helpers import small_model
from tests.helpers.commands import invoke
from tests.helpers.processes import ENVIRONMENT

SETTINGS = {"lines": 6, "steps": 40, "bias": [0], "seed": 3, "prime": 0}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def kill_while_writing(words: list[str], out: Path) -> bool:
    """Run the stage and kill it with several files in its folder; whether it was in time."""
    call = [sys.executable, "-m", "pentrace", "sample", *words]
    process = subprocess.Popen(call, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    partial = out.with_name(f".{out.name}.{process.pid}.partial")
    while process.poll() is None:
        if partial.is_dir() and sum(1 for _ in partial.iterdir()) > 3:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    return process.wait() == -signal.SIGKILL


def test_a_folder_that_was_half_written_is_removed_and_written_again(tmp_path: Path) -> None:
    small_model.write(tmp_path)
    out = tmp_path / "samples"
    words = [*small_model.options(tmp_path), "--settings", json.dumps(SETTINGS), "--out"]
    invoke(command, *words, str(tmp_path / "undisturbed"))
    expected = contents(tmp_path / "undisturbed")
    for before in ({}, expected):  # the second time, there is a folder of an earlier run
        assert kill_while_writing([*words, str(out)], out)
        left = [path for path in tmp_path.iterdir() if path.name.endswith(".partial")]
        assert left and (contents(out) if out.exists() else {}) == before
        remove_partial(tmp_path)
        assert not any(path.exists() for path in left)
        invoke(command, *words, str(out))
        assert contents(out) == expected
    assert not list(tmp_path.glob(".*"))
