"""Kills the smoke run at random moments, starts it again with one command, and compares all bytes.

    python benchmarks/kills.py --kills 40 --chain 10 --seed 0

Each kill is a SIGKILL, of all processes or of snakemake alone, at a random moment, or when a file
or a folder is half written. The same command then continues the run, and may be killed in turn:
after `--chain` kills it runs to its end. Its results must then have the same names and bytes as
those of a run that was not disturbed; only the facts of a run (date, machine, times) may differ.
"""

import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
COPIED = ("Snakefile", "workflow", "src", "profiles", "config.yaml", "benchmarks/judge")
SMOKE = ("-m", "snakemake", "--cores", "1", "--configfile", "workflow/presets/smoke.yaml")
MADE = ("results-smoke", "data/demo-smoke")  # what the smoke run makes
STATE = (*MADE, "logs", ".snakemake")
JOBS = 85  # of the smoke run, about
POLL = 0.01  # s
PARTIAL = re.compile(r"\..+\.\d+\.partial")
FACTS = re.compile(rb'<h2 id="run">.*?<h2', re.DOTALL)  # the facts of a run, in the report


@dataclass(frozen=True)
class Kill:
    """When and whom."""

    jobs: int  # kill after so many jobs have started
    delay: float  # s, from then on
    when: str  # at this moment; or when the next file, or folder, is half written
    whom: str  # all processes, or snakemake alone

    @classmethod
    def drawn(cls, draw: random.Random, most_jobs: int) -> "Kill":
        """A random kill, before `most_jobs` have started."""
        when = draw.choice(["moment", "moment", "file", "folder"])
        whom = draw.choice(["all", "snakemake"])
        return cls(draw.randint(0, most_jobs), draw.uniform(0, 3), when, whom)

    def __str__(self) -> str:
        return f"{self.whom:9} {self.when:6} after {self.jobs:2} jobs + {self.delay:.1f} s"


@click.command()
@click.option("--kills", default=40, help="Number of kills, fewer if runs end before them.")
@click.option("--chain", default=10, help="Kills of one run, before it may end.")
@click.option("--seed", default=0, help="Random seed.")
@click.option(
    "--undisturbed",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A copy of the project in which the smoke run has ended; default: it is run first.",
)
def main(kills: int, chain: int, seed: int, undisturbed: Path | None) -> None:
    """Kill, continue, compare; exit with status 1 if a run failed or has other bytes."""
    draw, wrong = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in COPIED:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, folder / part)
        expected = checksums(undisturbed or complete(folder))
        print(f"undisturbed: {len(expected)} files", flush=True)
        for first in range(0, kills, chain):
            drawn = [Kill.drawn(draw, 2 * JOBS // chain) for _ in range(min(chain, kills - first))]
            wrong += not same_after(folder, drawn, expected)
    print(f"{-(-kills // chain)} runs, of which {wrong} failed or differ")
    sys.exit(bool(wrong))


def complete(folder: Path) -> Path:
    """The same folder, after the run has ended."""
    run = Run(folder)
    run.end()
    if run.process.returncode:
        sys.exit(run.printed())
    return folder


def same_after(folder: Path, kills: list[Kill], expected: dict[str, str]) -> bool:
    """Whether a run that is killed and continued ends with the same bytes; prints what happened."""
    for part in STATE:
        shutil.rmtree(folder / part, ignore_errors=True)
    runs = []
    for kill in kills:
        runs.append(Run(folder))
        left = runs[-1].killed(kill)
        print(f"  {kill}: {runs[-1].started()} jobs, half written: {left or 'nothing'}", flush=True)
        if runs[-1].process.returncode != -signal.SIGKILL:
            break
    last = runs[-1] if runs[-1].process.returncode > 0 else Run(folder)
    last.end()
    for run in runs:
        run.kill_all()  # jobs that were left
    if last.process.returncode:
        print(f"FAILED with status {last.process.returncode}:\n{last.printed()}", flush=True)
        return False
    found = checksums(folder)
    other = sorted(p for p in {*found, *expected} if found.get(p) != expected.get(p))
    # A run may end before its kill.
    killed = sum(run.process.returncode == -signal.SIGKILL for run in runs)
    print(f"same bytes after {killed} kills" if not other else f"DIFFER: {other}", flush=True)
    return not other


class Run:
    """One call of snakemake in `folder`, in a separate process group."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = tempfile.TemporaryFile()  # noqa: SIM115
        environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, *SMOKE],
            cwd=folder,
            env=environment,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def printed(self) -> str:
        """What was printed so far."""
        size = os.fstat(self.output.fileno()).st_size
        return os.pread(self.output.fileno(), size, 0).decode(errors="replace")

    def started(self) -> int:
        """The number of jobs that were started."""
        return len(re.findall(r"^\[\d+ of \d+\] ", self.printed(), re.MULTILINE))

    def end(self) -> None:
        """Wait until it ends."""
        self.process.wait()

    def killed(self, kill: Kill) -> list[str]:
        """Kill it as `kill` says, if it does not end before; what was half written then."""
        self._wait_for(lambda: self.started() >= kill.jobs)
        begin = time.monotonic()
        self._wait_for(lambda: time.monotonic() - begin >= kill.delay)
        if kill.when != "moment":
            wanted = Path.is_dir if kill.when == "folder" else Path.is_file
            self._wait_for(lambda: any(map(wanted, partials(self.folder))))
        if kill.whom == "all":
            self.kill_all()
        else:
            self.process.kill()
        self.process.wait()
        return [path.name for path in partials(self.folder)]

    def _wait_for(self, reached: Callable[[], bool]) -> None:
        while self.process.poll() is None and not reached():
            time.sleep(POLL)

    def kill_all(self) -> None:
        """Kill snakemake and its jobs, those that are left after its end too."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def partials(folder: Path) -> list[Path]:
    """The files and folders that are half written."""
    return [
        Path(place, name)
        for part in MADE
        for place, folders, files in os.walk(folder / part)
        for name in (*folders, *files)
        if PARTIAL.fullmatch(name)
    ]


def checksums(folder: Path) -> dict[str, str]:
    """Path -> checksum of every file, hidden ones too, without the facts of a run."""
    found = {}
    for path in sorted(path for part in MADE for path in (folder / part).rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder))
            content = b"" if path.name == "run.json" else FACTS.sub(b"", path.read_bytes())
            found[name] = hashlib.sha256(content).hexdigest()
    return found


if __name__ == "__main__":
    main()
