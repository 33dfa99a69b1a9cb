"""What Snakemake prints on the terminal: one line for each job, and errors in plain words.

Snakemake finds this plugin by the name of its package; `profiles/default/` chooses it. The complete
messages of Snakemake are in `.snakemake/log/`, and on the terminal with `--verbose`.
"""

import re
import sys
from collections.abc import Callable
from logging import WARNING, LogRecord
from pathlib import Path

from snakemake.logging import DefaultFormatter
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from pentrace.rerun_causes import FOLLOWS, MISSING, causes
from snakemake_logger_plugin_pentrace.errors import in_plain_words

LONG = 10  # seconds; the end of a job that takes longer is printed
STOPPED = "Stopped. The same command continues."
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
    "WorkflowError:\nAt least one job did not complete",
)
INSTEAD = {
    "Exiting because a job execution failed": "A job has failed. After the cause is corrected, the "
    "same command continues.",
    "This was a dry-run": "Nothing was run, because of -n.",
}


class LogHandler(LogHandlerBase):
    """Prints the messages of one run."""

    writes_to_stream = True
    writes_to_file = has_filter = has_formatter = needs_rulegraph = False

    def __post_init__(self) -> None:
        self.stream = sys.stdout if self.common_settings.stdout else sys.stderr
        self.detailed = self.common_settings.verbose or self.common_settings.debug_dag
        self.complete = DefaultFormatter(self.common_settings.quiet)
        self.total = 0
        self.jobs: dict[int, str] = {}  # job -> its number and name
        self.since: dict[int, float] = {}  # job -> time of its start
        self.failed: set[int] = set()
        self.status = ""  # of the last command that failed
        sys.excepthook = _quiet_interrupt(sys.excepthook)

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
        return formats[event](record) if event in formats else ""

    def _run(self, record: LogRecord) -> str:
        self.total = record.stats["total"]  # type: ignore[attr-defined]
        return ""

    def _job(self, record: LogRecord) -> str:
        """`[3 of 66] clean demo-iam 00 (clean.spike: 100.0 -> 90.0)`."""
        job = vars(record)
        wildcards = job["wildcards"] or {}
        name = " ".join([job["rule_name"], *wildcards.values()])
        number = len(self.jobs) + 1
        self.jobs[job["jobid"]] = name
        self.since[job["jobid"]] = record.created
        found = causes(job["reason"], job["rule_name"], wildcards.get("network", "NAME"))
        if not self.common_settings.dryrun:  # each job of a first run would have these
            found = [cause for cause in found if cause not in (MISSING, FOLLOWS)]
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
        return "\n".join([f"{name} has failed:", *_end_of(job["log"], self.status)])

    def _error(self, record: LogRecord) -> str:
        text = str(record.msg)
        if status := re.search(r"(non-zero exit status|died with) .*", text):
            self.status = status[0]
        if text.startswith(CHATTER):
            return ""
        return in_plain_words(text, record.exception, sys.argv[1:])  # type: ignore[attr-defined]


def _message(record: LogRecord) -> str:
    text = str(record.msg)
    if record.levelno < WARNING and text.startswith(CHATTER):
        return ""
    return next((words for start, words in INSTEAD.items() if text.startswith(start)), text)


def _end_of(logs: list[str], status: str) -> list[str]:
    """The last lines of the logs of a job, and their paths; `status` if there are none."""
    lines = [line for log in logs for line in _lines(Path(log))]
    if not lines:
        killed = " It was killed, maybe because there was too little memory." * ("137" in status)
        lines = [f"No message, but {status}.{killed}"]
    return [*(f"    {line}" for line in lines[-LAST:]), f"    log: {', '.join(logs)}"]


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines() if log.is_file() else []


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _quiet_interrupt(hook: Callable) -> Callable:
    """`hook` for uncaught exceptions, but without a traceback after Ctrl-C."""

    def called(kind: type[BaseException], error: BaseException, traceback: object) -> None:
        if issubclass(kind, KeyboardInterrupt):
            print(STOPPED, file=sys.stderr)
        else:
            hook(kind, error, traceback)

    return called
