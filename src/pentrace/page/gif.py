"""A page as an animated GIF: the pen at its true speed, over the ink and a margin around it.

There are `RATE` pictures per second, but no more than `MOST`: a long page is also shown at its true
speed, in longer steps. After the first, a picture contains only the part that changes, so time and
memory do not grow with the size of the page. All ink has one colour.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import GifImagePlugin, Image

from pentrace.page.appearance import INK, PAPER, PEN_DOWN, PEN_UP, rgb
from pentrace.page.page import Page
from pentrace.page.pen import DrawnInk, Pen, drawn
from pentrace.page.png import blank
from pentrace.page.raster import Discs, discs, stamp

RATE, MOST = 25, 1200  # pictures per second, and in all
TICK = 0.01  # s, the unit of a GIF
SIDE = 1000  # most pixels of either side
FINEST = 12.0  # most pixels per mm
MARGIN = 4.0  # mm around the ink, within the page
PAUSE = 200  # ticks at the end, before the animation repeats
GREYS = 14
DOWN, UP = GREYS, GREYS + 1  # colours of the pen on the paper and in the air
PEN = 1.1  # mm, diameter of the mark that shows where the pen is

Box = tuple[int, int, int, int]  # x, y of the first pixel and of that behind the last


class Patch(NamedTuple):
    """The part of the picture that changes."""

    shades: np.ndarray  # uint8 (h, w), colours
    x: int
    y: int


def gif(page: Page, pen: Pen) -> bytes:
    """`page` as a GIF that repeats forever, with its notes as comments. Same page, same bytes."""
    line = drawn(page, pen)
    corner, size = seen(page, line)
    scale = min(*(SIDE / size), FINEST)
    canvas = blank(*(size * scale).tolist())
    ink = discs(line, scale, (float(corner[0]), float(corner[1])))
    times, ticks = _times(float(ink.t[-1]) if len(ink.t) else 0.0)
    at = (_positions(line, times) - corner) * scale
    colour = np.where(_is_down(line, times), DOWN, UP)
    frames = _patches(canvas, ink, times, at, colour, PEN * scale / 2)
    head = _header(*canvas.shape) + b"".join(map(_comment, page.notes.items()))
    return b"".join([head, *(_encoded(f, t) for f, t in zip(frames, ticks, strict=True)), b";"])


def seen(page: Page, line: DrawnInk) -> tuple[np.ndarray, np.ndarray]:
    """The part of the page that is shown: its corner and size (2,), mm, y from the upper edge."""
    size = np.array([page.width, page.height])
    if not len(line.xy):
        return np.zeros(2), size
    low = np.clip(line.xy.min(0) - MARGIN, 0, size)
    high = np.clip(line.xy.max(0) + MARGIN, 0, size)
    outside = (high <= low).any()
    return (np.zeros(2), size) if outside else (low, high - low)


def _times(end: float) -> tuple[np.ndarray, list[int]]:
    """The time of each picture, float64 (P,), s, and how long it is shown, in ticks."""
    step = max(round(1 / RATE / TICK), int(np.ceil(end / TICK / MOST)))
    count = int(np.ceil(end / TICK / step)) + 1
    times = np.minimum(np.arange(count) * step * TICK, end)
    return times, [min(step, 65535)] * (count - 1) + [PAUSE]


def _positions(line: DrawnInk, times: np.ndarray) -> np.ndarray:
    """Position of the pen, mm (P, 2); in the air it moves straight."""
    if not len(line.t):
        return np.zeros((len(times), 2))
    return np.stack([np.interp(times, line.t, line.xy[:, axis]) for axis in (0, 1)], 1)


def _is_down(line: DrawnInk, times: np.ndarray) -> np.ndarray:
    """Whether the pen is on the paper at each of the times (P,)."""
    if not len(line.t):
        return np.zeros(len(times), bool)
    stroke = np.searchsorted(line.t[line.starts[:-1]], times, side="right") - 1
    return times <= line.t[line.starts[1:] - 1][np.maximum(stroke, 0)]


def _patches(
    canvas: np.ndarray,
    ink: Discs,
    times: np.ndarray,
    at: np.ndarray,
    colour: np.ndarray,
    radius: float,
) -> Iterator[Patch]:
    """The part that changes at each time. The first is the full picture, the last has no pen."""
    cuts = np.searchsorted(ink.t, times, side="right")
    cuts[-1] = len(ink.t)
    old = _box(np.array([[0, 0], canvas.shape[::-1]]), 0.0, canvas)
    for i, (a, b) in enumerate(zip(np.append(0, cuts[:-1]), cuts, strict=True)):
        new = Discs(*(part[a:b] for part in ink))
        stamp(canvas, new)
        shown = at[i : i + 1] if i + 1 < len(cuts) else at[:0]
        mark = _box(shown, radius, canvas)
        x, y, right, low = _union(old, mark, _box(new.xy, new.radius.max(initial=0), canvas))
        shades = canvas[y:low, x:right] // (256 // GREYS + 1)
        for point in shown:
            _mark(shades, point - [x, y], radius, int(colour[i]))
        yield Patch(shades, x, y)
        old = mark


def _box(at: np.ndarray, radius: float, canvas: np.ndarray) -> Box:
    """The pixels of `canvas` that discs of `radius` at points (D, 2) can touch."""
    if not len(at):
        return (canvas.shape[1], canvas.shape[0], 0, 0)
    sides = np.array(canvas.shape[::-1])
    x, y = np.clip(np.floor(at.min(0) - radius - 1), 0, sides).astype(int).tolist()
    right, low = np.clip(np.ceil(at.max(0) + radius + 1), 0, sides).astype(int).tolist()
    return (x, y, right, low)


def _union(*boxes: Box) -> Box:
    """The smallest box around all boxes, or the first pixel if they are empty."""
    x, y, right, low = zip(*boxes, strict=True)
    box = (min(x), min(y), max(right), max(low))
    return box if box[0] < box[2] and box[1] < box[3] else (0, 0, 1, 1)


def _mark(shades: np.ndarray, at: np.ndarray, radius: float, colour: int) -> None:
    """Put a disc of `colour` on `shades`, in place."""
    y, x = np.ogrid[: shades.shape[0], : shades.shape[1]]
    shades[(x + 0.5 - at[0]) ** 2 + (y + 0.5 - at[1]) ** 2 <= radius**2] = colour


def _header(height: int, width: int) -> bytes:
    """Signature, size, the 16 colours, and endless repetition (GIF89a, 17 to 19)."""
    ink = np.rint(np.linspace(rgb(PAPER), rgb(INK), GREYS)).astype(np.uint8)
    screen = struct.pack("<HHBBB", width, height, 0xB3, 0, 0)
    again = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    return b"GIF89a" + screen + ink.tobytes() + bytes(rgb(PEN_DOWN) + rgb(PEN_UP)) + again


def _comment(note: tuple[str, str]) -> bytes:
    """A note as a comment (GIF89a, 24), in blocks of at most 255 bytes."""
    words = ": ".join(note).encode() + b"\n"
    blocks = [words[i : i + 255] for i in range(0, len(words), 255)]
    return b"!\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def _encoded(patch: Patch, ticks: int) -> bytes:
    """The blocks of one picture, which stays visible under the next pictures."""
    image = Image.fromarray(patch.shades, "P")
    image.putpalette(bytes(48))
    place = (patch.x, patch.y)
    return b"".join(GifImagePlugin.getdata(image, place, duration=ticks * 10, disposal=1))
