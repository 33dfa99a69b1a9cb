"""Lines of IAM-OnDB: a fast way for files of the usual shape, an XML parser for the rest.

y grows downward and time is in seconds, both as recorded. `_iam_shapes` and `_iam_xml` give the
same result for the same file.
"""

from pathlib import PurePosixPath

import pyarrow as pa

from pentrace.readers._assemble import Malformed, Recording, assemble
from pentrace.readers._iam_labels import label
from pentrace.readers._iam_shapes import Columns, read_known
from pentrace.readers._iam_xml import read_xml
from pentrace.readers.results import Parsed, Reject
from pentrace.readers.settings import ParseSettings

__all__ = ["label", "read", "sample_id"]


def read(files: pa.Table, settings: ParseSettings) -> Parsed:
    """The lines in `files` (rows of `schema.RAW`), in their order."""
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    rows = files.to_pylist()
    small = [row["content"] if len(row["content"]) <= settings.max_bytes else b"" for row in rows]
    for file, columns in zip(rows, read_known(small), strict=True):
        name, path = sample_id(file["path"]), file["path"]
        try:
            recording, empty = _recording(file, columns, settings)
            recordings.append(recording)
        except Malformed as error:
            rejects.append(Reject(name, path, error.rule, error.reason))
            continue
        if empty:
            reason = f"{empty} strokes have no points"
            rejects.append(Reject(name, path, "empty-stroke", reason, "strokes", empty))
    ink, samples = assemble(recordings)
    return Parsed(ink, samples, rejects)


def sample_id(path: str) -> str:
    """The name of the line: `a01-000u-01`."""
    return PurePosixPath(path).stem


def _recording(
    file: dict, columns: Columns | None, settings: ParseSettings
) -> tuple[Recording, int]:
    """The line in `file`, and its number of strokes without points."""
    empty = 0
    if columns is None:
        columns, empty = read_xml(file["content"], settings)
    if len(columns[0]) > settings.max_points:
        limit = f"the limit is {settings.max_points:,} (parse.max_points)"
        reason = f"{len(columns[0]):,} points; {limit}"
        raise Malformed("too-many-points", reason)
    return Recording(_row(file), *columns), empty


def _row(file: dict) -> dict:
    return {
        "sample_id": sample_id(file["path"]),
        "kind": "line",
        "source": file["path"],
        "sha256": file["sha256"],
        "y_axis": "down",
        "text": None,
        "writer": None,
        "genuine": None,
    }
