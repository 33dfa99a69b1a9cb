"""A page as a PNG."""

import io

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pentrace.errors import PentraceError
from pentrace.page.page import Page
from pentrace.page.pen import Pen, drawn
from pentrace.page.raster import discs, stamp

DPI = 200
MM = 25.4  # in an inch
SHADE = 0x1A  # of the ink, as in `svg`
MOST_PIXELS = 200_000_000


def png(page: Page, pen: Pen, dpi: float = DPI) -> bytes:
    """`page` on white at `dpi`, with what is said as text in the file. Same page, same bytes.

    Raises `PentraceError` for a page of more than `MOST_PIXELS`.
    """
    scale = dpi / MM
    canvas = blank(page.width * scale, page.height * scale)
    stamp(canvas, discs(drawn(page, pen), scale))
    out = io.BytesIO()
    image = Image.fromarray(greys()[canvas])
    image.save(out, "PNG", dpi=(dpi, dpi), pnginfo=_info(page), compress_level=1)
    return out.getvalue()


def blank(width: float, height: float) -> np.ndarray:
    """uint8 (H, W) of bare paper, of at least a pixel."""
    shape = max(round(height), 1), max(round(width), 1)
    if shape[0] * shape[1] > MOST_PIXELS:
        raise PentraceError(
            f"a picture of {shape[1]} x {shape[0]} pixels is too large; "
            "take a smaller page, or a format without pixels, such as .svg"
        )
    return np.zeros(shape, np.uint8)


def greys() -> np.ndarray:
    """uint8 (256,), the grey of a pixel by how much of it is covered."""
    return np.rint(np.linspace(255, SHADE, 256)).astype(np.uint8)


def _info(page: Page) -> PngInfo:
    info = PngInfo()
    for name, value in {"Title": page.text, **page.said}.items():
        info.add_itxt(name[:79] or "note", value)
    return info
