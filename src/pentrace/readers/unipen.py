"""UNIPEN 1.0: each segment of one level, such as a line or a word, is a sample.

A file consists of components, which are pen-down or pen-up, and of segments that label them in a
hierarchy. The samples are the segments of the level `segments`; if it is not set, the first of
`LEVELS` that the file has, so lines where there are lines, else words, else characters. A sample
without a label gets the labels of the segments inside it: words with blanks between
them, or characters. A file without segments is one sample.

Each pen-down component is a stroke. A pen-up component is kept as movement in the air. x and y are
as recorded, y in the unit of x; y grows upward, unless `y_axis` is set. t is in seconds, from T
(milliseconds), or from .POINTS_PER_SECOND and .DT: then the time between strokes is known only if
the file has pen-up components or .DT. Files that a file includes are read in their place.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from pentrace.readers import _file_labels
from pentrace.readers._assemble import Malformed, Recording, assemble
from pentrace.readers._unipen_sets import DataSet, Segment, data_sets, span
from pentrace.readers._unipen_statements import statements
from pentrace.readers.results import Labelled, Parsed, Reject
from pentrace.readers.settings import LabelSettings, ParseSettings

INCLUDES = True  # `parse` gives the files that others include
WORDS = ("WORD", "KEYWORD")
CHARACTERS = ("CHARACTER", "CHAR", "LETTER", "DIGIT", "GLYPH", "SYMBOL")
LEVELS = ("LINE", "SENTENCE", "PHRASE", "TEXT", "FORMULA", *WORDS, *CHARACTERS)

Runs = list[tuple[int, int]]  # of points [begin, end)


def read(files: pa.Table, settings: ParseSettings, included: pa.Table | None = None) -> Parsed:
    """The samples of `files` (rows of `schema.RAW`), in their order.

    `included`: rows of `schema.RAW`, the files that they may include.
    """
    rows = included.to_pylist() if included is not None else []
    others = {row["path"]: row["content"] for row in rows}
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    for file in files.to_pylist():
        name, path = sample_id(file["path"]), file["path"]
        try:
            found, missing = statements(path, file["content"], others, settings)
            sets = data_sets(found)
            if not any(one.points for one in sets):
                raise Malformed("empty", "; ".join(["the file has no points", *missing[:1]]))
            samples, lost = _samples(file, sets, settings)
        except Malformed as error:
            rejects.append(Reject(name, path, error.rule, error.reason))
            continue
        recordings += samples
        rejects += lost
        rejects += [Reject(name, path, "missing-include", one, "nothing") for one in missing]
    ink, parsed = assemble(recordings)
    return Parsed(ink, parsed, rejects)


def label(
    files: Iterable[pa.Table], samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """Writer and text are in the files themselves."""
    return _file_labels.label(samples)


def sample_id(path: str) -> str:
    """The path without its suffix; that of a segment has its number after it, from 0."""
    return str(PurePosixPath(path).with_suffix(""))


def _samples(
    file: dict, sets: list[DataSet], settings: ParseSettings
) -> tuple[list[Recording], list[Reject]]:
    """The samples of a file, and its segments that cannot be read."""
    level = _level(sets, settings)
    name, path = sample_id(file["path"]), file["path"]
    recordings: list[Recording] = []
    lost: list[Reject] = []
    room = max(settings.max_points, 2 * sum(int(one.starts[-1]) for one in sets))
    number = 0
    for each in sets:
        texts = _Texts(each)
        used = np.zeros(each.starts[-1], bool)
        for segment in _chosen(each, level):
            own = f"{name}/{number}" if level is not None or len(sets) > 1 else name
            number += 1
            try:
                runs = span(each, segment)
                room -= sum(end - begin for begin, end in runs)
                if room < 0:
                    raise Malformed("too-many-points", "the segments overlap many times")
                text = segment.label if segment.label is not None else texts.inside(segment, runs)
                found = _recording(file, own, each, runs, text, level, settings)
            except Malformed as error:
                lost.append(Reject(own, path, error.rule, error.reason))
                continue
            recordings.append(found)
            for begin, end in runs:
                used[begin:end] = True
        left = int((~used & np.repeat(each.touches, np.diff(each.starts))).sum())
        if left:
            reason = f"{left} points with the pen down are in no .SEGMENT {level}"
            lost.append(Reject(name, path, "no-segment", reason, "points", left))
    return recordings, lost


def _chosen(each: DataSet, level: str | None) -> list[Segment]:
    """The segments of a set that are samples; all of it if there is no level."""
    if level is not None:
        return [segment for segment in each.segments if segment.level == level]
    everything = f"0-{len(each.points) - 1}"
    return [Segment("", everything, "", None, 0, "the file")] if each.points else []


def _level(sets: list[DataSet], settings: ParseSettings) -> str | None:
    """The level whose segments are samples; None if the file has no segments."""
    there = list(dict.fromkeys(segment.level for one in sets for segment in one.segments))
    if settings.segments is not None:
        wanted = settings.segments.upper()
        if wanted == "FILE":
            return None
        if wanted not in there:
            has = ", ".join(there) or "none"
            raise Malformed("no-segments", f"no .SEGMENT {wanted} (parse.segments); it has {has}")
        return wanted
    return next((name for name in LEVELS if name in there), there[0] if there else None)


class _Texts:
    """The labels of the segments inside others."""

    def __init__(self, each: DataSet) -> None:
        self.each = each
        self.levels: dict[str, list[tuple[int, int, str]]] = {}  # begin, end, label
        self.left = 10 * len(each.segments)
        for segment in each.segments:
            if segment.label is not None and segment.level in (*WORDS, *CHARACTERS):
                try:
                    runs = span(each, segment)
                except Malformed:
                    continue
                entry = runs[0][0], max(end for _, end in runs), segment.label
                self.levels.setdefault(segment.level, []).append(entry)
        for entries in self.levels.values():
            entries.sort(key=lambda entry: entry[:2])

    def inside(self, segment: Segment, runs: Runs) -> str | None:
        """The labels of the words, else of the characters, inside a segment; None if none are."""
        begin, end = runs[0][0], max(stop for _, stop in runs)
        for level in (*WORDS, *CHARACTERS):
            entries = self.levels.get(level, []) if level != segment.level else []
            first = bisect_left(entries, begin, key=lambda entry: entry[0])
            last = bisect_right(entries, end, key=lambda entry: entry[0])
            self.left -= last - first
            if self.left < 0:
                raise Malformed("segment", f"{segment.place}: the segments overlap many times")
            labels = [entry[2] for entry in entries[first:last] if entry[1] <= end]
            if labels:
                return (" " if level in WORDS else "").join(labels)
        return None


def _recording(
    file: dict,
    name: str,
    each: DataSet,
    runs: Runs,
    text: str | None,
    level: str | None,
    settings: ParseSettings,
) -> Recording:
    if sum(end - begin for begin, end in runs) > settings.max_points:
        limit = f"the limit is {settings.max_points:,} points (parse.max_points)"
        raise Malformed("too-many-points", limit)
    at = np.concatenate([np.arange(begin, end) for begin, end in runs])
    component = np.searchsorted(each.starts, at, side="right") - 1
    x, y, t, pressure, azimuth, altitude = each.all_points[at].T
    channels = {"pressure": pressure, "azimuth": azimuth, "altitude": altitude}
    known = {name: values for name, values in channels.items() if not np.isnan(values).all()}
    stroke = _strokes(at, component, each.touches)
    if not (stroke >= 0).any():
        raise Malformed("empty", "the pen is up everywhere")
    row = _row(file, name, each.writers[component[0]], text, level, settings)
    return Recording(row, x, y, stroke, t, known)


def _strokes(at: np.ndarray, component: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Stroke of each point (N,): a new one in each component and after each gap; -1 in the air."""
    begins = np.append(True, (np.diff(component) != 0) | (np.diff(at) != 1))
    touches = down[component]
    return np.where(touches, np.cumsum(begins & touches) - 1, -1)


def _row(
    file: dict,
    name: str,
    writer: str | None,
    text: str | None,
    level: str | None,
    settings: ParseSettings,
) -> dict:
    line = text is not None and "\n" not in text
    return {
        "sample_id": name,
        "kind": "character" if level in CHARACTERS else "line" if line else "ink",
        "source": file["path"],
        "sha256": file["sha256"],
        "y_axis": settings.y_axis,
        "text": text,
        "writer": writer,
        "genuine": None,
    }
