"""Raw files from archives and trees into shards, and the detection of changed files."""

import hashlib
import io
import os
import tarfile
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentrace import tables
from pentrace.collect.archive import archive_files
from pentrace.collect.collect import command, without
from pentrace.collect.find import Found, find, notes, table_path, tree_files, wanted
from pentrace.collect.scan import scan
from pentrace.collect.write_shards import pack
from pentrace.errors import PentraceError
from pentrace.readers.sources import iam, inkml, svc2004, text
from pentrace.shards import names, natural, shard_of
from tests.helpers.commands import invoke
from tests.helpers.processes import loaded

FORMS = ("a01-000u", "a01-001", "b02-100", "b02-101z", "c03-003")
LINES = {
    f"lineStrokes/{form[:3]}/{form[:7]}/{form}-{n:02d}.xml": f"<ink>{form} {n}</ink>\n".encode()
    for form in FORMS
    for n in (1, 2, 10)
}
ORIGINAL = (
    b'<?xml version="1.0"?>\n<Session><General/>\n'
    b'<StrokeSet a="1"><Stroke><Point/></Stroke>\n</StrokeSet>\n</Session>\n'
)
LABELS = {
    "ascii/a01/a01-000/a01-000u.txt": b"CSR:\n\nsome text\n",
    "original/a01/a01-000/strokesz.xml": ORIGINAL,
    "task1/testset_v.txt": b" a01-000u\n",
    "task1/trainset.txt": b" b02-100\n",
}


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def tar(path: Path, files: dict[str, bytes], mode: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, f"w:{mode}") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def collect(raw: Path, out: Path, only: str = "ink", reader: str = "iam", shards: int = 4) -> str:
    words = ["--reader", reader, "--raw", raw, "--shards", shards, "--only", only, "--out", out]
    return invoke(command, *words).output


def contents(out: Path) -> dict[str, dict[str, bytes]]:
    """Shard -> path -> content, in the order of the tables."""
    found = {}
    for path in sorted(out.glob("*.parquet")):
        table = tables.read(path)
        rows = zip(table["path"].to_pylist(), table["content"].to_pylist(), strict=True)
        found[path.stem] = dict(rows)
        sums = [hashlib.sha256(content).hexdigest() for content in table["content"].to_pylist()]
        assert table["sha256"].to_pylist() == sums
    return found


def together(out: Path) -> dict[str, bytes]:
    return {path: content for shard in contents(out).values() for path, content in shard.items()}


def archives(folder: Path) -> dict[str, Path]:
    return {
        name: tar(folder / f"{name}/lineStrokes-all.tar{ending}", LINES, mode).parent
        for name, ending, mode in (("gz", ".gz", "gz"), ("xz", ".xz", "xz"), ("tar", "", ""))
    } | {
        "bz2": tar(folder / "bz2/lineStrokes.tar.bz2", LINES, "bz2").parent,
        "tgz": tar(folder / "tgz/LINESTROKES-ALL.TGZ", LINES, "gz").parent,
        "zip": zipped(folder / "zip/lineStrokes-all.zip", LINES).parent,
    }


def test_tree_and_every_archive_give_the_same_bytes(tmp_path: Path) -> None:
    put(tmp_path / "raw/tree", LINES)
    folders = {**archives(tmp_path / "raw"), "tree": tmp_path / "raw/tree"}
    written = {}
    for name, raw in folders.items():
        collect(raw, tmp_path / name)
        written[name] = [p.read_bytes() for p in sorted((tmp_path / name).glob("*.parquet"))]
    assert together(tmp_path / "tree") == LINES
    assert all(files == written["tree"] and len(files) == 4 for files in written.values())


@pytest.mark.parametrize("name", ["lineStrokes(on)", "LINESTROKES-all", "lineStrokes (1)"])
def test_a_folder_with_a_note_after_its_name_is_found(tmp_path: Path, name: str) -> None:
    renamed = {path.replace("lineStrokes", name): content for path, content in LINES.items()}
    put(tmp_path / "tree", renamed)
    tar(tmp_path / "archive/lineStrokes-all.tar.gz", renamed, "gz")
    zipped(tmp_path / "deeper/lineStrokes.zip", {f"IAM/{k}": v for k, v in renamed.items()})
    for raw in ("tree", "archive", "deeper"):
        collect(tmp_path / raw, tmp_path / f"out-{raw}")
        assert together(tmp_path / f"out-{raw}") == LINES
    put(tmp_path / "tree", {"ascii(on)/a01/a01-000/a01-000u.txt": b"CSR:\n\nsome text\n"})
    collect(tmp_path / "tree", tmp_path / "labels", only="labels")
    assert list(together(tmp_path / "labels")) == ["ascii/a01/a01-000/a01-000u.txt"]


