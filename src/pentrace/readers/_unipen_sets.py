"""Data sets of UNIPEN: pen-down and pen-up components, and the segments that label them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from pentrace.readers._assemble import Malformed
from pentrace.readers._unipen_statements import Statement

COLUMNS = {"X": "x", "Y": "y", "T": "t", "P": "pressure", "THETA": "azimuth", "PHI": "altitude"}
_NAMES = list(COLUMNS.values())
_LARGEST = 1e9
_NUMERIC = str.maketrans("", "", "0123456789+-.eE \t\n\v\f")
_PART = re.compile(r"(\d{1,9})(?::(\d{1,9}))?(?:-(\d{1,9})(?::(\d{1,9}))?)?")
_LABEL = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPES = {"n": "\n", "t": " "}
_MM = {"INCH": 25.4, "MM": 1.0}


@dataclass(frozen=True)
class Segment:
    """A part of the ink with a label."""

    level: str  # in capitals, such as WORD
    components: str  # as written, such as 1:40-3,5; "": up to the next segment of its level
    quality: str  # BAD, OK, GOOD or ""
    label: str | None
    first: int  # number of components before it
    place: str


@dataclass
class DataSet:
    """The components and segments between two .START_SET."""

    levels: list[str] = field(default_factory=list)  # of .HIERARCHY, the highest first
    points: list[np.ndarray] = field(default_factory=list)  # of each component, (n, 6): `_NAMES`
    down: list[bool] = field(default_factory=list)  # of each component
    writers: list[str | None] = field(default_factory=list)  # of each component
    segments: list[Segment] = field(default_factory=list)

    @cached_property
    def starts(self) -> np.ndarray:
        """Bounds of the components in all points, int64 (C + 1,)."""
        return np.cumsum([0, *(len(one) for one in self.points)])

    @cached_property
    def all_points(self) -> np.ndarray:
        """The points of all components, (N, 6)."""
        return np.concatenate(self.points)

    @cached_property
    def touches(self) -> np.ndarray:
        """bool (C,): `down` as an array."""
        return np.array(self.down)

    @cached_property
    def following(self) -> dict[Segment, int]:
        """The component at which each segment without numbers ends.

        That is where the next segment of its level, or of a higher one, begins.
        """
        found: dict[Segment, int] = {}
        end = len(self.points)
        later: dict[int, tuple[int, int]] = {}  # rank -> where its next two segments begin
        for segment in reversed(self.segments):
            rank, first = self._rank(segment.level), segment.first
            bounds = [b for r, both in later.items() if r <= rank for b in both if b > first]
            found[segment] = min(bounds, default=end)
            near, far = later.get(rank, (end, end))
            later[rank] = (first, far if near == first else near)
        return found

    def _rank(self, level: str) -> int:
        """How low a level is in the hierarchy; one that is not declared is the lowest."""
        return self._ranks.get(level, len(self.levels))

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """How low each level is; the first of two with one name counts."""
        return {level: rank for rank, level in reversed([*enumerate(self.levels)])}


class _State:
    """What the statements so far have set."""

    def __init__(self) -> None:
        self.sets = [DataSet()]
        self.columns: list[str] | None = None
        self.writer: str | None = None
        self.rate = np.nan  # points per second
        self.clock = 0.0  # s
        self.scale: dict[str, float] = {}  # X or Y -> points per mm


def data_sets(found: Iterable[Statement]) -> list[DataSet]:
    """The sets in order, each with components; the last may have only segments.

    t is in seconds, from T or from the rate of the points and .DT; y is in the unit of x. Raises
    `Malformed` with the place: `coord`, `component` or `out-of-range`.
    """
    state = _State()
    for one in found:
        _follow(state, one)
    return [each for each in state.sets if each.points or each.segments]


def _follow(state: _State, one: Statement) -> None:
    now = state.sets[-1]
    match one.keyword:
        case "COORD":
            state.columns = _columns(one)
        case "PEN_DOWN" | "PEN_UP":
            _add(state, one)
        case "DT":
            state.clock += _number(one) * 1e-3
        case "SEGMENT":
            now.segments.append(_segment(one, len(now.points)))
        case "HIERARCHY":
            now.levels = one.text.upper().split()
        case "WRITER_ID":
            state.writer = next(iter(one.text.split()), None)
        case "POINTS_PER_SECOND":
            rate = _number(one)
            state.rate = rate if rate > 0 else np.nan
        case "START_SET":
            # Segments may be before the set that they label.
            if now.points:
                state.sets.append(DataSet(now.levels))
        case "X_POINTS_PER_INCH" | "Y_POINTS_PER_INCH" | "X_POINTS_PER_MM" | "Y_POINTS_PER_MM":
            state.scale[one.keyword[0]] = _number(one) / _MM[one.keyword.rpartition("_")[2]]


def _columns(one: Statement) -> list[str]:
    names = one.text.upper().split()
    known = [name for name in names if name in COLUMNS]
    if not {"X", "Y"} <= set(known) or len(set(known)) < len(known):
        given = " ".join(names)[:60]
        raise Malformed(
            "coord", f"{one.place}: .COORD {given}: expected X and Y, and each name once"
        )
    return names


def _number(one: Statement) -> float:
    """The first number after a keyword; what follows may be its unit."""
    word = (one.text.split() or [""])[0]
    values = _numbers(replace(one, text=word))
    if not len(values):
        raise Malformed("component", f"{one.place}: .{one.keyword} without a number")
    return float(values[0])


def _numbers(one: Statement) -> np.ndarray:
    words = one.text.split()
    try:
        if not one.text.translate(_NUMERIC):
            values = np.fromiter(map(float, words), np.float64, len(words))
            if (np.abs(values) <= _LARGEST).all():
                return values
            raise Malformed("out-of-range", f"{one.place}: a number is larger than {_LARGEST:g}")
    except ValueError:
        pass
    wrong = next((word for word in words if word.translate(_NUMERIC)), " ".join(words))
    raise Malformed("component", f"{one.place}: {wrong[:20]!r} is not a number (.{one.keyword})")


def _add(state: _State, one: Statement) -> None:
    """Add a component; an empty one is not counted."""
    if state.columns is None:
        raise Malformed("coord", f"{one.place}: .{one.keyword} without a .COORD before it")
    values, width = _numbers(one), len(state.columns)
    if len(values) % width:
        reason = (
            f"{len(values)} numbers, expected a multiple of {width} ({' '.join(state.columns)})"
        )
        raise Malformed("component", f"{one.place}: {reason}"[:300])
    if not len(values):
        return
    rows = values.reshape(-1, width)
    points = np.full((len(rows), len(_NAMES)), np.nan)
    for column, name in enumerate(state.columns):
        if name in COLUMNS:
            points[:, _NAMES.index(COLUMNS[name])] = rows[:, column]
    _set_time(state, points)
    x, y = (state.scale.get(name, 0.0) for name in "XY")
    if x > 0 and y > 0:
        points[:, 1] *= x / y
    now = state.sets[-1]
    now.points.append(points)
    now.down.append(one.keyword == "PEN_DOWN")
    now.writers.append(state.writer)


def _set_time(state: _State, points: np.ndarray) -> None:
    """Times in s: from T, which is in ms, else from the rate of the points."""
    if not np.isnan(points[0, 2]):
        points[:, 2] *= 1e-3
        return
    points[:, 2] = state.clock + np.arange(len(points)) / state.rate
    state.clock += len(points) / state.rate if np.isfinite(state.rate) else 0.0


def _segment(one: Statement, first: int) -> Segment:
    head, quote, _ = one.text.partition('"')
    words = [*head.split(), "", "", ""]
    level, components, quality = words[:3]
    # At the first quote only: a search would try all others if the label has no end.
    label = _LABEL.match(one.text, len(head)) if quote else None
    if quote and not label:
        raise Malformed("segment", f"{one.place}: the label of a .SEGMENT has no end")
    text = None
    if label:
        plain = re.sub(r"\s", " ", label[1])
        text = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), plain)
    quality = "" if quality == "?" else quality.upper()
    components = "" if components == "?" else components
    return Segment(level.upper(), components, quality, text, first, one.place)


def span(each: DataSet, segment: Segment) -> list[tuple[int, int]]:
    """The runs of points [begin, end) of a segment in all points of its set.

    Raises `Malformed` (`segment`) for a component or a point that does not exist.
    """
    starts, count = each.starts, len(each.points)
    if not segment.components:
        following = each.following[segment]
        if segment.first >= following:
            raise Malformed("segment", f"{segment.place}: the segment has no component")
        return [(int(starts[segment.first]), int(starts[following]))]
    runs = []
    for part in segment.components.rstrip(",").split(","):
        found = _PART.fullmatch(part)
        if not found:
            raise Malformed("segment", f"{segment.place}: {part[:40]!r} is not a part of the ink")
        first, at, last, to = (None if g is None else int(g) for g in found.groups())
        assert first is not None
        last = first if last is None else last
        if not first <= last < count:
            reason = f"component {max(first, last)}; the set has {count}"
            raise Malformed("segment", f"{segment.place}: {part[:40]!r}: {reason}")
        begin = int(starts[first]) + (at or 0)
        end = int(starts[last + 1]) if to is None else int(starts[last]) + to + 1
        if begin >= end or begin >= starts[first + 1] or end > starts[last + 1]:
            raise Malformed("segment", f"{segment.place}: {part[:40]!r}: no such points")
        runs.append((begin, end))
    return runs
