"""Drawn lines, placed on pages."""

import numpy as np

from pentrace.generate.lines import WrittenLine
from pentrace.normalise.positions import SAMPLING, positions
from pentrace.page.layout import LineInk, Paper, level, pages
from pentrace.page.page import Page
from pentrace.write.scale import line_height
from pentrace.write.settings import WriteSettings


def compose(
    texts: list[str],
    lines: list[WrittenLine],
    normalisation: dict,
    settings: WriteSettings,
    notes: dict[str, str],
) -> list[Page]:
    """The pages of `texts`: an empty text is an empty line; `lines` has the other lines."""
    inks = iter([ink(line, normalisation) for line in lines])
    rows = [next(inks) if text else None for text in texts]
    scale = settings.size / line_height(normalisation)
    return pages(rows, scale, paper(settings), settings.seed, notes)


def ink(line: WrittenLine, normalisation: dict) -> LineInk:
    """The points of `line`, level, in units of the ink before normalising."""
    x, y, t, stroke = positions(line.steps, normalisation)
    interval = float(t[1]) if len(t) > 1 and np.isfinite(t[1]) else SAMPLING
    flat = level(np.column_stack([x, y]), line.text)
    return LineInk(line.text, flat, stroke, interval)


def paper(settings: WriteSettings) -> Paper:
    """The paper that the settings ask for."""
    width, height = settings.paper
    spacing = settings.spacing or 2 * settings.size
    cut = settings.page == "line"
    margin, size = settings.edge, settings.size
    return Paper(width, height, margin, size, spacing, settings.pen_width, cut, settings.drift)
