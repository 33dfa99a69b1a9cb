"""Small valid files of every raw format, all made here."""

import io
import json

import numpy as np

from pentrace.demo import board
from pentrace.demo.recording import RecordedLine

WORDS = ("A quick brown fox", "jumps over the lazy dog.", "Pack my box with", "five dozen jugs")


def recorded(points: int, strokes: int, start: int = 0) -> RecordedLine:
    """Loops in whole units, hundredths of a second and strokes from 0."""
    along = np.arange(points)
    x = 1000 + 18 * along + np.rint(90 * np.cos(along / 3)).astype(int)
    y = 2000 + np.rint(120 * np.sin(along / 3)).astype(int)
    return RecordedLine(x, y, 7000 + start + 2 * along, along * strokes // points)


def line_xml() -> list[bytes]:
    """Lines of IAM-OnDB: of the usual shape, with another order of attributes, in UTF-8."""
    usual = [board.line_xml(recorded(n, s)) for n, s in ((12, 2), (30, 5), (4, 1), (90, 9))]
    other = usual[0].replace(b' colour="black"', b"").replace(b"\r\n", b"\n")
    return [*usual, other, usual[1].replace(b"ISO-8859-1", b"UTF-8")]


def signatures() -> list[bytes]:
    """Signatures of Task 1 and Task 2, with the pen in the air."""
    found = []
    for columns, points in ((4, 20), (7, 40), (7, 6)):
        ink = recorded(points, 3)
        rows = [str(points)]
        for i in range(points):
            row = [ink.x[i], ink.y[i], 10 * ink.t[i], int(i % 7 != 3), 1200 + i, 500, 300 + i]
            rows.append(" ".join(map(str, row[:columns])))
        found.append("\r\n".join([*rows, ""]).encode())
    return found


def _trace(ink: RecordedLine, stroke: int, columns: int) -> str:
    rows = zip(ink.x, ink.y, 10 * ink.t, ink.stroke, strict=True)
    return ", ".join(" ".join(map(str, r[:columns])) for r in rows if r[3] == stroke)


def inkml() -> list[bytes]:
    """InkML without a format, with channels and units, and with differences."""
    ink = recorded(24, 3)
    plain = "".join(f"<trace>{_trace(ink, s, 2)}</trace>\n" for s in range(3))
    timed = "".join(f'<trace id="t{s}">{_trace(ink, s, 3)}</trace>\n' for s in range(3))
    channels = (
        '<traceFormat xml:id="f"><channel name="X" type="integer"/>'
        '<channel name="Y" type="integer"/><channel name="T" units="ms"/></traceFormat>'
    )
    differing = (
        "<trace>1125 18432, 23'43'7, 3 8, -5 -3 7</trace>"
        "<trace>10 20,'1'2,\"1\"1,-2 3,!50!60, 70 80</trace>"
    )
    namespace = 'xmlns="http://www.w3.org/2003/InkML"'
    note = '<annotation type="truth">A quick fox</annotation>'
    return [
        f"<ink {namespace}>{note}\n{plain}</ink>".encode(),
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ink {namespace}>\n<definitions>'
        f'<context xml:id="c">{channels}</context></definitions>\n{timed}</ink>'.encode(),
        f"<ink>{channels}<traceGroup>{note}{timed}</traceGroup></ink>".encode(),
        f"<ink {namespace}>{differing}</ink>".encode(),
    ]


def kanji() -> list[bytes]:
    """Characters in the form of KanjiVG: groups of paths, with a document type."""
    data = (
        ("M27.98,16.87c0.39,1.04,1.08,2.74,0.89,4.24c-0.98,7.39-7.32,33.66-11.63,42.29",
         "M33.17,23.32c7.58-1.07,28.7-5.29,37.47-6.06c8.54-0.75,13.06,3.56,9.5,11.44"),
        ("M10,20 L30 40 50,20", "m5,5 l1,1 h20 v-10 z", "M1e1,.5C1-2,3.5.5,6,7S1,2,3,4"),
        ("M20.25,12.5Q30,40,50,60T80,90",),
    )  # fmt: skip
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.0//EN" '
        '"http://www.w3.org/TR/2001/REC-SVG-20010904/DTD/svg10.dtd" [\n'
        '<!ATTLIST g xmlns:kvg CDATA #FIXED "http://kanjivg.tagaini.net" kvg:element CDATA '
        '#IMPLIED >]>\n<svg xmlns="http://www.w3.org/2000/svg" width="109" height="109">\n'
        '<g id="kvg:StrokePaths_04e86" style="fill:none;stroke:#000000;">\n'
    )
    found = []
    for paths in data:
        drawn = "".join(f'  <path id="kvg:{i}" d="{d}"/>\n' for i, d in enumerate(paths))
        text = '<g id="n"><text transform="matrix(1 0 0 1 21 14)">1</text></g>'
        found.append(f"{head}{drawn}</g>{text}\n</svg>\n".encode())
    return found


