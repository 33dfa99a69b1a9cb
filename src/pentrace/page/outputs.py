"""Writing a page to a file, in the format of its suffix."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pentrace.errors import PentraceError, UsageError
from pentrace.files import is_stream, whole_file
from pentrace.page.page import Page
from pentrace.page.pen import Pen

# A format is imported only when it is used, so that a drawing does not wait for Parquet.


def _svg(page: Page, pen: Pen) -> bytes:
    from pentrace.page.svg import svg

    return svg(page, pen).encode()


def _animated(page: Page, pen: Pen) -> bytes:
    from pentrace.page.animated_svg import animated

    return animated(page, pen).encode()


def _png(page: Page, pen: Pen) -> bytes:
    from pentrace.page.png import png

    return png(page, pen)


def _gif(page: Page, pen: Pen) -> bytes:
    from pentrace.page.gif import gif

    return gif(page, pen)


def _inkml(page: Page, pen: Pen) -> bytes:
    from pentrace.page.point_files import inkml

    return inkml(page).encode()


def _parquet(page: Page, pen: Pen) -> bytes:
    from pentrace.page.point_files import parquet

    return parquet(page)


def _json(page: Page, pen: Pen) -> bytes:
    from pentrace.page.point_files import to_json

    return to_json(page).encode()


FORMS: dict[str, Callable[[Page, Pen], bytes]] = {
    "svg": _svg,
    "animated-svg": _animated,
    "png": _png,
    "gif": _gif,
    "inkml": _inkml,
    "parquet": _parquet,
    "json": _json,
}


def check(path: Path, form: str | None = None) -> str:
    """The format (a key of FORMS) of the file `path`: `form`, or by default that of its suffix.

    Standard output, a device or a pipe without a suffix gets SVG. Raises `UsageError` if the
    format is not known.
    """
    if form is None:
        name = path.name.lower()
        form = "animated-svg" if name.endswith(".animated.svg") else path.suffix.lower()[1:]
        form = form or ("svg" if is_stream(path) else "")
    if form not in FORMS:
        suffixes = ", ".join(f".{f}" for f in FORMS).replace(".animated-svg", ".animated.svg")
        wrong = f"unknown format {form}" if form else "the name has no suffix"
        raise UsageError(f"{path}: {wrong}; use one of {suffixes}")
    return form


def save(page: Page, path: Path, *, form: str | None = None, pen: Pen = "brush") -> None:
    """Write `page` to `path`, completely or not at all, in the format `form` or of its suffix.

    `pen`: in pictures, `brush` is thinner where it is faster, `plotter` has one width (SVG: single
    lines). Raises `PentraceError` for an unknown format, and for ink that is not finite numbers.
    """
    write = FORMS[check(path, form)]
    if not all(np.isfinite(stroke).all() for stroke in page.strokes):
        raise PentraceError(f"{path}: the ink has positions or times that are not finite numbers")
    content = write(page, pen)
    with whole_file(path) as partial:
        partial.write_bytes(content)
