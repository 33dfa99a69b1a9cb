"""Members of a tar from its stream, up to a proper end: nothing after a damaged header is lost."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Self

from pentrace.collect.find import too_much
from pentrace.errors import PentraceError

MEMORY = 200_000_000  # bytes to decode xz; its highest level takes 65 MB
_PIECE = 1 << 20


class _Xz(io.RawIOBase):
    """An xz file whose decoding takes at most `MEMORY`: a dictionary can have 4 GB."""

    def __init__(self, path: Path, mode: str) -> None:
        self.file = path.open(mode)
        self.decoder = _decoder()

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, or fewer at the end."""
        found = bytearray()
        while len(found) < size:
            if self.decoder.eof and not self._next_part():
                break
            more = self.file.read(_PIECE) if self.decoder.needs_input else b""
            if self.decoder.needs_input and not more:
                raise EOFError("cut short: the end of the xz file is missing")
            found += self.decoder.decompress(more, size - len(found))
        return bytes(found)

    def _next_part(self) -> bool:
        """Whether there is another xz file after the end of one."""
        rest = self.decoder.unused_data or self.file.read(_PIECE)
        while rest and not (rest := rest.lstrip(b"\0")):
            rest = self.file.read(_PIECE)
        if not rest:
            return False
        self.decoder = _decoder()
        self.decoder.decompress(rest, 0)
        return True

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        super().close()


def _decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_AUTO, MEMORY)


# These check what they read, and report a missing end; the streams of tarfile do not.
_STREAMS: dict[str, Callable[..., Any]] = {
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".xz": _Xz,
    ".txz": _Xz,
    ".bz2": bz2.open,
    ".tar": open,
}
_EXTENDED = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
_END: Any = tarfile.EOFHeaderError  # type: ignore[attr-defined]  # a block of zeros
_LONGEST_HEADER = 1_000_000  # bytes of names and attributes of one member; tarfile reads them whole


class _Member(tarfile.TarInfo):
    """A member whose damaged header is an error; tarfile takes it for the end of the archive."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        """The next member."""
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            if isinstance(error, _END):
                raise
            place = f"byte {archive.offset:,}"
            raise tarfile.ReadError(f"no member and no end at {place}: {error}") from None

    @classmethod
    def frombuf(cls, *header: Any) -> Self:
        """The member of one header."""
        found = super().frombuf(*header)
        if found.type in _EXTENDED and found.size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"a header of {found.size:,} bytes")
        return found


class _Bounded:
    """A stream of which at most `most` bytes may be read."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self.stream, self.most, self.left = stream, most, most

    def read(self, size: int) -> bytes:
        """The next `size` bytes, or fewer at the end."""
        content = self.stream.read(size)
        self.left -= len(content)
        if self.left < 0:
            raise PentraceError(too_much(self.most, "bytes when unpacked"))
        return content


def read_tar(path: Path, most: int) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """The members of a tar with at most `most` bytes, each with its content if it is a file.

    A content must be read before the next member is asked for. Raises `tarfile.TarError`, or an
    error of the compression, if the archive is damaged or has no end; `PentraceError` if it is too
    large.
    """
    with _STREAMS[path.suffix.lower()](path, "rb") as stream:
        bounded: Any = _Bounded(stream, most)
        with tarfile.open(fileobj=bounded, mode="r|", tarinfo=_Member) as archive:
            for member in archive:
                yield member, archive.extractfile(member) if member.isreg() else None
                archive.members.clear()  # type: ignore[attr-defined]  # it would grow
            _check_end(archive.fileobj)
        while bounded.read(_PIECE):  # up to the checksum of the compression
            pass


def _check_end(stream: Any) -> None:
    """Raise `tarfile.ReadError` if a second block of zeros is missing, or is not the end."""
    rest = stream.read(tarfile.BLOCKSIZE)
    if len(rest) < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("cut short: no two blocks of zeros at the end")
    while rest:
        if rest.strip(b"\0"):
            raise tarfile.ReadError("there is something after the end")
        rest = stream.read(_PIECE)
