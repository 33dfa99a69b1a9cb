"""The work for a raw file is bounded by its size: small files that would become huge."""

import io
import pickle
import time
import tracemalloc

import numpy as np
import pyarrow as pa
import pytest

from pentrace import schema
from pentrace.readers import iam, inkml
from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.read import read_own
from pentrace.readers.settings import ParseSettings

SETTINGS = ParseSettings(max_points=10_000)
HEAD = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<WhiteboardCaptureSession>
  <WhiteboardDescription>
    <SensorLocation corner="top_left"/>
    <DiagonallyOppositeCoords x="1" y="1"/>
    <VerticallyOppositeCoords x="1" y="1"/>
    <HorizontallyOppositeCoords x="1" y="1"/>
  </WhiteboardDescription>
  <StrokeSet>
"""
TAIL = b"  </StrokeSet>\n</WhiteboardCaptureSession>\n"


def raw(content: bytes) -> pa.Table:
    return pa.Table.from_pylist([{"path": "a.xml", "sha256": "", "content": content}], schema.RAW)


def peak(content: bytes) -> int:
    """Bytes that Python and NumPy use at most to read `content`."""
    files = raw(content)
    tracemalloc.start()
    iam.read(files, SETTINGS)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_strokes_that_a_file_has_no_room_for_are_not_built() -> None:
    """The fast way of reading built an opening tag for each S, 70 times the size of the file."""
    content = HEAD + b"S" * 500_000 + TAIL
    assert peak(content) < 10 * len(content)


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    content = HEAD + b"S" * 500_000 + TAIL
    files = raw(content)
    (reject,) = iam.read(files, ParseSettings(max_bytes=100_000)).rejects
    assert reject.rule == "too-large"


def test_traces_of_equal_formats_are_decoded_together() -> None:
    form = "<traceFormat><channel name='X'/><channel name='Y'/></traceFormat>"
    traces = [f"<trace>{i} 0, 9 9</trace>" for i in range(3000)]
    one, many = form + "".join(traces), "".join(form + trace for trace in traces)
    seconds = []
    for body in (one, many):
        files = raw(f"<ink>{body}</ink>".encode())
        begin = time.process_time()
        found = inkml.read(files, SETTINGS)
        seconds.append(time.process_time() - begin)
        assert found.samples[0]["n_strokes"] == 3000 and found.ink.x[2 * 77] == 77
    assert seconds[1] < 10 * seconds[0]  # it was more than a hundred times


def test_a_document_with_very_many_formats_is_rejected() -> None:
    form = (
        "<traceFormat><channel name='X'/><channel name='Y' default='{}'/></traceFormat>"
        "<trace>1 2</trace>"
    )
    many = "".join(form.format(i) for i in range(1001))
    (reject,) = inkml.read(raw(f"<ink>{many}</ink>".encode()), SETTINGS).rejects
    assert reject.rule == "too-many-formats" and "more than 1,000 different" in reject.reason


def test_a_document_with_very_many_traces_is_rejected() -> None:
    body = "<trace>1 1</trace>" * 100_001
    (reject,) = inkml.read(raw(f"<ink>{body}</ink>".encode()), SETTINGS).rejects
    assert reject.rule == "too-many-traces" and "more than 100,000" in reject.reason


class _Made:
    """A pickle that makes an array with any state, as a hostile one can."""

    def __init__(self, shape: tuple, kind: np.dtype, content: object) -> None:
        self.state = (1, shape, kind, False, content)

    def __reduce__(self) -> tuple:
        function, arguments, _ = np.zeros(0).__reduce__()
        return function, arguments, self.state


def npy(made: object) -> bytes:
    """An .npy file of objects with this pickle."""
    file = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": (1,)}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + pickle.dumps(made)


def nested(depth: int) -> list:
    """A list of ten times the same list of ten times the same list, and so on."""
    return [1.0] * 3 if not depth else [nested(depth - 1)] * 10


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (_Made((10**12,), np.dtype("V0"), b""), "not-npy"),
        (_Made((1,), np.dtype(object), [_Made((10**6, 10**6), np.dtype("V0"), b"")]), "shape"),
        (_Made((1,), np.dtype(object), [nested(9)]), "shape"),
        (_Made((1000,), np.dtype(object), [np.zeros((1000, 3))] * 1000), "too-large"),
    ],
)
def test_a_pickle_that_would_become_huge_is_rejected(made: object, rule: str) -> None:
    with pytest.raises(Malformed) as error:
        read_own("a.npy", npy(made), SETTINGS)
    assert error.value.rule == rule


def test_lists_of_rows_are_drawings_too() -> None:
    several = np.empty(2, object)
    several[:] = [[[0, 0, 0], [3, 4, 1]], np.array([[0, 0, 0], [1, 2, 1]])]
    file = io.BytesIO()
    np.save(file, several, allow_pickle=True)
    first, second = read_own("a.npy", file.getvalue(), SETTINGS)
    assert len(first.xy) == len(second.xy) == 2


@pytest.mark.parametrize("part", ["[[0,0],[1,1]]", "[]", "{}", '{"x": 1, "y": 1, "stroke": 1}'])
def test_points_and_strokes_of_json_are_counted_before_they_are_read(part: str) -> None:
    content = f"[{','.join([part] * 10_001)}]".encode()
    with pytest.raises(Malformed, match=r"(10,001|20,002) points or strokes; the limit is 10,000"):
        read_own("a.json", content, SETTINGS)


def test_rows_beyond_the_limit_are_counted_and_not_kept() -> None:
    content = b"x,y,stroke\n" + b"1,1,0\n" * 300_000
    tracemalloc.start()
    with pytest.raises(Malformed, match=r"300,000 points; the limit is 10,000"):
        read_own("a.csv", content, SETTINGS)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 15 * len(content)  # it was 70 times


@pytest.mark.parametrize(
    "body",
    [
        "<path d='M0 0h1h1h1h1'/>" * 300,
        "<line x1='1' x2='2'/>" * 1000,
        f"<polyline points='{'1 2 ' * 1000}'/>",
        f"<path transform='matrix({'1 ' * 200_001})'/>",
    ],
)
def test_svg_with_too_many_lines_is_rejected(body: str) -> None:
    with pytest.raises(Malformed) as error:
        read_own("a.svg", f"<svg>{body}</svg>".encode(), SETTINGS)
    assert error.value.rule == "too-many-points"
