"""A page as SVG: ink that is thicker where the pen was slow, or single lines of one width.

Ink of changing width is a thin ribbon along the stroke, with an outline as wide as the least width
of the pen and with round joins. A ribbon without this outline would show bow-ties where the pen
turns within its own width. The outline hides them, since it is at least as wide as half the ribbon
(MOST <= 2 LEAST).
"""

from collections.abc import Iterable
from itertools import groupby, pairwise

import numpy as np

from pentrace.page.appearance import GREY
from pentrace.page.page import LABEL, Page
from pentrace.page.pen import LEAST, DrawnInk, Pen, directions, drawn
from pentrace.page.text import STEPS, escaped, rounded

ROUND = 'stroke-linecap="round" stroke-linejoin="round"'
DOT_LENGTH = 0.01  # mm; programs for pen plotters drop paths without a length
SHARP = 0.7  # length of a direction where the stroke turns by about 90 degrees at one point


def svg(page: Page, pen: Pen) -> str:
    """`page` as an SVG document in mm, with one path per stroke, in the order of writing."""
    line = drawn(page, pen)
    brush = pen == "brush"
    width = LEAST * page.pen_width if brush else page.pen_width
    paths = _ribbons(line, width) if brush else single_lines(line)
    body = []
    for colour, group in groupby(zip(line.colours, paths, strict=True), lambda pair: pair[0]):
        fill = colour if brush else "none"
        style = f'fill="{fill}" stroke="{colour}" stroke-width="{width:.6g}" {ROUND}'
        body += [f"<g {style}>", *(one for _, one in group), "</g>"]
    return document(page, [*body, *_labels(page)])


def _labels(page: Page) -> list[str]:
    if not page.labels:
        return []
    words = [
        f'<text x="{x:.6g}" y="{page.height - y:.6g}">{escaped(text)}</text>'
        for x, y, text in page.labels
    ]
    return [f'<g font-family="sans-serif" font-size="{LABEL}" fill="{GREY}">', *words, "</g>"]


def document(page: Page, body: Iterable[str], box: tuple[float, ...] | None = None) -> str:
    """SVG with `body`, in mm; `box` is x, y, width, height of the visible part, by default all."""
    seen = [f"{value:.6g}" for value in box or (0, 0, page.width, page.height)]
    size = f'width="{seen[2]}mm" height="{seen[3]}mm" viewBox="{" ".join(seen)}"'
    notes = "; ".join(f"{name}: {value}" for name, value in page.notes.items())
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f"<title>{escaped(page.text)}</title>",
        f"<desc>{escaped(notes)}</desc>",
    ]
    return "\n".join([*head, *body, "</svg>\n"])


def single_lines(line: DrawnInk) -> list[str]:
    """A path of one line for each stroke, mm; a dot is a line of `DOT_LENGTH` with round caps."""
    parts = _by_stroke(line, line.curves())
    starts = line.starts[:-1]
    strokes = zip(line.xy[starts], parts, line.width[starts], line.dots, strict=True)
    return [
        _path(open_path(at, part, line.straight), width if dot else None)
        for at, part, width, dot in strokes
    ]


def _path(data: str, width: float | None = None) -> str:
    """A path with the given width, or with the width of its group."""
    own = "" if width is None else f' stroke-width="{width:.3g}"'
    return f'<path{own} d="{data}"/>'


def open_path(start: np.ndarray, part: np.ndarray, straight: bool = False) -> str:
    """A path from `start` (2,) through the curves of `part` (C, 4, 2), in absolute numbers."""
    if not len(part):
        return f"M{rounded(start)}h{DOT_LENGTH:g}"
    way = f"L{rounded(part[:, 3])}" if straight else f"C{rounded(part[:, 1:])}"
    return f"M{rounded(start)}{way}"


def _ribbons(line: DrawnInk, least: float) -> list[str]:
    """A path for each stroke: its closed ribbon, mm, with round ends."""
    half = np.maximum(line.width - least, 0) / 2
    side = _across(line) * half[:, None]
    there = _by_stroke(line, line.curves(side))
    back = _by_stroke(line, line.curves(-side)[:, ::-1])
    first, last = line.starts[:-1], line.starts[1:] - 1
    begin = _steps(line.xy[first] + side[first])
    # Half circles around the end and around the start, from one side to the other.
    caps = [(half[last], -2 * side[last]), (half[first], 2 * side[first])]
    turns = [[_arc(r, way) for r, way in zip(*cap, strict=True)] for cap in caps]
    closed = zip(begin, there, turns[0], back, turns[1], _tips(line, half), strict=True)
    paths = [
        _squeezed(f"M{rounded(at / STEPS)}{_relative(a)}{end}{_relative(b[::-1])}{start}z{tips}")
        for at, a, end, b, start, tips in closed
    ]
    return [_path(data) for data in paths]


def _tips(line: DrawnInk, half: np.ndarray) -> list[str]:
    """Circles where a stroke turns back, per stroke: there the sides of the ribbon are swapped."""
    sharp = np.hypot(*directions(line.xy, line.inside).T) < SHARP
    sharp[line.starts[:-1]] = sharp[line.starts[1:] - 1] = False
    at = np.flatnonzero(sharp & (half * STEPS >= 1))
    circles = [_circle(*row) for row in zip(*line.xy[at].T, half[at], strict=True)]
    cuts = np.searchsorted(at, line.starts)
    return ["".join(circles[a:b]) for a, b in pairwise(cuts.tolist())]


def _circle(x: float, y: float, radius: float) -> str:
    start, way = np.array([x - radius, y]), np.array([2 * radius, 0])
    return f"M{rounded(start)}{_arc(radius, way)}{_arc(radius, -way)}z"


def _across(line: DrawnInk) -> np.ndarray:
    """Unit vectors (N, 2) at right angles to the stroke, (0, 1) where it has no direction."""
    ahead = directions(line.xy, line.inside)
    length = np.hypot(*ahead.T)[:, None]
    turned = ahead[:, ::-1] * [-1, 1]
    return np.where(length > 1e-9, turned / np.maximum(length, 1e-9), [0.0, 1.0])


def _by_stroke(line: DrawnInk, parts: np.ndarray) -> list[np.ndarray]:
    """The curves (C, 4, 2) of each stroke; there may be none."""
    ends = np.cumsum(np.diff(line.starts) - 1)
    return np.split(parts, ends)[:-1]


def _arc(radius: float, way: np.ndarray) -> str:
    numbers = rounded(np.array([radius, radius]))
    return f"a{numbers} 0 0 0 {rounded(way)}"


def _relative(part: np.ndarray) -> str:
    """Path data of curves (C, 4, 2), each relative to its start; rounding errors do not add up."""
    steps = _steps(part)
    return f"c{rounded((steps[:, 1:] - steps[:, :1]) / STEPS)}" if len(part) else ""


def _steps(values: np.ndarray) -> np.ndarray:
    return np.rint(values * STEPS)


def _squeezed(path: str) -> str:
    """The same path data without the characters that its grammar does not need."""
    return path.replace(" 0.", " .").replace(" -", "-").replace("-0.", "-.").replace("c0.", "c.")
