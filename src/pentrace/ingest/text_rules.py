"""Characters that a transcript must not contain, whatever format it comes from."""

import re

from pentrace.readers.results import Labelled, Reject

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")


def without_control_characters(found: Labelled, sources: dict[str, str]) -> Labelled:
    """`found` without texts that have a control character; they have a row in the rejects.

    No pen writes such a character, and XML may not contain it. \\n separates lines and is allowed.
    `sources`: sample -> raw file.
    """
    rows, lost = [], []
    for row in found.rows:
        wrong = _CONTROL.search(row["text"] or "")
        rows.append(row | {"text": None} if wrong else row)
        if wrong:
            name, code = row["sample_id"], ord(wrong[0])
            reason = f"character {wrong.start()} of the text is the control character U+{code:04X}"
            lost.append(Reject(name, sources[name], "control-character", reason, "text"))
    return Labelled(rows, [*found.rejects, *lost])


def half_character(text: str) -> str | None:
    """Why `text` cannot be stored: it has half of a pair of surrogates, as JSON may; else None."""
    wrong = _HALF.search(text)
    if not wrong:
        return None
    return f"character {wrong.start()} of the text is U+{ord(wrong[0]):04X}, half of a character"


def printable(text: str) -> str:
    """`text` with ? in place of what cannot be stored."""
    return _HALF.sub("?", text)
