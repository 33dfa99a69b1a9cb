"""Ink as SVG: one single-line path a stroke, as pen plotters want it."""

from xml.sax.saxutils import escape, quoteattr

import numpy as np

from pentrace.page.sheet import DOT, Picture, decimals

GREY = "#777777"


def svg(picture: Picture, margin: float = 4.0) -> str:
    """`picture` as an SVG document whose units are ink units.

    SVG's y grows downward, so y is negated; nothing else is changed, and coordinates can be read
    back. A dot is a path of no length: round caps make it visible. `margin` is in pen widths.
    """
    places, width = decimals(picture.bounds), picture.pen_width
    wide = f' stroke-width="{DOT * width:.{places}f}"'
    paths = [
        f'<path stroke={quoteattr(colour)}{wide * (len(stroke) == 1)} d="{_path(stroke, places)}"/>'
        for stroke, colour in zip(picture.strokes, picture.colours, strict=True)
    ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_view_box(picture, margin)}">',
            f'<g fill="none" stroke-width="{width:.{places}f}" '
            'stroke-linecap="round" stroke-linejoin="round">',
            *paths,
            "</g>",
            *_labels(picture, places),
            "</svg>\n",
        ]
    )


def _path(stroke: np.ndarray, places: int) -> str:
    """Path data of float (n, 2) `stroke`."""
    texts = np.char.mod(f"%.{places}f", stroke[:, :2] * [1, -1] + 0.0)
    pairs = np.char.add(np.char.add(texts[:, 0], " "), texts[:, 1]).tolist()
    return "M" + "L".join(pairs if len(pairs) > 1 else pairs * 2)


def _view_box(picture: Picture, margin: float) -> str:
    x, low, right, high = picture.bounds
    edge, places = margin * picture.pen_width, decimals(picture.bounds)
    box = (x - edge, -high - edge, right - x + 2 * edge, high - low + 2 * edge)
    return " ".join(f"{value:.{places}f}" for value in box)


def _labels(picture: Picture, places: int) -> list[str]:
    size = f'font-family="sans-serif" font-size="{picture.letter_height:.{places}f}"'
    return [
        f'<text x="{x:.{places}f}" y="{-y:.{places}f}" fill="{GREY}" {size}>{escape(text)}</text>'
        for x, y, text in picture.labels
    ]
