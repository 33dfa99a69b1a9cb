"""W3C InkML: one file is one sample, its traces one after another, in and out of trace groups.

Read are `trace`s with differences, wildcards and intermittent channels; formats that stand in the
document, in contexts and ink sources, or are referred to; and annotations: `writer`, `text` (also
`truth`, `transcription`, `label`) and `genuine`. Brushes, canvases, mappings and trace views
change no point and are passed over; a reference to another file is not followed.

x is made to grow rightward. y grows downward unless its channel has orientation -ve (InkML,
section 3.1). t is in seconds: units as given; where there are none, a median step under 0.5 is
taken for seconds, a longer one for milliseconds. A file with several lines of writing stays one
sample, since nothing says whether a trace group is a word, a line or a page: use a file a line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa
from lxml.etree import _Element as Element

from pentrace.ink import CHANNELS
from pentrace.label.settings import LabelSettings
from pentrace.parse.settings import ParseSettings
from pentrace.readers import _file_labels
from pentrace.readers._assemble import Malformed, Recording, assemble, refuse_second
from pentrace.readers._inkml_format import Format, Formats, children, tag
from pentrace.readers._inkml_trace import decode
from pentrace.readers.results import Labelled, Parsed, Reject
from pentrace.readers.xml import parse_xml

_LARGEST = 1e9
_TEXT = ("text", "truth", "transcription", "transcript", "label")
_GENUINE = {"true": True, "genuine": True, "1": True, "false": False, "forged": False, "0": False}


def read(files: pa.Table, settings: ParseSettings) -> Parsed:
    """The samples of `files` (rows of `schema.RAW`), in their order.

    Points without a position are left out and counted in the rejects.
    """
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    taken: dict[str, str] = {}
    for file in files.to_pylist():
        name, path = sample_id(file["path"]), file["path"]
        try:
            recording, unplaced = _recording(file, settings)
            refuse_second(recording.row, taken)
            recordings.append(recording)
        except Malformed as error:
            rejects.append(Reject(name, path, error.rule, error.reason))
            continue
        if unplaced:
            reason = f"{unplaced} points have no x or no y"
            rejects.append(Reject(name, path, "no-position", reason, "points", unplaced))
    ink, rows = assemble(recordings)
    return Parsed(ink, rows, rejects)


def label(
    files: pa.Table, samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """Writer and text as annotated; there are no label files."""
    return _file_labels.label(samples)


def sample_id(path: str) -> str:
    """The path without its suffix."""
    return str(PurePosixPath(path).with_suffix(""))


@dataclass(frozen=True)
class _Trace:
    """One trace, decoded."""

    format: Format
    points: np.ndarray  # float64 (P, C)
    lifted: bool  # the pen was in the air
    goes_on: bool  # it is the rest of the trace before
    offset: float  # s, when the trace began; 0 where not said


def _recording(file: dict, settings: ParseSettings) -> tuple[Recording, int]:
    """The sample in `file`, and how many points had no position."""
    root = parse_xml(file["content"], settings)
    if tag(root) != "ink":
        raise Malformed("not-inkml", f"the root element is {tag(root)[:40]}, expected ink")
    formats = Formats(root)
    traces = [trace for trace in _traces(root, formats, formats.first) if len(trace.points)]
    n_points = sum(len(trace.points) for trace in traces)
    if n_points > settings.max_points:
        raise Malformed("too-many-points", f"{n_points} points, at most {settings.max_points}")
    columns = _columns(traces)
    placed = ~np.isnan(columns["x"]) & ~np.isnan(columns["y"])
    if not placed.any():
        raise Malformed("empty", "the file has no point with a position")
    columns = {name: values[placed] for name, values in columns.items()}
    channels = {n: columns[n] for n in CHANNELS if n in columns and not np.isnan(columns[n]).all()}
    x, y, stroke, t = (columns[name] for name in ("x", "y", "stroke", "t"))
    row = _row(root, file, "up" if traces[0].format.sign("y") < 0 else "down")
    return Recording(row, x, y, stroke, t, channels), int((~placed).sum())


def _traces(parent: Element, formats: Formats, now: Format) -> Iterator[_Trace]:
    """The traces below `parent`, in order. A context among them holds for those after it."""
    for element in parent:
        name = tag(element)
        if name in ("context", "traceFormat"):
            now = formats.of(element, now)
        elif name == "traceGroup":
            yield from _traces(element, formats, formats.of(element, now))
        elif name == "trace":
            yield _trace(element, formats.of(element, now))


def _trace(element: Element, form: Format) -> _Trace:
    if not {"x", "y"} <= set(form.columns):
        raise Malformed("no-position-channel", "a trace format has no channel X or no channel Y")
    text = "".join(element.itertext())
    points = decode(text, form.regular, len(form.channels))
    try:
        offset = float(element.get("timeOffset", 0)) / 1000
    except ValueError:
        offset = 0.0
    lifted = element.get("type", "").strip() == "penUp"
    goes_on = element.get("continuation", "").strip() in ("middle", "end")
    return _Trace(form, points, lifted, goes_on, offset if np.isfinite(offset) else 0.0)


def _columns(traces: list[_Trace]) -> dict[str, np.ndarray]:
    """x, y, t, stroke and the recorded channels of all points of `traces`, (N,) each."""
    if not traces:
        return dict.fromkeys(("x", "y", "t", "stroke"), np.zeros(0))
    columns = {name: _joined(traces, name) for name in ("x", "y", *CHANNELS)}
    for name, values in columns.items():
        limit = 32767 if name == "button" else _LARGEST
        if (np.abs(values) > limit).any():
            raise Malformed("out-of-range", f"a value of {name} is over {limit:g}")
        if name == "button" and (np.mod(values, 1) > 0).any():
            raise Malformed("out-of-range", "a button is not a whole number")
    # All y of a sample grow in one direction, that of its first trace.
    columns["y"] *= traces[0].format.sign("y")
    return columns | {"t": _seconds(traces), "stroke": _strokes(traces, columns["button"])}


def _joined(traces: list[_Trace], name: str) -> np.ndarray:
    """A channel of all traces (N,), NaN where not recorded; x rightward and y downward."""
    parts = []
    for trace in traces:
        values = trace.format.values(trace.points, name)
        sign = trace.format.sign(name) if name in ("x", "y") else 1
        parts.append(np.full(len(trace.points), np.nan) if values is None else sign * values)
    return np.concatenate(parts)


def _seconds(traces: list[_Trace]) -> np.ndarray:
    """t (N,) in seconds; from the start of the trace where the format says so."""
    parts = []
    for trace in traces:
        values = trace.format.values(trace.points, "t")
        t = np.full(len(trace.points), np.nan) if values is None else values
        unit = trace.format.seconds
        t = t * (_guessed_unit(traces) if np.isnan(unit) else unit)
        parts.append(t + trace.offset if trace.format.from_trace_start else t)
    return np.concatenate(parts)


def _guessed_unit(traces: list[_Trace]) -> float:
    """Seconds in a unit of t: pens are read 20 to 1000 times a second, so the step tells."""
    times = [t for trace in traces if (t := trace.format.values(trace.points, "t")) is not None]
    steps = np.concatenate([np.diff(t) for t in times] or [np.zeros(0)])
    steps = steps[steps > 0]
    return 1.0 if len(steps) and np.median(steps) < 0.5 else 1e-3


def _strokes(traces: list[_Trace], button: np.ndarray) -> np.ndarray:
    """Stroke of each point (N,): one more at each trace and each time the pen comes down."""
    lengths = [len(trace.points) for trace in traces]
    lifted = np.repeat([trace.lifted for trace in traces], lengths) | (button == 0)
    begins = np.zeros(len(button), bool)
    starts = np.cumsum([0, *lengths[:-1]])
    begins[starts] = [not trace.goes_on for trace in traces]
    begins |= np.append(True, lifted[:-1])
    return np.where(lifted, -1, np.cumsum(begins & ~lifted) - 1)


def _row(root: Element, file: dict, y_axis: str) -> dict:
    text = _annotation(root, _TEXT)
    genuine = _GENUINE.get((_annotation(root, ("genuine",)) or "").lower())
    kind = "line" if text is not None and "\n" not in text else "ink"
    return {
        "sample_id": sample_id(file["path"]),
        "kind": kind if genuine is None else "signature",
        "source": file["path"],
        "sha256": file["sha256"],
        "y_axis": y_axis,
        "text": text,
        "writer": _annotation(root, ("writer", "writerid")),
        "genuine": genuine,
    }


def _annotation(root: Element, kinds: tuple[str, ...]) -> str | None:
    """The annotation of the document of the first of `kinds`, else those of its trace groups."""
    for places in ([root], children(root, "traceGroup")):
        for kind in kinds:
            notes = [e for place in places for e in children(place, "annotation")]
            notes = [e for e in notes if e.get("type", "").strip().lower() == kind]
            texts = [text for e in notes if (text := "".join(e.itertext()).strip())]
            if texts:
                return "\n".join(texts if kind in _TEXT else texts[:1])
    return None
