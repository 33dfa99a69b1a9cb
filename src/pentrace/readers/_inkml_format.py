"""InkML `<traceFormat>`: the channel of each value of a point, and its unit.

Source: W3C, Ink Markup Language (InkML), Recommendation 20 September 2011, sections 3.1 and 4.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from lxml.etree import _Element as Element

from pentrace.readers._assemble import Malformed

ID = "{http://www.w3.org/XML/1998/namespace}id"
# Reserved channel names, and other names in use.
_MEANING = {
    "x": "x",
    "y": "y",
    "t": "t",
    "time": "t",
    "f": "pressure",
    "force": "pressure",
    "pressure": "pressure",
    "oa": "azimuth",
    "azimuth": "azimuth",
    "oe": "altitude",
    "elevation": "altitude",
    "altitude": "altitude",
    "s": "button",
    "button": "button",
}
_REFERENCES = ("traceFormatRef", "inkSourceRef", "contextRef")
_FOLLOWED = 8  # longest chain of references
_MOST = 64  # channels of one format; a pen has fewer than ten
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6, "\u03bcs": 1e-6, "ns": 1e-9}


def tag(element: Element) -> str:
    """Name of `element`, whatever its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str) -> list[Element]:
    """The children of `element` that are called `name`."""
    return [child for child in element if tag(child) == name]


@dataclass(frozen=True)
class Format:
    """The channels of a trace, in the order of its values."""

    channels: tuple[dict[str, str], ...]  # attributes of each `<channel>`
    regular: int  # how many every point has; the rest may be left out at its end

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column of x, y, t, pressure, azimuth, altitude and button, if there is one."""
        names = [_MEANING.get(c.get("name", "").strip().lower()) for c in self.channels]
        return {name: names.index(name) for name in names if name}

    def values(self, points: np.ndarray, name: str) -> np.ndarray:
        """(P,) values of a channel of `points` (P, C), the default if a value is missing."""
        if name not in self.columns:
            return np.full(len(points), np.nan)
        column = self.columns[name]
        values, default = points[:, column], _number(self.channels[column].get("default"))
        return np.where(np.isnan(values), default, values)

    def sign(self, name: str) -> int:
        """-1 if x grows leftward, or y grows upward; else 1."""
        negative = self.channels[self.columns[name]].get("orientation", "").strip() == "-ve"
        return -1 if negative else 1

    @property
    def seconds(self) -> float:
        """Seconds per unit of t; 0 if the format does not state the unit."""
        unit = self.channels[self.columns["t"]].get("units", "") if "t" in self.columns else ""
        return _SECONDS.get(unit.strip().lower(), 0.0)

    @property
    def from_trace_start(self) -> bool:
        """Whether t is measured from the start of each trace, not from another time."""
        return "t" in self.columns and "respectTo" not in self.channels[self.columns["t"]]


# The default format of a trace.
PLAIN = Format(({"name": "X"}, {"name": "Y"}), 2)


def _number(text: str | None) -> float:
    words = {"T": 1.0, "TRUE": 1.0, "F": 0.0, "FALSE": 0.0}
    try:
        number = words.get((text or "nan").strip().upper())
        number = float(text or "nan") if number is None else number
    except ValueError:
        return np.nan
    return number if abs(number) <= 1e9 else np.nan


class Formats:
    """The trace formats of one document, found by reference.

    Raises `Malformed` (`too-many-channels`), as `of` does.
    """

    def __init__(self, root: Element) -> None:
        self._elements = [e for e in root.iter() if isinstance(e.tag, str)]
        self._by_id = {name: e for e in self._elements if (name := e.get(ID) or e.get("id"))}
        self._found: dict[Element, Format | None] = {}
        formats = [e for e in self._elements if tag(e) == "traceFormat"]
        # Many programs write one format and no reference to it.
        self.first = _read(formats[0]) if len(formats) == 1 else PLAIN

    def of(self, element: Element, now: Format) -> Format:
        """The format that a traceFormat, context, inkSource, group or trace sets, or `now`."""
        return self._find(element, _FOLLOWED) or now

    def _find(self, element: Element, depth: int) -> Format | None:
        """Each element is visited once, so circular references are harmless."""
        if element in self._found or not depth:
            return self._found.get(element)
        self._found[element] = _read(element) if tag(element) == "traceFormat" else None
        if self._found[element] is None:
            found = (self._find(e, depth - 1) for e in self._next(element))
            self._found[element] = next((form for form in found if form), None)
        return self._found[element]

    def _next(self, element: Element) -> list[Element]:
        """The elements in `element`, then those it refers to; the children of a trace are text."""
        own = ("traceFormat", "inkSource") if tag(element) in ("context", "inkSource") else ()
        inside = [e for name in own for e in children(element, name)]
        names = [element.get(name, "").removeprefix("#") for name in _REFERENCES]
        return [*inside, *(self._by_id[name] for name in names if name in self._by_id)]


def _read(element: Element) -> Format:
    groups = children(element, "regularChannels")
    regular = [c for e in (element, *groups) for c in children(e, "channel")]
    extra = [c for e in children(element, "intermittentChannels") for c in children(e, "channel")]
    channels = tuple({str(k): str(v) for k, v in c.attrib.items()} for c in (*regular, *extra))
    if len(channels) > _MOST:
        reason = f"a trace format has {len(channels)} channels; the limit is {_MOST}"
        raise Malformed("too-many-channels", reason)
    return Format(channels, len(regular)) if channels else PLAIN
