"""Lines of text written by a synthesis network, checked, and drawn again if they failed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pentrace.generate.ink_loop import Written, write
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.random_numbers import another_seed, chances
from pentrace.networks.alphabet import encode
from pentrace.networks.settings import NetworkSettings
from pentrace.unicode_nfc import nfc

TOGETHER = 64  # lines in a batch: more are no faster, and need more memory
NEAR = 0.25  # share of the largest window weight from which a character counts as visited
SEEN = 1e-4  # smaller weights occur far from the text, where they are alike for all characters
LEAST = 2  # fewest steps at a character that draw something
TAIL = 8  # fewer steps are the end of a stroke, and not yet a letter
LEADING = 15  # characters that are enough to show a hand
LEADS = 3  # most attempts to find a line that all others can continue


class Primer(NamedTuple):
    """A real line that the network continues in the same style."""

    steps: np.ndarray  # float32 (T, 3), normalised, the null step first
    text: str  # the text of the line
    warning: str = ""  # why the line may be a poor style, for users


@dataclass(frozen=True)
class WrittenLine:
    """One written line."""

    text: str
    steps: np.ndarray  # float32 (T, 3), normalised, the null step first, no point of a primer
    character: np.ndarray  # int64 (T,), index into `text` of the current character; len at the end
    seed: int  # draws the same line at the first attempt
    attempts: int  # how often the line was drawn
    finished: bool  # whether the window left the text before the limit of steps
    missed: str  # characters that the window did not visit, in their order
    lead: np.ndarray  # float32 (K, 3), from the last point of a primer to the first of `steps`

    @property
    def failed(self) -> bool:
        """Whether a part of the text is missing."""
        return bool(self.missed) or not self.finished


@dataclass(frozen=True)
class LineOptions:
    """How lines are drawn, for any texts."""

    bias: float = 0.0
    seed: int = 1
    primer: Primer | None = None
    attempts: int = 4
    steps: int = 60  # the limit is this, plus the next number for each character
    steps_per_character: int = 60
    most: int | None = None  # highest limit of steps, even for a long text

    def limits(self, texts: Sequence[str]) -> np.ndarray:
        """Steps int64 (B,) after which the line of each text is cut off."""
        limits = np.array([self.steps + self.steps_per_character * len(text) for text in texts])
        return limits if self.most is None else np.minimum(limits, self.most)


def write_lines(
    network: FusedNetwork, texts: Sequence[str], how: LineOptions, first: int = 0
) -> list[WrittenLine]:
    """Write each of `texts` on a separate line.

    `first` is the number of the first line: line number i of a seed is the same in every batch,
    except for rounding. A line has failed if the window has not left its text (the paper's rule,
    section 5.3) within `how.limits` steps, or if it has `missed` a character. A failed line is
    drawn again with `another_seed`, in up to `how.attempts` attempts. If all of them fail, the one
    that missed least is kept.

    Raises `PentraceError` for characters that the network does not know, and for steps that are
    not finite; `ValueError` if the network is not conditioned on text, or a text is empty.
    """
    if network.window is None or not all(texts):
        raise ValueError("writing needs a synthesis network, and text on each line")
    texts = [nfc(text) for text in texts]
    best: dict[int, WrittenLine] = {}
    todo = list(range(len(texts)))
    for attempt in range(how.attempts):
        # Lines of similar length end at about the same step, so that few steps are wasted.
        todo.sort(key=lambda i: (len(texts[i]), i))
        for start in range(0, len(todo), TOGETHER):
            batch = todo[start : start + TOGETHER]
            numbers = [first + i for i in batch]
            lines = _attempt(network, [texts[i] for i in batch], numbers, how, attempt)
            for i, line in zip(batch, lines, strict=True):
                best[i] = min(best.get(i, line), line, key=_badness)
        todo = [i for i in todo if best[i].failed]
    return [_with_all_attempts(best[i], how) for i in range(len(texts))]


def leading_line(
    network: FusedNetwork, texts: Sequence[str], how: LineOptions
) -> tuple[int, WrittenLine] | None:
    """The number of a line that gives its handwriting style to all lines of `texts`, and the line.

    It is the first line of `LEADING` characters, or else the longest. If it fails, the next line of
    this length is tried, at most `LEADS` in all; None if all of them fail.
    """
    order = sorted(range(len(texts)), key=lambda i: (-min(len(texts[i]), LEADING), i))
    for number in order[:LEADS]:
        (line,) = write_lines(network, [texts[number]], how, number)
        if not line.failed:
            return number, line
    return None


def _badness(line: WrittenLine) -> tuple[int, bool]:
    return len(line.missed), not line.finished


def _with_all_attempts(line: WrittenLine, how: LineOptions) -> WrittenLine:
    """The line, with the number of all attempts if every one failed, whichever is kept."""
    return replace(line, attempts=how.attempts) if line.failed else line


def _attempt(
    network: FusedNetwork, texts: list[str], numbers: list[int], how: LineOptions, attempt: int
) -> list[WrittenLine]:
    """Draw a batch of lines once."""
    seed = another_seed(how.seed, attempt)
    before = "" if how.primer is None else nfc(how.primer.text) + " "
    limits = how.limits(texts)
    chance = np.stack([chances(seed, number, limits.max()) for number in numbers])
    symbols = _symbols(before, texts, network.settings)
    primers = None if how.primer is None else [how.primer.steps] * len(texts)
    written = write(network, chance, symbols, how.bias, primers, limits)
    return [
        _line(written, row, text, len(before), seed, attempt + 1) for row, text in enumerate(texts)
    ]


def _symbols(before: str, texts: list[str], settings: NetworkSettings) -> np.ndarray:
    """Symbols int64 (B, U) of `before`, in which characters may be rare, and each of `texts`."""
    read = encode([before], settings, "fold")
    return np.concatenate([np.repeat(read, len(texts), 0), encode(texts, settings)], 1)


def _line(
    written: Written, row: int, text: str, begin: int, seed: int, attempts: int
) -> WrittenLine:
    """Line `row` of `written`; its text begins at character `begin` of the text that was read."""
    length = int(written.length[row])
    assert written.window is not None
    phi = written.window[:length, row, begin : begin + len(text)]
    steps = written.steps[row, :length].copy()
    character = np.clip(written.character[row, :length] - begin, 0, len(text))
    lead = steps[:0]
    if begin:
        start = own_start(steps[:, 2], written.character[row, :length] >= begin)
        lead = steps[: start + 1].copy()
        steps, character = steps[start:], character[start:]
        steps[0, :2] = 0
    else:
        steps = np.concatenate([np.zeros((1, 3), np.float32), steps])
        character = np.append(character[0], character)
    steps[-1, 2] = 1
    largest = written.window[:length, row].max(1)
    left = missed(phi, largest, text)
    return WrittenLine(
        text, steps, character, seed, attempts, bool(written.stopped[row]), left, lead
    )


def own_start(ends: np.ndarray, own: np.ndarray) -> int:
    """The first of the steps that belong to the new text; 0 where none is `own`.

    ends (T,), 1 at the last point of a stroke; own bool (T,), where the window is in the new text.
    After a primer the pen may still have to finish its last letter. A stroke is kept or left out as
    a whole, as most of its points require. If letters are joined and one would be lost, the stroke
    is cut.
    """
    first = int(own.argmax())
    lifted = np.flatnonzero(ends > 0.5)
    begin = int(lifted[lifted < first].max(initial=-1)) + 1
    end = int(lifted[lifted >= first].min(initial=len(ends) - 1)) + 1
    if 2 * (end - first) >= end - begin:
        return begin
    return end if end - first < TAIL and end < len(ends) else first


def missed(phi: np.ndarray, largest: np.ndarray, text: str) -> str:
    """The characters of `text` that the window did not visit in order.

    phi (T, U): the window weights of these characters; largest (T,): the largest weight of any
    character. A character counts as visited at a step if its weight is at least `NEAR` of the
    largest. So a narrow letter next to a wide one, whose weight is never the largest, is not
    missed. A character is missed if it has fewer than `LEAST` visits, or if all of its visits are
    before the first visit of an earlier character. So a window may jump ahead and come back, or
    look back. A window that jumps over a word visits its letters in no step, or in one. Spaces
    draw nothing and are never missed.
    """
    at = phi >= np.maximum(NEAR * largest, SEEN)[:, None]  # (T, U)
    enough = at.sum(0) >= LEAST
    came = at.argmax(0)
    last = len(at) - 1 - at[::-1].argmax(0)
    # The step at which all earlier characters have had their first visit.
    before = np.maximum.accumulate(np.append(0, np.where(enough, came, 0)))[:-1]
    passed = enough & (last >= before)
    return "".join(c for c, ok in zip(text, passed, strict=True) if not ok and not c.isspace())
