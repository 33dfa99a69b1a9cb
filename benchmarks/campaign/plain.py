"""Independent plain parses of the raw formats, point by point, as the oracle of the campaign.

They share no code with Pentrace. Each takes the bytes of one file and gives the points that a
reader must give if it accepts the file, or raises any exception if there is no such reading.
"""

import csv
import io
import json
import math
import re
import unicodedata
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


class Points(NamedTuple):
    """Points of one file, in order."""

    x: list[float]
    y: list[float]
    t: list[float]  # s; NaN: not recorded
    stroke: list[int]


def _xml(content: bytes) -> ElementTree.Element:
    """The root; also of files whose declaration names another encoding than they have."""
    try:
        return ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        wide = content[:200].count(b"\0") > 20
        names = ("utf-32", "utf-16", "utf-16-le", "utf-16-be") if wide else ("utf-8-sig",)
        for name in (*names, "latin-1"):
            try:
                text = content.decode(name, "ignore").removeprefix("\ufeff")
                text = re.sub(r"^<\?xml[^>]*\?>", "", text)
                text = re.sub(r"<!DOCTYPE.*?\]>", "", text, flags=re.S)
                # Names of attributes may have more letters in newer editions of XML.
                return ElementTree.fromstring(re.sub("[^\\x00-\\x7f]", "z", text))
            except (UnicodeError, ElementTree.ParseError):
                continue
        raise


def line_xml(content: bytes) -> Points:
    """IAM-OnDB: whatever has x and y in a StrokeSet is a point, and what contains it a stroke."""
    found = Points([], [], [], [])
    number = -1
    for group in _xml(content):
        for stroke in group if group.tag not in ("WhiteboardDescription", "General") else ():
            points = [p for p in stroke if {"x", "y"} & set(p.attrib)]
            number += bool(points)
            for p in points:
                _add(found, float(p.attrib["x"]), float(p.attrib["y"]), _time(p), number)
    return found


def _time(point: ElementTree.Element) -> float:
    return float(point.attrib.get("time", "nan"))


def _add(found: Points, x: float, y: float, t: float, stroke: int) -> None:
    found.x.append(x)
    found.y.append(y)
    found.t.append(t)
    found.stroke.append(stroke)


def signature(content: bytes) -> Points:
    """SVC2004: a count, then rows of four or seven numbers; time in ms."""
    text = content.decode("ascii", "strict") if content[:3] != b"\xef\xbb\xbf" else ""
    text = text or content[3:].decode("ascii")
    lines = [line.split() for line in re.split("\r\n|\r|\n", text)]
    rows = [[float(word) for word in line] for line in lines if line]
    if len(rows[0]) != 1:
        raise ValueError("no count")
    found, number, before = Points([], [], [], []), -1, 0.0
    for row in rows[1:]:
        number += row[3] != 0 and before == 0
        before = row[3]
        _add(found, row[0], row[1], row[2] / 1000, number if row[3] != 0 else -1)
    return found


class _Axis(NamedTuple):
    name: str
    sign: int
    seconds: float


def inkml(content: bytes) -> Points:
    """InkML with one format for all traces; values, differences and wildcards, one by one."""
    root = _xml(content)
    axes = _axes(root)
    found = Points([], [], [], [])
    for number, trace in enumerate(e for e in root.iter() if _bare(e) == "trace"):
        rows = _rows("".join(trace.itertext()), axes)
        for row in rows:
            t = row.get("T", math.nan)
            _add(found, row["X"], row["Y"], t, number)
    return found


