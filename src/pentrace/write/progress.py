"""One line of progress on a terminal, for texts that take long."""

import sys
import time

WAIT = 2.0  # s until it is shown


class Progress:
    """Shows how many lines are finished, and the time left; nothing without a terminal."""

    def __init__(self, wait: float = WAIT) -> None:
        self.begun, self.wait, self.shown = time.monotonic(), wait, ""

    def __call__(self, done: int, total: int, share: float) -> None:
        """Show that `done` of `total` lines are finished, in place of what was shown before.

        share: of the work that is done, in [0, 1].
        """
        elapsed = time.monotonic() - self.begun
        if total > 1 and elapsed >= self.wait and sys.stderr.isatty():
            left = f", about {_about(elapsed * (1 - share) / share)} left" if share else ""
            self.clear()
            self.shown = f"{done} of {total} lines finished{left}"
            print(self.shown, end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the line from the terminal."""
        if self.shown:
            print(f"\r{' ' * len(self.shown)}\r", end="", file=sys.stderr, flush=True)
            self.shown = ""


def _about(seconds: float) -> str:
    """An estimated time: 5 s, 10 s, ... or 1 min, 2 min, ..."""
    if seconds < 57.5:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{max(1, round(seconds / 60))} min"
