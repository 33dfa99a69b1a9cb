"""A page as an animated GIF: the pen at its true speed, over the ink and a margin around it.

There are as many pictures as the time takes at `RATE`, but no more than `MOST`: a long page is
shown at its true speed too, in longer steps.
"""

import io

import numpy as np
from PIL import Image

from pentrace.write.page import Page
from pentrace.write.pen import Line, Pen, drawn
from pentrace.write.png import SHADE, blank
from pentrace.write.raster import Discs, discs, stamp

RATE, MOST = 25, 600  # pictures per second, and in all
TICK = 0.01  # s, the unit of a GIF
WIDTH, HEIGHT = 1000, 1000  # pixels at most
FINEST = 12.0  # pixels per mm at most
MARGIN = 4.0  # mm around the ink, as far as the page goes
PAUSE = 2.0  # s at the end, before it begins again
GREYS = 14
DOWN, UP = GREYS, GREYS + 1  # colours of the pen on the paper and in the air
PEN = 1.6  # mm, diameter of the mark that shows where the pen is
COLOURS = {DOWN: (0xC0, 0x39, 0x2B), UP: (0xE8, 0xB4, 0xAD)}


def gif(page: Page, pen: Pen) -> bytes:
    """`page` as a GIF that begins again for ever. Same page, same bytes."""
    line = drawn(page, pen)
    x, y, width, height = seen(page, line)
    scale = min(WIDTH / width, HEIGHT / height, FINEST)
    ink = discs(line, scale, (x, y))
    canvas = blank(width * scale, height * scale)
    times, lasting = _times(float(ink.t[-1]) if len(ink.t) else 0.0)
    pictures = _pictures(canvas, ink, line, times, scale, (x, y))
    return _encoded(pictures, lasting)


def seen(page: Page, line: Line) -> tuple[float, float, float, float]:
    """The part of the page that is shown: x, y, width and height, mm, y from the upper edge."""
    size = np.array([page.width, page.height])
    low, high = np.zeros(2), size
    if len(line.xy):
        low = np.clip(line.xy.min(0) - MARGIN, 0, size)
        high = np.clip(line.xy.max(0) + MARGIN, 0, size)
    if (high <= low).any():  # all the ink is beside the page
        low, high = np.zeros(2), size
    x, y, width, height = *low.tolist(), *(high - low).tolist()
    return x, y, width, height


def _times(end: float) -> tuple[np.ndarray, list[int]]:
    """When each picture is taken, float64 (P,), s, and how long it stays, in ticks."""
    step = max(round(1 / RATE / TICK), int(np.ceil(end / TICK / MOST)))
    count = int(np.ceil(end / TICK / step)) + 1
    times = np.minimum(np.arange(count) * step * TICK, end)
    return times, [step] * (count - 1) + [round(PAUSE / TICK)]


def _pictures(
    canvas: np.ndarray,
    ink: Discs,
    line: Line,
    times: np.ndarray,
    scale: float,
    corner: tuple[float, float],
) -> list[Image.Image]:
    """The ink so far at each of the `times`, and the pen; the last without it."""
    pictures = []
    cuts = np.searchsorted(ink.t, times, side="right")
    down = _is_down(line, times)
    at = [np.interp(times, line.t, line.xy[:, i]) if len(line.t) else times for i in (0, 1)]
    place = (np.stack(at, 1) - corner) * scale
    done = 0
    for i, cut in enumerate(cuts):
        stamp(canvas, Discs(*(part[done:cut] for part in ink)))
        done = cut
        shades = canvas // (256 // GREYS + 1)
        if i + 1 < len(cuts):
            _mark(shades, place[i], PEN * scale / 2, DOWN if down[i] else UP)
        pictures.append(_image(shades))
    return pictures


def _is_down(line: Line, times: np.ndarray) -> np.ndarray:
    """Whether the pen is on the paper at each of the times."""
    if not len(line.t):
        return np.zeros(len(times), bool)
    stroke = np.searchsorted(line.t[line.starts[:-1]], times, side="right") - 1
    return times <= line.t[line.starts[1:] - 1][np.maximum(stroke, 0)]


def _mark(shades: np.ndarray, at: np.ndarray, radius: float, colour: int) -> None:
    """Put a disc of `colour` on the picture, in place."""
    y, x = np.ogrid[: shades.shape[0], : shades.shape[1]]
    shades[(x + 0.5 - at[0]) ** 2 + (y + 0.5 - at[1]) ** 2 <= radius**2] = colour


def _image(shades: np.ndarray) -> Image.Image:
    image = Image.fromarray(shades, "P")
    image.putpalette(_palette())
    return image


def _palette() -> list[int]:
    greys = np.rint(np.linspace(255, SHADE, GREYS)).astype(int).repeat(3).tolist()
    return [*greys, *COLOURS[DOWN], *COLOURS[UP]]


def _encoded(pictures: list[Image.Image], lasting: list[int]) -> bytes:
    out = io.BytesIO()
    ms = [round(ticks * TICK * 1000) for ticks in lasting]
    first, *rest = pictures
    first.save(
        out,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=ms,
        loop=0,
        optimize=False,
        disposal=1,
    )
    return out.getvalue()
