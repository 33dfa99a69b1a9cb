"""The files of IAM-OnDB: XML of lines, transcripts, XML of forms with writers, split lists."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pentrace.demo.recording import RecordedLine

_DECLARATION = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
_MADE_BY = "Pentrace (synthetic, no person wrote this)"
PLACEHOLDER = "Please Enter Transcription here"


def line_xml(ink: RecordedLine) -> bytes:
    """A file of `lineStrokes/`: lines end with LF, but lines of points with CRLF."""
    body = _description(ink) + _strokes(ink, "\r\n")
    return _session(body).encode("latin-1", "xmlcharrefreplace")


def form_xml(
    form: str,
    writer: str,
    lines: Sequence[RecordedLine],
    texts: Sequence[str],
    general: bool = True,
) -> bytes:
    """A file of `original/`: the writer, the transcript and all strokes of a form.

    Without `general`, the element that names the writer is missing.
    """
    ink = RecordedLine(*(np.concatenate(c) for c in zip(*map(_columns, lines), strict=True)))
    head = _general(form, writer, int(ink.t[-1])) if general else ""
    body = head + _transcription(form, texts) + _description(ink) + _strokes(ink, "\n")
    return _session(body).encode("latin-1", "xmlcharrefreplace")


def transcript(prompt: Sequence[str], written: Sequence[str]) -> bytes:
    """A file of `ascii/`: the text to be written, and the lines that were written."""
    return "\n".join(["OCR:", "", *prompt, "", "CSR:", "", *written, ""]).encode("utf-8")


def split_list(forms: Sequence[str]) -> bytes:
    """A list of `task1/`: as in the real lists, there is a blank before each form."""
    return "".join(f" {form}\n" for form in forms).encode("ascii")


def _columns(ink: RecordedLine) -> tuple[np.ndarray, ...]:
    # Strokes of different lines must not join: the start time makes their numbers different.
    return ink.x, ink.y, ink.t, ink.stroke + int(ink.t[0]) * 1000


def _session(body: str) -> str:
    return f"{_DECLARATION}<WhiteboardCaptureSession>\n{body}</WhiteboardCaptureSession>\n"


def _description(ink: RecordedLine) -> str:
    left, right, top, bottom = ink.x.min(), ink.x.max(), ink.y.min(), ink.y.max()
    return (
        "  <WhiteboardDescription>\n"
        '    <SensorLocation corner="top_left"/>\n'
        f'    <DiagonallyOppositeCoords x="{right}" y="{bottom}"/>\n'
        f'    <VerticallyOppositeCoords x="{left}" y="{bottom}"/>\n'
        f'    <HorizontallyOppositeCoords x="{right}" y="{top}"/>\n'
        "  </WhiteboardDescription>\n"
    )


def _strokes(ink: RecordedLine, newline: str) -> str:
    """The `StrokeSet`; each point on a separate line, which ends with `newline`."""
    times = [f"{t // 100}.{t % 100:02d}" for t in ink.t.tolist()]
    points = [
        f'      <Point x="{x}" y="{y}" time="{time}"/>{newline}'
        for x, y, time in zip(ink.x.tolist(), ink.y.tolist(), times, strict=True)
    ]
    bounds = np.flatnonzero(np.diff(ink.stroke, prepend=-1, append=-1))
    strokes = [
        f'    <Stroke colour="black" start_time="{times[a]}" end_time="{times[b - 1]}">\n'
        f"{''.join(points[a:b])}    </Stroke>\n"
        for a, b in pairwise(bounds)
    ]
    return f"  <StrokeSet>\n{''.join(strokes)}  </StrokeSet>\n"


def _general(form: str, writer: str, time: int) -> str:
    clock = time // 100 % 86400
    hours, minutes, seconds = clock // 3600, clock // 60 % 60, clock % 60
    return (
        "  <General>\n"
        f'    <Form id="{form}" writerID="{writer}" saveTime="{time // 100}.{time % 100:02d}"/>\n'
        f'    <CaptureTime time="{hours:02d}:{minutes:02d}:{seconds:02d}.000" year="2000" '
        'month="1" dayOfMonth="1" dayOfWeek="6"/>\n'
        f'    <Setting location="nowhere" producer="{_MADE_BY}" system="pentrace demo"/>\n'
        "  </General>\n"
    )


def _transcription(form: str, texts: Sequence[str]) -> str:
    lines = [_text_line(f"{form}-{n:02d}", text) for n, text in enumerate(texts, 1)]
    written = "\n".join(map(_escaped, texts))
    return (
        f"  <Transcription>\n    <Text>\n{written}\n    </Text>\n"
        f"{''.join(lines)}  </Transcription>\n"
    )


def _text_line(name: str, text: str) -> str:
    words = [_word(f"{name}-{n:02d}", word) for n, word in enumerate(text.split(), 1)]
    return f'    <TextLine id="{name}" text="{_escaped(text)}">\n{"".join(words)}    </TextLine>\n'


def _word(name: str, word: str) -> str:
    chars = "".join(
        f'        <Char id="{name}-{n:02d}" text="{_escaped(char)}"/>\n'
        for n, char in enumerate(word, 1)
    )
    return f'      <Word id="{name}" text="{_escaped(word)}">\n{chars}      </Word>\n'


def _escaped(text: str) -> str:
    """Escaped twice, as in the real files."""
    for char, name in (("&", "amp"), ("'", "apos"), ('"', "quot"), ("<", "lt"), (">", "gt")):
        text = text.replace(char, f"\x00amp;{name};")
    return text.replace("\x00", "&")
