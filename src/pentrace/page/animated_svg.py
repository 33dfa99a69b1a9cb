"""A page as an SVG that shows the writing at its true speed, by CSS and without script.

A stroke is cut where its width changes. Each piece is drawn at its time, by moving the dash of a
dashed line along it. A viewer without animation, or with reduced motion, shows the finished ink.
"""

import numpy as np

from pentrace.page.appearance import INK
from pentrace.page.page import Page
from pentrace.page.pen import DrawnInk, Pen, drawn
from pentrace.page.svg import ROUND, document, open_path

LEVELS = 6  # different widths
LONGEST = 12  # most curves in a piece, so that the animation follows the speed of the pen
# A dash of 1 on a length of 1. It starts beyond the end: at the end its round cap would be visible.
STYLE = """\
<style>
@media (prefers-reduced-motion: no-preference) {
path { stroke-dasharray: 1 2; animation: write var(--d) linear var(--t) both }
path.dot { stroke-dasharray: none; animation: appear 1ms linear var(--t) both }
@keyframes write { from { stroke-dashoffset: 1.1 } to { stroke-dashoffset: 0 } }
@keyframes appear { from { opacity: 0 } to { opacity: 1 } }
}
</style>"""


def animated(page: Page, pen: Pen) -> str:
    """`page` as an SVG document in mm; the animation runs once, when the document is opened."""
    line = drawn(page, pen)
    style = f'fill="none" stroke="{INK}" {ROUND}'
    return document(page, [STYLE, f"<g {style}>", *_pieces(line), *_dots(line), "</g>"])


def _pieces(line: DrawnInk) -> list[str]:
    """A path for each run of curves of one stroke with about one width."""
    first = np.flatnonzero(line.inside)
    if not len(first):
        return []
    bends, width = line.curves(), (line.width[first] + line.width[first + 1]) / 2
    step = max(float(np.ptp(width)) / LEVELS, 1e-9)
    level = np.floor((width - width.min()) / step)
    stroke = np.searchsorted(line.starts, first, side="right")
    begins = _runs(np.stack([stroke, level], 1))
    ends = np.append(begins[1:], len(first))
    return [
        _path(
            open_path(bends[a, 0], bends[a:b]),
            float(width[a:b].mean()),
            float(line.t[first[a]]),
            float(line.t[first[b - 1] + 1]),
        )
        for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
    ]


def _runs(keys: np.ndarray) -> np.ndarray:
    """Where runs of equal rows of `keys` (C, K) begin, none longer than `LONGEST`."""
    new = np.append(True, (keys[1:] != keys[:-1]).any(1))
    begins = np.flatnonzero(new)
    since = np.arange(len(keys)) - begins[np.cumsum(new) - 1]
    return np.flatnonzero(since % LONGEST == 0)


def _path(data: str, width: float, begin: float, end: float) -> str:
    times = f"--t:{begin:.3f}s;--d:{max(end - begin, 0.001):.3f}s"
    return f'<path pathLength="1" stroke-width="{width:.3g}" style="{times}" d="{data}"/>'


def _dots(line: DrawnInk) -> list[str]:
    dots = line.starts[:-1][line.dots]
    return [
        f'<path class="dot" stroke-width="{line.width[i]:.3g}" style="--t:{line.t[i]:.3f}s" '
        f'd="{open_path(line.xy[i], np.zeros((0, 4, 2)))}"/>'
        for i in dots.tolist()
    ]
