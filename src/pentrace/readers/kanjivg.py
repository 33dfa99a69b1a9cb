"""KanjiVG: each file is a character, each path a stroke, in the order of writing.

The strokes are drawn curves, not recordings: there is no time, and points are placed along them at
equal distances. A character is in a square of 109 x 109 units; y grows downward.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa
from lxml.etree import _Element as Element

from pentrace.readers import _file_labels
from pentrace.readers._assemble import Malformed, Recording, assemble
from pentrace.readers._svg_paths import evenly, pieces
from pentrace.readers.results import Labelled, Parsed, Reject
from pentrace.readers.settings import LabelSettings, ParseSettings
from pentrace.readers.sources.kanjivg import group
from pentrace.readers.xml import parse_xml

_NAME = re.compile(r"([0-9a-f]{4,6})(?:-(\w+))?", re.IGNORECASE)
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class _Curves:
    """The curves of a character."""

    row: dict  # of `schema.PARSED`, without counts and bounding box
    curves: np.ndarray  # float64 (K, 4, 2): Bezier pieces, in order
    stroke: np.ndarray  # int (K,), the stroke of each piece, from 0


def read(files: pa.Table, settings: ParseSettings) -> Parsed:
    """The characters of `files` (rows of `schema.RAW`), in their order.

    A file that the settings `characters` and `variants` exclude has a row in the rejects, with
    `lost` nothing.
    """
    drawn: list[_Curves] = []
    rejects: list[Reject] = []
    for file in files.to_pylist():
        try:
            excluded = _excluded(file["path"], settings)
            if excluded is None:
                curves, empty = _curves(file, settings)
                drawn.append(curves)
                if empty:
                    reason = f"{empty} strokes have no curve"
                    name = sample_id(file["path"])
                    rejects.append(
                        Reject(name, file["path"], "empty-stroke", reason, "strokes", empty)
                    )
            else:
                rejects.append(_reject(file, "not-asked-for", excluded, "nothing"))
        except Malformed as error:
            rejects.append(_reject(file, error.rule, error.reason, "sample"))
    ink, rows = assemble(_recordings(drawn, settings.spacing))
    return Parsed(ink, rows, rejects)


def label(
    files: Iterable[pa.Table], samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """The character as text, and its code as form (for a split by form), both in NFC.

    Sample ids are the names of the files, also if a character has two codes.
    """
    found = _file_labels.label(samples)
    rows = [row | {"form": group(row["sample_id"])} for row in found.rows]
    return Labelled(rows, found.rejects)


def sample_id(path: str) -> str:
    """The name of the file, with the code of the character and the variant: `04e86-Kaisho`."""
    return PurePosixPath(path).stem


def _reject(file: dict, rule: str, reason: str, lost: str) -> Reject:
    return Reject(sample_id(file["path"]), file["path"], rule, reason, lost)


def _character(path: str) -> tuple[str, str | None]:
    """The character of a file, by its name, and the variant, if it is one."""
    found = _NAME.fullmatch(sample_id(path))
    code = int(found[1], 16) if found else -1
    if not found or code > 0x10FFFF or 0xD800 <= code < 0xE000 or not code:
        raise Malformed(
            "file-name", "the file name is not the code of a character, such as 04e86.svg"
        )
    return chr(code), found[2]


def _excluded(path: str, settings: ParseSettings) -> str | None:
    """Why the settings exclude this file; None if they include it."""
    character, variant = _character(path)
    if settings.characters == "kanji" and not is_kanji(character):
        return "not a kanji, and parse.characters is kanji"
    if variant is None or settings.variants == "all" or variant in settings.variants:
        return None
    return f"the variant {variant} is not in parse.variants"


def is_kanji(character: str) -> bool:
    """Whether a character is an ideograph (not kana, a letter, a digit or a single stroke)."""
    return (
        re.match("CJK (UNIFIED|COMPATIBILITY) IDEOGRAPH", unicodedata.name(character, ""))
        is not None
    )


def _curves(file: dict, settings: ParseSettings) -> tuple[_Curves, int]:
    """The character in `file`, and its number of strokes without a curve."""
    # The files of KanjiVG have a document type, which declares attributes.
    root = parse_xml(file["content"], settings, doctype=True)
    if root.tag != f"{_SVG}svg":
        raise Malformed("not-svg", f"the root element is {root.tag[:60]}, expected svg")
    paths = list(root.iter(f"{_SVG}path"))
    _refuse_transforms(paths)
    _refuse_lost(root)
    data = [(path.get("d", ""), path.sourceline or 0) for path in paths]
    strokes = [part for part in pieces(data, settings) if len(part)]
    if not strokes:
        raise Malformed("empty", "the file has no path with a curve")
    owner = np.repeat(np.arange(len(strokes)), [len(part) for part in strokes])
    return _Curves(_row(file), np.concatenate(strokes), owner), len(paths) - len(strokes)


def _refuse_transforms(paths: list[Element]) -> None:
    for path in paths:
        if any(element.get("transform") for element in (path, *path.iterancestors())):
            raise Malformed("transform", f"line {path.sourceline}: a stroke has a transform")


def _refuse_lost(root: Element) -> None:
    """Refuse strokes that would be left out: path data in another element, a path without data."""
    for element in root.iter():
        if ("d" in element.attrib) != (element.tag == f"{_SVG}path"):
            name, line = f"{element.tag!s:.60}", element.sourceline
            reason = "has path data, expected path" if "d" in element.attrib else "has no data d"
            raise Malformed("path-syntax", f"line {line}: {name} {reason}")


def _row(file: dict) -> dict:
    return {
        "sample_id": sample_id(file["path"]),
        "kind": "character",
        "source": file["path"],
        "sha256": file["sha256"],
        "y_axis": "down",
        "text": _character(file["path"])[0],
        "writer": None,
        "genuine": None,
    }


def _recordings(drawn: list[_Curves], spacing: float) -> list[Recording]:
    """Points `spacing` units apart along the strokes of all characters."""
    if not drawn:
        return []
    counts = [one.stroke[-1] + 1 for one in drawn]
    before = np.cumsum([0, *counts])
    stroke = np.concatenate([one.stroke + n for one, n in zip(drawn, before, strict=False)])
    x, y, at = evenly(np.concatenate([one.curves for one in drawn]), stroke, spacing)
    bounds = np.searchsorted(at, before)
    return [
        Recording(one.row, x[a:b], y[a:b], at[a:b] - first, np.full(b - a, np.nan))
        for one, first, a, b in zip(drawn, before, bounds, bounds[1:], strict=False)
    ]
