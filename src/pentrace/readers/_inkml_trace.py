"""The text of InkML `<trace>`s: numbers, wildcards, and first and second differences.

Source: W3C, Ink Markup Language (InkML), Recommendation 20 September 2011, section 3.2.1.
"""

import re

import numpy as np

from pentrace.readers._assemble import Malformed

# ! explicit, ' first difference, " second difference; a value may also be # and hex digits, T or
# F (booleans), * (as before) or ? (missing).
_NUMBER = r"[+-]?(?:#[0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
_TOKEN = re.compile(rf"[!'\"]?(?:{_NUMBER}|[TF*?])|[,;]")
_LOOSE_SIGN = re.compile(r"([!'\"+-])\s+")
_LONGEST = 32  # characters of one number
_LARGEST = 1e15
_EXPLICIT, _FIRST, _SECOND = 0, 1, 2


def decode(texts: list[str], regular: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """The points of traces of one format: float64 (P, `channels`), and int64 points per trace.

    Missing values are NaN. Points have at least `regular` values: those of the intermittent
    channels may be left out at the end. The order of differences of a channel is kept until it is
    changed, and is explicit at the start of a trace. `*` repeats what was written last in the
    trace: a value, a velocity or an acceleration.

    Raises `Malformed` if a text does not follow the grammar.
    """
    tokens, trace = _tokens(texts)
    point, column, trace = _places(tokens, trace, regular, channels)
    words = tokens[(tokens != ",") & (tokens != ";")]
    prefix, bare = words.astype("U1"), np.char.lstrip(words, "!'\"")
    written, same, given = _numbers(bare), bare == "*", bare != "?"
    order = np.select([prefix == "!", prefix == "'", prefix == '"'], [0, 1, 2], -1)
    values = np.full((len(trace), channels), np.nan)
    for c in range(channels):
        at = np.flatnonzero((column == c) & given)
        first = np.diff(trace[point[at]], prepend=-1) > 0
        values[point[at], c] = _integrate(written[at], order[at], same[at], first)
    return values, np.bincount(trace, minlength=len(texts))


def count_points(text: str) -> int:
    """Number of points of the trace `text`, if it is valid: a quick count before decoding."""
    points = text.strip().removesuffix(",")
    return points.count(",") + 1 if points else 0


def _tokens(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """str (K,): values with prefixes, commas between points, semicolons after traces; the trace."""
    if any(";" in text for text in texts):
        raise Malformed("trace-syntax", "a trace contains ';'")
    text = "".join(text.rstrip().removesuffix(",") + ";" for text in texts)
    text = _LOOSE_SIGN.sub(r"\1", text)
    found = _TOKEN.findall(text)
    if sum(map(len, found)) != sum(map(len, text.split())):
        left = _TOKEN.sub(" ", text).strip()
        raise Malformed("trace-syntax", f"a trace contains {left[:20]!r}")
    longest = max(map(len, found), default=1)
    if longest > _LONGEST:
        raise Malformed(
            "trace-syntax", f"a number has {longest} characters; the limit is {_LONGEST}"
        )
    tokens = np.array(found, dtype=f"U{longest}")
    ends = tokens == ";"
    return tokens, np.cumsum(ends) - ends


def _places(
    tokens: np.ndarray, trace: np.ndarray, regular: int, channels: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Point and column of each value, int64 (V,) each, and the trace of each point, (P,)."""
    ends = (tokens == ",") | (tokens == ";")
    counts = np.diff(np.flatnonzero(ends), prepend=-1) - 1  # values before each , or ;
    empty = (tokens[ends] == ";") & (counts == 0)
    empty &= np.append(";", tokens[ends][:-1]) == ";"  # a trace without points is allowed
    counts, owner = counts[~empty], trace[ends][~empty]
    odd = np.flatnonzero((counts < regular) | (counts > channels))
    if len(odd):
        expected = f"{regular}" if regular == channels else f"{regular} to {channels}"
        reason = f"a point of trace {owner[odd[0]]} has {counts[odd[0]]} values"
        raise Malformed("trace-columns", f"{reason}, expected {expected}")
    point = np.repeat(np.arange(len(counts)), counts)
    return point, np.arange(len(point)) - (np.cumsum(counts) - counts)[point], owner


def _numbers(bare: np.ndarray) -> np.ndarray:
    """float64 (V,): values without prefixes; NaN for wildcards."""
    words = bare.astype(object)
    words[(bare == "*") | (bare == "?")] = "nan"
    words[bare == "T"], words[bare == "F"] = "1", "0"
    for i in np.flatnonzero(np.char.find(bare, "#") >= 0):
        words[i] = int(words[i].replace("#", ""), 16)
    numbers = words.astype(np.float64)
    if (np.abs(numbers) > _LARGEST).any():
        raise Malformed("out-of-range", f"a value in a trace is larger than {_LARGEST:g}")
    return numbers


def _integrate(
    written: np.ndarray, order: np.ndarray, same: np.ndarray, first: np.ndarray
) -> np.ndarray:
    """Values of one channel (R,) from what was `written` in the given `order` of differences.

    `same` is true where the value is `*`, `first` at the first value of a trace.
    """
    order = _carried(np.where(first & (order < 0), _EXPLICIT, order), (order >= 0) | first)
    values = written = _carried(written, ~same | first)
    if not order.any():
        return values
    values = written.copy()
    starts = np.flatnonzero(first | (np.diff(order, prepend=-1) != 0))
    begins = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
    # One pass per run of differences, seldom more than two in a trace.
    for start, stop in zip(starts, np.append(starts[1:], len(order)), strict=True):
        if order[start] != _EXPLICIT:
            before = values[max(begins[start], start - 2) : start]
            values[start:stop] = _run(before, written[start:stop], order[start])
    return values


def _run(before: np.ndarray, written: np.ndarray, order: int) -> np.ndarray:
    """Values of a run of differences that follows the one or two values `before`."""
    if not len(before):
        raise Malformed("trace-start", "a trace begins with a difference; expected a value")
    if order == _FIRST:
        return before[-1] + np.cumsum(written)
    velocity = before[-1] - before[-2] if len(before) > 1 else 0.0
    return before[-1] + np.cumsum(velocity + np.cumsum(written))


def _carried(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """`values` (R,), each unknown one replaced by the last known one; the first is known."""
    if known.all():
        return values
    return values[np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))]