def _bare(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _axes(root: ElementTree.Element) -> list[_Axis]:
    channels = [e.attrib for e in root.iter() if _bare(e) == "channel"]
    unit = {"s": 1.0, "ms": 0.001}
    return [
        _Axis(
            c.get("name", "").strip().upper(),
            -1 if c.get("orientation", "").strip() == "-ve" else 1,
            unit.get(c.get("units", "ms"), 0.001),
        )
        for c in channels
    ] or [_Axis("X", 1, 1.0), _Axis("Y", 1, 1.0)]


_VALUE = re.compile(
    r"\s*([!'\"]?)\s*(\*|\?|[-+]?\s*(?:#[0-9A-Fa-f]+|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
)


def _rows(text: str, axes: list[_Axis]) -> list[dict[str, float]]:
    """Values of each point by the name of its axis."""
    rows: list[dict[str, float]] = []
    order, last, velocity = [0] * len(axes), [0.0] * len(axes), [0.0] * len(axes)
    for point in text.strip().removesuffix(",").split(",") if text.strip() else ():
        at, row = 0, {}
        for i, axis in enumerate(axes):
            found = _VALUE.match(point, at)
            if found is None:
                raise ValueError(point)
            at = found.end()
            if found[1]:
                order[i] = "!'\"".index(found[1])
            if found[2] in "*?":
                raise ValueError("wildcards are in no seed")
            word = re.sub(r"\s", "", found[2])
            value = float(int(word.replace("#", ""), 16)) if "#" in word else float(word)
            if order[i] == 0:
                velocity[i], last[i] = value - last[i] if rows else 0.0, value
            else:
                velocity[i] = value if order[i] == 1 else velocity[i] + value
                last[i] += velocity[i]
            row[axis.name] = last[i] * axis.sign * (axis.seconds if axis.name == "T" else 1)
        if point[at:].strip():
            raise ValueError(point)
        rows.append(row)
    return rows


class Ends(NamedTuple):
    """The first and the last position of each stroke of a drawing."""

    first: list[tuple[float, float]]
    last: list[tuple[float, float]]


_PATH = re.compile(r"([a-zA-Z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|[\s,]+|(.)", re.S)
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "Z": 0}


def kanji(content: bytes) -> Ends:
    """KanjiVG: where the stroke of each path begins and ends; whatever has `d` is a stroke."""
    found = Ends([], [])
    try:
        root = _xml(content)
    except ElementTree.ParseError:
        # A file with a DTD may name entities of another file, also with a colon.
        root = _xml(re.sub(rb"&[A-Za-z_:][\w.:-]*;", b"", content))
    for element in root.iter():
        if "d" in element.attrib or _bare(element) == "path":
            first, last = _ends(element.attrib["d"])
            found.first.append(first)
            found.last.append(last)
    return found


def _ends(data: str) -> tuple[tuple[float, float], tuple[float, float]]:
    words: list[str] = []
    for letter, number, other in _PATH.findall(data):
        if other:
            raise ValueError(other)
        words += [letter or number] if letter or number else []
    x = y = 0.0
    first, letter, at = (0.0, 0.0), "", 0
    while at < len(words):
        if words[at].isalpha():
            letter, at = words[at], at + 1
        count = _COUNTS[letter.upper()]
        given = [float(word) for word in words[at : at + count]]
        if len(given) < count or (not count and at < len(words) and not words[at].isalpha()):
            raise ValueError("numbers are missing")
        dx, dy = (x, y) if letter.islower() else (0.0, 0.0)
        if letter.upper() == "H":
            x = given[0] + dx
        elif letter.upper() == "V":
            y = given[0] + dy
        elif count:
            x, y = given[-2] + dx, given[-1] + dy
        else:
            x, y = first
        if letter.upper() == "M":
            first, letter = (x, y), "L" if letter == "M" else "l"
        at += count
    return first, (x, y)


def json_ink(content: bytes) -> Points:
    """{"strokes": [[[x, y, t], ...], ...]}, or the strokes only."""
    value: Any = json.loads(content.removeprefix(b"\xef\xbb\xbf"))
    strokes = value["strokes"] if isinstance(value, dict) else value
    found = Points([], [], [], [])
    for number, stroke in enumerate(strokes):
        for point in stroke:
            t = point[2] if len(point) > 2 and point[2] is not None else math.nan
            _add(found, float(point[0]), float(point[1]), float(t), number)
    if any(math.isnan(t) for t in found.t):
        found = found._replace(t=[math.nan] * len(found.t))
    return found


def drawing(content: bytes) -> Points:
    """Quick, Draw!: x, y and perhaps t of each stroke, one drawing in a line."""
    found = Points([], [], [], [])
    for line in content.decode("utf-8-sig").splitlines():
        number = 0
        for stroke in json.loads(line)["drawing"] if line.strip() else ():
            times = stroke[2] if len(stroke) > 2 else [math.nan] * len(stroke[0])
            for x, y, t in zip(stroke[0], stroke[1], times, strict=True):
                _add(found, float(x), float(y), float(t) / 1000, number)
            number += bool(stroke[0])
    return found


def line_svg(content: bytes) -> Ends:
    """Where the strokes of paths, lines and polylines begin and end."""
    found = Ends([], [])
    for element in _xml(content).iter():
        if any(name in element.attrib for name in ("transform", "style", "display", "viewBox")):
            raise ValueError("in no seed")
        for data in _shapes(element):
            first, last = _ends(data)
            found.first.append(first)
            found.last.append(last)
    return found


