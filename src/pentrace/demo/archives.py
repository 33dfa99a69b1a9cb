"""Archives whose bytes depend only on their members: no dates, no owners."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pentrace.files import whole_file

Add = Callable[[str, bytes], None]  # takes name and content of a member
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date in a zip


@contextmanager
def tar(path: Path) -> Iterator[Add]:
    """A new `.tar.gz`, complete or not at all; yields a function that adds one member."""
    with (
        whole_file(path) as partial,
        partial.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):

        def add(name: str, content: bytes) -> None:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))

        yield add


@contextmanager
def zipped(path: Path, comment: str) -> Iterator[Add]:
    """A new `.zip`, complete or not at all; yields a function that adds one member."""
    with whole_file(path) as partial, zipfile.ZipFile(partial, "w") as archive:
        archive.comment = comment.encode()

        def add(name: str, content: bytes) -> None:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            entry.create_system = 3  # the same bytes on every system
            archive.writestr(entry, content)

        yield add
