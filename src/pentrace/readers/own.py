"""Files of a person's ink: JSON of browsers, Quick, Draw!, arrays, tables, SVG with single lines.

`own_formats` has the formats. A file may contain several samples, as those of Quick, Draw! do: the
id of a sample is then path/name. What a file leaves open and was found from the ink, such as the
direction of y, is a row in the rejects, with `lost` nothing.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

import pyarrow as pa

from pentrace.readers import _file_labels
from pentrace.readers._assemble import Malformed, Recording, assemble
from pentrace.readers.own_formats.raw import Found
from pentrace.readers.own_formats.read import read_own
from pentrace.readers.results import Labelled, Parsed, Reject
from pentrace.readers.settings import LabelSettings, ParseSettings


def read(files: pa.Table, settings: ParseSettings) -> Parsed:
    """The samples of `files` (rows of `schema.RAW`), in their order."""
    recordings: list[Recording] = []
    rejects: list[Reject] = []
    for file in files.to_pylist():
        name, path = sample_id(file["path"]), file["path"]
        try:
            found = read_own(path, file["content"], settings)
        except Malformed as error:
            rejects.append(Reject(name, path, error.rule, error.reason))
            continue
        for one in found:
            row, (x, y) = _row(file, one), one.xy.T
            recordings.append(Recording(row, x, y, one.stroke, one.t, one.channels))
            rejects += [
                Reject(row["sample_id"], path, "assumed", note, "nothing") for note in one.notes
            ]
    ink, rows = assemble(recordings)
    return Parsed(ink, rows, rejects)


def label(
    files: Iterable[pa.Table], samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """The text in the files; there are no label files. The writer is the folder of the file."""
    return _file_labels.label(samples)


def sample_id(path: str) -> str:
    """The path without its suffix."""
    return str(PurePosixPath(path).with_suffix(""))


def _row(file: dict, found: Found) -> dict:
    path = sample_id(file["path"])
    folder = PurePosixPath(file["path"]).parent.name
    line = found.text is not None and "\n" not in found.text
    return {
        "sample_id": f"{path}/{found.name}" if found.name else path,
        "kind": "line" if line else "ink",
        "source": file["path"],
        "sha256": file["sha256"],
        "y_axis": found.axis,
        "text": found.text,
        "writer": folder or None,
        "genuine": None,
    }
