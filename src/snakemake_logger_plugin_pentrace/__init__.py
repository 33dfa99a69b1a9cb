"""What Snakemake prints on the terminal: one line for each job, and errors in plain words.

Snakemake finds this plugin by the name of its package; `profiles/default/` chooses it. The complete
messages of Snakemake are in `.snakemake/log/`, and on the terminal with `--verbose`.
"""

import re
import sys
from collections.abc import Callable
from logging import WARNING, LogRecord
from pathlib import Path

from snakemake.logging import DefaultFilter, DefaultFormatter
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from pentrace.rerun_causes import FOLLOWS, FORCED, MISSING, causes
from snakemake_logger_plugin_pentrace.errors import in_plain_words
from snakemake_logger_plugin_pentrace.interrupts import Interrupts, last_line

QUIET = {FOLLOWS, FORCED}  # causes that are printed only by a dry run
LONG = 10  # seconds; the end of a job that takes longer is printed
INCOMPLETE = "WorkflowError:\nAt least one job did not complete"  # the last message of a failed run
INTERRUPTED = {"130", "SIGINT"}  # exit status, or signal
KILLED = {"137", "SIGKILL"}
LAST = 15  # lines of the log of a failed job that are printed
# Messages about how Snakemake works, by their first words.
CHATTER = (
    "Assuming unrestricted shared filesystem",
    "Building DAG of jobs",
    "Complete log(s)",
    "Conda environments",
    "Config file ",
    "Elapsed time",
    "None",
    "Reasons:",
    "Removing output files of failed job",
    "Rules with provenance triggered jobs",
    "Select jobs to execute",
    "Shutting down",
    "Some jobs were triggered by provenance",
    "Terminating processes on user request",
    "Using shell",
    "RuleException:\nCalledProcessError",  # a message about the failed job follows
    INCOMPLETE,
)
INSTEAD = {
    "Exiting because a job execution failed": "A job has failed. Correct the cause, and run the "
    "same command to continue.",
    "This was a dry-run": "Nothing was run, because of -n.",
}


class Filter(DefaultFilter):
    """The filter of `--quiet`, but it keeps failed jobs, and the number of jobs."""

    def filter(self, record: LogRecord) -> bool:
        """Whether the record is handled."""
        kept = (LogEvent.JOB_ERROR, LogEvent.RUN_INFO)
        return getattr(record, "event", None) in kept or super().filter(record)


class LogHandler(LogHandlerBase):
    """Prints the messages of one run."""

    writes_to_stream = has_filter = True
    writes_to_file = has_formatter = needs_rulegraph = False

    def __post_init__(self) -> None:
        self.stream = sys.stdout if self.common_settings.stdout else sys.stderr
        self.detailed = self.common_settings.verbose or self.common_settings.debug_dag
        self.complete = DefaultFormatter(
            self.common_settings.quiet, self.common_settings.show_failed_logs
        )
        self.total = 0
        self.jobs: dict[int, str] = {}  # job -> its rule and wildcards
        self.since: dict[int, float] = {}  # job -> time of its start
        self.failed: set[int] = set()
        self.status = ""  # of the last command that failed
        self.interrupts = Interrupts()
        given = self.common_settings
        self.addFilter(
            Filter(given.quiet, given.debug_dag, given.verbose, given.dryrun, given.printshellcmds)
        )

    def emit(self, record: LogRecord) -> None:
        """Print a record of Snakemake, if it is for users."""
        try:
            text = self.complete.format(record) if self.detailed else self.text(record)
            if text not in ("", "None"):
                print(text, file=self.stream, flush=True)
        except Exception:
            self.handleError(record)

    def text(self, record: LogRecord) -> str:
        """What is printed for a record; nothing if it is empty."""
        formats: dict[LogEvent | None, Callable[[LogRecord], str]] = {
            None: _message,
            LogEvent.RUN_INFO: self._run,
            LogEvent.JOB_INFO: self._job,
            LogEvent.JOB_FINISHED: self._finished,
            LogEvent.JOB_ERROR: self._failed,
            LogEvent.ERROR: self._error,
            LogEvent.SHELLCMD: _message,
            LogEvent.GROUP_ERROR: self.complete.format,
        }
        event = getattr(record, "event", None)
        if self.interrupts.stopped:
            return last_line(self.stream) if str(record.msg).startswith(INCOMPLETE) else ""
        return formats[event](record) if event in formats else ""

    def _run(self, record: LogRecord) -> str:
        self.total = record.stats["total"]  # type: ignore[attr-defined]
        return ""

    def _job(self, record: LogRecord) -> str:
        """`[3 of 66] clean demo-iam 00 (clean.spike: 100 -> 90)`."""
        job = vars(record)
        wildcards = job["wildcards"] or {}
        name = " ".join([job["rule_name"], *wildcards.values()])
        number = len(self.jobs) + 1
        self.jobs[job["jobid"]] = name
        self.since[job["jobid"]] = record.created
        found = causes(job["reason"], job["rule_name"], wildcards.get("network", "NAME"))
        if not self.common_settings.dryrun:
            found = [] if MISSING in found else [c for c in found if c not in QUIET]
        return f"[{number} of {self.total}] {name}" + (f" ({'; '.join(found)})" if found else "")

    def _finished(self, record: LogRecord) -> str:
        job = record.job_id  # type: ignore[attr-defined]
        seconds = record.created - self.since.get(job, record.created)
        if seconds < LONG:
            return ""
        return f"{self.jobs[job]} has finished after {_duration(seconds)}"

    def _failed(self, record: LogRecord) -> str:
        """The name of the job, the end of its log, and where the log is; once for each job."""
        job = vars(record)
        if job["jobid"] in self.failed:
            return ""
        self.failed.add(job["jobid"])
        name = self.jobs.get(job["jobid"], job["rule_name"])
        if self.status in INTERRUPTED:
            return f"{name} was stopped."
        return "\n".join([f"{name} has failed:", *_end_of(job["log"], self.status)])

    def _error(self, record: LogRecord) -> str:
        text = str(record.msg)
        if status := re.search(r"non-zero exit status (\d+)|died with <Signals.(\w+)", text):
            self.status = status[1] or status[2]
        if text.startswith(CHATTER):
            return ""
        return in_plain_words(text, record.exception, sys.argv[1:])  # type: ignore[attr-defined]


def _message(record: LogRecord) -> str:
    text = str(record.msg)
    if record.levelno < WARNING and text.startswith(CHATTER):
        return ""
    return next((words for start, words in INSTEAD.items() if text.startswith(start)), text)


def _end_of(logs: list[str], status: str) -> list[str]:
    """The last lines of the logs of a job, and their paths; `status` of its command, if known."""
    lines = [line for log in logs for line in _lines(Path(log))][-LAST:]
    if status in KILLED:
        lines.append("It was killed. The usual cause is too little memory.")
    elif not lines:
        lines.append(f"It wrote no message. Its exit status is {status or 'not known'}.")
    return [*(f"    {line}" for line in lines), f"    log: {', '.join(logs)}"]


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines() if log.is_file() else []


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
