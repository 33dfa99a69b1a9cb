"""Progress lines of a training run: speed, losses, time left."""

import sys
import time
from typing import TextIO

EVERY = {True: 0.5, False: 20.0}  # seconds between two lines, on a terminal and in a log file


class Progress:
    """Plain lines in a log file; on a terminal, one line that is overwritten."""

    def __init__(
        self,
        quiet: bool = False,
        stream: TextIO | None = None,
        unit: str = "point",
        name: str = "",
    ) -> None:
        """`unit`: the unit of the speed, and of `points` in the methods below.

        `name` begins each line, since several networks may be trained at the same time.
        """
        self.name = f"{name}: " if name else ""
        self.unit = unit
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.terminal = self.stream.isatty()
        self.begun = self.shown = time.monotonic()
        self.points0 = 0

    def start(self, points: int) -> None:
        """Start to measure, with this number of points done."""
        self.begun = self.shown = time.monotonic()
        self.points0 = points

    def show(self, text: str, points: int, total: int | None) -> None:
        """Print `text`, the speed and the time left, unless the last line is very recent.

        `points` of the `total` of the run are done; None if the total is not known.
        """
        now = time.monotonic()
        if now - self.shown < EVERY[self.terminal]:
            return
        self.shown = now
        self._write(f"{text}  {self._speed(now, points, total)}", over=True)

    def say(self, text: str) -> None:
        """Print `text` on a line that stays."""
        self._write(text, over=False)

    def _speed(self, now: float, points: int, total: int | None) -> str:
        """Points per second since `start`, and the time left; earlier runs do not count."""
        each_second = (points - self.points0) / max(now - self.begun, 1e-9)
        speed = f"{each_second:,.0f} {self.unit}s/s"
        if total is None or not each_second:
            return speed
        return f"{speed}  {duration(max(total - points, 0) / each_second)} left"

    def _write(self, text: str, over: bool) -> None:
        if self.quiet:
            return
        start = "\r\x1b[K" if self.terminal else ""
        end = "" if self.terminal and over else "\n"
        self.stream.write(start + self.name + text + end)
        self.stream.flush()


def duration(seconds: float) -> str:
    """`seconds` as text: 45 s, 3 min 20 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
