"""Lines are written, checked, and drawn again if they failed."""

from dataclasses import replace

import numpy as np
import pytest

from pentrace.errors import PentraceError
from pentrace.generate.ink_loop import LAST_STROKE
from pentrace.generate.leading import PRIMING, leading_line, primer_of
from pentrace.generate.lines import (
    LineOptions,
    Primer,
    own_end,
    own_start,
    too_wrong,
    write_lines,
)
from pentrace.generate.random_numbers import another_seed
from pentrace.generate.reading import Reading
from pentrace.generate.window_check import missed
from tests.helpers.small_synthesis import steady

TEXTS = ["a bad cab", "dad", "the quick brown fox"]


def test_a_line_has_all_its_text_and_ends_with_the_pen_up(tmp_path):
    lines = write_lines(steady(tmp_path), TEXTS, LineOptions())
    assert [line.text for line in lines] == TEXTS
    for line in lines:
        assert (line.finished, line.missed, line.attempts, line.seed) == (True, "", 1, 1)
        assert line.steps.dtype == np.float32
        assert not line.steps[0].any()
        assert line.steps[-1, 2] == 1
        # A tenth of a character a step, from before the first to behind the last.
        # Then the last stroke is finished.
        assert 5 <= len(line.steps) - 10 * len(line.text) <= 8 + LAST_STROKE
        assert (np.diff(line.character) >= 0).all()
        every = set(range(len(line.text)))  # and behind, if a stroke was finished there
        assert every <= set(line.character.tolist()) <= every | {len(line.text)}


def test_the_same_seed_gives_the_same_line_and_another_a_different_one(tmp_path):
    network = steady(tmp_path)
    one, same, other = (write_lines(network, ["dad"], LineOptions(seed=s))[0] for s in (1, 1, 2))
    assert one.steps.tobytes() == same.steps.tobytes()
    assert not np.array_equal(one.steps, other.steps)


def test_line_number_i_is_the_same_alone_and_in_a_batch(tmp_path):
    network = steady(tmp_path)
    for i, together in enumerate(write_lines(network, TEXTS, LineOptions(bias=0.5))):
        alone = write_lines(network, [TEXTS[i]], LineOptions(bias=0.5), first=i)[0]
        np.testing.assert_allclose(alone.steps, together.steps, rtol=1e-3, atol=1e-3)


def test_more_lines_than_a_batch_keep_their_order(tmp_path):
    texts = ["abcdefghij"[: 1 + i % 10] for i in range(70)]
    lines = write_lines(steady(tmp_path, pace=0.5), texts, LineOptions())
    assert [line.text for line in lines] == texts
    alone = write_lines(steady(tmp_path, pace=0.5), texts[69:], LineOptions(), first=69)[0]
    np.testing.assert_allclose(alone.steps, lines[69].steps, rtol=1e-3, atol=1e-3)


def test_a_line_that_is_never_finished_is_drawn_again_and_reported(tmp_path):
    how = LineOptions(attempts=3, steps=5, steps_per_character=5)
    (line,) = write_lines(steady(tmp_path), ["bad dad"], how)
    assert line.failed
    assert (line.finished, line.attempts) == (False, 3)
    assert line.missed == "dad"
    assert len(line.steps) == 1 + 5 + 5 * 7


def test_one_line_that_fails_does_not_change_the_other_lines(tmp_path):
    how = LineOptions(attempts=2, steps=17, steps_per_character=9)
    network = steady(tmp_path)
    long = "abcdefghijklmnopqrstuvw"
    lines = write_lines(network, [long, "dad"], how)
    assert [line.failed for line in lines] == [True, False]
    assert lines[1].attempts == 1


def test_a_window_that_jumps_over_letters_is_detected(tmp_path):
    how = LineOptions(attempts=2)
    (line,) = write_lines(steady(tmp_path, pace=3.0), ["abcdefghi"], how)
    assert len(line.missed) > 4
    assert line.attempts == 2


def test_the_seed_of_a_line_draws_it_at_the_first_try(tmp_path):
    how = LineOptions(seed=5, attempts=2, steps=5, steps_per_character=5)
    network = steady(tmp_path)
    (line,) = write_lines(network, ["bad dad"], how)
    (again,) = write_lines(network, ["bad dad"], LineOptions(**{**vars(how), "seed": line.seed}))
    assert line.seed in (5, another_seed(5, 1))
    np.testing.assert_array_equal(line.steps[:20], again.steps[:20])


def test_a_primer_is_read_but_not_part_of_the_line(tmp_path):
    primer = np.random.default_rng(1).standard_normal((60, 3)).astype(np.float32)
    primer[:, 2] = 0
    primer[0], primer[-1, 2] = 0, 1
    network = steady(tmp_path)
    how = LineOptions(primer=Primer(primer, "the cab"))
    plain, primed = (write_lines(network, ["dad"], h)[0] for h in (LineOptions(), how))
    assert primed.finished
    assert primed.missed == ""
    # The primer has brought the window to its sixth character: the seventh is not of the line.
    assert not primed.steps[0, :2].any()
    assert set(primed.character.tolist()) <= {0, 1, 2, 3}
    assert not np.array_equal(plain.steps[1:20], primed.steps[1:20])


def test_if_the_first_line_fails_another_gives_the_style(tmp_path):
    network = steady(tmp_path)
    how = LineOptions(
        attempts=2, steps=17, steps_per_character=9
    )  # too few for over ten characters
    texts = ["abcdefghijklmnopqrstuvw", "dad", "cab bad"]
    number, line = leading_line(network, texts, how)
    assert number == 2 and not line.failed
    (same,) = write_lines(network, texts[2:], how, first=2)
    np.testing.assert_array_equal(line.steps, same.steps)


