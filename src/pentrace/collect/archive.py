"""Reading files from archives, one after the other, from the compressed stream.

No file is written under a name from an archive.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import PurePosixPath
from tarfile import TarError
from typing import IO, Any

from pentrace.collect.find import Found, table_path, too_large, too_much, wanted
from pentrace.collect.tar import read_tar
from pentrace.errors import REMEDIES, PentraceError
from pentrace.readers.source import Source

_DAMAGE = (
    TarError,
    zipfile.BadZipFile,
    LZMAError,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # zipfile: a password is needed, or an unknown compression
    ValueError,  # zipfile: a name that is no text; tarfile: an attribute that is no number
    OverflowError,  # tarfile: an attribute that is no possible number
)
_DIRECTORY_ROW = 46  # bytes, without name, extra fields and comment
_DIRECTORY_ENDS = (b"PK\5\6", b"PK\6\6", b"PK\5\5")  # also of large and of signed archives
_LARGE = 0xFFFF  # the number of members, if it is in another place
_FOLLOWED = 40  # longest chain of links


@dataclass(frozen=True)
class Link:
    """Another name of a file in the same archive."""

    target: str  # as in the table


@dataclass(frozen=True)
class Member:
    """A file or a link in an archive."""

    name: str
    size: int  # bytes, according to the archive
    content: IO[bytes] | None  # None: a link
    target: str = ""  # of a link: the name of a member


def archive_files(found: Found) -> Iterator[tuple[str, bytes | Link]]:
    """Path in the table and content of each wanted file, in the order of the archive.

    Links come last; each is another name of a file that came before. Raises `PentraceError` that
    names the archive if it is damaged or truncated, contains a file that is too large, too much in
    all, or whose name or link leads outside the folder, or contains no wanted file.
    """
    read = _zip_members if found.place.suffix.lower() == ".zip" else _tar_members
    count = 0
    try:
        for path, content in _contents(found.source, read(found)):
            count += 1
            yield path, content
    except PentraceError as error:
        raise PentraceError(f"{found.place}: {error}") from None
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno in REMEDIES:
            error.filename = error.filename or str(found.place)
            raise  # the archive could not be read; else zipfile sought a place that is none
        raise PentraceError(
            f"{found.place}: damaged or truncated ({error}); download it again"
        ) from None
    if not count:
        raise PentraceError(
            f"{found.place}: contains no {found.source.name} (no file name matches "
            f"{found.source.members}); replace it by the right archive"
        )


def _contents(source: Source, members: Iterable[Member]) -> Iterator[tuple[str, bytes | Link]]:
    files: set[str] = set()
    links: dict[str, str] = {}  # the later of two members with one name counts, as in a tar
    size = 0
    for member in members:
        path = table_path(source, member.name)
        size += member.size
        _refuse_much(source, size, len(files) + len(links) + 1)
        if member.content is None:
            links[path] = table_path(source, _target(member))
            continue
        links.pop(path, None)
        files.add(path)
        yield path, _bounded(member.name, member.size, member.content, source)
    for path in links:
        yield path, Link(_resolved(path, links, files))


def _target(member: Member) -> str:
    """The name of the member that a link points to; raises `PentraceError` if it is none."""
    parts: list[str] = []
    for part in PurePosixPath(member.target.replace("\\", "/")).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    if not parts or parts[0] in ("..", "/"):
        raise PentraceError(
            f"{member.name}: a link to {member.target!r}, which leads out of the archive; replace "
            "the link by the file"
        )
    return "/".join(parts)


def _resolved(path: str, links: dict[str, str], files: set[str]) -> str:
    """The file that a link leads to, perhaps by other links."""
    target = links[path]
    for _ in range(_FOLLOWED):
        if target not in links:
            break
        target = links[target]
    if target not in files:
        raise PentraceError(
            f"{path}: a link to {links[path]}, which is no file that is read from this archive; "
            "replace the link by the file"
        )
    return target


def _tar_members(found: Found) -> Iterator[Member]:
    source = found.source
    for member, content in read_tar(found.place, source.max_archive_bytes):
        if not wanted(source, member.name):
            continue
        if member.isreg():
            yield Member(member.name, member.size, content)
        elif member.islnk():
            yield Member(member.name, 0, None, member.linkname)
        elif member.issym():
            yield Member(member.name, 0, None, _beside(member.name, member.linkname))


def _zip_members(found: Found) -> Iterator[Member]:
    with zipfile.ZipFile(found.place) as archive:
        _check_directory(archive)
        chosen = []
        for member in archive.infolist():
            if not member.is_dir() and wanted(found.source, member.filename):
                chosen.append(member)
            else:
                _check_name(archive, member)
        _refuse_much(found.source, sum(member.file_size for member in chosen), len(chosen))
        for member in chosen:
            with archive.open(member) as content:
                if stat.S_ISLNK(member.external_attr >> 16):
                    target = _bounded(member.filename, member.file_size, content, found.source)
                    name = _beside(member.filename, target.decode("utf-8", "replace"))
                    yield Member(member.filename, 0, None, name)
                else:
                    yield Member(member.filename, member.file_size, content)


def _check_directory(archive: zipfile.ZipFile) -> None:
    """Raise `BadZipFile` if the directory of a zip has another length, or number of members.

    A damaged length makes zipfile pass over members.
    """
    size, count = 0, len(archive.infolist())
    for member in archive.infolist():
        code = "utf-8" if member.flag_bits & 0x800 else "cp437"
        size += _DIRECTORY_ROW + len(member.orig_filename.encode(code))
        size += len(member.extra) + len(member.comment)
    stream: Any = archive.fp
    stream.seek(archive.start_dir + size)
    end = stream.read(12)
    stated = int.from_bytes(end[10:], "little")
    short = end.startswith(_DIRECTORY_ENDS[0]) and stated != _LARGE
    if not end.startswith(_DIRECTORY_ENDS) or (short and stated != count):
        raise zipfile.BadZipFile("its directory is not complete")


def _check_name(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise `BadZipFile` if the name of a member that is not read differs between its two places.

    One flipped bit can turn the name of a wanted file into another.
    """
    with suppress(RuntimeError), archive.open(member):
        pass


def _beside(name: str, target: str) -> str:
    """The target of a symbolic link, which is relative to the folder of the link."""
    return str(PurePosixPath(name).parent / target)


def _refuse_much(source: Source, size: int, count: int) -> None:
    """Raise `PentraceError` if an archive has too many bytes or files in all."""
    if size > source.max_archive_bytes:
        raise PentraceError(too_much(source.max_archive_bytes, "bytes when unpacked"))
    if count > source.max_files:
        raise PentraceError(too_much(source.max_files, "files"))


def _bounded(name: str, size: int, stream: IO[bytes], source: Source) -> bytes:
    """All of `stream`, which has `size` bytes according to the archive."""
    if size > source.max_bytes:
        raise PentraceError(f"{name}: {too_large(size, source)}")
    content = stream.read(size + 1)
    if len(content) != size:
        raise PentraceError(f"{name}: {len(content):,} bytes, expected {size:,}; download it again")
    return content