def test_the_folder_of_the_exact_name_is_used_and_the_other_one_is_reported(tmp_path: Path) -> None:
    put(tmp_path, LINES)
    put(tmp_path, {"lineStrokes(old)/a01/a01-000/a01-000u-01.xml": b"old"})
    output = collect(tmp_path, tmp_path / "out")
    assert together(tmp_path / "out") == LINES
    assert "lineStrokes(old) is not used, since lineStrokes is used" in output
    put(tmp_path / "c", {"lineStrokesX/a01-01.xml": b""})
    assert find(iam.INK[0], tmp_path / "c") is None


def test_one_shard_of_a_tree_is_that_of_all(tmp_path: Path) -> None:
    put(tmp_path / "raw", LINES)
    collect(tmp_path / "raw", tmp_path / "all")
    for name in names(4):
        collect(tmp_path / "raw", tmp_path / "one", f"ink-{name}")
        assert [p.name for p in (tmp_path / "one").iterdir()].count(f"ink-{name}.parquet") == 1
    assert contents(tmp_path / "all") == contents(tmp_path / "one")


def test_a_shard_alone_needs_a_tree_and_a_number(tmp_path: Path) -> None:
    raw = archives(tmp_path)["gz"]
    with pytest.raises(PentraceError, match="unpack it, or collect all"):
        collect(raw, tmp_path / "out", "ink-01")
    with pytest.raises(PentraceError, match="ink-04: not one of ink, labels, ink-00"):
        collect(raw, tmp_path / "out", "ink-04")


def test_files_are_in_natural_order_and_new_files_move_no_other(tmp_path: Path) -> None:
    put(tmp_path / "few", LINES)
    put(tmp_path / "more", LINES | {f"lineStrokes/d/d-{n}/d{n}-1.xml": b"x" for n in range(9)})
    collect(tmp_path / "few", tmp_path / "a")
    collect(tmp_path / "more", tmp_path / "b")
    for name, shard in contents(tmp_path / "a").items():
        assert list(shard) == sorted(shard, key=natural)
        more = [path for path in contents(tmp_path / "b")[name] if path in LINES]
        assert more == list(shard)
        for form in {iam.group(path) for path in shard}:
            assert sum(iam.group(path) == form for path in shard) == 3
    assert sorted(["U1S10", "U1S2", "U10S1"], key=natural) == ["U1S2", "U1S10", "U10S1"]


@given(st.lists(st.text(), min_size=2))
def test_any_paths_can_be_sorted_and_sharded(paths: list[str]) -> None:
    assert sorted(paths, key=natural) == sorted(sorted(paths), key=natural)
    for path in paths:
        if path.isprintable():
            assert 0 <= shard_of(iam.group(path), 7) < 7


