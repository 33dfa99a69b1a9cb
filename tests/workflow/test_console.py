"""What a user sees on the terminal: a line for each job, errors in plain words, and Ctrl-C."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.helpers.checkout import SMOKE, Checkout, snakemake_call

pytestmark = pytest.mark.slow

LINE = re.compile(r"\[\d+ of \d+\] \w+")
HEADER = "Using workflow specific profile"


def printed(project: Checkout, *words: str, fails: bool = False) -> list[str]:
    """The lines that snakemake prints, without that about the profile."""
    lines = project.snakemake(*words, fails=fails).splitlines()
    return [line for line in lines if line and not line.startswith(HEADER)]


def test_a_dry_run_names_the_key_that_changed(whole_copy: Checkout) -> None:
    *jobs, last = printed(whole_copy, "-n", *SMOKE, "--config", "clean={spike: 90}")
    assert last == "Nothing was run, because of -n."
    assert all(map(LINE.match, jobs))
    assert sum("] clean demo-iam 0" in job for job in jobs) == 2
    assert all("(clean.spike: 100 -> 90)" in job for job in jobs if "] clean" in job)
    assert any(job.endswith("samples demo-iam (its input is made again)") for job in jobs)


def test_a_run_prints_a_line_for_each_job_and_the_progress_of_training(
    whole_copy: Checkout,
) -> None:
    model = "results/demo-iam/prediction/model.safetensors"
    shown = printed(whole_copy, *SMOKE, "--forcerun", "train", "--", model)
    assert any(line.startswith("demo-iam/prediction: step 10 ") for line in shown)
    assert [job for job in shown if LINE.match(job)] == ["[1 of 1] train demo-iam prediction"]
    assert len(shown) <= 5


def test_verbose_prints_the_messages_of_snakemake(whole_copy: Checkout) -> None:
    shown = whole_copy.snakemake("-n", *SMOKE, "--verbose", "--forcerun", "report")
    assert "rule report:\n    input: " in shown and "reason: Forced execution" in shown


@pytest.mark.parametrize("quiet", [(), ("--quiet", "rules", "progress", "--")])
def test_a_failed_job_shows_its_message_and_its_log(
    whole_copy: Checkout, quiet: tuple[str, ...]
) -> None:
    limit = "datasets={demo-iam: {label: {max_reject_share: 0.0}}}"
    lines = printed(whole_copy, *SMOKE, "--config", limit, *(quiet or ["--"]), "tables", fails=True)
    # The line that names the data set is one of those that --quiet leaves out.
    start = lines.index("label has failed:" if quiet else "label demo-iam has failed:")
    assert lines[start + 1].startswith("    pentrace: demo-iam: ")
    assert "    log: logs/demo-iam/label.log" in lines[start:]
    assert lines[-1] == "A job has failed. Correct the cause, and run the same command to continue."
    assert not any("Traceback" in line or "CalledProcessError" in line for line in lines)


def test_mistakes_in_files_of_settings_are_lines_without_a_traceback(checkout: Checkout) -> None:
    own = checkout.folder / "own.yaml"
    own.write_text("run: [demo-iam]\nclean: {spikes: 9}\n")
    header, *mistakes = printed(checkout, "-n", "--configfile", "own.yaml", fails=True)
    assert header == "The configuration has mistakes:" and len(mistakes) == 1
    assert mistakes[0].startswith("own.yaml, line 2: clean.spikes: unknown key; did you mean ")
    own.write_text("clean: [\nrun: x\n")
    (broken,) = printed(checkout, "-n", "--configfile", "own.yaml", fails=True)
    assert broken.startswith("own.yaml: not YAML: ")
    own.write_text("# nothing yet\n")
    (empty,) = printed(checkout, "-n", "--configfile", "own.yaml", fails=True)
    assert empty.startswith("own.yaml: no settings; write each as in config.yaml")
    missing = printed(checkout, "-n", "--configfile", "missing.yaml", fails=True)
    assert missing == ["missing.yaml: no such file or folder; check the path"]
    checkout.edit("config.yaml", "threads: 1 ", "threads: 1: ")
    (broken,) = printed(checkout, "-n", fails=True)
    assert broken.startswith("config.yaml: not YAML: ")


@pytest.mark.parametrize(("job", "times"), [("parse", 1), ("train", 1), ("train", 2)])
def test_ctrl_c_ends_with_one_line_and_leaves_no_job(
    whole_copy: Checkout, tmp_path: Path, job: str, times: int
) -> None:
    """As a terminal does it: SIGINT for all processes of the run; or twice for snakemake only."""
    steps = "networks={prediction: {train: {steps: 100000, checkpoint_every: 10}}}"
    target = {"parse": "tables", "train": "results/demo-iam/prediction/model.safetensors"}[job]
    words = (*SMOKE, "--forcerun", job, "--config", steps, "--", target)
    with (tmp_path / "shown").open("w") as shown:
        run = subprocess.Popen(
            snakemake_call(*words),
            cwd=whole_copy.folder,
            env=whole_copy.environment(),
            start_new_session=True,
            stdout=shown,
            stderr=subprocess.STDOUT,
        )
    # The first checkpoint is written before this line.
    started = {"parse": "] parse ", "train": "step 20 "}[job]
    while started not in (tmp_path / "shown").read_text():
        assert run.poll() is None, (tmp_path / "shown").read_text()
        time.sleep(0.01)
    if times == 1:
        os.killpg(run.pid, signal.SIGINT)
    else:
        jobs = psutil.Process(run.pid).children(recursive=True)
        run.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):  # it waits for its jobs
            run.wait(1)
        run.send_signal(signal.SIGINT)
        psutil.wait_procs(jobs, timeout=20)
    assert run.wait(20) != 0
    text = (tmp_path / "shown").read_text()
    lines = text.splitlines()
    assert lines[-1] == "Stopped. Run the same command to continue.", text
    assert not any("Traceback" in line or "has failed" in line for line in lines), text
    assert not _running(run.pid), text
    if job == "train":
        found = list((whole_copy.folder / "results/demo-iam/prediction/checkpoints").iterdir())
        assert found, "the next run continues from a checkpoint"


def _running(session: int) -> list[psutil.Process]:
    """The processes of a session, without those that have ended and wait to be collected."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found
