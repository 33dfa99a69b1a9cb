"""A file of ink of any of the formats of this folder."""

from collections.abc import Callable
from pathlib import PurePosixPath

from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.complete import completed
from pentrace.readers.own_formats.raw import Found, Raw
from pentrace.readers.settings import ParseSettings

FORMATS = (".json", ".ndjson", ".jsonl", ".csv", ".tsv", ".npy", ".npz", ".svg")  # suffixes


def read_own(path: str, content: bytes, settings: ParseSettings) -> list[Found]:
    """The samples in the file `content`; the suffix of `path` sets the format.

    Raises `Malformed` with the place in the file.
    """
    if len(content) > settings.max_bytes:
        limit = f"the limit is {settings.max_bytes:,} (parse.max_bytes)"
        raise Malformed("too-large", f"{len(content):,} bytes; {limit}")
    raws = _parser(PurePosixPath(path).suffix.lower())(content, settings)
    if not raws:
        raise Malformed("empty", "no points")
    return [completed(raw, settings) for raw in raws]


def _parser(suffix: str) -> Callable[[bytes, ParseSettings], list[Raw]]:
    """The function for files of `FORMATS`; imported when used, to load no library in vain."""
    from pentrace.readers.own_formats import arrays, columns, json_ink, quick_draw

    if suffix == ".svg":
        from pentrace.readers.own_formats.line_svg import read_line_svg

        return read_line_svg
    return {
        ".json": json_ink.read_json_ink,
        ".ndjson": quick_draw.read_lines,
        ".jsonl": quick_draw.read_lines,
        ".csv": columns.read_columns,
        ".tsv": columns.read_columns,
        ".npy": arrays.read_npy,
        ".npz": arrays.read_npz,
    }[suffix]
