"""How long the jobs of a run took, from the records that Snakemake keeps of every file it made.

A record has the rule, the command, the inputs, and when the job started and ended. It stays until
the file is made again, so finished networks keep the time of their training. A `benchmark:` of each
rule would give times only from the next training on.
"""

import json
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

RECORDS = Path(".snakemake/metadata")
MODEL = "model.safetensors"
STAGE = re.compile(r"pentrace ([a-z][a-z-]*)")


class Job(NamedTuple):
    """One job that made files."""

    stage: str  # the subcommand, or the rule if it calls none
    of: str  # data set, or data set/network; empty for other jobs
    start: float  # s since 1970
    end: float


def stages(files: Iterable[str], results: Path, records: Path = RECORDS) -> list[dict[str, Any]]:
    """The stages from which `files` were made, each with the sum of the times of its jobs.

    `of`, `stage`, `jobs` (their number), `seconds`, and `end` (s since 1970). They are in the order
    in which they started, with those of one data set or network together. Files without a record
    count as files that no job made.
    """
    found: dict[tuple[str, str], list[Job]] = {}
    for job in sorted(jobs(files, results, records), key=lambda job: job.start):
        found.setdefault((job.of, job.stage), []).append(job)
    order = list(dict.fromkeys(of for of, _ in found))
    rows = [
        {
            "of": of,
            "stage": stage,
            "jobs": len(group),
            "seconds": round(sum(job.end - job.start for job in group), 1),
            "end": max(job.end for job in group),
        }
        for (of, stage), group in found.items()
    ]
    return sorted(rows, key=lambda row: order.index(row["of"]))


def jobs(files: Iterable[str], results: Path, records: Path) -> list[Job]:
    """The jobs that made `files`, their inputs, the inputs of these, and so on."""
    known: dict[str, dict[str, Any]] = {}
    todo, seen = list(files), set(files)
    while todo:
        path = todo.pop()
        if record := _record(records, path):
            known[path] = record
            new = set(record["input"]) - seen
            todo += new
            seen |= new
    networks = {str(Path(path).parent) for path in known if Path(path).name == MODEL}
    each: dict[tuple[str, ...], Job] = {}
    for path, record in known.items():
        job = _job(record, _owner(Path(path), results, networks))
        key = (record["rule"], *(record.get("log") or [path]))  # a job may have made several files
        each[key] = job._replace(end=max(job.end, each.get(key, job).end))
    return list(each.values())


def _record(records: Path, path: str) -> dict[str, Any] | None:
    """The record of the file at `path`; None if there is none, or if it is not complete."""
    name, limit = urlsafe_b64encode(path.encode()).decode(), _longest_name(records) - 1
    parts = [name[i : i + limit] for i in range(0, len(name), limit)]
    file = records.joinpath(*(f"@{part}" for part in parts[:-1]), parts[-1])
    try:
        record = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    complete = {"rule", "input", "starttime", "endtime"} <= set(record)
    return record if complete and record["starttime"] and record["endtime"] else None


def _longest_name(folder: Path) -> int:
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except OSError:
        return 255


def _job(record: dict[str, Any], of: str) -> Job:
    command = STAGE.match(record.get("shellcmd") or "")
    stage = command[1] if command else record["rule"].replace("_", "-")
    return Job(stage, of, record["starttime"], max(record["starttime"], record["endtime"]))


def _owner(path: Path, results: Path, networks: set[str]) -> str:
    """The network that `path` is of, or else the data set, or else an empty string."""
    if not path.is_relative_to(results):
        return ""
    parts = path.relative_to(results).parts
    if str(results.joinpath(*parts[:2])) in networks:
        return "/".join(parts[:2])
    return parts[0] if len(parts) > 1 else ""
