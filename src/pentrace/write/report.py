"""What was checked of a written text."""

from collections.abc import Sequence
from dataclasses import dataclass

from pentrace.generate.lines import WrittenLine

NAMED = 3  # most words that a message names
SHOWN = 40  # most characters of a word in a message


@dataclass(frozen=True)
class LineReport:
    """One line of a written text."""

    text: str
    missed: str  # characters that the soft window skipped, in their order
    finished: bool  # whether the end of the text was reached before the limit of steps
    attempts: int  # how often the line was drawn
    points: int
    failed: bool  # whether the check found that the line is not its text
    read: str | None = None  # what the recogniser reads; None: the check was another one
    error_rate: float | None = None  # character error rate of `read`; estimates that of a person


@dataclass(frozen=True)
class WritingReport:
    """All lines of a written text, and what a user should know about them."""

    lines: list[LineReport]
    scattered: bool = False  # the lines differ in style, although one style was asked for
    limit: str = ""  # why lines are shorter than the page is wide, or than was asked for
    warning: str = ""  # what was assumed of the given style, and why it may be a poor one
    unread: str = ""  # why no recogniser read the lines, although one should
    rare: str = ""  # characters of the text that the network hardly saw in training
    cut: tuple[str, ...] = ()  # words that are longer than a line
    remedy: str = ""  # the lines of `warning` that name a remedy

    @property
    def failed(self) -> list[LineReport]:
        """The lines that are not their text after all attempts."""
        return [line for line in self.lines if line.failed]

    @property
    def error_rate(self) -> float | None:
        """Character error rate of all lines together, as the recogniser reads them; or None."""
        rates = [(line.error_rate, len(line.text)) for line in self.lines]
        known = [(rate * size, size) for rate, size in rates if rate is not None]
        return sum(errors for errors, _ in known) / sum(n for _, n in known) if known else None

    @property
    def summary(self) -> str:
        """Counts of lines and of points, and what the check found."""
        points = sum(line.points for line in self.lines)
        limit = f"; {self.limit}" if self.limit else ""
        return f"{count(len(self.lines), 'line')} and {points} points written{self._found}{limit}"

    @property
    def _found(self) -> str:
        if self.error_rate is not None:
            rate = f"{self.error_rate:.1%} of the characters"
            return f"; the recogniser that chose the lines misreads {rate}"
        again = sum(line.attempts > 1 for line in self.lines)
        return f", {count(again, 'line')} drawn again" if again else ""

    @property
    def messages(self) -> list[str]:
        """What is wrong or doubtful, and the remedies; empty if there is nothing.

        If lines failed, the remedies of the style are the last lines: they help more than others.
        """
        last = self.remedy.splitlines() if self.failed else []
        found = [line for line in self.warning.splitlines() if line not in last]
        found += [self.rare] * bool(self.rare)
        if self.scattered:
            found.append(
                "no good line that the others could continue, so each line is in a different "
                "hand; give a style, or another seed"
            )
        if self.cut:
            found.append(_about_cuts(self.cut))
        found += [_failure(line) for line in self.failed]
        if self.failed:
            found.append("try another seed, a higher bias, shorter lines or more attempts")
        return [*found, *last]

    def __str__(self) -> str:
        return "\n".join([self.summary, *[self.unread] * bool(self.unread), *self.messages])


def _about_cuts(words: Sequence[str]) -> str:
    """Which words are cut, and the remedies."""
    short = [word if len(word) <= SHOWN else f"{word[:SHOWN]}..." for word in words[:NAMED]]
    named = ", ".join(f'"{word}"' for word in short)
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return (
        f"longer than a line, so cut without a hyphen: {named}{more}; set a smaller size, a wider "
        "page or longer lines (--longest-line), or put spaces or hyphens into the text"
    )


def _failure(line: LineReport) -> str:
    """Why a line failed."""
    wrong = [f"missing: {' '.join(line.missed)}"] * bool(line.missed)
    wrong += ["not written to the end (--steps-per-character)"] * (
        not line.finished and not line.missed
    )
    if line.error_rate is not None:
        wrong.append(f'read as "{line.read}", {line.error_rate:.0%} errors')
    return f'"{line.text}": failed {count(line.attempts, "time")}; {"; ".join(wrong)}'


def report(
    lines: Sequence[WrittenLine],
    scattered: bool = False,
    limit: str = "",
    warning: str = "",
    unread: str = "",
    rare: str = "",
    cut: Sequence[str] = (),
    remedy: str = "",
) -> WritingReport:
    """The report of `lines`."""
    own = [_line(line) for line in lines]
    return WritingReport(own, scattered, limit, warning, unread, rare, tuple(cut), remedy)


def _line(line: WrittenLine) -> LineReport:
    read = line.reading and line.reading.text
    rate = line.reading and line.reading.error_rate
    size, attempts = len(line.steps), line.attempts
    return LineReport(
        line.text, line.missed, line.finished, attempts, size, line.failed, read, rate
    )


def count(number: int, what: str) -> str:
    """Such as 1 line, or 2 lines."""
    return f"{number} {what}{'' if number == 1 else 's'}"
