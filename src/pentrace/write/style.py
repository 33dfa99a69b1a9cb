"""A style: a line of real ink, converted to the scale and rate of the training data of the network.

Pens differ in units and rate. The scale is computed from the text of the line: its characters get
the same mean width as in the data (`scale.character_width`). This width depends neither on the rate
nor on the speed of the pen, and varies no more between lines than any other measure. If times were
recorded, points are then taken along the strokes at the rate of the data; handwriting that is
slower or faster than nearly all of the data is made faster or slower. Without times, those of usual
writing are assumed (`assumed_speed`).
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pentrace import resample
from pentrace.clean.apply import clean
from pentrace.clean.settings import CleanSettings
from pentrace.errors import PentraceError
from pentrace.generate.lines import Primer
from pentrace.ink import Ink
from pentrace.networks.alphabet import encode, substituted
from pentrace.networks.settings import NetworkSettings
from pentrace.normalise.recipes import to_offsets
from pentrace.page.layout import turned
from pentrace.unicode_nfc import nfc
from pentrace.write import assumed_speed
from pentrace.write.own_ink import OwnInk, offsets, read
from pentrace.write.scale import character_width, line_height

GRID = 180  # positions in the width of a character: the resolution of the tablet of IAM-OnDB
POINTS = (14.0, 22.0, 35.0)  # of a character: 5th, 50th and 95th percentile of the data's lines
RATE = 0.01  # s between points of the data
FEW = 4  # fewer recorded points for each character cannot show how a person writes
MISFIT = 2.3  # times as many characters as the text has, or as few, by the size of the ink
SHORT = 10  # characters: fewer do not show whether a text fits
LONGEST = 2000  # most points of a primer: one line has fewer
RULES = CleanSettings(spike=None, long_step=None, too_short=None, too_long=None)


class Reference(NamedTuple):
    """Ink that shows a hand."""

    steps: np.ndarray  # float32 (T, 3), normalised, the null step first
    text: str  # one line; empty if it is not known
    warning: str = ""  # what was assumed, and why it may be a poor style, for users
    remedy: str = ""  # the lines of `warning` that name a remedy


def from_file(path: Path, text: str | None, normalisation: dict) -> Primer:
    """The ink in the file at `path` with its `text`; None: the text is in the file.

    `normalisation` is that of the model; the text is converted to NFC. Raises `PentraceError` that
    names the file and the remedy.
    """
    steps = offsets(path)
    if steps is None:
        return from_ink(read(path), text, normalisation, str(path))
    return _primer(steps, _line_of_text(text, str(path)), str(path))


def from_ink(recording: OwnInk, text: str | None, normalisation: dict, name: str) -> Primer:
    """The same for ink that was read from a file or made; `name` is for messages."""
    words = _line_of_text(recording.text if text is None else text, name)
    primer = _primer(normalised(recording, len(words), normalisation, name), words, name)
    warning, remedy = _warning(recording, words, len(words), normalisation, name)
    return primer._replace(warning=warning, remedy=remedy)


def reference(recording: OwnInk, text: str | None, normalisation: dict, name: str) -> Reference:
    """Ink that shows a hand. Its text is not needed: without it, the size is that of its height."""
    words = _one_line(recording.text if text is None else text, name)
    characters = len(words) or _estimated(recording.xy, normalisation)
    steps = _short(normalised(recording, characters, normalisation, name), name)
    return Reference(steps, words, *_warning(recording, words, characters, normalisation, name))


def reference_of_file(path: Path, text: str | None, normalisation: dict) -> Reference:
    """The same for the ink in the file at `path`; see `from_file`."""
    steps = offsets(path)
    if steps is None:
        return reference(read(path), text, normalisation, str(path))
    return Reference(_short(steps, str(path)), _one_line(text, str(path)))


def _estimated(xy: np.ndarray, normalisation: dict) -> int:
    """How many characters a line of ink (N, 2) has, if its height is that of usual writing."""
    x, y = turned(xy).T
    height = float(np.subtract(*np.percentile(y, [95, 5])))
    wide = line_height(normalisation) / character_width(normalisation) * float(np.ptp(x))
    return max(1, round(wide / height)) if height > 0 else 1


def _line_of_text(text: str | None, name: str) -> str:
    """The text in NFC; raises `PentraceError` if it is not one line."""
    words = _one_line(text, name)
    if not words:
        raise PentraceError(f"{name}: does not contain its text; give the text with --style-text")
    return words


def _one_line(text: str | None, name: str) -> str:
    """The text in NFC, which may be empty; raises `PentraceError` if it is several lines."""
    words = nfc(text or "").strip()
    if len(words.splitlines()) > 1:
        raise PentraceError(f"{name}: several lines of text; give ink with one line")
    return words


def _warning(
    recording: OwnInk, text: str, characters: int, normalisation: dict, name: str
) -> tuple[str, str]:
    """What was assumed when the ink was read, and why it may be a poor style; or empty.

    The second text is the part of it that names a remedy.
    """
    few = _few(name, len(recording.xy), characters)
    wrong = few or _misfit(name, text, _estimated(recording.xy, normalisation))
    notes = [f"{name}: {note}" for note in recording.notes if note != recording.doubt]
    doubts = [f"{name}: {note}" for note in recording.notes if note == recording.doubt]
    remedies = [*doubts, *[wrong] * bool(wrong)]
    return "\n".join([*notes, *remedies]), "\n".join(remedies)


def _few(name: str, points: int, characters: int) -> str:
    """A warning if there are too few points for so many characters, else an empty string."""
    if points >= FEW * characters:
        return ""
    return (
        f"{name}: only {points} points for {characters} characters, so the style may be lost; "
        f"check that the text is what the ink says, and record {POINTS[0]:g} or more points for "
        "each character"
    )


def _misfit(name: str, text: str, estimate: int) -> str:
    """A warning if the text is much longer or shorter than ink of this size, else empty.

    Of 1,721 lines of IAM-OnDB of 10 characters or more, 1.2 % are beyond `MISFIT`; of texts
    that are three times too long, 93 %.
    """
    longer = len(text) / max(estimate, 1)
    if not text or max(len(text), estimate) < SHORT or 1 / MISFIT <= longer <= MISFIT:
        return ""
    return (
        f"{name}: its text has {len(text)} characters, but the ink looks like about {estimate}, so "
        "the style may be lost; check that the text is what the ink says"
    )


def _primer(steps: np.ndarray, text: str, name: str) -> Primer:
    return Primer(_short(steps, name), text)


def _short(steps: np.ndarray, name: str) -> np.ndarray:
    """The steps; raises `PentraceError` if there are too many."""
    if len(steps) > LONGEST:
        raise PentraceError(
            f"{name}: {len(steps)} points; the limit is {LONGEST}; give a shorter line"
        )
    return steps


def known(primer: Primer, network: NetworkSettings, name: str) -> Primer:
    """The primer, with similar characters in place of those that the network does not know.

    Characters that are still unknown become the symbol of rare characters, if the network has one;
    else raises `PentraceError` that begins with `name`.
    """
    text = substituted(primer.text, network.alphabet or "")
    encode([text], network, "fold", f"{name}: in its text, ", "give another line of handwriting")
    return primer._replace(text=text)


def normalised(recording: OwnInk, characters: int, normalisation: dict, name: str) -> np.ndarray:
    """float32 (T, 3) offsets of ink whose text has this many characters, the null step first.

    Raises `PentraceError` that begins with `name` if it is not a line of handwriting.
    """
    character = character_width(normalisation)
    recording = replace(recording, xy=turned(recording.xy))
    ink = clean(_ink(recording, 1.0, name), RULES)[0]
    width = float(np.ptp(ink.x)) if len(ink.x) > 1 else 0.0
    if not width > 0 or np.ptp(ink.y) > 10 * max(characters, 3) * width:
        raise PentraceError(f"{name}: the ink has almost no width; record one line of handwriting")
    ink = clean(_ink(recording, characters * character / width, name), RULES)[0]
    if ink.first_of_stroke().all():
        raise PentraceError(
            f"{name}: only dots, each stroke has one point; record one line of handwriting, or "
            "give all points of a stroke the same number, one after the other"
        )
    ink = _snapped(_resampled(ink, characters, character), character / GRID)
    ink = clean(ink, RULES)[0]
    return to_offsets(ink, np.ones(1), normalisation)[0]


def _ink(recording: OwnInk, scale: float, name: str) -> Ink:
    xy = (recording.xy - recording.xy[0]) * scale
    starts = np.array([0, len(xy)])
    x, y = xy.astype(np.float32).T
    return Ink([name], starts, x, y, recording.stroke.astype(np.int32), recording.t, {})


def _resampled(ink: Ink, characters: int, character: float) -> Ink:
    """The ink with as many points along the strokes as in the data, at the rate of the data."""
    x, y, first = ink.x, ink.y, ink.first_of_stroke()
    slow, usual, fast = (count * characters for count in POINTS)
    way = resample.elapsed(ink.t, first)
    points = way.sum() / RATE
    if points > 0:
        points = min(max(points, slow), fast)
    else:  # no times, or NaN
        x, y, first, way = assumed_speed.timed(x, y, first, character)
        points = usual
    at, begins = resample.places(way, first, way.sum() / points)
    stroke = (np.cumsum(begins) - 1).astype(np.int32)
    x, y = (resample.take(values, at).astype(np.float32) for values in (x, y))
    return Ink(ink.ids, np.array([0, len(at)]), x, y, stroke, np.arange(len(at)) * RATE, {})


def _snapped(ink: Ink, grid: float) -> Ink:
    """The points on a grid, as tablets record them, so that a resting pen has one position."""
    x, y = ((np.rint(v / grid) * grid).astype(np.float32) for v in (ink.x, ink.y))
    return replace(ink, x=x, y=y)
