"""InkML `<traceFormat>`: the channel of each value of a point, its unit and its resolution.

Source: W3C, Ink Markup Language (InkML), Recommendation 20 September 2011, sections 3.1 and 4.
"""

from dataclasses import dataclass, field, replace
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
# Attributes that refer to an element, and the element.
_REFERENCES = {
    "traceFormatRef": "traceFormat",
    "inkSourceRef": "inkSource",
    "contextRef": "context",
}
_DEFAULTS = ("DefaultTraceFormat", "DefaultInkSource", "DefaultContext")  # need not be in the file
# Attributes of a channel that are used.
_USED = ("name", "orientation", "default", "units", "respectTo", "type")
_FOLLOWED = 8  # longest chain of references
_MOST = 64  # channels of one format; a pen has fewer than ten
_MOST_FORMATS = 1000  # different formats of one document; most have one
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6, "\u03bcs": 1e-6, "ns": 1e-9}
_MM = {
    "m": 1e3, "cm": 10.0, "mm": 1.0, "um": 1e-3, "in": 25.4, "inch": 25.4, "pt": 25.4 / 72,
    "pc": 25.4 / 6, "himetric": 0.01,
}  # fmt: skip


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
    steps: dict[str, float] = field(default_factory=dict)  # mm per step of the device, by channel

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

    def millimetres(self, name: str) -> float:
        """mm per unit of x or y; NaN if the file does not state it.

        Integers, and numbers without a unit of length, count the steps of the device. Others are in
        `units`: there the resolution of the device only says how exact they are.
        """
        channel = self.channels[self.columns[name]]
        unit = _MM.get(channel.get("units", "").strip().lower(), np.nan)
        if np.isnan(unit) or channel.get("type", "").strip().lower() == "integer":
            return self.steps.get(name, unit)
        return unit

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

    Raises `Malformed` (`too-many-channels`, `too-many-formats`, `repeated-channel`,
    `repeated-id`), as `of` does.
    """

    def __init__(self, root: Element) -> None:
        self._by_id: dict[tuple[str, str], list[Element]] = {}
        for element in root.iter("*"):
            if name := element.get(ID) or element.get("id"):
                self._by_id.setdefault((tag(element), str(name)), []).append(element)
        self._found: dict[Element, Format | None] = {}
        self._known: dict[tuple, Format] = {}  # traces of equal formats are decoded together
        self.missing: dict[str, None] = {}  # references that lead nowhere, in words
        formats = list(root.iter("{*}traceFormat"))
        self.several = len(formats) > 1
        # Many programs write one format and no reference to it.
        self.first = (self._find(formats[0], _FOLLOWED) or PLAIN) if len(formats) == 1 else PLAIN

    def of(self, element: Element, now: Format) -> Format:
        """The format that a traceFormat, context, inkSource, group or trace sets, or `now`."""
        if tag(element) in ("trace", "traceGroup") and not any(map(element.get, _REFERENCES)):
            return now  # as nearly always
        return self._find(element, _FOLLOWED) or now

    def _find(self, element: Element, depth: int) -> Format | None:
        """Each element is visited once, so circular references are harmless."""
        if element in self._found:
            return self._found[element]
        if not depth:
            self.missing[f"line {element.sourceline}: references more than {_FOLLOWED} deep"] = None
            return None
        self._found[element] = None
        if tag(element) == "traceFormat":
            found: Format | None = _read(element)
            sources = [element.getparent()]
        else:
            sources = [element, *self._next(element)]
            inner = (self._find(e, depth - 1) for e in sources[1:])
            found = next((form for form in inner if form), None)
        self._found[element] = found and self._one(_with_steps(found, sources))
        return self._found[element]

    def _one(self, form: Format) -> Format:
        """The same object for all formats that are equal."""
        channels = (tuple(channel.get(name) for name in _USED) for channel in form.channels)
        key = (form.regular, tuple(form.steps.items()), *channels)
        if len(self._known) == _MOST_FORMATS and key not in self._known:
            reason = f"more than {_MOST_FORMATS:,} different trace formats"
            raise Malformed("too-many-formats", reason)
        return self._known.setdefault(key, form)

    def _next(self, element: Element) -> list[Element]:
        """The elements in `element`, then those it refers to; the children of a trace are text."""
        own = ("traceFormat", "inkSource") if tag(element) in ("context", "inkSource") else ()
        inside = [e for name in own for e in children(element, name)]
        referred = (self._referred(element, name) for name in _REFERENCES)
        return [*inside, *(e for e in referred if e is not None)]

    def _referred(self, element: Element, reference: str) -> Element | None:
        """The element that an attribute refers to; None if there is none, which `missing` lists."""
        name = str(element.get(reference, "")).strip().removeprefix("#")
        found = self._by_id.get((_REFERENCES[reference], name), [])
        if len(found) > 1:
            raise Malformed(
                "repeated-id", f"line {element.sourceline}: {len(found)} elements have id {name!r}"
            )
        if name and not found and name not in _DEFAULTS:
            place = f"line {element.sourceline}"
            self.missing[f"{place}: {reference} {name[:40]!r} is not in the file"] = None
        return found[0] if found else None


def _with_steps(form: Format, sources: list[Element | None]) -> Format:
    """`form` with the resolution of the device, from the first ink source that states it."""
    for source in sources if not form.steps else ():
        if source is not None and tag(source) == "inkSource" and (steps := _steps(source)):
            return replace(form, steps=steps)
    return form


def _steps(source: Element) -> dict[str, float]:
    """mm per step of the device in x and in y, as far as an ink source states it."""
    steps = {}
    for properties in children(source, "channelProperties"):
        for one in children(properties, "channelProperty"):
            if one.get("name", "").strip().lower() == "resolution":
                name = str(_MEANING.get(one.get("channel", "").strip().lower()))
                value, unit = _number(one.get("value")), one.get("units", "").strip().lower()
                inverse = unit.startswith("1/")
                mm = _MM.get(unit.removeprefix("1/").strip(), np.nan)
                if value > 0 and not np.isnan(mm):
                    steps[name] = mm / value if inverse else mm * value
    return steps


def _read(element: Element) -> Format:
    groups = children(element, "regularChannels")
    regular = [c for e in (element, *groups) for c in children(e, "channel")]
    extra = [c for e in children(element, "intermittentChannels") for c in children(e, "channel")]
    channels = tuple({str(k): str(v) for k, v in c.attrib.items()} for c in (*regular, *extra))
    if len(channels) > _MOST:
        reason = f"a trace format has {len(channels)} channels; the limit is {_MOST}"
        raise Malformed("too-many-channels", reason)
    names = [_MEANING.get(c.get("name", "").strip().lower()) for c in channels]
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        reason = (
            f"line {element.sourceline}: a trace format has {names.count(twice)} channels {twice}"
        )
        raise Malformed("repeated-channel", reason)
    return Format(channels, len(regular)) if channels else PLAIN
