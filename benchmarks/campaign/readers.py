"""Cases for the readers of raw files: damaged files against a plain parse of the same bytes."""

import hashlib
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import plain
import pyarrow as pa
import seeds
from damage import damaged
from kinds import Kind, Outcome, Run, refused

from pentrace import schema
from pentrace.ink import Ink
from pentrace.readers.results import Parsed
from pentrace.readers.settings import CharacterSettings, LabelSettings, ParseSettings

SETTINGS = ParseSettings(variants="all")
Oracle = Callable[[bytes], Any]
Compare = Callable[[Parsed, Any], str]


def _raw(files: Sequence[tuple[str, bytes]]) -> pa.Table:
    rows = [{"path": p, "sha256": hashlib.sha256(c).hexdigest(), "content": c} for p, c in files]
    return pa.Table.from_pylist(rows, schema.RAW)


def _ink_kind(
    name: str,
    share: float,
    reader: str,
    files: Callable[[], list[bytes]],
    path: str,
    oracle: Oracle,
    compare: Compare,
) -> Kind:
    """Files of one format, each read between two that are not damaged."""

    def prepare(folder: Path) -> Run:
        read = import_module(f"pentrace.readers.{reader}").read
        valid = files()
        for content in valid:
            _, wrong = _judged(read, path, content, valid[0], oracle, compare)
            assert not wrong, f"{name}: the undamaged file: {wrong}"

        def run(random: Random) -> Outcome:
            content = damaged(random.choice(valid), random, valid)
            reason, wrong = _judged(read, path, content, valid[0], oracle, compare)
            if wrong:
                return Outcome("wrong", wrong, content)
            return refused(reason, content) if reason is not None else Outcome("right")

        return run

    return Kind(name, share, prepare)


def _judged(
    read: Callable, path: str, content: bytes, good: bytes, oracle: Oracle, compare: Compare
) -> tuple[str | None, str]:
    """The reason of the rejection, if there is one; and what is wrong with the result."""
    named = path.format("000" if "{}" in path else "")
    other = path.format("001" if "{}" in path else "")
    parsed = read(_raw([(named, content), (other, good)]), SETTINGS)
    lost = [r for r in parsed.rejects if r.source == named and r.lost == "sample"]
    mine = [i for i, row in enumerate(parsed.samples) if row["source"] == named]
    if other not in {row["source"] for row in parsed.samples}:
        return None, "the file beside it is lost"
    if bool(lost) == bool(mine):
        return None, f"{len(mine)} samples and {len(lost)} rejects for one file"
    if lost:
        return lost[0].reason, ""
    if any(r.source == named and r.rule == "assumed" for r in parsed.rejects):
        return None, ""  # what the file leaves open was found from the ink, and is reported
    expected, error = _try(oracle, content)
    if error:
        return None, f"accepted, but the plain parse fails: {error}"
    return None, compare(_only(parsed, mine), expected)


def _try(oracle: Oracle, content: bytes) -> tuple[Any, str]:
    try:
        return oracle(content), ""
    except Exception as error:
        return None, f"{type(error).__name__} {error}"[:200]


def _only(parsed: Parsed, mine: list[int]) -> Parsed:
    keep = np.zeros(len(parsed.ink.x), bool)
    for i in mine:
        keep[parsed.ink.starts[i] : parsed.ink.starts[i + 1]] = True
    name = parsed.samples[mine[0]]["source"]
    rejects = [reject for reject in parsed.rejects if reject.source == name]
    return Parsed(parsed.ink.keep(keep), [parsed.samples[i] for i in mine], rejects)


def same_points(parsed: Parsed, expected: plain.Points) -> str:
    """What differs between the ink of a reader and the points of a plain parse."""
    ink = parsed.ink
    left_out = sum(r.count for r in parsed.rejects if r.lost == "points")
    if len(ink.x) + left_out != len(expected.x):
        return f"{len(ink.x)} points, {left_out} rejected, expected {len(expected.x)}"
    if left_out:
        return ""
    return _differing(ink, expected)


def _differing(ink: Ink, expected: plain.Points) -> str:
    for name in ("x", "y", "stroke", "t"):
        found, wanted = getattr(ink, name), np.array(getattr(expected, name))
        same = np.isclose(found, wanted, rtol=1e-6, atol=1e-6, equal_nan=True)
        if not same.all():
            at = int(np.argmin(same))
            return f"{name} of point {at} is {found[at]}, expected {wanted[at]}"
    return ""


def _same_but_time(parsed: Parsed, expected: plain.Points) -> str:
    """As `same_points`; the unit of time is found from the steps, so only the order is compared."""
    ink = parsed.ink
    wanted = np.array(expected.t)
    if len(wanted) == len(ink.t) and np.isfinite(ink.t).any():
        alike = [np.isclose(ink.t, wanted / unit, equal_nan=True) for unit in (1, 1000)]
        if not (alike[0] | alike[1]).all():
            return "times differ by more than a unit"
    return same_points(parsed, expected._replace(t=list(ink.t)))


