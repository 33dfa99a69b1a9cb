"""The statements of a UNIPEN file: keywords with what follows them, included files in their place.

Source: UNIPEN 1.0 format definition (I. Guyon, AT&T Bell Laboratories, 1994), which calls a word
with a dot in the first column a keyword.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from pentrace.readers._assemble import Malformed
from pentrace.readers.settings import ParseSettings

_KEYWORD = re.compile(r"^\.([A-Za-z][A-Za-z0-9_]*+)", re.MULTILINE)
_DEEPEST = 4  # nested includes; the definition allows one
_UNUSED = (".lex",)  # lexicons say nothing about the ink


@dataclass(frozen=True)
class Statement:
    """A keyword, in capitals without its dot, and the text up to the next keyword."""

    keyword: str
    text: str
    place: str  # for messages: "line 7", or "bse.ink, line 7"


def statements(
    path: str, content: bytes, included: Mapping[str, bytes], settings: ParseSettings
) -> tuple[list[Statement], list[str]]:
    """All statements of a file with those of the files that it includes, and what was not found.

    `included`: path -> content of the files that may be included. Raises `Malformed`:
    `too-large`, `not-unipen`, or `include`.
    """
    reading = _Reading(included, settings)
    found = list(reading.read(path, content, ""))
    if not any(one.keyword in ("PEN_DOWN", "COORD") for one in found):
        missing = f"; {reading.missing[0]}" if reading.missing else ""
        raise Malformed("not-unipen", f"no .PEN_DOWN and no .COORD: not a UNIPEN file{missing}")
    return found, reading.missing


def include_names(content: bytes) -> list[str]:
    """The names that a file includes, without their folders."""
    parts = _parts(decoded(content))
    names = (text.split()[0] for keyword, text, _ in parts if keyword == "INCLUDE" and text.split())
    return [_base(name) for name in names]


def decoded(content: bytes) -> str:
    """The text of a file; the format is ASCII, but its free text may not be."""
    text = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


class _Reading:
    """One file with all that it includes, within `max_bytes`."""

    def __init__(self, included: Mapping[str, bytes], settings: ParseSettings) -> None:
        self.included = included
        self.most = settings.max_bytes
        self.size = 0
        self.missing: list[str] = []  # includes that were not found, in words

    def read(self, path: str, content: bytes, name: str, depth: int = 0) -> Iterator[Statement]:
        self.size += len(content)
        if self.size > self.most:
            what = "bytes with its includes" if depth else "bytes"
            limit = f"the limit is {self.most:,} (parse.max_bytes)"
            raise Malformed("too-large", f"{self.size:,} {what}; {limit}")
        for keyword, text, line in _parts(decoded(content)):
            place = f"{name}, line {line}" if name else f"line {line}"
            if keyword != "INCLUDE":
                yield Statement(keyword, text, place)
                continue
            inner = self._find(text, path, place)
            if inner is not None:
                if depth == _DEEPEST:
                    raise Malformed("include", f"{place}: files included {depth + 1} deep")
                yield from self.read(inner, self.included[inner], _base(inner), depth + 1)

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        """Name without its folder -> paths of the files that may be included."""
        found: dict[str, list[str]] = {}
        for path in self.included:
            found.setdefault(_base(path).casefold(), []).append(path)
        return found

    def _find(self, text: str, path: str, place: str) -> str | None:
        """The path of the file that an .INCLUDE names: the one in the nearest folder."""
        name = (text.split() or [""])[0].replace("\\", "/").casefold()
        base = _base(name)
        alike = sorted(
            self._named.get(base, []),
            key=lambda one: (not one.casefold().endswith(name), _apart(one, path), one),
        )
        if not alike and not base.endswith(_UNUSED):
            self.missing.append(f"{place}: .INCLUDE {base[:60]}: no such file in the raw folder")
        return alike[0] if alike else None


def _base(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _apart(one: str, other: str) -> int:
    """How many folders are between two files."""
    a, b = PurePosixPath(one).parts[:-1], PurePosixPath(other).parts[:-1]
    same = 0
    while same < min(len(a), len(b)) and a[same] == b[same]:
        same += 1
    return len(a) + len(b) - 2 * same


def _parts(text: str) -> Iterator[tuple[str, str, int]]:
    """Keyword, the text after it, and its line, from 1."""
    found = list(_KEYWORD.finditer(text))
    line, at = 1, 0
    for i, one in enumerate(found):
        line += text.count("\n", at, one.start())
        at = one.start()
        stop = found[i + 1].start() if i + 1 < len(found) else len(text)
        yield one[1].upper(), text[one.end() : stop], line
