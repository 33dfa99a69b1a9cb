"""The text of an InkML `<trace>`: numbers, wildcards, and first and second differences.

Source: W3C, Ink Markup Language (InkML), Recommendation 20 September 2011, section 3.2.1.
"""

import re

import numpy as np

from pentrace.readers._assemble import Malformed

# ! explicit, ' first difference, " second difference; a value may also be # and hex digits, T or
# F (booleans), * (as before) or ? (not reported).
_VALUE = (
    r"[!'\"]?(?:[+-]?(?:#[0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|[TF*?])"
)
_TOKEN = re.compile(f"{_VALUE}|,")
_LOOSE_SIGN = re.compile(r"([!'\"+-])\s+")
_LONGEST = 32  # characters of one number
_LARGEST = 1e15
_EXPLICIT, _FIRST, _SECOND = 0, 1, 2


def decode(text: str, regular: int, channels: int) -> np.ndarray:
    """float64 (P, `channels`): the points of one trace; NaN where a value is not reported.

    Points have at least `regular` values: those of the intermittent channels may be left out at
    the end. The order of differences of a channel stays until it is changed, and is explicit at
    the start. `*` repeats what was written last: a value, a velocity or an acceleration.

    Raises `Malformed` where the text does not follow the grammar.
    """
    tokens = _tokens(text)
    point, column = _places(tokens != ",", regular, channels)
    words = tokens[tokens != ","]
    prefix, bare = words.astype("U1"), np.char.lstrip(words, "!'\"")
    shape = (int(point[-1]) + 1 if len(point) else 0, channels)
    written, order = np.full(shape, np.nan), np.full(shape, -1, np.int8)
    same, given = np.zeros(shape, bool), np.zeros(shape, bool)
    written[point, column] = _numbers(bare)
    order[point, column] = np.select([prefix == "!", prefix == "'", prefix == '"'], [0, 1, 2], -1)
    same[point, column], given[point, column] = bare == "*", bare != "?"
    values = np.full(shape, np.nan)
    for c in range(channels):
        rows = np.flatnonzero(given[:, c])
        values[rows, c] = _integrate(written[rows, c], order[rows, c], same[rows, c])
    return values


def _tokens(text: str) -> np.ndarray:
    """str (K,): values with their prefixes, and the commas between points."""
    text = _LOOSE_SIGN.sub(r"\1", text).strip().removesuffix(",")
    left = _TOKEN.sub(" ", text).strip()
    if left:
        raise Malformed("trace-syntax", f"found {left[:20]!r} in a trace")
    tokens = _TOKEN.findall(text)
    longest = max(map(len, tokens), default=1)
    if longest > _LONGEST:
        raise Malformed("trace-syntax", f"a number of {longest} characters, at most {_LONGEST}")
    return np.array(tokens, dtype=f"U{longest}")


def _places(is_value: np.ndarray, regular: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Point and column of each value, int64 (V,) each."""
    if not len(is_value):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    point = np.cumsum(~is_value)[is_value]
    counts = np.bincount(point, minlength=int((~is_value).sum()) + 1)
    odd = np.flatnonzero((counts < regular) | (counts > channels))
    if len(odd):
        expected = f"{regular}" if regular == channels else f"{regular} to {channels}"
        reason = f"point {odd[0]} of a trace has {counts[odd[0]]} values, expected {expected}"
        raise Malformed("trace-columns", reason)
    return point, np.arange(len(point)) - (np.cumsum(counts) - counts)[point]


def _numbers(bare: np.ndarray) -> np.ndarray:
    """float64 (V,): values without prefixes; NaN for wildcards."""
    words = bare.astype(object)
    words[(bare == "*") | (bare == "?")] = "nan"
    words[bare == "T"], words[bare == "F"] = "1", "0"
    for i in np.flatnonzero(np.char.find(bare, "#") >= 0):
        words[i] = int(words[i].replace("#", ""), 16)
    numbers = words.astype(np.float64)
    if (np.abs(numbers) > _LARGEST).any():
        raise Malformed("out-of-range", f"a value in a trace is over {_LARGEST:g}")
    return numbers


def _integrate(written: np.ndarray, order: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Values of one channel (P,) from what was `written` in the given `order` of differences."""
    order = _carried(order, order >= 0, _EXPLICIT)
    written = _carried(written, ~same, np.nan)
    values = written.copy()
    changes = np.flatnonzero(np.diff(order)) + 1
    # One turn per run of one order, seldom more than three in a trace.
    for run in np.split(np.arange(len(order)), changes):
        if len(run) and order[run[0]] != _EXPLICIT:
            values[run] = _run(values[: run[0]], written[run], order[run[0]])
    return values


def _run(before: np.ndarray, written: np.ndarray, order: int) -> np.ndarray:
    """Values of a run of differences that follows the values `before`."""
    if not len(before):
        raise Malformed("trace-start", "a trace begins with a difference, expected a value")
    if order == _FIRST:
        return before[-1] + np.cumsum(written)
    velocity = before[-1] - before[-2] if len(before) > 1 else 0.0
    return before[-1] + np.cumsum(velocity + np.cumsum(written))


def _carried(values: np.ndarray, known: np.ndarray, first: float) -> np.ndarray:
    """`values` (P,) with each unknown one replaced by the last known one, at first by `first`."""
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.where(last < 0, first, values[last])