def json_ink() -> list[bytes]:
    """Strokes with times, with a text, and the strokes only."""
    ink = recorded(21, 3)
    rows = [[float(x), float(y), t / 100] for x, y, t in zip(ink.x, ink.y, ink.t, strict=True)]
    strokes = [[row for row, s in zip(rows, ink.stroke, strict=True) if s == k] for k in range(3)]
    named = {"strokes": strokes, "text": "A quick fox", "unit": "mm", "y_axis": "up"}
    return [json.dumps(v).encode() for v in (named, strokes, {"strokes": strokes[:1]})]


def drawings() -> list[bytes]:
    """Quick, Draw!: one drawing of three strokes in a line, with times and without."""
    ink = recorded(24, 3)
    columns = np.stack([ink.x, ink.y, 10 * ink.t])
    parts = [columns[:, ink.stroke == s] for s in range(3)]
    found = []
    for rows in (2, 3):
        drawing = [part[:rows].tolist() for part in parts]
        found.append((json.dumps({"word": "cat", "drawing": drawing}) + "\n").encode())
    return found


def line_svg() -> list[bytes]:
    """Single lines: paths, polylines and lines, without transforms."""
    shapes = (
        '<title>A cat</title><path d="M10 20 L30,40 50 20"/><polyline points="5,5 9 9 14,2"/>',
        '<line x1="1" y1="2" x2="30" y2="40"/><path d="m5,5 l10,1 h20 v-10"/>',
    )
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="60">'
    return [f"{head}\n<g>{shape}</g>\n</svg>\n".encode() for shape in shapes]


def unipen() -> list[bytes]:
    """Components of UNIPEN, pen-down and pen-up, without segments."""
    ink = recorded(24, 3)
    rows = list(zip(ink.x, ink.y, 10 * ink.t, ink.stroke, strict=True))
    found = []
    for names, count in (("X Y", 2), ("X Y T", 3)):
        lines = [".VERSION 1.0", f".COORD {names}", ".COMMENT made up"]
        for stroke in range(3):
            part = [" ".join(map(str, row[:count])) for row in rows if row[3] == stroke]
            lines += [".PEN_UP" if stroke == 1 else ".PEN_DOWN", *part]
        found.append(("\n".join(lines) + "\n").encode())
    return found


def tables() -> list[bytes]:
    """Comma-separated x, y, t and stroke."""
    ink = recorded(21, 3)
    rows = zip(ink.x, ink.y, ink.t / 100, ink.stroke, strict=True)
    body = "".join(f"{x},{y},{t},{s}\n" for x, y, t, s in rows)
    return [f"x,y,t,stroke\n{body}".encode(), f"\ufeffX,Y,T,Stroke\r\n{body}".encode()]


def arrays() -> list[bytes]:
    """stroke-3 arrays of NumPy."""
    found = []
    for kind in ("int16", "float32"):
        ink = recorded(30, 4)
        steps = np.stack([np.diff(ink.x, prepend=0), np.diff(ink.y, prepend=0)], 1)
        ends = np.append(np.diff(ink.stroke), 1)
        file = io.BytesIO()
        np.save(file, np.column_stack([steps, ends]).astype(kind))
        found.append(file.getvalue())
    return found


def texts() -> list[bytes]:
    """Texts of several encodings, and one of Project Gutenberg."""
    plain = "The cat sat on the mat.\n\n  It was *not* a dog, said Zoë — “no”.\n" * 4
    book = (
        "The Project Gutenberg eBook of Nothing\n\n"
        f"*** START OF THE PROJECT GUTENBERG EBOOK NOTHING ***\n{plain}"
        "*** END OF THE PROJECT GUTENBERG EBOOK NOTHING ***\nlicence\n"
    )
    return [plain.encode(), plain.encode("cp1252"), plain.encode("utf-8-sig"), book.encode()]


def transcripts() -> list[bytes]:
    """Transcripts of forms of IAM-OnDB."""
    return [board.transcript(WORDS, WORDS), board.transcript(["Zoë"], ["Zoë and", "a cat"])]


def forms() -> list[bytes]:
    """The XML of forms of IAM-OnDB, with writers."""
    lines = [recorded(6, 2), recorded(8, 2, 400)]
    return [board.form_xml("a01-000u", w, lines, WORDS[:2]) for w in ("10027", "9")]
