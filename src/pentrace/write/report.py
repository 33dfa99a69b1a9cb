"""What was checked of a written text."""

from collections.abc import Sequence
from dataclasses import dataclass

from pentrace.generate.lines import WrittenLine


@dataclass(frozen=True)
class LineReport:
    """One line of a written text."""

    text: str
    missed: str  # characters that the network skipped, in their order
    finished: bool  # whether the end of the text was reached before the limit of steps
    attempts: int  # how often the line was drawn
    points: int

    @property
    def failed(self) -> bool:
        """Whether a part of the text is missing."""
        return bool(self.missed) or not self.finished


@dataclass(frozen=True)
class WritingReport:
    """All lines of a written text, and what a user should know about them."""

    lines: list[LineReport]
    scattered: bool = False  # the lines differ in style, although one style was asked for
    limit: str = ""  # why lines are shorter than the page is wide, or than was asked for
    warning: str = ""  # why the given style may be a poor one

    @property
    def failed(self) -> list[LineReport]:
        """The lines of which a part is missing after all attempts."""
        return [line for line in self.lines if line.failed]

    @property
    def summary(self) -> str:
        """Counts of lines, of points, and of lines that were drawn again."""
        again = sum(line.attempts > 1 for line in self.lines)
        points = sum(line.points for line in self.lines)
        drawn = f", {count(again, 'line')} drawn again" if again else ""
        limit = f"; {self.limit}" if self.limit else ""
        return f"{count(len(self.lines), 'line')} and {points} points written{drawn}{limit}"

    @property
    def messages(self) -> list[str]:
        """What is missing or doubtful, and the remedies; empty if there is nothing."""
        found = [self.warning] if self.warning else []
        if self.scattered:
            found.append(
                "no complete line that the others could continue, so each line is in a different "
                "hand; give a style, or another seed"
            )
        for line in self.failed:
            wrong = f"missing: {' '.join(line.missed)}" if line.missed else "not written to the end"
            found.append(f'"{line.text}": failed {count(line.attempts, "time")}; {wrong}')
        if self.failed:
            found.append("try another seed, a higher bias or shorter lines")
        return found

    def __str__(self) -> str:
        return "\n".join([self.summary, *self.messages])


def report(
    lines: Sequence[WrittenLine], scattered: bool = False, limit: str = "", warning: str = ""
) -> WritingReport:
    """The report of `lines`."""
    found = [
        LineReport(line.text, line.missed, line.finished, line.attempts, len(line.steps))
        for line in lines
    ]
    return WritingReport(found, scattered, limit, warning)


def count(number: int, what: str) -> str:
    """Such as 1 line, or 2 lines."""
    return f"{number} {what}{'' if number == 1 else 's'}"
