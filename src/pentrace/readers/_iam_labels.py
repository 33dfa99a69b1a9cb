"""Labels of IAM-OnDB: writers from the original XML, texts from ascii, splits from the lists."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pyarrow as pa

from pentrace.errors import PentraceError
from pentrace.readers._assemble import Malformed
from pentrace.readers.results import Labelled, Reject
from pentrace.readers.settings import LabelSettings, ParseSettings
from pentrace.readers.xml import find_first
from pentrace.unicode_nfc import nfc

SPLIT_OF_LIST = {
    "trainset.txt": "train",
    "testset_v.txt": "validation",
    "testset_t.txt": "validation2",
    "testset_f.txt": "test",
}
_LIMITS = ParseSettings()  # for the original XML: the defaults, not the settings of `parse`
_NUMBER = re.compile(r"-([0-9]{1,6})$")
_CSR = re.compile(r"^CSR:[ \t]*$", re.MULTILINE)


def label(
    files: Iterable[pa.Table], samples: pa.Table, rejected: list[str], settings: LabelSettings
) -> Labelled:
    """Writer, form, text and split of `samples` (rows of `schema.PARSED`).

    `files` are pieces of the table of raw files (`schema.RAW`), and are read one after the other.
    `rejected` are the ids of lines that could not be read: they count as lines of their form. A
    text that does not fit is null and has a row in the rejects; so has a writer whose file cannot
    be read. Rows have a `split` if there are split lists.

    Raises `PentraceError` if a form is in two split lists.
    """
    found = _by_kind(files)
    ids = samples["sample_id"].to_pylist()
    sources = dict(zip(ids, samples["source"].to_pylist(), strict=True))
    lines = _lines_by_form([*ids, *rejected])
    texts, lost = _texts(found.transcripts, lines, settings)
    splits = _splits(found.lists)
    rows, rejects = [], []
    for name in ids:
        form = form_of(name)
        row = {"sample_id": name, "writer": found.writers.get(form), "form": form}
        row["text"] = texts.get(name)
        rows.append(row | ({"split": splits.get(form)} if found.lists else {}))
        wrong = [(lost.get(name), "text"), (found.bad_headers.get(form), "writer")]
        rejects += [_reject(name, sources[name], bad, what) for bad, what in wrong if bad]
    return Labelled(rows, rejects)


def form_of(line: str) -> str:
    """The form of a line: `a01-000u` of `a01-000u-01`."""
    return line.rpartition("-")[0]


def _reject(name: str, source: str, bad: Malformed, lost: str) -> Reject:
    return Reject(name, source, bad.rule, bad.reason, lost)


@dataclass
class _Found:
    """What the raw files say. Of a header only the writer is kept, since it is long."""

    writers: dict[str, str] = field(default_factory=dict)  # by form
    bad_headers: dict[str, Malformed] = field(default_factory=dict)
    transcripts: dict[str, bytes] = field(default_factory=dict)
    lists: list[tuple[PurePosixPath, bytes]] = field(default_factory=list)


def _by_kind(pieces: Iterable[pa.Table]) -> _Found:
    """The headers, transcripts and split lists of all pieces."""
    found = _Found()
    for piece in pieces:
        for name, content in zip(piece["path"], piece["content"], strict=True):
            path = PurePosixPath(name.as_py())
            if path.name.lower() in SPLIT_OF_LIST:
                found.lists.append((path, content.as_py()))
            elif path.suffix.lower() == ".xml":
                _add_writer(found, path, content.as_py())
            else:
                found.transcripts[path.stem] = content.as_py()
    return found


def _lines_by_form(names: list[str]) -> dict[str, dict[str, int]]:
    """Names of the lines of each form, and their numbers; 0 if a name has no number."""
    lines: dict[str, dict[str, int]] = defaultdict(dict)
    for name in names:
        number = _NUMBER.search(name)
        lines[form_of(name)][name] = int(number.group(1)) if number else 0
    return lines


# Writers


def _add_writer(found: _Found, path: PurePosixPath, content: bytes) -> None:
    """Add the writer of a form, or what is wrong with the file."""
    # Some files contain the id of another form: the path decides.
    form = path.parent.name + path.stem.removeprefix("strokes")
    try:
        found.writers[form] = _writer(content)
    except Malformed as error:
        found.bad_headers[form] = Malformed(error.rule, f"{path}: {error.reason}")


def _writer(content: bytes) -> str:
    """`writerID` of the first `Form`; the rest is not read, so the file may be truncated."""
    try:
        form = find_first(content, "Form", _LIMITS)
    except Malformed as error:
        raise Malformed(
            f"writer-{error.rule}", f"{error.reason}; there is no Form element before this line"
        ) from None
    writer = "" if form is None else form.get("writerID", "").strip()
    if not writer:
        raise Malformed("no-writer", "there is no Form element, or it has no writerID")
    return writer


# Texts


def _texts(
    transcripts: dict[str, bytes], lines: dict[str, dict[str, int]], settings: LabelSettings
) -> tuple[dict[str, str], dict[str, Malformed]]:
    """Text of each line, or the rule by which it was rejected."""
    texts: dict[str, str] = {}
    lost: dict[str, Malformed] = {}
    for form, numbers in lines.items() if transcripts else ():
        try:
            found = _transcript(form, transcripts.get(form), max(numbers.values()), settings)
        except Malformed as error:
            lost |= dict.fromkeys(numbers, error)
            continue
        for name, number in numbers.items():
            text = found[number - 1] if 0 < number <= len(found) else ""
            bad = _unfit(text, f"{form}.txt, CSR line {number}", settings)
            lost |= {name: bad} if bad else {}
            texts |= {} if bad else {name: text}
    return texts, lost


def _transcript(form: str, content: bytes | None, n_lines: int, settings: LabelSettings) -> list:
    """The CSR lines of a form of `n_lines` recordings, in NFC, without trailing spaces."""
    if content is None:
        raise Malformed("no-transcript", f"{form}.txt: no such file")
    found = [line for line in _csr_lines(content, form) if line]
    folded = {p.casefold() for p in settings.placeholders}
    placeholder = next((line for line in found if line.strip().casefold() in folded), None)
    if placeholder is not None:
        raise Malformed("placeholder", f"{form}.txt: {placeholder!r} instead of a transcript")
    if abs(len(found) - n_lines) > settings.max_line_mismatch:
        raise Malformed(
            "line-count",
            f"{form}.txt: {len(found)} CSR lines, but the form has {n_lines} recordings; the limit "
            f"for the difference is {settings.max_line_mismatch}",
        )
    return found


def _csr_lines(content: bytes, form: str) -> Iterator[str]:
    text = nfc(_decoded(content))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    header = _CSR.search(text)
    if not header:
        raise Malformed("no-csr", f"{form}.txt: no CSR: block")
    return (line.rstrip() for line in text[header.end() :].split("\n"))


def _decoded(content: bytes) -> str:
    """The distributed files are ASCII; corrections by users may be in other encodings."""
    for encoding in ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("latin-1")


def _unfit(text: str, where: str, settings: LabelSettings) -> Malformed | None:
    """Why the text of a line is not a usable transcript; None if it is."""
    scratched = len(re.findall("#+", text))
    percent = max((len(run) for run in re.findall("%+", text)), default=0)
    if not text:
        return Malformed("no-transcript", f"{where}: no such line")
    if scratched > settings.max_scratched_out:
        limit = settings.max_scratched_out
        return Malformed(
            "scratched-out", f"{where}: # occurs {scratched} times; the limit is {limit}"
        )
    if percent > settings.max_percent_run:
        limit = settings.max_percent_run
        return Malformed("illegible", f"{where}: {percent} % signs in a row; the limit is {limit}")
    return None


# Splits


def _splits(files: list) -> dict[str, str]:
    """Split of each form that is in a list."""
    splits: dict[str, str] = {}
    for path, content in files:
        split = SPLIT_OF_LIST[path.name.lower()]
        for form in _decoded(content).split():
            if splits.setdefault(form, split) != split:
                raise PentraceError(
                    f"{path}: form {form} is already in the list of {splits[form]}, and a form may "
                    "be in one list only; download the lists again, or set label.split: writer"
                )
    return splits
