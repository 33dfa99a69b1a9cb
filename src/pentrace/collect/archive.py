"""Reading files from archives, one after the other, from the compressed stream.

No file is written under a name from an archive.
"""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from pentrace.collect.find import Found, table_path, too_large, wanted
from pentrace.errors import PentraceError
from pentrace.readers.source import Source

# These check what they read, and report a missing end; the streams of tarfile do not.
_STREAMS: dict[str, Callable[..., Any]] = {
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".xz": lzma.open,
    ".txz": lzma.open,
    ".bz2": bz2.open,
    ".tar": open,
}
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # zipfile: a password is needed
    NotImplementedError,  # zipfile: an unknown compression
)


def archive_files(found: Found) -> Iterator[tuple[str, bytes]]:
    """Path in the table and content of each wanted file, in the order of the archive.

    Raises `PentraceError` that names the archive if it is damaged or truncated, contains a file
    that is too large or whose name leads outside the folder, or contains no wanted file.
    """
    read = _from_zip if found.place.suffix.lower() == ".zip" else _from_tar
    count = 0
    try:
        for name, content in read(found):
            count += 1
            yield table_path(found.source, name), content
    except PentraceError as error:
        raise PentraceError(f"{found.place}: {error}") from None
    except _DAMAGE as error:
        raise PentraceError(
            f"{found.place}: damaged or truncated ({error}); download it again"
        ) from None
    if not count:
        raise PentraceError(
            f"{found.place}: contains no {found.source.name} (no file name matches "
            f"{found.source.members}); replace it by the right archive"
        )


def _from_tar(found: Found) -> Iterator[tuple[str, bytes]]:
    opened = _STREAMS[found.place.suffix.lower()]
    with opened(found.place, "rb") as stream:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.isreg() and wanted(found.source, member.name):
                    content = archive.extractfile(member)
                    assert content is not None
                    bounded = _bounded(member.name, member.size, content, found.source)
                    yield member.name, bounded
                archive.members.clear()  # type: ignore[attr-defined]  # it would grow with the archive
        while stream.read(1 << 20):  # up to the checksum at the end
            pass


def _from_zip(found: Found) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(found.place) as archive:
        for member in archive.infolist():
            if not member.is_dir() and wanted(found.source, member.filename):
                with archive.open(member) as content:
                    size = member.file_size
                    yield member.filename, _bounded(member.filename, size, content, found.source)


def _bounded(name: str, size: int, stream: IO[bytes], source: Source) -> bytes:
    """All of `stream`, which has `size` bytes according to the archive."""
    if size > source.max_bytes:
        raise PentraceError(f"{name}: {too_large(size, source)}")
    content = stream.read(size + 1)
    if len(content) != size:
        raise PentraceError(f"{name}: {len(content):,} bytes, expected {size:,}; download it again")
    return content
