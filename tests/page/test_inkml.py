"""Strokes as InkML."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pentrace.page.inkml import inkml

INKML = "{http://www.w3.org/2003/InkML}"
ZIGZAG = np.array([[0, 0], [10, 50], [20, 0], [30, 50]], float)

coordinate = st.floats(-1e6, 1e6, width=32)
strokes = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6).map(np.array),
    min_size=1,
    max_size=5,
)


def test_inkml_declares_its_channels_and_negates_y() -> None:
    timed = np.column_stack([ZIGZAG, [0, 0.01, 0.02, 0.03]])
    root = etree.fromstring(inkml([timed], {"note": "a < b & c"}).encode())
    channels = [(c.get("name"), c.get("units")) for c in root.iter(f"{INKML}channel")]
    assert channels == [("X", None), ("Y", None), ("T", "s")]
    assert root.findtext(f"{INKML}annotation") == "a < b & c"
    points = (root.findtext(f"{INKML}trace") or "").split(",")
    values = np.array([p.split() for p in points], float)
    np.testing.assert_allclose(values, timed * [1, -1, 1])


def test_characters_not_allowed_in_xml_are_left_out() -> None:
    root = etree.fromstring(inkml([ZIGZAG], {"no\x0bte": "a\x00b\ud800"}).encode())
    (note,) = root.iter(f"{INKML}annotation")
    assert note.get("type") == "note" and note.text == "ab"


@given(strokes)
def test_inkml_numbers_are_inkml_decimals(points: list[np.ndarray]) -> None:
    root = etree.fromstring(inkml(points).encode())
    traces = [t.text or "" for t in root.iter(f"{INKML}trace")]
    assert len(traces) == len(points)
    number = r"-?\d+(\.\d+)?"
    assert all(re.fullmatch(rf"{number} {number}(, {number} {number})*", t) for t in traces)
    slack = max(1e-5 * np.ptp(np.concatenate(points), axis=0).max(), 1e-3)
    for stroke, trace in zip(points, traces, strict=True):
        values = np.array([p.split() for p in trace.split(",")], float) * [1, -1]
        np.testing.assert_allclose(values, stroke, atol=slack)
