"""Rows of results: one per line, and one each for the real lines and for every bias."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from pentrace.recognise.error_rates import by_class, count, rate
from pentrace.unicode_nfc import nfc

SEED = 1  # of the bootstrap: the intervals are the same in every run


class Read(NamedTuple):
    """What a recogniser read in a line: by best path, and again with a language model, if any."""

    text: str
    again: str | None = None


def line_rows(
    names: Sequence[str],
    texts: Sequence[str | None],
    reads: Sequence[Read],
    written: Sequence[dict],
) -> list[dict]:
    """Rows of `schema.RECOGNISED`; `written`: rows of `schema.WRITTEN`, none for real lines."""
    lines = zip(names, texts, reads, strict=True)
    rows = [_line(name, text or "", read) for name, text, read in lines]
    if not written:
        return [{"origin": "real", "bias": None, **row, "finished": True} for row in rows]
    return [
        {
            "origin": "written",
            "bias": w["bias"],
            **row,
            "finished": not w["failed"],
        }
        for row, w in zip(rows, written, strict=True)
    ]


def _line(name: str, text: str, read: Read) -> dict:
    again = None if read.again is None else count(text, read.again)
    return {
        "sample_id": name,
        "text": text,
        "read": read.text,
        **count(text, read.text)._asdict(),
        "read_again": read.again,
        "edits_again": None if again is None else again.edits,
        "word_edits_again": None if again is None else again.word_edits,
    }


def summary(rows: list[dict], alphabet: str) -> list[dict]:
    """One row for the real lines, then one for each bias, from small to large."""
    ordered = sorted(rows, key=_group)
    return [_summed(list(group), alphabet) for _, group in groupby(ordered, _group)]


def _group(row: dict) -> tuple[bool, float]:
    return row["origin"] != "real", row["bias"] or 0.0


def _summed(rows: list[dict], alphabet: str) -> dict:
    return {
        "origin": rows[0]["origin"],
        "bias": rows[0]["bias"],
        "lines": len(rows),
        "failed": sum(not row["finished"] for row in rows),
        "characters": sum(row["characters"] for row in rows),
        "character_error_rate": _rate(rows, "edits", "characters"),
        "words": sum(row["words"] for row in rows),
        "word_error_rate": _rate(rows, "word_edits", "words"),
        "with_language_model": _again(rows),
        "classes": _classes(rows),
        "unknown_characters": sum(_unknown(row["text"], alphabet) for row in rows),
    }


def _rate(rows: list[dict], edits: str, of: str) -> dict | None:
    """Rate and interval, for JSON."""
    errors, total = (np.array([row[key] for row in rows]) for key in (edits, of))
    found = rate(errors, total, SEED)
    return None if found is None else found._asdict()


def _again(rows: list[dict]) -> dict | None:
    """The rates of the second reading; None without one."""
    if any(row["read_again"] is None for row in rows):
        return None
    return {
        "character_error_rate": _rate(rows, "edits_again", "characters"),
        "word_error_rate": _rate(rows, "word_edits_again", "words"),
    }


def _classes(rows: list[dict]) -> dict[str, dict]:
    """Characters, errors and rate of each class of characters; of insertions only the errors."""
    counts = [by_class(row["text"], row["read"]) for row in rows]
    totals = {name: np.sum([count[name] for count in counts], axis=0) for name in counts[0]}
    return {
        name: {"characters": int(of), "edits": int(edits), "rate": edits / of if of else None}
        for name, (of, edits) in totals.items()
    }


def _unknown(text: str, alphabet: str) -> int:
    """The number of characters that a recogniser with this alphabet cannot read."""
    return sum(c not in alphabet for c in nfc(text))
