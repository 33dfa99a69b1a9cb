"""One raw file of a known format, read by the reader of that format."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from pentrace import schema
from pentrace.errors import PentraceError
from pentrace.readers.results import Parsed
from pentrace.readers.settings import ParseSettings
from pentrace.write.own_ink import without_settings

UNITS = {
    "iam": "tablet unit",
    "svc2004": "tablet unit",
    "unipen": "tablet unit",
    "kanjivg": "1/109 of a character",
}
FORMATS = {
    "iam": "IAM-OnDB",
    "inkml": "InkML",
    "kanjivg": "KanjiVG",
    "svc2004": "SVC2004",
    "unipen": "UNIPEN",
}


def read_raw(path: Path, readers: Sequence[str]) -> tuple[Parsed, str | None]:
    """The one sample in the file at `path`, with what was left out of it, and its unit if known.

    It is read by the first of `readers` that knows the file. Raises `PentraceError` that names the
    file, the reason and the remedy; `OSError` if it cannot be opened.
    """
    content = path.read_bytes()
    row = {"path": path.name, "sha256": "", "content": content}
    files = pa.Table.from_pylist([row], schema.RAW)
    settings = ParseSettings(characters="all", variants="all")
    for name in readers:
        read = import_module(f"pentrace.readers.{name}").read
        if name == "unipen":
            read = partial(read, included=_included(path, content))
        found: Parsed = read(files, settings)
        if len(found.samples) > 1:
            raise PentraceError(
                f"{path}: {len(found.samples)} samples; give a file with one sample"
            )
        if found.samples:
            return found, UNITS.get(name)
        if found.rejects[0].rule != "not-iam":
            break
    reason = without_settings(found.rejects[0].reason)
    raise PentraceError(
        f"{path}: {reason}; give a complete {FORMATS[name]} file, ink in another format, or record "
        "it again: pentrace page -o write.html"
    )


def _included(path: Path, content: bytes) -> pa.Table:
    """Rows of `schema.RAW`: the files in the same folder that a UNIPEN file includes."""
    from pentrace.readers._unipen_statements import include_names

    beside = [path.parent / name for name in dict.fromkeys(include_names(content))]
    rows = [
        {"path": one.name, "sha256": "", "content": one.read_bytes()}
        for one in beside
        if one.is_file()
    ]
    return pa.Table.from_pylist(rows, schema.RAW)