def test_there_may_be_no_line_that_can_give_the_style(tmp_path):
    how = LineOptions(attempts=1, steps=5, steps_per_character=5)
    assert leading_line(steady(tmp_path), ["dad", "cab"], how) is None


def test_other_lines_are_primed_with_the_first_words(tmp_path):
    (line,) = write_lines(steady(tmp_path), ["the quick brown fox"], LineOptions())
    primer = primer_of(line)
    assert primer.text == "the quick" and len(primer.text) >= PRIMING
    assert primer.steps[-1, 2] == 1 and len(primer.steps) < len(line.steps)
    np.testing.assert_array_equal(primer.steps, line.steps[: len(primer.steps)])
    # The primer ends near the end of its text: a stroke of this network has two points or so.
    assert abs(len(primer.steps) - (line.character < 9).sum()) < 10
    (short,) = write_lines(steady(tmp_path), ["a cab"], LineOptions())
    assert primer_of(short).text == "a cab" and primer_of(short).steps is short.steps


def test_lines_that_are_not_checked_do_not_fail(tmp_path):
    how = LineOptions(attempts=3, steps=5, steps_per_character=5, checked=False)
    (line,) = write_lines(steady(tmp_path), ["bad dad"], how)
    assert (line.failed, line.attempts, line.finished) == (False, 1, False)


@pytest.mark.parametrize(
    ("text", "edits", "window", "wrong"),
    [
        ("a cab", 0, {}, False),
        ("a cab", 0, {"missed": "c"}, False),  # it was read nevertheless
        ("ab", 1, {}, False),  # the recogniser errs too
        ("a", 1, {}, True),
        ("a cab", 1, {"missed": "c"}, True),
        ("a cab", 1, {"finished": False}, True),
        ("a cab", 2, {}, True),
        ("the quick brown fox", 3, {}, False),
        ("the quick brown fox", 4, {}, True),
    ],
)
def test_one_misread_character_is_no_failure_but_nonsense_is(tmp_path, text, edits, window, wrong):
    (line,) = write_lines(steady(tmp_path), [text], LineOptions())
    reading = Reading("", edits, len(text), 0.0)
    assert too_wrong(replace(line, **window), reading, 0.2) == wrong


def test_rare_characters_are_read_in_a_primer_but_never_written(tmp_path):
    network = steady(tmp_path, fold_rare=2)
    primer = np.random.default_rng(1).standard_normal((60, 3)).astype(np.float32)
    how = LineOptions(primer=Primer(primer, "a ω cab"))
    assert write_lines(network, ["dad"], how)[0].finished
    with pytest.raises(PentraceError, match="never seen ω"):
        write_lines(network, ["ω"], how)


def test_only_text_that_a_network_can_write_is_accepted(tmp_path):
    network = steady(tmp_path)
    with pytest.raises(PentraceError, match="never seen é"):
        write_lines(network, ["é"], LineOptions())
    with pytest.raises(ValueError, match="text on each line"):
        write_lines(network, ["a", ""], LineOptions())


def _phi(*places: int, length: int = 5) -> np.ndarray:
    """A window that is at these characters, one per step."""
    return np.eye(length)[list(places)]


@pytest.mark.parametrize(
    ("places", "left"),
    [
        ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], ""),
        ([0, 0, 4, 1, 1, 2, 2, 3, 3, 4, 4], ""),  # a blip ahead
        ([0, 0, 1, 1, 2, 2, 3, 0, 3, 4, 4], ""),  # a blip back
        ([0, 0, 1, 1, 4, 4], "d"),  # what it leapt over, less the space
        ([0, 0, 1, 1, 3, 4, 4], "d"),  # one step draws nothing
        ([0, 0, 3, 3, 4, 4, 1, 1, 2, 2], "de"),  # before earlier characters
        ([], "abde"),
    ],
)
def test_characters_are_missed_where_the_window_was_not_at_them_in_order(places, left):
    phi = _phi(*places) if places else np.zeros((3, 5))
    assert missed(phi, phi.max(1), "ab de") == left


def test_a_window_far_away_is_at_no_character():
    phi = np.full((9, 3), np.exp(-50))
    assert missed(phi, phi.max(1), "abc") == "abc"


@pytest.mark.parametrize(
    ("text", "left", "at_last", "kept"),
    [
        ("ab", 10, 8, 10),  # a stroke that begins behind the text is not of it
        ("ab", 9, 8, 14),  # the last letter is finished
        ("ab.", 10, 8, 14),  # no stroke began at the stop: this is the stop
        ("ab.", 10, 4, 10),  # the stop is already drawn
        ("hi", 10, 4, 14),  # the dot of the i
        ("hi", 10, 0, 10),  # the i has its dot
        ("ab", 14, 8, 14),  # the window never left
    ],
)
def test_a_stroke_that_begins_behind_the_text_is_dropped(text, left, at_last, kept):
    ends = np.zeros(14)
    ends[[3, 9, 13]] = 1
    assert own_end(ends, left, np.arange(14) >= at_last, text) == kept


def _steps(*runs: tuple[int, bool]) -> np.ndarray:
    return np.concatenate([np.full(length, value) for length, value in runs])


@pytest.mark.parametrize(
    ("own", "start"),
    [
        (_steps((10, False), (30, True)), 10),  # with a stroke
        (_steps((13, False), (27, True)), 10),  # early in a stroke
        (_steps((7, False), (33, True)), 10),  # at the very end of one
        (_steps((28, False), (12, True)), 28),  # late in a long one: the letter is kept
        (
            _steps(
                (40, False),
            ),
            0,
        ),
    ],
)
def test_a_new_text_begins_with_a_stroke_but_loses_no_letter(own, start):
    ends = np.zeros(40)
    ends[[9, 39]] = 1
    assert own_start(ends, own) == start
