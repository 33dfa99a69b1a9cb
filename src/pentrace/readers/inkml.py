"""W3C InkML: one file is one sample, its traces one after another, in and out of trace groups.

The reader reads `trace`s with differences, wildcards and intermittent channels; formats in the
document, in contexts and ink sources, or by reference; and the annotations `writer`, `text` (also
`truth`, `transcription`, `label`) and `genuine`. Brushes, canvases, mappings and trace views
change no point and are ignored. References to other files are not followed. What cannot be read for
certain is refused by name: an id that is repeated and referred to, a channel that is repeated, a
trace in an unknown element, and, if there are several formats, a reference that leads nowhere.

x is converted to grow rightward. y grows downward unless its channel has orientation -ve (InkML,
section 3.1). x and y are in the unit of X of the first trace: where the units or the resolutions of
channels differ, values are converted to it. t is converted to seconds by its unit. If t has no
unit, it is in seconds if the median step is less than 0.5, else in milliseconds. A file with
several lines of writing is read as one sample, since a trace group may be a word, a line or a page:
use one file per line.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa
from lxml.etree import _Element as Element

from pentrace.ink import CHANNELS
from pentrace.readers import _file_labels
from pentrace.readers._assemble import Malformed, Recording, assemble
from pentrace.readers._inkml_format import Format, Formats, children, tag
from pentrace.readers._inkml_trace import count_points, decode
from pentrace.readers.results import Labelled, Parsed, Reject
from pentrace.readers.settings import LabelSettings, ParseSettings
from pentrace.readers.xml import parse_xml

_LARGEST = 1e9
_MOST_TRACES = 100_000  # a page has some thousands
_TEXT = ("text", "truth", "transcription", "transcript", "label")
_INK = re.compile(rb"<(?:[A-Za-z_][\w.-]*+:)?ink[\s>]")
_MULTIPART = re.compile(rb"\s*+(?:--|MIME-Version:|Content-Type:)", re.IGNORECASE)
_GENUINE = {"true": True, "genuine": True, "1": True, "false": False, "forged": False, "0": False}


def read(files: pa.Table, settings: ParseSettings) -> Parsed:
    """The samples of `files` (rows of `schema.RAW`), in their order.

    Points without a position are left out and counted in the rejects.
    """
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    for file in files.to_pylist():
        try:
            recording, lost = _recording(file, settings)
            recordings.append(recording)
            rejects += lost
        except Malformed as error:
            name, path = sample_id(file["path"]), file["path"]
            rejects.append(Reject(name, path, error.rule, error.reason))
    ink, rows = assemble(recordings)
    return Parsed(ink, rows, rejects)


def label(
    files: Iterable[pa.Table], samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """Writer and text from the annotations; there are no label files."""
    return _file_labels.label(samples)


def sample_id(path: str) -> str:
    """The path without its suffix."""
    return str(PurePosixPath(path).with_suffix(""))


@dataclass(frozen=True)
class _Trace:
    """One trace, not yet decoded."""

    format: Format
    text: str
    lifted: bool  # the pen was in the air
    continues: bool  # it continues the previous trace
    offset: float  # s, start of the trace; 0 if not given


def _recording(file: dict, settings: ParseSettings) -> tuple[Recording, list[Reject]]:
    """The sample in `file`, and what was left out of it or assumed."""
    root = _parsed(file["content"], settings)
    formats = Formats(root)
    traces = list(islice(_traces(root, formats, formats.first), _MOST_TRACES + 1))
    if len(traces) > _MOST_TRACES:
        raise Malformed("too-many-traces", f"more than {_MOST_TRACES:,} traces")
    n_points = sum(count_points(trace.text) for trace in traces)
    if n_points > settings.max_points:
        limit = f"the limit is {settings.max_points:,} (parse.max_points)"
        raise Malformed("too-many-points", f"{n_points:,} points; {limit}")
    columns = _columns(traces)
    placed = ~np.isnan(columns["x"]) & ~np.isnan(columns["y"])
    lost = _lost(root, file["path"], formats, int((~placed).sum()))
    if not placed.any():
        raise Malformed("empty", "the file has no point with a position")
    columns = {name: values[placed] for name, values in columns.items()}
    channels = {name: columns[name] for name in CHANNELS if not np.isnan(columns[name]).all()}
    x, y, stroke, t = (columns[name] for name in ("x", "y", "stroke", "t"))
    row = _row(root, file, "up" if traces[0].format.sign("y") < 0 else "down")
    return Recording(row, x, y, stroke, t, channels), lost


def _parsed(content: bytes, settings: ParseSettings) -> Element:
    """The element `ink` of a file."""
    try:
        root = parse_xml(content, settings)
    except Malformed as error:
        several = len(_INK.findall(content))
        if error.rule != "xml-syntax" or not (several > 1 or _MULTIPART.match(content)):
            raise
        what = f"{several} ink elements" if several > 1 else "a multipart message around the XML"
        raise Malformed("several-parts", f"{what}; save one ink element per file") from None
    if tag(root) != "ink":
        reason = f"the root element is {tag(root)[:40]}, expected ink"
        inside = sum(tag(e) == "ink" for e in root.iter())
        reason += "; save one ink element per file" if inside else ""
        raise Malformed("not-inkml", reason)
    return root


def _lost(root: Element, path: str, formats: Formats, unplaced: int) -> list[Reject]:
    """Rows of the rejects for points without a position, and for what was passed over."""
    found: list[tuple[str, str, str, int]] = []
    if unplaced:
        found.append(("no-position", f"{unplaced} points have no x or no y", "points", unplaced))
    defined = sum(tag(e) == "trace" for part in children(root, "definitions") for e in part.iter())
    if defined:
        reason = f"{defined} traces in definitions are not ink"
        found.append(("defined-trace", reason, "nothing", 1))
    for wrong in formats.missing:
        if formats.several:
            raise Malformed("missing-reference", f"{wrong}, and there are several trace formats")
        reason = f"{wrong}; the only trace format was used"
        found.append(("missing-reference", reason, "nothing", 1))
    return [Reject(sample_id(path), path, *one) for one in found]


def _traces(parent: Element, formats: Formats, now: Format) -> Iterator[_Trace]:
    """The traces below `parent`, in order. A context applies to the traces after it."""
    for element in parent:
        name = tag(element)
        if name in ("context", "traceFormat"):
            now = formats.of(element, now)
        elif name == "traceGroup":
            yield from _traces(element, formats, formats.of(element, now))
        elif name == "trace":
            yield _trace(element, formats.of(element, now))
        elif name != "definitions":
            _refuse_traces(element, name)


def _refuse_traces(element: Element, name: str) -> None:
    """Refuse an element with traces that is not a trace group; they may be ink, or deleted ink."""
    if any(tag(e) == "trace" for e in element.iter()):
        raise Malformed("misplaced-trace", f"line {element.sourceline}: a trace inside {name[:40]}")


def _trace(element: Element, form: Format) -> _Trace:
    if not {"x", "y"} <= set(form.columns):
        raise Malformed("no-position-channel", "a trace format has no channel X or no channel Y")
    for inside in element:
        raise Malformed(
            "misplaced-trace", f"line {element.sourceline}: {tag(inside)[:40]} inside a trace"
        )
    try:
        offset = float(element.get("timeOffset", 0)) / 1000
    except ValueError:
        offset = 0.0
    lifted = element.get("type", "").strip() == "penUp"
    continues = element.get("continuation", "").strip() in ("middle", "end")
    offset = offset if np.isfinite(offset) else 0.0
    return _Trace(form, "".join(element.itertext()), lifted, continues, offset)


def _columns(traces: list[_Trace]) -> dict[str, np.ndarray]:
    """x, y, t, stroke and the channels of all points of `traces`, (N,) each; NaN: not recorded."""
    by_format: dict[int, list[int]] = {}
    for i, trace in enumerate(traces):
        by_format.setdefault(id(trace.format), []).append(i)
    unit = traces[0].format.millimetres("x") if traces else np.nan
    parts = [_decoded(traces, np.array(which), unit) for which in by_format.values()]
    if not parts:
        return dict.fromkeys(("x", "y", "t", "stroke", *CHANNELS), np.zeros(0))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(columns["trace"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    _refuse_large(columns)
    # All y of a sample grow in the direction of its first trace.
    columns["y"] *= traces[0].format.sign("y")
    return columns | {"stroke": _strokes(traces, columns["trace"], columns["button"])}


def _decoded(traces: list[_Trace], which: np.ndarray, unit: float) -> dict[str, np.ndarray]:
    """The columns of the points of the traces `which` of one format, and the trace of each point.

    Here x grows rightward and y downward, in units of `unit` mm (NaN: as recorded).
    """
    form = traces[which[0]].format
    texts = [traces[i].text for i in which]
    points, lengths = decode(texts, form.regular, len(form.channels))
    columns = {name: form.values(points, name) for name in ("x", "y", "t", *CHANNELS)}
    for name in ("x", "y"):
        scale = form.millimetres(name) / unit
        columns[name] *= form.sign(name) * (1.0 if np.isnan(scale) else scale)
    trace = np.repeat(which, lengths)
    same_trace = np.diff(trace) == 0
    columns["t"] *= form.seconds or _guessed_unit(np.diff(columns["t"])[same_trace])
    if form.from_trace_start:
        columns["t"] += np.repeat([traces[i].offset for i in which], lengths)
    return columns | {"trace": trace}


def _refuse_large(columns: dict[str, np.ndarray]) -> None:
    for name in ("x", "y", *CHANNELS):
        limit = 32767 if name == "button" else _LARGEST
        if (np.abs(columns[name]) > limit).any():
            raise Malformed("out-of-range", f"a value of {name} is larger than {limit:g}")
    if (np.mod(columns["button"], 1) > 0).any():
        raise Malformed("out-of-range", "a value of button is not an integer")


def _guessed_unit(steps: np.ndarray) -> float:
    """Seconds per unit of t: pens give 20 to 1000 points per second, so the step shows the unit."""
    steps = steps[steps > 0]
    return 1.0 if len(steps) and np.median(steps) < 0.5 else 1e-3


def _strokes(traces: list[_Trace], trace: np.ndarray, button: np.ndarray) -> np.ndarray:
    """Stroke of each point (N,): a new one at each trace and each time the pen comes down."""
    lifted = np.array([t.lifted for t in traces])[trace] | (button == 0)
    continues = np.array([t.continues for t in traces])[trace]
    begins = (np.diff(trace, prepend=-1) > 0) & ~continues
    begins |= np.append(True, lifted[:-1])[: len(lifted)]
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
    """The first of `kinds` that annotates the document, else that annotates its trace groups."""
    for places in ([root], children(root, "traceGroup")):
        for kind in kinds:
            notes = [e for place in places for e in children(place, "annotation")]
            notes = [e for e in notes if e.get("type", "").strip().lower() == kind]
            texts = [text for e in notes if (text := "".join(e.itertext()).strip())]
            if texts:
                return "\n".join(texts if kind in _TEXT else texts[:1])
    return None