def _shapes(element: ElementTree.Element) -> list[str]:
    """The shape of an element as paths, each of one stroke."""
    given = element.attrib
    match _bare(element):
        case "path":
            parts = re.split("(?=[Mm])", given.get("d", ""))
            return [part for part in parts if part.strip()]
        case "line":
            x1, y1, x2, y2 = (given.get(name, "0") for name in ("x1", "y1", "x2", "y2"))
            return [f"M{x1} {y1} L{x2} {y2}"]
        case "polyline":
            return ["M" + given["points"]] if given.get("points", "").strip() else []
    return []


def unipen(content: bytes) -> Points:
    """UNIPEN: rows of numbers after .PEN_DOWN and .PEN_UP."""
    found, number = Points([], [], [], []), -1
    names: list[str] = []
    parts: list[tuple[bool, list[str], list[float]]] = []
    inside = heads = False
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        decoded = content.decode("latin-1")
    for line in re.split("\r\n|\r|\n", decoded):
        words = line.split()
        if re.match(r"\.[A-Za-z]", line):  # else .5 is a number
            heads = words[0].upper() == ".COORD"
            names = [] if heads else names
            inside = words[0].upper() in (".PEN_DOWN", ".PEN_UP")
            if inside:
                parts.append((words[0].upper() == ".PEN_DOWN", names, []))
            words = words[1:]
        if heads:
            names.extend(word.upper() for word in words)
        if inside:
            parts[-1][2].extend(map(float, words))
    for touches, names, values in parts:
        number += touches and bool(values)
        for at in range(0, len(values), len(names)):
            row = dict(zip(names, values[at : at + len(names)], strict=True))
            t = row.get("T", math.nan) / 1000
            _add(found, row["X"], row["Y"], t, number if touches else -1)
    return found


def table(content: bytes) -> Points:
    """A table of x, y, t and stroke, in text."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline="")))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    names = [name.strip().lower() for name in rows[0]]
    column = {name: names.index(name) for name in ("x", "y", "stroke")}
    found, number, before = Points([], [], [], []), -1, None
    for row in rows[1:]:
        row += [""] * (len(rows[0]) - len(row))
        if any(row[len(rows[0]) :]):
            raise ValueError("too many cells")
        stroke = row[column["stroke"]].strip()
        if not stroke:
            raise ValueError("no stroke")
        number += stroke != before
        before = stroke
        time = row[names.index("t")].strip() if "t" in names else ""
        t = float(time or "nan")
        _add(found, float(row[column["x"]]), float(row[column["y"]]), t, number)
    return found


def array(content: bytes) -> Points:
    """stroke-3 of NumPy: positions are sums of the steps."""
    steps = np.load(io.BytesIO(content), allow_pickle=False).astype(float)
    places = np.cumsum(steps[:, :2], 0)
    stroke = np.cumsum(np.append(0, steps[:-1, 2]))
    x, y = places.T.tolist()
    return Points(x, y, [math.nan] * len(steps), stroke.astype(int).tolist())


def text(content: bytes) -> str:
    """A plain text in UTF-8, else Windows-1252, else Latin-1, without control characters."""
    for name in ("utf-8", "cp1252", "latin-1"):
        try:
            found = content.decode(name)
            break
        except UnicodeDecodeError:
            continue
    found = found.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    kept = [c for c in found if (c >= " " and c != "\x7f") or c in "\t\n\x0b\x0c\r"]
    kept = [c for c in kept if not 0x0E <= ord(c) < 0x20]
    return unicodedata.normalize("NFC", "".join(kept)).strip() + "\n"


def transcript(content: bytes) -> list[str]:
    """The lines after CSR: of a transcript of IAM-OnDB that are not blank."""
    for name in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            found = content.decode(name)
            break
        except UnicodeDecodeError:
            continue
    found = unicodedata.normalize("NFC", found).replace("\r\n", "\n").replace("\r", "\n")
    lines = found.split("\n")
    start = next(i for i, line in enumerate(lines) if line.rstrip(" \t") == "CSR:")
    return [line.rstrip() for line in lines[start + 1 :] if line.strip()]


def writer(content: bytes) -> str:
    """`writerID` of the first Form of a file of IAM-OnDB, by its characters."""
    tag = re.search(r"<Form\b[^<>]*>", content.replace(b"\0", b"").decode("latin-1"))
    assert tag is not None
    found = re.search(r"""\bwriterID\s*=\s*("([^"<]*)"|'([^'<]*)')""", tag[0])
    assert found is not None
    return (found[2] if found[2] is not None else found[3]).strip()
