"""A page as SVG: ink that is thicker where the pen was slow, or single lines for a pen plotter.

Ink of changing width is a thin ribbon along the stroke, outlined with the least width of the pen,
round at every join: what lies within half that width of the ribbon. Outlines alone would show
bow-ties where the pen turns within its own width; here the outline hides whatever the ribbon does,
as it is at least as wide as half the ribbon (MOST <= 2 LEAST).
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from xml.sax.saxutils import escape

import numpy as np

from pentrace.page.page import Page
from pentrace.page.pen import LEAST, Line, Pen, curves, directions, drawn

INK = "#1a1a1a"
ROUND = 'stroke-linecap="round" stroke-linejoin="round"'
SHARP = 0.7  # length of a direction: the stroke turns by some 90 degrees at one point
STEPS = 1000  # coordinates are whole parts of a mm
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(page: Page, pen: Pen) -> str:
    """`page` as an SVG document in mm, one path a stroke, in the order of writing."""
    line = drawn(page, pen)
    paths = _ribbons(line, LEAST * page.pen_width) if pen == "brush" else single_lines(line)
    width = LEAST * page.pen_width if pen == "brush" else page.pen_width
    fill = INK if pen == "brush" else "none"
    style = f'fill="{fill}" stroke="{INK}" stroke-width="{width:.6g}"'
    body = [f'<path d="{path}"/>' for path in paths]
    return document(page, [f"<g {style} {ROUND}>", *body, "</g>"])


def document(page: Page, body: Iterable[str], box: tuple[float, ...] | None = None) -> str:
    """SVG with `body`, in mm; `box` is x, y, width and height of what is seen, else the page."""
    seen = [f"{value:.6g}" for value in box or (0, 0, page.width, page.height)]
    size = f'width="{seen[2]}mm" height="{seen[3]}mm" viewBox="{" ".join(seen)}"'
    told = "; ".join(f"{name}: {value}" for name, value in page.said.items())
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f"<title>{xml_text(page.text)}</title>",
        f"<desc>{xml_text(told)}</desc>",
    ]
    return "\n".join([*head, *body, "</svg>\n"])


def xml_text(text: str) -> str:
    """`text` escaped, without the characters that XML cannot hold."""
    return escape(without_control(text))


def without_control(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def single_lines(line: Line) -> list[str]:
    """Path data of one line a stroke, mm; a dot has no length, and round caps make it seen."""
    parts = _by_stroke(line, curves(line.xy, line.inside))
    starts = line.xy[line.starts[:-1]]
    return [open_path(at, part) for at, part in zip(starts, parts, strict=True)]


def open_path(start: np.ndarray, part: np.ndarray) -> str:
    """A path from `start` (2,) through the curves of `part` (C, 4, 2), in absolute numbers."""
    return f"M{_numbers(start)}" + (f"C{_numbers(part[:, 1:])}" if len(part) else "h0")


def _ribbons(line: Line, least: float) -> list[str]:
    """Path data of the closed ribbon of each stroke, mm, with round ends."""
    half = np.maximum(line.width - least, 0) / 2
    side = _across(line) * half[:, None]
    there = _by_stroke(line, curves(line.xy + side, line.inside))
    back = _by_stroke(line, curves(line.xy - side, line.inside)[:, ::-1])
    first, last = line.starts[:-1], line.starts[1:] - 1
    begin = _steps(line.xy[first] + side[first])
    # Around the end, and around the start: twice the way from one side to the other.
    caps = [(half[last], -2 * side[last]), (half[first], 2 * side[first])]
    turns = [[_arc(r, way) for r, way in zip(*cap, strict=True)] for cap in caps]
    closed = zip(begin, there, turns[0], back, turns[1], _tips(line, half), strict=True)
    return [
        _squeezed(f"M{_numbers(at / STEPS)}{_relative(a)}{end}{_relative(b[::-1])}{start}z{tips}")
        for at, a, end, b, start, tips in closed
    ]


def _tips(line: Line, half: np.ndarray) -> list[str]:
    """Per stroke, circles where it turns back: there the sides of the ribbon change places."""
    sharp = np.hypot(*directions(line.xy, line.inside).T) < SHARP
    sharp[line.starts[:-1]] = sharp[line.starts[1:] - 1] = False
    at = np.flatnonzero(sharp & (half * STEPS >= 1))
    circles = [_circle(*row) for row in zip(*line.xy[at].T, half[at], strict=True)]
    cuts = np.searchsorted(at, line.starts)
    return ["".join(circles[a:b]) for a, b in pairwise(cuts.tolist())]


def _circle(x: float, y: float, radius: float) -> str:
    start, way = np.array([x - radius, y]), np.array([2 * radius, 0])
    return f"M{_numbers(start)}{_arc(radius, way)}{_arc(radius, -way)}z"


def _across(line: Line) -> np.ndarray:
    """Unit vectors (N, 2) at right angles to the stroke, (0, 1) where it has no direction."""
    ahead = directions(line.xy, line.inside)
    length = np.hypot(*ahead.T)[:, None]
    turned = ahead[:, ::-1] * [-1, 1]
    return np.where(length > 1e-9, turned / np.maximum(length, 1e-9), [0.0, 1.0])


def _by_stroke(line: Line, parts: np.ndarray) -> list[np.ndarray]:
    """The curves (C, 4, 2) of each stroke, perhaps none."""
    ends = np.cumsum(np.diff(line.starts) - 1)
    return np.split(parts, ends)[:-1]


def _arc(radius: float, way: np.ndarray) -> str:
    numbers = _numbers(np.array([radius, radius]))
    return f"a{numbers} 0 0 0 {_numbers(way)}"


def _relative(part: np.ndarray) -> str:
    """Path data of curves (C, 4, 2), each told from its start; roundings do not add up."""
    steps = _steps(part)
    return f"c{_numbers((steps[:, 1:] - steps[:, :1]) / STEPS)}" if len(part) else ""


def _steps(values: np.ndarray) -> np.ndarray:
    return np.rint(values * STEPS)


def _numbers(values: np.ndarray) -> str:
    """Numbers to a `STEPS`th of a mm, with a space between them."""
    flat = ((np.rint(values * STEPS) + 0.0) / STEPS).ravel().tolist()
    return " ".join(["%.12g"] * len(flat)) % tuple(flat)


def _squeezed(path: str) -> str:
    """The same path data without the characters that its grammar can do without."""
    return path.replace(" 0.", " .").replace(" -", "-").replace("-0.", "-.").replace("c0.", "c.")
