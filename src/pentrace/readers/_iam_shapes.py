"""The fast way to read lines of IAM-OnDB: many files of the usual shape at once.

All but two of the 12,195 files consist, between a fixed head and tail, of lines of three shapes.
A file is read here only if these shapes explain every byte of it, so the result is the same as
that of an XML parser. All other files are left to the XML parser.

The check has two steps. Without digits, the lines must be equal to strokes that are built from
the shapes. And the values between quotes must contain as many digits as were removed, so no
digits are elsewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_CORNERS = ("DiagonallyOppositeCoords", "VerticallyOppositeCoords", "HorizontallyOppositeCoords")
_HEAD = re.compile(
    rb'<\?xml version="1\.0" encoding="ISO-8859-1"\?>\n'
    rb"<WhiteboardCaptureSession>\n"
    rb"  <WhiteboardDescription>\n"
    rb'    <SensorLocation corner="top_left"/>\n'
    + b"".join(rb'    <%b x="-?\d+" y="-?\d+"/>\n' % name.encode() for name in _CORNERS)
    + rb"  </WhiteboardDescription>\n"
    rb"  <StrokeSet>\n"
)
_TAIL = b"  </StrokeSet>\n</WhiteboardCaptureSession>\n"

# The three shapes, without digits.
_OPEN = b'    <Stroke colour="black" start_time="." end_time=".">\n'
_POINT = b'      <Point x="" y="" time="."/>\r\n'
_CLOSE = b"    </Stroke>\n"

_WORD = 8  # digits read at once; a longer number is left to the XML parser
_BATCH = 16  # files read at once: their arrays stay in the cache of one core

# x, y (tablet units, y downward), stroke (from 0) and t (seconds) of the points of one file.
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class KnownFile:
    """The lines of one file that are equal to the shapes, apart from digits."""

    lines: bytes  # from the first `<Stroke` to the last `</Stroke>`
    strokes: list[int]  # points in each stroke, none of them 0


def read_known(contents: Sequence[bytes]) -> list[Columns | None]:
    """The columns of each file; None if a file is not of the known shapes."""
    columns: list[Columns | None] = [None] * len(contents)
    files = {i: file for i, content in enumerate(contents) if (file := known_file(content))}
    known = list(files)
    for some in (known[k : k + _BATCH] for k in range(0, len(known), _BATCH)):
        for i, found in zip(some, read_batch([files[i] for i in some]), strict=True):
            columns[i] = found
    return columns


def known_file(content: bytes) -> KnownFile | None:
    """The lines of a file and their strokes; None if the file is not of the known shapes."""
    head = _HEAD.match(content)
    if not head or not content.endswith(_TAIL, head.end()):
        return None
    lines = content[head.end() : -len(_TAIL)]
    bare = lines.translate(None, b"0123456789")
    # The name of each tag of a stroke begins with S. If S is elsewhere too, `built` differs; if
    # there are more S than strokes have room for, it would be much larger than the file.
    if bare.count(b"S") * len(_OPEN + _POINT + _CLOSE) > 2 * len(bare):
        return None
    counts = [len(between) // len(_POINT) - 1 for between in bare.split(b"S")[1::2]]
    parts = [part for count in counts for part in (_OPEN, _POINT * count, _CLOSE)]
    built = b"".join(parts)
    return KnownFile(lines, counts) if built == bare and min(counts, default=0) > 0 else None


def read_batch(files: Sequence[KnownFile]) -> list[Columns | None]:
    """The columns of each file; None if a digit is not in a value."""
    text = np.frombuffer(b"".join([file.lines for file in files]), np.uint8)
    counts = np.concatenate([file.strokes for file in files])  # points of each stroke
    n_strokes = np.array([len(file.strokes) for file in files])
    first_strokes = np.cumsum(n_strokes) - n_strokes
    n_points = np.add.reduceat(counts, first_strokes)
    lines = _quoted_lines(text, counts)
    x = _integers(text, lines.stops[:, 0], lines.lengths[:, 0])[lines.is_point]
    y = _integers(text, lines.stops[:, 1], lines.lengths[:, 1])[lines.is_point]
    t = _hundredths(text, lines.stops[:, 2], lines.lengths[:, 2])[lines.is_point] / 100
    stroke = np.repeat(np.arange(len(counts)) - np.repeat(first_strokes, n_strokes), counts)
    fits = _fits(lines, files, n_strokes, n_points)
    stops = np.cumsum(n_points)
    slices = map(slice, stops - n_points, stops)
    return [(x[s], y[s], stroke[s], t[s]) if f else None for f, s in zip(fits, slices, strict=True)]


@dataclass(frozen=True)
class _Lines:
    """The lines of a batch that have quotes, L of them: all but `</Stroke>`."""

    is_point: np.ndarray  # bool (L,); else a stroke opens
    stops: np.ndarray  # int64 (L, 3): the ends of the three values in the text
    lengths: np.ndarray  # int64 (L, 3): their bytes
    dots: np.ndarray  # bool (L,): whether the last value ends with a dot and two bytes


def _quoted_lines(text: np.ndarray, counts: np.ndarray) -> _Lines:
    quotes = np.flatnonzero(text == ord('"')).reshape(-1, 6)
    stops = quotes[:, 1::2]
    is_point = np.ones(len(quotes), bool)
    is_point[np.cumsum(counts + 1) - counts - 1] = False
    dots = text[stops[:, 2] - 3] == ord(".")
    return _Lines(is_point, stops, stops - quotes[:, ::2] - 1, dots)


def _fits(
    lines: _Lines, files: Sequence[KnownFile], n_strokes: np.ndarray, n_points: np.ndarray
) -> np.ndarray:
    """bool (F,): whether each digit of a file is in a value, and each value can be read here."""
    n_lines = n_strokes + n_points
    first_lines = np.cumsum(n_lines) - n_lines
    x, y, t = lines.lengths.T
    bad_point = ~lines.dots | (np.minimum(x, y) < 1) | (np.maximum(x, y) > _WORD)
    bad_point |= (t < len("0.00")) | (t > _WORD + len(".00"))
    bad = np.where(lines.is_point, bad_point, x != len("black"))
    others = len(".") * n_points + len("black..") * n_strokes  # bytes in values, not digits
    digits = np.add.reduceat(x + y + t, first_lines) - others
    bare = len(_OPEN + _CLOSE) * n_strokes + len(_POINT) * n_points
    removed = np.array([len(file.lines) for file in files]) - bare
    return ~np.logical_or.reduceat(bad, first_lines) & (digits == removed)


def _integers(text: np.ndarray, stop: np.ndarray, length: np.ndarray) -> np.ndarray:
    """uint64 (N,): the numbers whose digits are `text[stop - length : stop]`, at most 8 digits.

    The 8 bytes before `stop` are read as one word, the bytes that are not of the number are set
    to 0, and neighbours are combined: digits to pairs, pairs to fours, fours to the number.
    """
    words = np.ndarray((len(text) - _WORD + 1,), "<u8", text, strides=(1,))
    foreign = (8 * (_WORD - length)).astype(np.uint64)  # bits
    word = words[stop - _WORD] >> foreign << foreign & 0x0F0F0F0F0F0F0F0F
    word = word * (1 + (10 << 8)) >> 8 & 0x00FF00FF00FF00FF
    word = word * (1 + (100 << 16)) >> 16 & 0x0000FFFF0000FFFF
    return word * (1 + (10_000 << 32)) >> 32


def _hundredths(text: np.ndarray, stop: np.ndarray, length: np.ndarray) -> np.ndarray:
    """uint64 (N,): a hundred times the numbers `text[stop - length : stop]`, such as 769.05."""
    whole = _integers(text, stop - len(".00"), length - len(".00"))
    tens, ones = text[stop - 2] - ord("0"), text[stop - 1] - ord("0")
    return 100 * whole + 10 * tens + ones
