"""Rows of numbers as text, with blanks between them: how SVC2004 and BDALab store points."""

import re
from dataclasses import dataclass

import numpy as np

from pentrace.readers._assemble import Malformed

_NUMERIC = b"0123456789+-.eE \t\r\n\v\f"
NAME_THEM = "name the columns in parse.columns, such as [x, y, t, pressure]"


@dataclass(frozen=True)
class NumberTable:
    """The rows of a file, and the number of rows that its first line states."""

    rows: np.ndarray  # float64 (T, C)
    lines: np.ndarray  # int64 (T,): line of each row in the file, from 1
    count: int | None  # None: the first line is a row
    count_line: int  # line of the count; 0 if there is none


def read_table(content: bytes, columns: int | None) -> NumberTable:
    """The numbers in `content`, in rows of equal length.

    `columns`: the numbers of a row, if they are known: then a line of names may be first, and the
    count may be missing. Without it, the first line must be the count. Raises `Malformed`:
    `not-numbers`, `empty`, `no-count`, `count-mismatch` if rows are missing, or `columns`.
    """
    body = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    skipped = b""
    if columns is not None:
        skipped, body = _split_names(body, columns)
    before = skipped.count(b"\n")
    _refuse_letters(body, before)
    lines, tokens = _tokens_per_line(body)
    lines += before
    if not len(lines):
        raise Malformed("empty", "the file has no numbers")
    values = _floats(body)
    counted = columns is None or (tokens[0] == 1 and columns > 1)
    if not counted:
        return NumberTable(_rows(values, lines, tokens, columns), lines, None, 0)
    count = _count(values[0], lines[0], tokens)
    rows = _rows(values[1:], lines[1:], tokens[1:], columns)
    return NumberTable(rows, lines[1:], count, int(lines[0]))


def _split_names(body: bytes, columns: int) -> tuple[bytes, bytes]:
    """The first line that is not blank, with those before it, if it has a letter; and the rest.

    A line with a number in place of a name is no line of names, but a damaged row.
    """
    found = re.match(rb"\s*+[^\n]*+(?:\n|$)", body)
    first = found[0] if found else b""
    words = first.split()
    row = len(words) == columns and not all(word.translate(None, _NUMERIC) for word in words)
    named = first.translate(None, _NUMERIC) and not row
    return (first, body[len(first) :]) if named else (b"", body)


def _count(value: float, line: int, tokens: np.ndarray) -> int:
    if tokens[0] != 1 or value != np.rint(value) or value < 0:
        found = f"{value:g}" if tokens[0] == 1 else f"{tokens[0]} numbers"
        reason = f"line {line}: {found}, expected a point count; if there is none, {NAME_THEM}"
        raise Malformed("no-count", reason)
    if value > len(tokens) - 1:
        reason = f"line {line}: {value:g} points expected, but the file has {len(tokens) - 1}"
        raise Malformed("count-mismatch", reason)
    return int(value)


def _rows(
    values: np.ndarray, lines: np.ndarray, tokens: np.ndarray, columns: int | None
) -> np.ndarray:
    if not len(lines):
        raise Malformed("empty", "the file has no points")
    allowed = (4, 7) if columns is None else (columns,)
    if tokens[0] not in allowed or (tokens != tokens[0]).any():
        odd = np.flatnonzero((tokens != tokens[0]) | ~np.isin(tokens, allowed))[0]
        expected = tokens[0] if tokens[0] in allowed else " or ".join(map(str, allowed))
        reason = f"line {lines[odd]}: {tokens[odd]} columns, expected {expected}"
        raise Malformed("columns", reason + (f"; {NAME_THEM}" if columns is None else ""))
    return values.reshape(-1, tokens[0])


def _refuse_letters(body: bytes, before: int) -> None:
    strange = body.translate(None, _NUMERIC)
    if strange:
        at = body.index(strange[:1])
        line = body.count(b"\n", 0, at) + 1 + before
        reason = f"line {line}: {chr(strange[0])!r} is not part of a number"
        first = not body[:at].strip(b"\n")
        raise Malformed("not-numbers", reason + (f"; {NAME_THEM}" if first else ""))


def _floats(body: bytes) -> np.ndarray:
    tokens = body.split()
    try:
        return np.fromiter(map(float, tokens), np.float64, len(tokens))
    except ValueError as error:
        raise Malformed("not-numbers", f"{error}"[:200]) from None


def _tokens_per_line(body: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Line numbers (from 1) of the lines that are not blank, and the count of numbers in each."""
    text = np.frombuffer(b"\n" + body, np.uint8)
    blank = text <= ord(" ")
    begins = np.flatnonzero(blank[:-1] & ~blank[1:])
    counts = np.bincount(np.cumsum(text == ord("\n"))[begins])
    lines = np.flatnonzero(counts)
    return lines, counts[lines]
