"""Ctrl-C: no traceback, and a second one ends jobs that still run."""

import logging
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import TextIO

import psutil

STOPPED = "Stopped. Run the same command to continue."


class Interrupts:
    """Notes whether there was a Ctrl-C, since the jobs that it ends have not failed."""

    def __init__(self) -> None:
        self.stopped = False
        self.hook = sys.excepthook
        sys.excepthook = self._uncaught
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._called)

    def _called(self, number: int, frame: FrameType | None) -> None:
        if self.stopped:  # Snakemake waits for its jobs
            for job in psutil.Process().children(recursive=True):
                job.terminate()
            return
        self.stopped = True
        # Snakemake may fail as it closes the loops of threads that still run. It has closed its
        # logger by then, so the traceback would be printed by this last resort.
        logging.lastResort = logging.NullHandler()
        signal.default_int_handler(number, frame)

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            print(last_line(sys.stderr), file=sys.stderr)
        else:
            self.hook(kind, error, traceback)


def last_line(stream: TextIO) -> str:
    """What a stopped run prints last; on a terminal below the line with ^C."""
    return f"\n{STOPPED}" if stream.isatty() else STOPPED
