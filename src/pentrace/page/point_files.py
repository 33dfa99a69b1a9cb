"""A page as data: InkML, the points table, JSON. Points are unchanged, nothing is smoothed."""

import json
import tempfile
from pathlib import Path

import numpy as np

from pentrace.page.inkml import inkml as document
from pentrace.page.page import Page, points

PLACES = 4  # of mm and s in JSON
SAMPLE = "page"  # the name of the sample in the points table


def inkml(page: Page) -> str:
    """`page` as InkML: mm from the upper left corner, y downward, t in s."""
    strokes = [s - [0.0, page.height, 0.0] for s in page.strokes if len(s)]  # y is negated
    notes = {"text": page.text, "unit": "mm", **page.notes}
    return document(strokes, notes)


def to_json(page: Page) -> str:
    """`page` as JSON: mm from the lower left corner, y upward, t in s.

    {"text": str, "unit": "mm", "y_axis": "up", "width": mm, "height": mm, "pen_width": mm,
    "strokes": [[[x, y, t], ...], ...], "made_with": {str: str}}
    """
    return json.dumps(
        {
            "text": page.text,
            "unit": "mm",
            "y_axis": "up",
            "width": page.width,
            "height": page.height,
            "pen_width": page.pen_width,
            "made_with": page.notes,
            "strokes": [np.round(s, PLACES).tolist() for s in page.strokes],
        },
        ensure_ascii=False,
    )


def parquet(page: Page) -> bytes:
    """`page` as a Parquet file of `schema.POINTS`: mm from the lower left corner, y upward.

    The metadata of its schema contain `unit`, `y_axis` and `text`, and in `page` all fields of the
    JSON except the strokes.
    """
    from pentrace import schema, tables
    from pentrace.ink import Ink, to_table

    flat, stroke = points(page)
    x, y = flat[:, :2].T.astype(np.float32)
    starts = np.array([0, len(flat)])
    table = to_table(Ink([SAMPLE], starts, x, y, stroke.astype(np.int32), flat[:, 2], {}))
    fields = json.loads(to_json(page))
    del fields["strokes"]
    notes = {"text": fields["text"], "unit": "mm", "y_axis": "up", "page": json.dumps(fields)}
    kind = schema.POINTS.with_metadata({**(schema.POINTS.metadata or {}), **notes})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.parquet"
        tables.write(path, kind, [table])
        return path.read_bytes()
