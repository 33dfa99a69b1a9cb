"""Archives that are damaged, or unpack to more than they may: named, and nothing is lost."""

import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from pentrace.collect.archive import archive_files
from pentrace.collect.find import Found
from pentrace.collect.tar import read_tar
from pentrace.errors import PentraceError
from pentrace.readers.source import Source
from pentrace.readers.sources import iam
from tests.collect.test_collect import LINES, zipped

SOURCE = iam.INK[0]
BLOCK = tarfile.BLOCKSIZE
END = bytes(2 * BLOCK)


def tar_bytes(kind: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar of `LINES`, without what tarfile adds to fill 20 blocks."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, content in LINES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()[: 2 * BLOCK * len(LINES)] + END


def read(path: Path, content: bytes, source: Source = SOURCE) -> dict[str, bytes]:
    """What is read of an archive with this content."""
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)
    return dict(archive_files(Found(source, path, False)))


def test_a_damaged_header_of_a_tar_is_an_error(tmp_path: Path) -> None:
    content = tar_bytes()
    for path in (tmp_path / "lineStrokes.tar", tmp_path / "lineStrokes.tar.gz"):
        assert read(path, content) == LINES
        for member in range(len(LINES)):
            for at in (0, 124, 148, 156, 257):  # name, size, checksum, kind, magic
                damaged = bytearray(content)
                damaged[2 * BLOCK * member + at] ^= 1
                with pytest.raises(PentraceError, match=rf"{path.name}: damaged or truncated"):
                    read(path, damaged)


def test_a_tar_ends_with_two_blocks_of_zeros_and_nothing_after_them(tmp_path: Path) -> None:
    path, content = tmp_path / "lineStrokes.tar", tar_bytes()
    members = content[: -len(END)]
    assert read(path, content + bytes(20 * BLOCK)) == LINES
    for cut in (members, members + bytes(BLOCK), content[:-1], members[: -4 * BLOCK], members[:-1]):
        with pytest.raises(PentraceError, match=r"lineStrokes\.tar: damaged or truncated"):
            read(path, cut)
    first = members[: 2 * BLOCK]
    for more in (content + content, first + END + members + END, content + b"x"):
        with pytest.raises(PentraceError, match="something after the end"):
            read(path, more)


