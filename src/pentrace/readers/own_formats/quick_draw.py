"""Quick, Draw!: one drawing per line of JSON, its strokes as [[x, ...], [y, ...], [t, ...]].

t is in ms, and is missing in the simplified files. y grows downward. The word that was asked for is
the text of the drawing, its key_id the name.
"""

import json
from typing import Any

import numpy as np

from pentrace.files import json_fault
from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.raw import Raw, joined, number
from pentrace.readers.settings import ParseSettings


def read_lines(content: bytes, settings: ParseSettings) -> list[Raw]:
    """The drawings of a file, one in each line that is not blank."""
    found: list[Raw] = []
    for i, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Malformed("json-syntax", f"line {i}: {json_fault(error)}") from None
        found.append(drawing(one, f"line {i}", str(len(found))))
    return found


def drawing(one: Any, place: str, name: str) -> Raw:
    """One drawing; `name` is used if it has no key_id."""
    if not isinstance(one, dict) or not isinstance(one.get("drawing"), list):
        raise Malformed("no-strokes", f"{place}: no drawing; expected the format of Quick, Draw!")
    strokes = [_stroke(s, f"{place}, stroke {i}") for i, s in enumerate(one["drawing"])]
    word, key = one.get("word"), one.get("key_id")
    text = word if isinstance(word, str) else None
    name = str(key)[:40] if isinstance(key, str | int) and str(key).isalnum() else name
    return joined(strokes, "down", text=text, name=name, certain=True, seconds=1e-3)


def _stroke(lists: Any, place: str) -> np.ndarray:
    wrong = not isinstance(lists, list) or len(lists) not in (2, 3)
    if wrong or not all(isinstance(v, list) and len(v) == len(lists[0]) for v in lists):
        raise Malformed(
            "not-points", f"{place}: expected [[x, ...], [y, ...], [t, ...]] of equal lengths"
        )
    points = np.full((len(lists[0]), 4), np.nan)
    for k, values in enumerate(lists):
        points[:, k] = [number(v, f"{place}, point {i}") for i, v in enumerate(values)]
    return points