def test_labels_from_any_place(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    put(raw, {k: v for k, v in LABELS.items() if k.startswith("ascii")})
    tar(raw / "original-xml-all.tar.gz", {k: v for k, v in LABELS.items() if "orig" in k}, "gz")
    put(raw, {Path(k).name: v for k, v in LABELS.items() if "task1" in k})
    output = collect(raw, tmp_path / "out", "labels")
    found = together(tmp_path / "out")
    assert list(found) == list(LABELS)
    assert "writers from original-xml-all.tar.gz" in output
    emptied = found["original/a01/a01-000/strokesz.xml"]
    assert b"<General/>" in emptied and b'<StrokeSet a="1"></StrokeSet>\n</Session>' in emptied


def test_labels_may_be_missing(tmp_path: Path) -> None:
    put(tmp_path / "raw", LINES)
    output = collect(tmp_path / "raw", tmp_path / "out", "labels")
    assert together(tmp_path / "out") == {}
    assert "no transcripts" in output and "samples have no text" in output
    assert "no writers" in output and "no split lists" in output and "original-xml-all" in output


def test_an_element_that_is_not_closed_is_kept() -> None:
    assert without("StrokeSet", b"<a><StrokeSet><b>") == b"<a><StrokeSet><b>"
    assert without("StrokeSet", b"<a/>") == b"<a/>"
    assert without("", ORIGINAL) == ORIGINAL


def test_without_ink_the_message_names_the_remedy(tmp_path: Path) -> None:
    for raw in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(PentraceError) as error:
            collect(raw, tmp_path / "out")
        assert str(raw) in str(error.value) and "lineStrokes-all.tar.gz from" in str(error.value)
        assert "demo" in str(error.value)
    with pytest.raises(PentraceError, match=r"at least one of these:\n.*Task1.*\n.*Task2"):
        collect(tmp_path, tmp_path / "out", reader="svc2004")


def test_a_tree_is_used_instead_of_archives_and_this_is_reported(tmp_path: Path) -> None:
    put(tmp_path, {"lineStrokes/a01/a01-000/a01-000u-01.xml": b"from the tree"})
    tar(tmp_path / "lineStrokes-all.tar.gz", LINES, "gz")
    found = find(iam.INK[0], tmp_path)
    assert found and found.tree and found.place == tmp_path / "lineStrokes"
    output = collect(tmp_path, tmp_path / "out")
    assert "from lineStrokes\n" in output and "lineStrokes-all.tar.gz is not used" in output
    assert list(together(tmp_path / "out").values()) == [b"from the tree"]


def test_an_empty_tree_does_not_hide_the_archive(tmp_path: Path) -> None:
    put(tmp_path, {"lineStrokes/read.me": b"nothing here"})
    tar(tmp_path / "lineStrokes-all.tar.gz", LINES, "gz")
    assert find(iam.INK[0], tmp_path) == Found(
        iam.INK[0], tmp_path / "lineStrokes-all.tar.gz", False
    )


def test_incomplete_downloads_are_not_archives(tmp_path: Path) -> None:
    for name in ("lineStrokes-all.tar.gz.part", "lineStrokes-all.tar.gz.md5", "other.tar.gz"):
        (tmp_path / name).write_bytes(b"")
    assert find(iam.INK[0], tmp_path) is None
    assert "Missing" in notes(iam.INK, tmp_path)[0]


def test_missing_files_are_reported_with_their_effect(tmp_path: Path) -> None:
    put(tmp_path, {"Task2/U1S1.TXT": b"1"})
    absent, found = notes(svc2004.INK, tmp_path)  # and nothing about BDALab
    assert "no signatures of task 1 (position and button): only the other task is read." in absent
    assert "To add them: " in absent and "Task1.zip" in absent and "Missing" not in absent
    assert found.endswith("from Task2")
    put(tmp_path, {"BDALab/a.svc": b"1"})
    assert notes(svc2004.INK, tmp_path)[2].endswith("BDALab recordings from BDALab")


@pytest.mark.parametrize(
    ("reader", "one", "other"),
    [
        ("iam", "lineStrokes/a/a01-000u-01.xml", "lineStrokes/b/a01-000u-01.XML"),
        ("iam", "lineStrokes/odd.xml", "lineStrokes/b/odd.XML"),
        ("svc2004", "Task2/U1S1.TXT", "Task2/USER01S01"),
        ("svc2004", "BDALab/a.svc", "BDALab/a.SVC"),
        ("inkml", "a/page.ink", "a/page.xml"),
    ],
)
def test_files_of_one_sample_are_in_one_shard(reader: str, one: str, other: str) -> None:
    name = import_module(f"pentrace.readers.{reader}").sample_id
    group = import_module(f"pentrace.readers.sources.{reader}").group
    assert (name(one), group(one)) == (name(other), group(other))


def test_signatures_of_any_spelling(tmp_path: Path) -> None:
    zipped(tmp_path / "raw/task2.ZIP", {"U1S1.TXT": b"1", "Task2/USER2S1": b"2", "x/read.me": b""})
    put(tmp_path / "raw", {"TASK1/u1s1.txt": b"3", "TASK1/.u1s1.txt": b"", "TASK1/notes": b""})
    collect(tmp_path / "raw", tmp_path / "out", reader="svc2004")
    assert together(tmp_path / "out") == {
        "Task1/u1s1.txt": b"3",
        "Task2/U1S1.TXT": b"1",
        "Task2/USER2S1": b"2",
    }
    assert svc2004.group("Task1/u1s1.txt") == svc2004.group("Task2/USER1S20")


def test_inkml_is_found_anywhere(tmp_path: Path) -> None:
    put(tmp_path / "raw", {"a/b.inkml": b"1", "c.InkML": b"2", "c.png": b""})
    collect(tmp_path / "raw", tmp_path / "out", reader="inkml")
    assert together(tmp_path / "out") == {"a/b.inkml": b"1", "c.InkML": b"2"}


def test_names_in_an_archive_stay_in_its_folder() -> None:
    source = iam.INK[0]
    assert table_path(source, "/data\\lineStrokes\\.\\a01//x.xml") == "lineStrokes/a01/x.xml"
    assert table_path(source, "./x.xml") == "lineStrokes/x.xml"
    for name in ("../x.xml", "lineStrokes/../../x.xml", "a\nb.xml", "a\tb.xml", "\udcff.xml"):
        with pytest.raises(PentraceError, match="rename"):
            table_path(source, name)
    assert not wanted(source, "__MACOSX/lineStrokes/x.xml")
    assert not wanted(source, "lineStrokes/._x.xml")
    assert table_path(inkml.INK[0], "./a/b.inkml") == "a/b.inkml"


def test_a_hostile_archive_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    bad = tar(tmp_path / "up/lineStrokes.tar.gz", LINES | {"../../evil.xml": b"x"}, "gz")
    with pytest.raises(PentraceError, match=r"lineStrokes\.tar\.gz: file name '\.\./\.\./evil"):
        collect(bad.parent, tmp_path / "out")
    bomb = zipped(tmp_path / "bomb/lineStrokes.zip", {"x.xml": bytes(iam.INK[0].max_bytes + 1)})
    assert bomb.stat().st_size < 100_000
    message = (
        r"lineStrokes\.zip: x\.xml: 64,000,001 bytes; the limit for a file of pen positions of"
    )
    with pytest.raises(PentraceError, match=message):
        collect(bomb.parent, tmp_path / "out")
    assert not list(tmp_path.rglob("evil.xml")) and not list((tmp_path / "out").iterdir())


def sparse(path: Path, size: int) -> None:
    """A file of `size` bytes that needs almost no space on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def test_a_text_may_be_larger_than_any_recording(tmp_path: Path) -> None:
    (wikipedia, too_much) = (tmp_path / "a", tmp_path / "b")
    sparse(wikipedia / "enwik8.txt", 100_000_000)
    (found,) = tree_files(Found(text.INK[0], wikipedia, True))
    assert found.size == 100_000_000
    sparse(too_much / "all.txt", 1_000_000_001)
    message = (
        r"all\.txt: 1,000,000,001 bytes; the limit .* plain text is 1,000,000,000: .* divide it"
    )
    with pytest.raises(PentraceError, match=message):
        scan("text", too_much, 1, tmp_path / "out")
    sparse(tmp_path / "c/x.inkml", 100_000_000)
    with pytest.raises(PentraceError, match=r"x\.inkml: .* of InkML files is 64,000,000"):
        scan("inkml", tmp_path / "c", 1, tmp_path / "out")


def test_folders_and_pipes_in_an_archive_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "lineStrokes.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo("x.xml")
            member.type = kind
            archive.addfile(member)
        member = tarfile.TarInfo("y.xml")
        member.size = 2
        archive.addfile(member, io.BytesIO(b"ok"))
        archive.addfile(member, io.BytesIO(b"OK"))
    collect(tmp_path, tmp_path / "out")
    assert together(tmp_path / "out") == {"lineStrokes/y.xml": b"OK"}  # the last one counts


@pytest.mark.parametrize("name", ["gz", "xz", "bz2", "zip", "tgz"])
def test_an_archive_that_is_cut_short_or_damaged_is_named(tmp_path: Path, name: str) -> None:
    (path,) = archives(tmp_path)[name].iterdir()
    whole = path.read_bytes()
    for kept in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        with pytest.raises(PentraceError, match=path.name):
            collect(path.parent, tmp_path / "out")
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(byte ^ 255 for byte in whole[middle:][:99]) + b"\0")
    with pytest.raises(PentraceError, match=path.name):
        collect(path.parent, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_an_archive_of_something_else_is_named(tmp_path: Path) -> None:
    tar(tmp_path / "lineStrokes-all.tar.gz", {"read.me": b"x"}, "gz")
    with pytest.raises(PentraceError, match=r"tar\.gz: contains no pen positions of the lines"):
        collect(tmp_path, tmp_path / "out")


def test_large_shards_have_several_row_groups(tmp_path: Path) -> None:
    files = [(f"{n}.xml", bytes([n]) * 7_000_000) for n in (3, 1, 2, 5, 4)]
    assert pack(files, {0: tmp_path / "a.parquet"}, lambda path: 0) == 5
    pieces = [piece["path"].to_pylist() for piece in tables.read_pieces(tmp_path / "a.parquet")]
    assert pieces == [["1.xml", "2.xml"], ["3.xml", "4.xml"], ["5.xml"]]
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_a_scan_of_a_tree_shows_the_shard_that_changed(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "cache"
    put(raw, LINES | LABELS)
    found = scan("iam", raw, 4, out)
    assert found.scattered
    before = found.manifests
    assert list(before) == [*(f"ink-{name}" for name in names(4)), "labels"]
    path = next(iter(LINES))
    line = f"{path}\t{len(LINES[path])}\t{hashlib.sha256(LINES[path]).hexdigest()}\n"
    (shard,) = [name for name, text in before.items() if line in text]
    os.utime(raw / path, ns=(1, 1))
    assert scan("iam", raw, 4, out).manifests == before
    (raw / path).write_bytes(b"<ink>something else</ink>\n")
    after = scan("iam", raw, 4, out).manifests
    assert [name for name in after if after[name] != before[name]] == [shard]
    (raw / "ascii/a01/a01-000/a01-000u.txt").unlink()
    last = scan("iam", raw, 4, out).manifests
    assert [name for name in last if last[name] != after[name]] == ["labels"]


def test_only_a_touched_file_is_read_again(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "cache"
    put(raw, LINES)
    before = scan("iam", raw, 2, out).manifests
    times = {path: (raw / path).stat().st_mtime_ns for path in LINES}
    for path, time in times.items():  # other bytes, of the same size and time: this cannot be seen
        (raw / path).write_bytes(LINES[path].upper())
        os.utime(raw / path, ns=(time, time))
    assert scan("iam", raw, 2, out).manifests == before
    touched = next(iter(LINES))
    os.utime(raw / touched, ns=(1, 1))
    texts = scan("iam", raw, 2, out).manifests.values()
    for path, content in LINES.items():
        now = content.upper() if path == touched else content
        assert sum(hashlib.sha256(now).hexdigest() in text for text in texts) == 1


def test_a_scan_of_an_archive_treats_it_as_one_file(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "cache"
    path = tar(raw / "lineStrokes-all.tar.gz", LINES, "gz")
    found = scan("iam", raw, 4, out)
    assert not found.scattered and any("no writers" in note for note in found.notes)
    before = found.manifests
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    assert before["ink"] == f"lineStrokes-all.tar.gz\t{path.stat().st_size}\t{checksum}\n"
    assert before["labels"] == ""
    os.utime(path, ns=(1, 1))
    assert scan("iam", raw, 4, out).manifests == before


def test_a_scan_may_leave_no_file(tmp_path: Path) -> None:
    put(tmp_path / "raw", LINES)
    saved = scan("iam", tmp_path / "raw", 4, tmp_path / "cache")
    assert scan("iam", tmp_path / "raw", 4, tmp_path / "none/cache", save=False) == saved
    assert (tmp_path / "cache").is_file() and not (tmp_path / "none").exists()


def test_a_scan_without_ink_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PentraceError, match="nothing to read"):
        scan("iam", tmp_path, 4, tmp_path / "out")


def test_a_scan_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from pentrace.collect.scan import scan\n"
        "for reader in ('iam', 'svc2004', 'inkml'):\n"
        "    try: scan(reader, Path('.'), 4, Path('out'))\n"
        "    except Exception as error: assert 'nothing to read' in str(error)"
    )
    heavy = {"numpy", "pyarrow", "pandas", "torch", "lxml", "pydantic", "click"}
    assert not heavy & loaded(code, folder=tmp_path)


def test_archives_are_read_as_streams(tmp_path: Path) -> None:
    """The first file is there before the archive has been read to its damaged end."""
    path = tar(tmp_path / "lineStrokes-all.tar.xz", LINES, "xz")
    path.write_bytes(path.read_bytes()[:-10])
    files = archive_files(Found(iam.INK[0], path, False))
    assert next(files) == next(iter(LINES.items()))
    with pytest.raises(PentraceError, match="download it again"):
        list(files)
