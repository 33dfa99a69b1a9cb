"""Labels: transcripts, writers and splits of IAM; seeded splits; the command."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ingest.assign_splits import group, seeded_split, shared_writers
from pentrace.ingest.label import empty_splits, refuse_same_names, with_splits
from pentrace.ingest.reject_limit import refuse_many_rejects
from pentrace.ingest.text_rules import without_control_characters
from pentrace.readers._iam_labels import label
from pentrace.readers.results import Labelled
from pentrace.readers.settings import LabelSettings, ParseSettings
from tests.helpers.commands import pentrace

REAL = Path(os.environ.get("PENTRACE_REAL_DATA", "data/raw")) / "iam"
HEADER = '<WhiteboardCaptureSession><General><Form id="x" writerID="{}"/></General>'


def raw(files: dict[str, bytes | str]) -> pa.Table:
    contents = [c if isinstance(c, bytes) else c.encode() for c in files.values()]
    columns = {"path": list(files), "sha256": [""] * len(files), "content": contents}
    return pa.table(columns, schema=schema.RAW)


def parsed(*names: str, **more: str | None) -> pa.Table:
    rows = [
        {
            "sample_id": name,
            "kind": "line",
            "source": f"lineStrokes/{name}.xml",
            "sha256": "",
            "y_axis": "down",
            **dict.fromkeys(("n_points", "n_strokes", "x_min", "x_max", "y_min", "y_max"), 0),
            **more,
        }
        for name in names
    ]
    return pa.Table.from_pylist(rows, schema=schema.PARSED)


def csr(*lines: str) -> str:
    return "OCR:\n\nprompt\n\nCSR:\r\n\r\n" + "\r\n".join(lines) + "\n"


def texts(files: dict, *names: str, rejected: tuple[str, ...] = (), **settings) -> tuple:
    found = label([raw(files)], parsed(*names), list(rejected), LabelSettings(**settings))
    return [row["text"] for row in found.rows], [reject.rule for reject in found.rejects]


TWO = ("a01-000u-01", "a01-000u-02")
ASCII = "ascii/a01/a01-000/a01-000u.txt"


def test_line_k_of_the_csr_block_is_the_text_of_line_k():
    content = "OCR:\nCSR: not yet\n\nCSR: \n\nfirst line  \t\n\nhe states:\nCSR:\n"
    assert texts({ASCII: content}, *TWO, "a01-000u-03") == (
        ["first line", "he states:", "CSR:"],
        [],
    )


def test_texts_are_nfc_for_any_bytes():
    nfd = csr("cafe\u0301", "b")
    assert texts({ASCII: nfd}, *TWO)[0] == ["caf\u00e9", "b"]
    assert texts({ASCII: csr("caf\u00e9", "b").encode("latin-1")}, *TWO)[0] == ["caf\u00e9", "b"]
    assert texts({ASCII: csr("don\u2019t", "b").encode("cp1252")}, *TWO)[0] == ["don\u2019t", "b"]


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\t", "\x1b", "\x7f", "\x85", "\ufffe", "\u2028"])
def test_a_text_with_a_control_character_is_lost_by_a_named_rule(sign: str):
    files = raw({ASCII: csr(f"on{sign}e", "two")})
    labelled = label([files], parsed(*TWO), [], LabelSettings())
    found = without_control_characters(labelled, dict.fromkeys(TWO, "a.xml"))
    assert [row["text"] for row in found.rows] == [None, "two"]
    (reject,) = found.rejects
    assert (reject.sample_id, reject.source) == (TWO[0], "a.xml")
    assert (reject.rule, reject.lost) == ("control-character", "text")
    assert f"character 2 of the text is the control character U+{ord(sign):04X}" in reject.reason


def test_lines_of_a_text_are_kept():
    found = Labelled([{"sample_id": "a", "text": "one\ntwo \u00e9\u2013\U0001f600"}], [])
    assert without_control_characters(found, {}) == found


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (csr("one"), ["line-count"] * 2),
        (csr("one", "two", "three"), ["line-count"] * 2),
        (csr("Please enter Transcription here "), ["placeholder"] * 2),
        (csr("one", "t#o # three"), ["scratched-out"]),
        (csr("one", "two %%%%"), ["illegible"]),
        (csr("one", "5 % of two"), []),
        ("one\ntwo\n", ["no-csr"] * 2),
        (b"", ["no-csr"] * 2),
    ],
)
def test_a_transcript_that_does_not_fit_is_a_named_loss_of_text(content, rules: list[str]):
    found, lost = texts({ASCII: content}, *TWO)
    assert lost == rules
    assert found.count(None) == len(rules)


def test_thresholds_are_settings():
    assert texts({ASCII: csr("one")}, *TWO, max_line_mismatch=1) == (
        ["one", None],
        ["no-transcript"],
    )
    assert texts({ASCII: csr("a # b", "c")}, *TWO, max_scratched_out=1)[1] == []
    assert texts({ASCII: csr("a %% b", "c")}, *TWO, max_percent_run=2)[1] == []
    assert texts({ASCII: csr("none", "c")}, *TWO, placeholders=["NONE"])[1] == ["placeholder"] * 2


def test_a_line_that_could_not_be_read_is_a_line_of_its_form():
    assert texts({ASCII: csr("one", "two")}, TWO[0])[1] == ["line-count"]
    assert texts({ASCII: csr("one", "two")}, TWO[0], rejected=(TWO[1],)) == (["one"], [])


def test_rejects_name_sample_file_and_place():
    found = label([raw({ASCII: csr("a", "b #")})], parsed(*TWO), [], LabelSettings())
    (reject,) = found.rejects
    assert (reject.sample_id, reject.lost, reject.count) == ("a01-000u-02", "text", 1)
    assert reject.source == "lineStrokes/a01-000u-02.xml"
    assert reject.reason == "a01-000u.txt, CSR line 2: # occurs 1 times; the limit is 0"


def test_forms_without_transcript_among_others_are_a_loss_and_without_any_are_not():
    assert texts({ASCII: csr("a", "b")}, *TWO, "b01-000-01")[1] == ["no-transcript"]
    assert texts({}, *TWO) == ([None, None], [])


def writers(files: dict, *names: str) -> tuple:
    found = label([raw(files)], parsed(*names), [], LabelSettings())
    return [row["writer"] for row in found.rows], [(r.rule, r.lost) for r in found.rejects]


def test_the_writer_is_that_of_the_form_of_the_file():
    files = {
        "original/a01/a01-000/strokesz.xml": HEADER.format(7) + "</WhiteboardCaptureSession>",
        "original/a01/a01-000/strokesu.xml": HEADER.format(8) + "<Strok",  # cut off
        "original/a01/a01-001/strokes.xml": HEADER.format(9).encode("latin-1"),
        "original/a01/a01-004/strokes.xml": HEADER.format(6) + "</a>&\x00",  # in the same chunk
        "original/a01/a01-003/strokes.xml": (HEADER.format(5) + "<!-- <!DOCTYPE -->").encode(
            "utf-16"
        ),
    }
    names = ("a01-000z-01", "a01-000u-01", "a01-001-01", "a01-002-01", "a01-003-01", "a01-004-01")
    assert writers(files, *names) == (["7", "8", "9", None, "5", "6"], [])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("<WhiteboardCaptureSession><Transcription/></WhiteboardCaptureSession>", "no-writer"),
        (HEADER.format(" ") + "</WhiteboardCaptureSession>", "no-writer"),
        ("<WhiteboardCaptureSession><General><Fo", "writer-xml-syntax"),
        (b"", "writer-xml-syntax"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + HEADER.format(1), "writer-xml-doctype"),
        (
            ('<!DOCTYPE a [<!ENTITY b "c">]>' + HEADER.format(1)).encode("utf-16"),
            "writer-xml-doctype",
        ),
        ("<a>" * 40 + HEADER.format(1), "writer-xml-depth"),
        (HEADER.format(1) + " " * ParseSettings().max_bytes, "writer-too-large"),
    ],
)
def test_headers_without_a_writer(content, rule: str):
    files = {"original/a01/a01-000/strokesu.xml": content}
    assert writers(files, *TWO) == ([None, None], [(rule, "writer")] * 2)


@settings(deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"", b"CSR:\n", b"<a><Form writerID='1'>"]))
def test_any_label_files_give_rows_and_named_rejects(content: bytes, head: bytes):
    files = {ASCII: head + content, "original/a01/a01-000/strokesu.xml": head + content}
    found = label([raw(files)], parsed(*TWO, "odd"), [], LabelSettings())
    assert [row["sample_id"] for row in found.rows] == [*TWO, "odd"]
    lost = {reject.sample_id for reject in found.rejects if reject.lost == "text"}
    assert lost == {row["sample_id"] for row in found.rows if row["text"] is None}


LISTS = {
    "task1/trainset.txt": " a01-000u\n a01-001\n",
    "task1/testset_v.txt": " b01-000\r\n",
    "task1/testset_t.txt": " c01-000\n",
    "task1/testset_f.txt": "d01-000",
}


def test_official_lists():
    names = [f"{form}-01" for form in ("a01-000u", "b01-000", "c01-000", "d01-000", "a01-000")]
    found = label([raw(LISTS)], parsed(*names), [], LabelSettings())
    splits = [row["split"] for row in with_splits(found.rows, LabelSettings())]
    assert splits == ["train", "validation", "validation2", "test", None]


def test_a_form_in_two_lists_is_refused():
    files = LISTS | {"task1/testset_f.txt": " b01-000\n"}
    with pytest.raises(PentraceError, match=r"b01-000 is already in the list of validation"):
        label([raw(files)], parsed("b01-000-01"), [], LabelSettings())


def test_a_seeded_split_replaces_the_lists_on_request():
    names = [f"{form}-01" for form in ("a01-000u", "b01-000", "c01-000", "d01-000")]
    found = label([raw(LISTS)], parsed(*names), [], LabelSettings())
    splits = [row["split"] for row in with_splits(found.rows, LabelSettings(split="writer"))]
    assert sorted(splits) == ["test", "train", "train", "validation"]


def rows_of(writers: list[str | None]) -> list[dict]:
    return [
        {"sample_id": f"f{i // 3}-{i:02d}", "form": f"f{i // 3}", "writer": writer}
        for i, writer in enumerate(writers)
    ]


some = st.lists(st.sampled_from([*"abcdefghijkl", None]), min_size=30, max_size=60)
many = some.map(lambda writers: [*"abcdefghij", *writers])


@settings(deadline=None)
@given(many, st.integers(0, 2**32 - 1), st.booleans())
def test_no_writer_and_no_group_is_in_two_splits(writers: list, seed: int, second: bool):
    rows = rows_of(writers)
    settings = LabelSettings(seed=seed, validation2=0.1 if second else 0.0)
    splits = seeded_split(rows, settings)
    labelled = [row | {"split": split} for row, split in zip(rows, splits, strict=True)]
    groups = {(group(row, "writer"), row["split"]) for row in labelled}
    assert shared_writers(labelled) == set()
    assert len(groups) == len({name for name, _ in groups})
    assert set(splits) == {"train", "validation", "test"} | ({"validation2"} if second else set())


@settings(deadline=None)
@given(many, st.permutations(range(40)))
def test_the_split_depends_on_the_seed_and_not_on_the_order(writers: list, order: list[int]):
    rows = rows_of(writers[:40])
    splits = seeded_split(rows, LabelSettings(split="sample"))
    shuffled = seeded_split([rows[i] for i in order], LabelSettings(split="sample"))
    assert shuffled == [splits[i] for i in order]
    others = [seeded_split(rows, LabelSettings(split="sample", seed=seed)) for seed in range(1, 4)]
    assert any(other != splits for other in others)


def test_sizes_of_the_splits_are_shares_of_the_writers():
    rows = rows_of([f"w{i}" for i in range(40)])
    splits = seeded_split(rows, LabelSettings(validation=0.1, test=0.2))
    assert [splits.count(name) for name in ("train", "validation", "test")] == [28, 4, 8]


@pytest.mark.parametrize(
    ("count", "splits"),
    [
        (0, []),
        (1, ["train"]),
        (2, ["train", "validation"]),
        (3, ["test", "train", "validation"]),
        (4, ["test", "train", "train", "validation"]),
    ],
)
def test_few_groups_fill_train_first_then_validation_then_test(count: int, splits: list[str]):
    rows = rows_of([f"w{i}" for i in range(count)])
    assert sorted(seeded_split(rows, LabelSettings())) == splits
    large = LabelSettings(validation=0.45, test=0.45)
    assert sorted(seeded_split(rows, large))[:3] == splits[:3]


def test_empty_splits_are_reported_with_a_remedy():
    rows = rows_of(["me"] * 9)
    labelled = with_splits(rows, LabelSettings())
    assert {row["split"] for row in labelled} == {"train"}
    message = empty_splits(labelled, LabelSettings())
    assert "too few groups by writer, so there is nothing in test and validation" in message
    assert "label.split: sample" in message
    assert empty_splits(with_splits(rows, LabelSettings(split="form")), LabelSettings()) == ""
    assert len(set(seeded_split(rows, LabelSettings(split="form")))) == 3
    assert set(seeded_split(rows, LabelSettings(validation=0, test=0))) == {"train"}


def test_fractions_that_leave_nothing_to_train_on_are_refused():
    with pytest.raises(ValidationError, match="it must be less than 1"):
        LabelSettings(validation=0.5, test=0.5)


def rejects(n: int) -> list[dict]:
    return [{"source": f"bad{i}.xml", "rule": "xml-syntax", "reason": "why"} for i in range(n)]


def test_too_many_rejects_fail_with_names_and_remedy():
    refuse_many_rejects("iam", 3, rejects(1), 0.25, "label")
    with pytest.raises(PentraceError) as error:
        refuse_many_rejects("iam", 3, rejects(8), 0.25, "label")
    message = str(error.value)
    assert "8 of 11 raw files (72.7%)" in message and "the limit is 25.0%" in message
    assert "bad0.xml: xml-syntax: why" in message and "and 3 more" in message
    assert "or raise label.max_reject_share" in message
    with pytest.raises(PentraceError, match="at least one file must be left"):
        refuse_many_rejects("iam", 0, rejects(1), 1.0, "label")


def test_two_files_of_one_name_are_refused():
    with pytest.raises(PentraceError, match="have the same name, a;"):
        refuse_same_names("iam", parsed("a", "b", "a"))


def run(folder: Path, settings: dict) -> str:
    arguments = ["label", "--dataset", "demo", "--reader", "svc2004"]
    arguments += ["--raw", f"{folder}/raw.parquet", "--parsed", f"{folder}/parsed"]
    arguments += ["--out-labels", f"{folder}/out/labels.parquet"]
    arguments += ["--out-rejects", f"{folder}/out/rejects.parquet"]
    return pentrace(*arguments, "--settings", json.dumps(settings))


def test_the_command(tmp_path: Path):
    tables.write_rows(tmp_path / "raw.parquet", schema.RAW, [])
    for user in range(8):
        rows = parsed(f"task2/U{user}S1", f"task2/U{user}S2", writer=f"U{user}").to_pylist()
        tables.write_rows(tmp_path / f"parsed/{user}.samples.parquet", schema.PARSED, rows)
        lost = {"dataset": "demo", "sample_id": "x", "source": "U9S9", "stage": "parse"}
        lost |= {"rule": "empty", "lost": "sample" if user == 3 else "points", "count": 1}
        lost |= {"reason": "no points"}
        tables.write_rows(tmp_path / f"parsed/{user}.rejects.parquet", schema.REJECTS, [lost])

    with pytest.raises(PentraceError, match="U9S9: empty: no points"):
        run(tmp_path, {"max_reject_share": 0.01})
    assert not list((tmp_path / "out").iterdir())

    printed = run(tmp_path, {"max_reject_share": 0.1})
    assert "demo: 16 samples, 16 of them with a writer (8 writers), 0 with text" in printed
    assert "writers in more than one split: 0" in printed
    labels = tables.read(tmp_path / "out/labels.parquet")
    assert labels.schema.equals(schema.LABELS, check_metadata=True)
    splits = dict(zip(labels["writer"].to_pylist(), labels["split"].to_pylist(), strict=True))
    assert sorted(splits.values()) == ["test"] + ["train"] * 6 + ["validation"]
    before = (tmp_path / "out/labels.parquet").read_bytes()
    run(tmp_path, {"max_reject_share": 0.1})
    assert (tmp_path / "out/labels.parquet").read_bytes() == before


@pytest.mark.skipif(not (REAL / "ascii").is_dir(), reason=f"no real transcripts in {REAL}")
def test_all_real_labels():
    paths = [p for kind in ("ascii/**/*.txt", "original/**/*.xml") for p in REAL.glob(kind)]
    paths += list(REAL.glob("t*set*.txt"))
    files = raw({str(p.relative_to(REAL)): p.read_bytes() for p in sorted(paths)})
    names = sorted(p.stem for p in (REAL / "lineStrokes").glob("**/*.xml"))
    found = label([files], parsed(*names), [], LabelSettings())
    count = {
        split: sum(row["split"] == split for row in found.rows)
        for split in ("train", "validation", "validation2", "test", None)
    }
    assert list(count.values()) == [5364, 1438, 1518, 3859, 16]
    rules = [reject.rule for reject in found.rejects]
    lost = {rule: rules.count(rule) for rule in sorted(set(rules))}
    assert lost == {"line-count": 9, "placeholder": 9, "scratched-out": 89}
    assert sum(row["text"] is None for row in found.rows) == 107
    # By the Form ids in the files it would be 1,560 forms and 10,868 lines: one id is wrong.
    known = [row for row in found.rows if row["writer"] is not None]
    assert len(known) == 10_875
    assert len({row["form"] for row in known}) == 1561
    assert len({row["writer"] for row in known}) == 196
    assert shared_writers(found.rows) == set()
    seeded = with_splits(found.rows, LabelSettings(split="writer", validation2=0.1))
    assert shared_writers(seeded) == set()
