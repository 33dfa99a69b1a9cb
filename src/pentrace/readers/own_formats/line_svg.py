"""SVG with single lines: each path, line or polyline is one or several strokes.

Points are placed along curves at equal distances. Transforms are applied. There are no times. y
grows downward, and the title is the text. Outlines of letters are not lines of a pen: they are
read, with a note.
"""

from dataclasses import dataclass, field

import numpy as np
from lxml.etree import _Element as Element

from pentrace.readers._assemble import Malformed
from pentrace.readers._svg_paths import CHORDS, evenly, subpaths
from pentrace.readers.own_formats.raw import Raw
from pentrace.readers.own_formats.svg_transforms import IDENTITY, matrix, numbers
from pentrace.readers.settings import ParseSettings
from pentrace.readers.xml import parse_xml

POINTS = 4000  # along all strokes, roughly; more than a style may have
SKIPPED = ("defs", "clipPath", "mask", "symbol", "marker", "pattern", "font", "metadata", "style")
GRAPHICS = ("use", "rect", "circle", "ellipse", "image", "text")  # are not strokes


def read_line_svg(content: bytes, settings: ParseSettings) -> list[Raw]:
    """The one sample in an SVG file."""
    root = parse_xml(content, settings, doctype=True)
    if _tag(root) != "svg":
        raise Malformed("not-svg", f"the root element is {_tag(root)[:40]}, expected svg")
    found = _Drawing(settings)
    outlines = _collect(root, IDENTITY, False, found)
    strokes = found.strokes
    if not strokes:
        raise Malformed("empty", "no points: the file has no path, line or polyline with a length")
    curves = np.concatenate(strokes)
    owner = np.repeat(np.arange(len(strokes)), [len(one) for one in strokes])
    lengths = np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0)).sum()
    spacing = float(lengths) / POINTS
    if not spacing > 0:
        raise Malformed("empty", "no points: all lines have no length")
    x, y, stroke = evenly(curves, owner, spacing)
    t = np.full(len(x), np.nan)
    title = next((e for e in root if _tag(e) == "title"), None)
    text = "".join(title.itertext()).strip() if title is not None else ""
    notes = [f"{n} elements {name} are not lines; left out" for name, n in found.left_out.items()]
    if outlines:
        notes.append(
            f"{outlines} lines are filled and have no stroke: outlines of letters are not lines of "
            "a pen"
        )
    xy = np.column_stack([x, y])
    return [Raw(xy, t, stroke, "down", certain=True, text=text or None, notes=tuple(notes))]


@dataclass
class _Drawing:
    """What is found in a file."""

    settings: ParseSettings
    strokes: list[np.ndarray] = field(default_factory=list)  # Bezier pieces, (K, 4, 2) each
    left_out: dict[str, int] = field(default_factory=dict)  # elements that are no lines
    pieces: int = 0

    def add(self, strokes: list[np.ndarray], place: str) -> None:
        """Add strokes; raises `Malformed` (`too-many-points`) if there are too many pieces."""
        self.pieces += sum(map(len, strokes))
        most = self.settings.max_points // CHORDS
        if self.pieces > most:
            reason = f"{place}: more than {most:,} lines and curves (parse.max_points / {CHORDS})"
            raise Malformed("too-many-points", reason)
        self.strokes += strokes


def _collect(parent: Element, above: np.ndarray, drawn: bool, drawing: _Drawing) -> int:
    """Add the strokes below `parent`; return how many elements are only filled."""
    outlines = 0
    for element in parent:
        name = _tag(element)
        if name in SKIPPED:
            continue
        place = f"line {element.sourceline}"
        way = above @ matrix(element.get("transform", ""), place)
        lined = drawn or _has_stroke(element)
        if name in GRAPHICS:
            drawing.left_out[name] = drawing.left_out.get(name, 0) + 1
            continue
        found = _curves(element, name, place, drawing.settings)
        outlines += bool(found) and not lined
        drawing.add([one @ way[:2, :2].T + way[:2, 2] for one in found], place)
        outlines += _collect(element, way, lined, drawing)
    return outlines


def _has_stroke(element: Element) -> bool:
    """Whether an element has a separate line; a class may give it one."""
    stroke = element.get("stroke", "none").strip() != "none"
    return stroke or "stroke:" in element.get("style", "") or element.get("class") is not None


def _tag(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _curves(element: Element, name: str, place: str, settings: ParseSettings) -> list[np.ndarray]:
    """The strokes of one element: Bezier pieces, float64 (K, 4, 2) each."""
    if name == "path":
        return subpaths([(element.get("d", ""), element.sourceline or 0)], settings)[0]
    if name in ("polyline", "polygon"):
        flat = numbers(element.get("points", ""), place)
        if len(flat) % 2:
            raise Malformed("path-syntax", f"{place}: an odd number of coordinates")
        corners = np.reshape(flat, (-1, 2))
        corners = np.concatenate([corners, corners[:1]]) if name == "polygon" else corners
        return _straight(corners)
    if name == "line":
        ends = [
            numbers(element.get(key, "0"), place)[:1] or [0.0] for key in ("x1", "y1", "x2", "y2")
        ]
        return _straight(np.reshape(ends, (2, 2)))
    return []


def _straight(corners: np.ndarray) -> list[np.ndarray]:
    """Straight pieces between corners (K, 2)."""
    if len(corners) < 2:
        return []
    share = np.array([0, 1 / 3, 2 / 3, 1])[None, :, None]
    a, b = corners[:-1, None], corners[1:, None]
    return [a + share * (b - a)]
