"""A page as a PNG."""

import io
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from pentrace.errors import PentraceError
from pentrace.page.appearance import GREY, INK, PAPER
from pentrace.page.page import LABEL, Page
from pentrace.page.pen import Pen, drawn
from pentrace.page.raster import discs, stamp

DPI = 200
MM = 25.4  # in an inch
MOST_PIXELS = 200_000_000


def png(page: Page, pen: Pen, dpi: float = DPI) -> bytes:
    """`page` on white at `dpi`, with its notes as text in the file. Same page, same bytes.

    Raises `PentraceError` for a page of more than `MOST_PIXELS`.
    """
    scale, line = dpi / MM, drawn(page, pen)
    canvas = blank(page.width * scale, page.height * scale)
    mode = "L" if {*line.colours} <= {INK} else "RGB"  # labels are grey too
    image = Image.new(mode, canvas.shape[::-1], PAPER)
    for colour in dict.fromkeys(line.colours):
        canvas[:] = 0
        stamp(canvas, discs(line.only(colour), scale))
        image.paste(colour, mask=Image.fromarray(canvas))
    _label(image, page, scale)
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi), pnginfo=_info(page), compress_level=1)
    return out.getvalue()


def fitting(page: Page, width: int, height: int, most: float) -> float:
    """The dpi, at most `most`, at which `page` is at most `width` x `height` pixels."""
    return min(most, width * MM / page.width, height * MM / page.height)


def blank(width: float, height: float) -> np.ndarray:
    """uint8 (H, W) of blank paper, of at least one pixel."""
    shape = max(round(height), 1), max(round(width), 1)
    if shape[0] * shape[1] > MOST_PIXELS:
        raise PentraceError(
            f"a picture of {shape[1]} x {shape[0]} pixels is too large; "
            "choose a smaller page, or a format without pixels, such as .svg"
        )
    return np.zeros(shape, np.uint8)


def _label(image: Image.Image, page: Page, scale: float) -> None:
    """Print the labels on `image`, in place."""
    if not page.labels:
        return
    pen, font = ImageDraw.Draw(image), _font(LABEL * scale)
    for x, y, text in page.labels:
        pen.text((x * scale, (page.height - y) * scale), text, GREY, font, "ls")


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font of the figures, which comes with matplotlib; the font of Pillow has few letters."""
    found = find_spec("matplotlib")  # does not import it
    for folder in (found and found.submodule_search_locations) or ():
        path = Path(folder) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
        if path.is_file():
            return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    return ImageFont.load_default(size)


def _info(page: Page) -> PngInfo:
    info = PngInfo()
    for name, value in {"Title": page.text, **page.notes}.items():
        info.add_itxt(name[:79] or "note", value)
    return info
