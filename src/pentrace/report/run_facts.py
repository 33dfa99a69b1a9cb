"""`pentrace run-facts`: when, with what code and on which machine results were made."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

import pentrace
from pentrace.files import write_json
from pentrace.options import Command, folder_option, out_file_option
from pentrace.report.job_times import stages

PACKAGES = ("torch", "numpy", "snakemake")
CODE = Path(pentrace.__file__).parent
PATIENCE = 20  # s for git or nvidia-smi


@click.command("run-facts", cls=Command)
@click.argument("files", nargs=-1)
@folder_option(
    "--results", missing="build it with snakemake", help="Folder of the results, such as results."
)
@out_file_option(help="Facts to write, JSON.")
def command(files: tuple[str, ...], results: Path, out: Path) -> None:
    """Record date, commit, versions, machine, and the times of the stages that made FILES.

    The times are from the records of Snakemake in the current folder.
    """
    write_json(out, facts(files, results))
    click.echo(f"{out}: written")


def facts(files: tuple[str, ...], results: Path) -> dict[str, Any]:
    """All facts, without names of users and machines, and without paths."""
    rows = stages(files, results)
    return {
        "date": shown_date(datetime.now(UTC).timestamp()),
        "commit": commit(),
        "versions": versions(),
        "machine": machine(),
        "stages": [{**row, "end": shown_date(row["end"])} for row in rows],
    }


def shown_date(seconds: float) -> str:
    """Such as 2026-11-28 02:15 UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def commit(code: Path = CODE) -> dict[str, Any] | None:
    """`id` of the commit that is checked out, and whether the checkout was `changed` since.

    None if `code`, the folder of the package, is not in a git repository, or without git.
    """
    tracked = _output("git", "-C", str(code), "ls-files", "--error-unmatch", "__init__.py")
    found = _output("git", "-C", str(code), "rev-parse", "HEAD")
    if tracked is None or found is None:
        return None
    changes = _output("git", "-C", str(code), "status", "--porcelain", "--", ":/")
    return {"id": found, "changed": changes != ""}


def versions() -> dict[str, str]:
    """Versions of Python, Pentrace, and the packages that results depend on most."""
    return {
        "Python": platform.python_version(),
        "pentrace": pentrace.__version__,
        **{name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def machine() -> dict[str, str]:
    """Processor, cores, memory, GPU and operating system, in words."""
    return {
        "processor": _processor(),
        "cores": str(_cores()),
        "memory": f"{_memory() / 2**30:.0f} GiB" if _memory() else "unknown",
        "GPU": _gpu(),
        "operating system": f"{platform.system()} on {platform.machine()}",
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    found = _output("sysctl", "-n", "machdep.cpu.brand_string")
    return found or platform.processor() or platform.machine()


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int:
    """Bytes of memory of the machine, 0 if unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def _gpu() -> str:
    found = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return ", ".join(found.splitlines()) if found else "none"


def _output(*words: str) -> str | None:
    """What a command prints, or None if it cannot be run or fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
