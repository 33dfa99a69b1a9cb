"""From a page to a file, by the ending of its name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pentrace.errors import PentraceError
from pentrace.files import whole_file
from pentrace.page.page import Page
from pentrace.page.pen import Pen

# Each form is imported when it is asked for: a drawing must not wait for Parquet.


def _svg(page: Page, pen: Pen) -> bytes:
    from pentrace.page.svg import svg

    return svg(page, pen).encode()


def _animated(page: Page, pen: Pen) -> bytes:
    from pentrace.page.animated import animated

    return animated(page, pen).encode()


def _png(page: Page, pen: Pen) -> bytes:
    from pentrace.page.png import png

    return png(page, pen)


def _gif(page: Page, pen: Pen) -> bytes:
    from pentrace.page.gif import gif

    return gif(page, pen)


def _inkml(page: Page, pen: Pen) -> bytes:
    from pentrace.page.traces import inkml

    return inkml(page).encode()


def _parquet(page: Page, pen: Pen) -> bytes:
    from pentrace.page.traces import parquet

    return parquet(page)


def _json(page: Page, pen: Pen) -> bytes:
    from pentrace.page.traces import to_json

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
    """The form (of FORMS) in which `path` is to be written: `form`, else by its ending.

    Raises `PentraceError` where there is no such form.
    """
    if form is None:
        name = path.name.lower()
        form = "animated-svg" if name.endswith(".animated.svg") else path.suffix.lower()[1:]
    if form not in FORMS:
        endings = ", ".join(f".{f}" for f in FORMS).replace(".animated-svg", ".animated.svg")
        wrong = f"no form called {form}" if form else "the name has no ending"
        raise PentraceError(f"{path}: {wrong}; known endings: {endings}")
    return form


def save(page: Page, path: Path, *, form: str | None = None, pen: Pen = "brush") -> None:
    """Write `page` to `path`, whole or not at all, as `form` or as the ending of `path` says.

    `pen`: in pictures, `brush` is thinner where it is faster, `plotter` of one width (SVG: single
    lines). Raises `PentraceError` for an unknown form, and for ink that is not finite numbers.
    """
    write = FORMS[check(path, form)]
    if not all(np.isfinite(stroke).all() for stroke in page.strokes):
        raise PentraceError(f"{path}: the ink has positions or times that are not finite numbers")
    content = write(page, pen)
    with whole_file(path) as partial:
        partial.write_bytes(content)
