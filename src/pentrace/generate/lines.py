"""Lines of text by a synthesis network: candidates are drawn and checked, and the best is kept."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pentrace.generate.ink_loop import Written, write
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.generate.one_thread import one_thread
from pentrace.generate.random_numbers import another_seed, chances, drawn_latents
from pentrace.generate.reading import Reading, edits, readings, visible_edits
from pentrace.generate.settings import (
    ERROR_LIMIT,
    PACE,
    ImitateSettings,
    RewriteSettings,
    SampleSettings,
)
from pentrace.generate.window_check import missed
from pentrace.networks.alphabet import encode
from pentrace.networks.settings import NetworkSettings
from pentrace.unicode_nfc import nfc

TOGETHER = 64  # lines in a batch: more are no faster, and need more memory
FIRST = 4  # candidates of a line that are drawn before any is read; then twice as many, and so on
FIRST_IN_HAND = 8  # the same, where lines near to a hand are kept
# Distance from a hand that a line may have more, for each nat per character that it is read better.
READ_BETTER = 2.0
TAIL = 8  # fewer steps are the end of a stroke, and not yet a letter
TWO_STROKES = '!?:;"=ij'  # characters that end with a separate stroke


class Primer(NamedTuple):
    """A real line that the network continues in the same style."""

    steps: np.ndarray  # float32 (T, 3), normalised, the null step first
    text: str  # the text of the line
    warning: str = ""  # what was assumed, and why the line may be a poor style, for users
    remedy: str = ""  # the lines of `warning` that name a remedy


class Hand(NamedTuple):
    """A hand that the network writes in, from any ink of it."""

    vector: np.ndarray  # float32 (S,), as the encoder of the network gives it
    primer: Primer | None = None  # a line of it, which the network continues; None: only the vector
    warning: str = ""  # what was assumed, and why the ink may be a poor style, for users
    remedy: str = ""  # the lines of `warning` that name a remedy


@dataclass(frozen=True)
class WrittenLine:
    """One written line."""

    text: str
    steps: np.ndarray  # float32 (T, 3), normalised, the null step first, no point of a primer
    character: np.ndarray  # int64 (T,), index into `text` of the current character; len at the end
    seed: int  # draws the same line at the first attempt
    finished: bool  # whether the window left the text before the limit of steps
    missed: str  # characters that the window did not visit, in their order
    lead: np.ndarray  # float32 (K, 3), from the last point of a primer to the first of `steps`
    attempts: int = 1  # candidates that were drawn
    reading: Reading | None = None  # what the recogniser reads; None: it was not asked
    failed: bool = False  # whether the check found that the line is not its text
    # From the hand that was asked for, in [0, 2], by the vector of the line; 0 without a hand.
    distance: float = 0.0


@dataclass(frozen=True)
class LineOptions:
    """How lines are drawn and checked, for any texts."""

    bias: float = 0.0
    seed: int = 1
    primer: Primer | None = None
    attempts: int = 4  # most candidates of a line
    steps: int = PACE  # the limit is this, plus the next number for each character
    steps_per_character: int = PACE
    most: int | None = None  # highest limit of steps, even for a long text
    reader: FusedRecogniser | None = None  # reads the candidates; None: only the window is checked
    visible: bool = False  # whether only errors count that a person can see: `visible_edits`
    error_limit: float = ERROR_LIMIT  # highest character error rate of a line, by the reader
    checked: bool = True  # False: the first candidate is kept, whatever it is
    # Called first and after each batch with the lines that are finished, all lines, and the share
    # of the work that is done, in [0, 1]. It is estimated: some lines need more candidates.
    progress: Callable[[int, int, float], None] | None = None
    style: np.ndarray | None = None  # float32 (S,), the vector of the hand; None: no style

    def limits(self, texts: Sequence[str]) -> np.ndarray:
        """Steps int64 (B,) after which the line of each text is cut off."""
        limits = np.array([self.steps + self.steps_per_character * len(text) for text in texts])
        return limits if self.most is None else np.minimum(limits, self.most)

    def rounds(self) -> Iterator[range]:
        """The numbers of the candidates that are drawn before the next check.

        One more candidate of a line in a batch takes little time, so those to be read are drawn
        together. Without a recogniser nearly every first candidate is kept.
        """
        begin, size = 0, FIRST if self.reader else 1
        if self.reader and self.style is not None:
            size = FIRST_IN_HAND
        while begin < (self.attempts if self.checked else 1):
            yield range(begin, min(begin + size, self.attempts))
            begin += size
            size *= 2 if self.reader else 1


def line_options(
    settings: SampleSettings | RewriteSettings | ImitateSettings,
    reader: FusedRecogniser | None,
    bias: float,
) -> LineOptions:
    """How the settings of a stage ask for lines at one of their biases."""
    return LineOptions(
        bias=bias,
        seed=settings.seed,
        attempts=settings.attempts,
        reader=reader,
        error_limit=settings.error_limit,
        checked=settings.check != "none",
    )


@one_thread
def write_lines(
    network: FusedNetwork, texts: Sequence[str], how: LineOptions, first: int = 0
) -> list[WrittenLine]:
    """Write each of `texts` on a separate line.

    `first` is the number of the first line: line number i of a seed is the same in every batch,
    except for rounding. Up to `how.attempts` candidates of a line are drawn, each with another
    seed, until one is perfect. The best is kept. A candidate is incomplete if the window has not
    left its text (the paper's rule, section 5.3) within `how.limits` steps, or if it has `missed` a
    character.

    Without `how.reader`, an incomplete line has failed, any other is perfect, and the best misses
    least. With it, see `too_wrong`; a perfect line is read without an error, and the best is read
    with the fewest errors, or else has the most probable text. With `how.style`, the
    distance from the hand counts too, among the lines with the fewest errors.

    Raises `PentraceError` for characters that the network does not know, and for steps that are
    not finite; `ValueError` if the network is not conditioned on text, or a text is empty.
    """
    if network.window is None or not all(texts):
        raise ValueError("writing needs a synthesis network, and text on each line")
    texts = [nfc(text) for text in texts]
    best: dict[int, WrittenLine] = {}
    todo, drawn = list(range(len(texts))), 0
    if how.progress is not None and texts:
        how.progress(0, len(texts), 0.0)
    for attempts in how.rounds():
        pairs = [(i, attempt) for i in todo for attempt in attempts]
        # Lines of similar length end at about the same step, so that few steps are wasted.
        pairs.sort(key=lambda pair: (len(texts[pair[0]]), pair))
        for start in range(0, len(pairs), TOGETHER):
            batch = pairs[start : start + TOGETHER]
            own = [texts[i] for i, _ in batch]
            lines = _drawn(network, own, [(first + i, attempt) for i, attempt in batch], how)
            lines = _in_hand(network, _checked(lines, how), how)
            for (i, _), line in zip(batch, lines, strict=True):
                best[i] = min(best.get(i, line), line, key=_badness)
            drawn += sum(map(len, own))
            if how.progress is not None:
                left = sum(len(texts[i]) for i, _ in pairs[start + TOGETHER :])
                seen = [best[i] for i in todo if i in best]
                again = sum(not _perfect(line) for line in seen) / len(seen)
                later = (how.attempts - attempts.stop) * sum(len(texts[i]) for i in todo)
                finished = sum(map(_perfect, best.values()))
                how.progress(finished, len(texts), drawn / (drawn + left + again * later))
        for i in todo:
            best[i] = replace(best[i], attempts=attempts.stop)
        todo = [i for i in todo if not _perfect(best[i])]
    return [best[i] for i in range(len(texts))]


def _checked(lines: list[WrittenLine], how: LineOptions) -> list[WrittenLine]:
    """The lines, with what the recogniser reads, if there is one, and whether they failed."""
    if not how.checked:
        return lines
    if how.reader is None:
        return [replace(line, failed=bool(line.missed) or not line.finished) for line in lines]
    count = visible_edits if how.visible else edits
    found = readings(how.reader, [x.text for x in lines], [x.steps for x in lines], count)
    return [
        replace(line, reading=reading, failed=too_wrong(line, reading, how.error_limit))
        for line, reading in zip(lines, found, strict=True)
    ]


def too_wrong(line: WrittenLine, reading: Reading, limit: float) -> bool:
    """Whether a line is not its text.

    A line without an error is its text. Any other must be complete, and may have as many errors as
    `limit` allows for its length. One is allowed in any line of several characters, since the
    recogniser errs too.
    """
    if reading.edits == 0:
        return False
    incomplete = bool(line.missed) or not line.finished
    always = 1.0 if reading.characters > 1 else 0.0
    return incomplete or reading.edits > max(always, limit * reading.characters)


def _perfect(line: WrittenLine) -> bool:
    return not line.failed and (line.reading is None or line.reading.edits == 0)


def _badness(line: WrittenLine) -> tuple[float, ...]:
    """Smaller is better."""
    skipped = (len(line.missed), not line.finished)
    if line.reading is None:
        return skipped
    unlike = line.distance - READ_BETTER * line.reading.log_probability
    return (line.failed, line.reading.edits, *skipped, unlike)


def _in_hand(
    network: FusedNetwork, lines: list[WrittenLine], how: LineOptions
) -> list[WrittenLine]:
    """The lines with their distances from the hand that was asked for."""
    if network.encoder is None or how.style is None or how.reader is None:
        return lines
    alike = [float(network.encoder.vector([x.steps]) @ how.style) / len(how.style) for x in lines]
    return [replace(line, distance=1 - one) for line, one in zip(lines, alike, strict=True)]


def _drawn(
    network: FusedNetwork, texts: list[str], which: list[tuple[int, int]], how: LineOptions
) -> list[WrittenLine]:
    """Draw a batch of candidates; `which` has the number of the line and of the attempt of each."""
    before = "" if how.primer is None else nfc(how.primer.text) + " "
    limits = how.limits(texts)
    seeds = [another_seed(how.seed, attempt) for _, attempt in which]
    numbers = [number for number, _ in which]
    chance = np.stack([chances(*of, limits.max()) for of in zip(seeds, numbers, strict=True)])
    symbols = _symbols(before, texts, network.settings)
    primers = None if how.primer is None else [how.primer.steps] * len(texts)
    own = drawn_latents(network, [*zip(seeds, numbers, strict=True)], int(limits.max()))
    written = write(network, chance, symbols, how.bias, primers, limits, how.style, own)
    return [
        _line(written, row, text, len(before), seed)
        for row, (text, seed) in enumerate(zip(texts, seeds, strict=True))
    ]


def _symbols(before: str, texts: list[str], settings: NetworkSettings) -> np.ndarray:
    """Symbols int64 (B, U) of `before`, in which characters may be rare, and each of `texts`."""
    read = encode([before], settings, "fold")
    return np.concatenate([np.repeat(read, len(texts), 0), encode(texts, settings)], 1)


def _line(written: Written, row: int, text: str, begin: int, seed: int) -> WrittenLine:
    """Line `row` of `written`; its text begins at character `begin` of the text that was read."""
    drawn = slice(int(written.length[row]))
    at_last = written.character[row, drawn] == begin + len(text) - 1
    length = own_end(written.steps[row, drawn, 2], int(written.left[row]), at_last, text)
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
    skipped = missed(phi, largest, text)
    return WrittenLine(text, steps, character, seed, bool(written.stopped[row]), skipped, lead)


def own_end(ends: np.ndarray, left: int, at_last: np.ndarray, text: str) -> int:
    """How many of the steps belong to the text, at least 1.

    ends (T,), 1 at the last point of a stroke; `left` is the step at which the window left the
    text; at_last bool (T,), where it is at the last character. A stroke that begins as the window
    leaves would begin the next word. But if the text ends in a mark, or in a character of
    `TWO_STROKES`, and fewer strokes began at it than it has, the stroke belongs to it.
    """
    if not 0 < left < len(ends) or ends[left - 1] < 0.5:
        return len(ends)
    begins = np.append(True, ends[:-1] > 0.5)
    last = 2 if text[-1] in TWO_STROKES else int(not text[-1].isalnum())
    return left if (begins & at_last)[:left].sum() >= last else len(ends)


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
