"""The lines that a training run prints: how often, its speed, and the time left."""

import io
from types import SimpleNamespace

import pytest

from pentrace.train import progress
from pentrace.train.progress import Progress, duration


class Clock:
    """A clock that a test moves on by hand."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def started(stream: io.StringIO, points: int = 0, **given: object) -> Progress:
    """Of a run that starts, or continues with `points` done."""
    shown = Progress(stream=stream, **given)
    shown.start(points)
    return shown


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 00 min"),
        (7512, "2 h 05 min"),
        (100 * 3600, "100 h 00 min"),
    ],
)
def test_times_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_speed_and_time_left_are_only_of_this_start(clock: Clock) -> None:
    """The speed of a run that continues from its half is the speed since then."""
    log = io.StringIO()
    shown = started(log, points=100_000)
    clock.now += 60
    shown.show("step 6", 160_000, 400_000)  # 60,000 in 60 s, and 240,000 to do
    assert log.getvalue() == "step 6  1,000 points/s  4 min 00 s left\n"


def test_the_unit_is_what_the_network_reads(clock: Clock) -> None:
    log = io.StringIO()
    shown = started(log, unit="character")
    clock.now += 25
    shown.show("step 1", 50, 100)
    assert "  2 characters/s  25 s left\n" in log.getvalue()


def test_no_time_left_is_shown_where_nothing_has_been_done(clock: Clock) -> None:
    log = io.StringIO()
    shown = started(log, points=100)
    clock.now += 25
    shown.show("step 5", 100, 400)
    assert log.getvalue() == "step 5  0 points/s\n"


def test_no_time_left_is_shown_where_only_patience_ends_a_run(clock: Clock) -> None:
    log = io.StringIO()
    shown = started(log)
    clock.now += 25
    shown.show("step 5", 100, None)
    assert log.getvalue() == "step 5  4 points/s\n"


@pytest.mark.parametrize(("stream", "wait"), [(io.StringIO, 20), (Terminal, 0.5)])
def test_a_log_file_gets_a_line_in_20_seconds_and_a_terminal_two_a_second(
    clock: Clock, stream: type[io.StringIO], wait: float
) -> None:
    log = stream()
    shown = started(log)
    for step in range(1, 33):
        clock.now += wait / 8
        shown.show(f"step {step},", step, 100)
    assert log.getvalue().count("step") == 4
    assert "step 8," in log.getvalue() and "step 9," not in log.getvalue()


def test_lasting_lines_are_printed_at_once(clock: Clock) -> None:
    log = io.StringIO()
    shown = started(log)
    shown.say("validation 1.5")
    shown.say("validation 1.4")
    assert log.getvalue() == "validation 1.5\nvalidation 1.4\n"


def test_a_terminal_shows_one_line_that_is_overwritten(clock: Clock) -> None:
    screen = Terminal()
    shown = started(screen)
    clock.now += 1
    shown.show("step 1", 8, 16)
    shown.say("validation 1.5")
    begin = "\r\x1b[K"  # back to the beginning of the line, and clear it
    assert screen.getvalue() == f"{begin}step 1  8 points/s  1 s left{begin}validation 1.5\n"


def test_a_quiet_process_prints_nothing(clock: Clock, capsys: pytest.CaptureFixture) -> None:
    log = io.StringIO()
    shown = started(log, quiet=True)
    clock.now += 60
    shown.show("step 1", 8, 16)
    shown.say("validation 1.5")
    printed = capsys.readouterr()
    assert (log.getvalue(), printed.out, printed.err) == ("", "", "")


def test_it_prints_to_standard_error(clock: Clock, capsys: pytest.CaptureFixture) -> None:
    Progress().say("validation 1.5")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "validation 1.5\n")


def test_the_name_of_the_network_begins_each_line() -> None:
    stream = io.StringIO()
    Progress(stream=stream, name="demo-iam/prediction").say("step 10")
    assert stream.getvalue() == "demo-iam/prediction: step 10\n"
