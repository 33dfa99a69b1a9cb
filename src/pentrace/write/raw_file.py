"""One raw file of a known format, read by the reader of that format."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from pentrace import schema
from pentrace.errors import PentraceError
from pentrace.readers.results import Parsed
from pentrace.readers.settings import ParseSettings

UNITS = {"iam": "tablet unit", "svc2004": "tablet unit", "kanjivg": "1/109 of a character"}
FORMATS = {"iam": "IAM-OnDB", "inkml": "InkML", "kanjivg": "KanjiVG", "svc2004": "SVC2004"}


def read_raw(path: Path, readers: Sequence[str]) -> tuple[Parsed, str | None]:
    """The one sample in the file at `path`, with what was left out of it, and its unit if known.

    It is read by the first of `readers` that knows the file. Raises `PentraceError` that names the
    file, the reason and the remedy; `OSError` if it cannot be opened.
    """
    row = {"path": path.name, "sha256": "", "content": path.read_bytes()}
    files = pa.Table.from_pylist([row], schema.RAW)
    settings = ParseSettings(characters="all", variants="all")
    for name in readers:
        found: Parsed = import_module(f"pentrace.readers.{name}").read(files, settings)
        if found.samples:
            return found, UNITS.get(name)
        if found.rejects[0].rule != "not-iam":
            break
    raise PentraceError(
        f"{path}: {found.rejects[0].reason}; give a complete {FORMATS[name]} file, or record it "
        "again"
    )
