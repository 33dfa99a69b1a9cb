"""Links in archives and in folders: those inside are followed, those that lead out are refused."""

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from pentrace.collect.find import find_all, tree_files
from pentrace.collect.scan import scan
from pentrace.errors import PentraceError
from pentrace.readers.sources import iam, own
from tests.collect.test_collect import collect, put, together

Links = dict[str, str]  # name -> target


def tar(path: Path, files: dict[str, bytes], links: Links, kind: bytes) -> None:
    """A tar with the links before the files."""
    with tarfile.open(path, "w:gz") as archive:
        for name, target in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def zipped(path: Path, files: dict[str, bytes], links: Links) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, target in links.items():
            member = zipfile.ZipInfo(name)
            member.create_system, member.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(member, target)
        for name, content in files.items():
            archive.writestr(name, content)


def test_hard_links_of_a_tar_are_files(tmp_path: Path) -> None:
    put(tmp_path, {"lineStrokes/a/a.xml": b"ink"})
    for name in ("b.xml", "c.xml"):
        os.link(tmp_path / "lineStrokes/a/a.xml", tmp_path / f"lineStrokes/a/{name}")
    with tarfile.open(tmp_path / "lineStrokes.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "lineStrokes", "lineStrokes")
        assert sum(member.islnk() for member in archive.getmembers()) == 2
    (tmp_path / "lineStrokes").rename(tmp_path / "away")
    collect(tmp_path, tmp_path / "out")
    assert together(tmp_path / "out") == {f"lineStrokes/a/{n}.xml": b"ink" for n in "abc"}


FILES = {"lineStrokes/a/a.xml": b"a", "lineStrokes/b/b.xml": b"b"}
INSIDE = {"lineStrokes/a/c.xml": "../b/b.xml", "lineStrokes/d.xml": "./a/c.xml"}


def test_symbolic_links_of_an_archive_are_followed_inside_it(tmp_path: Path) -> None:
    put(tmp_path, {"tar/.keep": b"", "zip/.keep": b""})
    tar(tmp_path / "tar/lineStrokes.tgz", FILES, INSIDE, tarfile.SYMTYPE)
    zipped(tmp_path / "zip/lineStrokes.zip", FILES, INSIDE)
    expected = {**FILES, "lineStrokes/a/c.xml": b"b", "lineStrokes/d.xml": b"b"}
    for name in ("tar", "zip"):
        collect(tmp_path / name, tmp_path / f"{name}-out")
        assert together(tmp_path / f"{name}-out") == expected


@pytest.mark.parametrize(
    ("links", "wrong"),
    [
        ({"a/x.xml": "/etc/passwd"}, r"a/x\.xml: a link to '/etc/passwd', which leads out of"),
        ({"a/x.xml": "../../x.xml"}, r"a/x\.xml: a link to '.*', which leads out of the archive"),
        (
            {"x.xml": "gone.xml"},
            "lineStrokes/x.xml: a link to .*gone.xml, which is no file that is read",
        ),
        (
            {"x.xml": "y.xml", "y.xml": "x.xml"},
            "lineStrokes/x.xml: a link to .*y.xml, which is no file",
        ),
    ],
)
def test_other_links_of_an_archive_are_refused_by_name(
    links: Links, wrong: str, tmp_path: Path
) -> None:
    (tmp_path / "zip").mkdir()
    tar(tmp_path / "lineStrokes.tgz", FILES, links, tarfile.SYMTYPE)
    zipped(tmp_path / "zip/lineStrokes.zip", FILES, links)
    for raw in (tmp_path, tmp_path / "zip"):
        with pytest.raises(PentraceError, match=rf"lineStrokes\.(tgz|zip): {wrong}"):
            collect(raw, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_a_hard_link_to_what_is_not_read_is_refused_by_name(tmp_path: Path) -> None:
    tar(tmp_path / "lineStrokes.tgz", FILES, {"x.xml": "a.bak"}, tarfile.LNKTYPE)
    with pytest.raises(PentraceError, match=r"x\.xml: a link to .*a\.bak, which is no file that"):
        collect(tmp_path, tmp_path / "out")


def test_the_last_of_two_members_with_one_name_counts(tmp_path: Path) -> None:
    tar(tmp_path / "lineStrokes.tgz", FILES, {"lineStrokes/b/b.xml": "../a/a.xml"}, tarfile.SYMTYPE)
    collect(tmp_path, tmp_path / "out")
    assert together(tmp_path / "out") == FILES


def test_links_in_a_folder_are_followed_inside_the_raw_folder(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    put(raw, {"store/b/b.xml": b"b", "lineStrokes/a/a.xml": b"a"})
    (raw / "lineStrokes/b").symlink_to("../store/b")
    (raw / "lineStrokes/a/c.xml").symlink_to(raw / "store/b/b.xml")
    for name, target in (("up", "."), ("a/round", "../a"), ("again", "a"), ("text", "a/a.xml")):
        (raw / "lineStrokes" / name).symlink_to(target)
    collect(raw, tmp_path / "out")
    expected = {
        "lineStrokes/a/a.xml": b"a",
        "lineStrokes/a/c.xml": b"b",
        "lineStrokes/b/b.xml": b"b",
    }
    assert together(tmp_path / "out") == expected
    (manifest,) = [scan("iam", raw, 1, tmp_path / "cache").manifests["ink-00"]]
    assert [row.split("\t")[0] for row in manifest.splitlines()] == sorted(expected)


def test_the_folders_that_a_user_has_linked_are_read(tmp_path: Path) -> None:
    put(tmp_path, {"disk/iam/a.xml": b"a", "raw/.keep": b""})
    (tmp_path / "raw/lineStrokes").symlink_to(tmp_path / "disk/iam")
    (tmp_path / "linked").symlink_to("raw")
    for raw in ("raw", "linked"):
        collect(tmp_path / raw, tmp_path / "out")
        assert together(tmp_path / "out") == {"lineStrokes/a.xml": b"a"}


@pytest.mark.parametrize(
    ("link", "target", "wrong"),
    [
        ("a/x.xml", "/etc/passwd", "a/x.xml: a link to /etc/passwd, which is outside the folder"),
        ("a/b", "{outside}", "a/b: a link to .*outside, which is outside the folder of raw files"),
        ("a/x.xml", "gone.xml", "a/x.xml: a link to nothing .*gone.xml"),
        ("a/x.xml", "x.xml", "a/x.xml: a link to nothing"),
    ],
)
def test_other_links_in_a_folder_are_refused_by_name(
    link: str, target: str, wrong: str, tmp_path: Path
) -> None:
    put(tmp_path, {"raw/lineStrokes/a/a.xml": b"a", "outside/secret.xml": b"secret"})
    path = tmp_path / "raw/lineStrokes" / link
    path.symlink_to(target.format(outside=tmp_path / "outside"))
    with pytest.raises(PentraceError, match=wrong):
        collect(tmp_path / "raw", tmp_path / "out")
    with pytest.raises(PentraceError, match=wrong):
        scan("iam", tmp_path / "raw", 1, tmp_path / "cache")


def test_links_that_are_no_raw_files_do_not_matter(tmp_path: Path) -> None:
    put(tmp_path, {"raw/a.json": b"{}"})
    for name, target in (("notes.doc", "/etc/passwd"), ("gone.doc", "nowhere"), (".x", "nowhere")):
        (tmp_path / "raw" / name).symlink_to(target)
    (found,) = find_all(own.INK, tmp_path / "raw")
    assert [file.path for file in tree_files(found)] == ["a.json"]
    assert not find_all(iam.INK, tmp_path / "raw")
