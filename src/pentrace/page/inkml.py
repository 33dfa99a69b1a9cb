"""Ink as W3C InkML (Recommendation of 20 September 2011)."""

from collections.abc import Mapping, Sequence

import numpy as np

from pentrace.page.text import decimals, escaped, fixed, quoted

CHANNELS = (
    '<channel name="X" type="decimal"/>',
    '<channel name="Y" type="decimal"/>',
    '<channel name="T" type="decimal" units="s" respectTo="#begin"/>',
)


def inkml(strokes: Sequence[np.ndarray], annotations: Mapping[str, str] | None = None) -> str:
    """An InkML document with one trace per stroke.

    `strokes`: float (n, 2) as x rightward, y UPWARD, or (n, 3) with t in seconds, the same width
    for all. In InkML y grows downward, so y is negated. `annotations`: type -> text.
    """
    columns = strokes[0].shape[1] if strokes else 2
    notes = [
        f"<annotation type={quoted(kind)}>{escaped(text)}</annotation>"
        for kind, text in (annotations or {}).items()
    ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<ink xmlns="http://www.w3.org/2003/InkML">',
            *notes,
            # Without this, T would count from the start of each trace.
            '<definitions><timestamp xml:id="begin" time="0"/></definitions>',
            '<context xml:id="pen">',
            "<traceFormat>",
            *CHANNELS[:columns],
            "</traceFormat>",
            "</context>",
            *_traces(strokes),
            "</ink>\n",
        ]
    )


def _traces(strokes: Sequence[np.ndarray]) -> list[str]:
    if not strokes:
        return []
    values = np.concatenate(strokes).astype(float)
    values[:, 1] = 0.0 - values[:, 1]
    places = decimals(values[:, :2])
    texts = fixed(values[:, 0], places)
    for column, digits in zip(values.T[1:], (places, 3), strict=False):
        texts = np.char.add(np.char.add(texts, " "), fixed(column, digits))
    ends = np.cumsum([len(s) for s in strokes])[:-1]
    return [f"<trace>{', '.join(part.tolist())}</trace>" for part in np.split(texts, ends)]
