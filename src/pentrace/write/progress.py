"""One line of progress on a terminal, for texts that take long."""

import sys
import time

WAIT = 2.0  # s until it is shown


class Progress:
    """Shows how many lines are finished; nothing if standard error is no terminal."""

    def __init__(self, wait: float = WAIT) -> None:
        self.begin, self.shown = time.monotonic() + wait, ""

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` lines are finished, in place of what was shown before."""
        if total > 1 and time.monotonic() >= self.begin and sys.stderr.isatty():
            self.clear()
            self.shown = f"{done} of {total} lines finished"
            print(self.shown, end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the line from the terminal."""
        if self.shown:
            print(f"\r{' ' * len(self.shown)}\r", end="", file=sys.stderr, flush=True)
            self.shown = ""
