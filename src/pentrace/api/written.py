"""A written text in Python: its pages, its ink, and what was checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

import numpy as np

from pentrace.api.handwriting import Handwriting
from pentrace.api.keywords import path_of
from pentrace.page.page import LABEL, Label, Page, duration
from pentrace.page.pen import Pen
from pentrace.page.svg import svg
from pentrace.write.pages import save_pages
from pentrace.write.report import WritingReport, count

BETWEEN = 2 * LABEL  # mm between two pages in a notebook, with the number of the page


@dataclass(frozen=True, repr=False)
class WrittenText:
    """A text written by a network. A notebook shows all its pages, one below the other.

    pages: strokes in mm, float64 (n, 3) each as x, y, t (s); (0, 0) is the lower left corner of a
        page, y upward. See `pentrace.page.page.Page`.
    report: what was checked. `report.lines` has of each line its `text`, what the recogniser
        `read`, the `error_rate` of that, and `attempts`. `report.failed` are the lines that are not
        their text; `report.messages` has the remedies.
    pen: "brush" or "plotter", for pictures.
    """

    pages: list[Page]
    report: WritingReport
    pen: Pen = "brush"

    @property
    def text(self) -> str:
        """What is written, line by line."""
        return "\n".join(page.text for page in self.pages)

    @property
    def ink(self) -> Handwriting:
        """All points, in mm and s, y upward.

        (0, 0) is the lower left corner of the first page. Further pages are placed below it, and
        their times continue.
        """
        strokes, below, begin = [], 0.0, 0.0
        for number, page in enumerate(self.pages):
            below -= page.height if number else 0.0
            strokes += [stroke + np.array([0.0, below, begin]) for stroke in page.strokes]
            begin += duration(page)
        x, y, t = np.concatenate(strokes).T
        stroke = np.repeat(np.arange(len(strokes)), [len(points) for points in strokes])
        return Handwriting(x, y, stroke, t, self.text, "mm", "written text")

    def save(self, path: str | PathLike[str], *, form: str | None = None) -> list[Path]:
        """Write the pages to files, and return their paths.

        The suffix of `path` sets the format: .svg, .animated.svg, .png, .gif, .inkml, .json or
        .parquet; `form` overrides it ("svg", "animated-svg", "png", ...). One page is written to
        `path`, several to page-1.svg, page-2.svg and so on. Folders are created. Raises
        `PentraceError` for an unknown format.
        """
        return save_pages(self.pages, path_of("path", path), form, self.pen)

    def __repr__(self) -> str:
        return f"<WrittenText on {count(len(self.pages), 'page')}: {self.report.summary}>"

    def _repr_svg_(self) -> str:
        """The drawing that a notebook shows."""
        drawn = svg(one_below_the_other(self.pages), self.pen)
        return drawn[drawn.index("<svg") :]


def one_below_the_other(pages: Sequence[Page]) -> Page:
    """All `pages` as one page, each with its number if there are several.

    Below the last line, the page is cut: as much is blank as above the first line.
    """
    blank = max(_low(pages[-1]) - _above(pages[0]), 0.0)
    room = BETWEEN if len(pages) > 1 else 0.0
    height = sum(page.height + room for page in pages) - blank
    strokes: list[np.ndarray] = []
    labels: list[Label] = []
    top = height
    for number, page in enumerate(pages, 1):
        bottom = top - room - page.height
        strokes += [stroke + np.array([0.0, bottom, 0.0]) for stroke in page.strokes]
        if room:
            labels.append(Label(LABEL, top - room + LABEL / 2, f"page {number} of {len(pages)}"))
        top = bottom
    width = max(page.width for page in pages)
    text = "\n".join(page.text for page in pages)
    return replace(pages[0], width=width, height=height, strokes=strokes, labels=labels, text=text)


def _low(page: Page) -> float:
    """The lowest ink, mm from the lower edge."""
    return min((float(stroke[:, 1].min()) for stroke in page.strokes), default=0.0)


def _above(page: Page) -> float:
    """Height of the blank paper above the ink, mm."""
    return page.height - max((float(s[:, 1].max()) for s in page.strokes), default=page.height)