def _same_ends(parsed: Parsed, expected: plain.Ends) -> str:
    """What differs between the strokes of a reader and the ends of the paths."""
    ink = parsed.ink
    begins = np.flatnonzero(ink.first_of_stroke())
    left_out = sum(r.count for r in parsed.rejects if r.lost == "strokes")
    if len(begins) + left_out != len(expected.first):
        return f"{len(begins)} strokes, {left_out} rejected, expected {len(expected.first)}"
    if left_out:
        return ""
    last = np.append(begins[1:], len(ink.x)) - 1
    for at, ends in ((begins, expected.first), (last, expected.last)):
        found = np.stack([ink.x[at], ink.y[at]], 1)
        if not np.allclose(found, ends, rtol=1e-4, atol=1e-3):
            return f"ends {found.tolist()[:3]}, expected {ends[:3]}"
    return ""


# Texts and labels


def _texts(folder: Path) -> Run:
    from pentrace.readers.text import read

    settings = CharacterSettings()
    valid = seeds.texts()

    def run(random: Random) -> Outcome:
        content = damaged(random.choice(valid), random, valid)
        documents, rejects, _ = read(_raw([("a.txt", content)]), settings)
        if len(documents) + len(rejects) != 1:
            return Outcome("wrong", "neither a document nor a reject", content)
        if rejects:
            return refused(rejects[0].reason, content)
        expected, found = plain.text(content), documents[0].text
        parts = "GUTENBERG" in expected.upper()  # of books between their marks
        if not (all(x in expected for x in found.split("\n")) if parts else found == expected):
            return Outcome("wrong", f"{found[:60]!r}, expected {expected[:60]!r}", content)
        return Outcome("right")

    return run


def _labels(folder: Path) -> Run:
    """Transcripts, forms and lists of IAM-OnDB, one of them damaged."""
    from pentrace.readers._iam_labels import label

    ascii_, forms, split = seeds.transcripts()[0], seeds.forms(), b" a01-000u\n"
    names = [f"a01-000u-{i:02d}" for i in range(1, 5)]
    blank = dict.fromkeys(("kind", "sha256", "y_axis"), "")
    numbers = [n for n in schema.PARSED.names if n.startswith(("n_", "x_", "y_m"))]
    rows = [{**blank, **dict.fromkeys(numbers, 0), "sample_id": n, "source": n} for n in names]
    samples = pa.Table.from_pylist(rows, schema.PARSED)
    files = {
        "ascii/a01/a01-000/a01-000u.txt": ascii_,
        "original/a01/a01-000/strokesu.xml": forms[0],
        "task1/trainset.txt": split,
    }

    def run(random: Random) -> Outcome:
        path = random.choice(list(files))
        content = damaged(files[path], random, forms)
        found = label([_raw([*(files | {path: content}).items()])], samples, [], LabelSettings())
        if [row["sample_id"] for row in found.rows] != names:
            return Outcome("wrong", "not a row for each sample", content)
        return _judged_labels(found, path, content)

    return run


def _judged_labels(found: Any, path: str, content: bytes) -> Outcome:
    reasons = [reject.reason for reject in found.rejects]
    if path.startswith("ascii"):
        kept = {i: row["text"] for i, row in enumerate(found.rows) if row["text"] is not None}
        expected, error = _try(plain.transcript, content)
        wrong = error if kept else ""
        wrong = wrong or next(
            (f"{t!r}, expected {expected[i]!r}" for i, t in kept.items() if t != expected[i]), ""
        )
        lost = len(kept) < len(found.rows)
    elif path.startswith("original"):
        writers = {row["writer"] for row in found.rows}
        expected, error = _try(plain.writer, content)
        lost = writers == {None}
        wrong = "" if lost or writers == {expected} else f"{writers}, expected {expected} {error}"
    else:
        wrong, lost = "", False
    if wrong:
        return Outcome("wrong", wrong[:200], content)
    if lost and not reasons:
        return Outcome("wrong", "a label is lost without a row in the rejects", content)
    return refused(reasons[0], content) if lost else Outcome("right")


KINDS = (
    _ink_kind("IAM-OnDB lines", 14, "iam", seeds.line_xml, "a01/a01-{}.xml", plain.line_xml,
              same_points),
    Kind("IAM-OnDB labels", 4, _labels),
    _ink_kind("SVC2004", 10, "svc2004", seeds.signatures, "Task2/U1S{}.TXT", plain.signature,
              same_points),
    _ink_kind("InkML", 12, "inkml", seeds.inkml, "a{}.inkml", plain.inkml, _same_but_time),
    _ink_kind("KanjiVG", 10, "kanjivg", seeds.kanji, "04e86-{}.svg", plain.kanji, _same_ends),
    _ink_kind("JSON", 8, "own", seeds.json_ink, "a{}.json", plain.json_ink, _same_but_time),
    _ink_kind("Quick, Draw!", 4, "own", seeds.drawings, "a{}.ndjson", plain.drawing,
              _same_but_time),
    _ink_kind("single-line SVG", 4, "own", seeds.line_svg, "a{}.svg", plain.line_svg, _same_ends),
    _ink_kind("UNIPEN", 8, "unipen", seeds.unipen, "a{}.dat", plain.unipen, _same_but_time),
    _ink_kind("tables of ink", 6, "own", seeds.tables, "a{}.csv", plain.table, _same_but_time),
    _ink_kind("arrays", 4, "own", seeds.arrays, "a{}.npy", plain.array, _same_but_time),
    Kind("texts", 6, _texts),
)  # fmt: skip