def test_a_flipped_bit_in_a_zip_loses_nothing_in_silence(tmp_path: Path) -> None:
    files = dict(list(LINES.items())[:2])
    path = zipped(tmp_path / "lineStrokes.zip", files | {"read.me": b"x"})
    content = path.read_bytes()
    directory = content.index(b"PK\1\2")
    wrong = []
    for at in range(directory, len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 4
        try:
            if read(path, damaged) != files:
                wrong.append(at)
        except PentraceError as error:
            assert str(error).startswith(str(path))
    assert not wrong


def test_an_archive_has_a_limit_for_all_its_files_together(tmp_path: Path) -> None:
    few = replace(SOURCE, max_archive_bytes=100_000, max_files=20)
    path = tmp_path / "lineStrokes.tar.gz"
    assert read(path, tar_bytes(), few) == LINES
    with pytest.raises(PentraceError, match=r"tar\.gz: more than 100,000 bytes when unpacked: dam"):
        read(path, tar_bytes() + bytes(100_000), few)
    with pytest.raises(PentraceError, match="more than 14 files: damaged or malicious; remove it"):
        read(path, tar_bytes(), replace(few, max_files=14))
    bomb = zipped(tmp_path / "lineStrokes.zip", {f"{n}.xml": bytes(60_000) for n in (1, 2)})
    for source, wrong in ((few, "100,000 bytes"), (replace(SOURCE, max_files=1), "1 files")):
        with pytest.raises(PentraceError, match=rf"\.zip: more than {wrong}.*unpack it and give"):
            list(archive_files(Found(source, bomb, False)))


def test_a_sparse_file_counts_with_its_holes(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x.xml")
    header.type, header.size = tarfile.GNUTYPE_SPARSE, 0
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"00000500000\0"  # 160 kB, all of them holes
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    path, source = tmp_path / "lineStrokes.tar", replace(SOURCE, max_archive_bytes=100_000)
    assert len(read(path, bytes(block) + END)["lineStrokes/x.xml"]) == 0o500000
    with pytest.raises(PentraceError, match="more than 100,000 bytes"):
        read(path, bytes(block) + END, source)


def test_a_header_with_a_very_long_name_is_refused_before_it_is_read(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2**32
    with pytest.raises(PentraceError, match="a header of 4,294,967,296 bytes"):
        read(tmp_path / "lineStrokes.tar", header.tobuf(tarfile.GNU_FORMAT) + tar_bytes())


def test_long_names_are_read(tmp_path: Path) -> None:
    name = f"lineStrokes/{'a' * 120}/{'b' * 120}.xml"
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        path = tmp_path / "lineStrokes.tar"
        with tarfile.open(path, "w", format=kind) as archive:
            archive.addfile(tarfile.TarInfo(name))
        assert list(dict(archive_files(Found(SOURCE, path, False)))) == [name]


def test_an_archive_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(archive_files(Found(SOURCE, tmp_path / "lineStrokes.zip", False)))


def test_a_zip_that_is_empty_or_locked_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lineStrokes.zip", "w"):
        pass
    with pytest.raises(PentraceError, match=r"\.zip: contains no pen positions"):
        list(archive_files(Found(SOURCE, tmp_path / "lineStrokes.zip", False)))


@pytest.mark.parametrize(
    "attributes",
    [
        {"size": "-5"},
        {"GNU.sparse.map": "0,5,x"},
        {"GNU.sparse.size": "x"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"},
    ],
)
def test_attributes_of_a_tar_that_are_no_numbers_are_an_error(
    tmp_path: Path, attributes: dict[str, str]
) -> None:
    name, content = next(iter(LINES.items()))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo(name)
        member.size, member.pax_headers = len(content), attributes
        archive.addfile(member, io.BytesIO(content))
    with pytest.raises(PentraceError, match=r"lineStrokes\.tar: damaged or truncated"):
        read(tmp_path / "lineStrokes.tar", buffer.getvalue())


def test_a_name_in_a_zip_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = zipped(tmp_path / "lineStrokes.zip", LINES | {"\xe9.txt": b"x"})
    content = path.read_bytes().replace("\xe9".encode(), b"\xff\xff")
    with pytest.raises(PentraceError, match=r"lineStrokes\.zip: damaged or truncated"):
        read(path, content)


def test_an_xz_archive_that_asks_for_gigabytes_of_memory_is_refused(tmp_path: Path) -> None:
    """The size of the dictionary is in the header; an archive of some bytes can ask for 4 GB."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    packed = bytearray(lzma.compress(body.getvalue()))
    path = tmp_path / "a.tar.xz"
    path.write_bytes(packed)
    assert [member.name for member, _ in read_tar(path, 100_000)] == ["a"]
    packed[packed.index(b"\x21\x01", 12) + 2] = 40  # 4 GB
    end = 12 + 4 * (packed[12] + 1)
    packed[end - 4 : end] = zlib.crc32(packed[12 : end - 4]).to_bytes(4, "little")
    path.write_bytes(packed)
    with pytest.raises(lzma.LZMAError, match="Memory usage limit"):
        list(read_tar(path, 100_000))


def test_xz_files_one_after_the_other_are_one_archive(tmp_path: Path) -> None:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        member = tarfile.TarInfo("a")
        member.size = 70_000
        archive.addfile(member, io.BytesIO(b"x" * member.size))
    whole, path = body.getvalue(), tmp_path / "a.tar.xz"
    parts = lzma.compress(whole[:50_000]), bytes(8), lzma.compress(whole[50_000:])
    path.write_bytes(b"".join(parts))
    assert [file.read() for _, file in read_tar(path, 10**6) if file] == [b"x" * 70_000]
    path.write_bytes(b"".join(parts)[:-9])
    with pytest.raises(EOFError, match="cut short"):
        list(read_tar(path, 10**6))
