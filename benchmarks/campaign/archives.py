"""Cases for archives of raw files: damaged bytes against the files that were packed."""

import io
import lzma
import tarfile
import zipfile
import zlib
from pathlib import Path
from random import Random

import seeds
from damage import cut, damaged, flipped, zeroed
from kinds import Kind, Outcome, Run, refused

from pentrace.collect.archive import archive_files
from pentrace.collect.find import find_ink
from pentrace.errors import PentraceError
from pentrace.readers.sources.iam import INK

XZ = b"\xfd7zXZ"
ENDINGS = (".tar.gz", ".tar.xz", ".tar.bz2", ".tar", ".zip")


def _files() -> dict[str, bytes]:
    lines = seeds.line_xml()
    return {f"lineStrokes/a01/a01-000/a01-000u-{i:02d}.xml": c for i, c in enumerate(lines, 1)}


def _packed(files: dict[str, bytes], ending: str) -> bytes:
    body = io.BytesIO()
    if ending == ".zip":
        with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return body.getvalue()
    way = ending.removeprefix(".tar").removeprefix(".")
    with tarfile.open(fileobj=body, mode=f"w:{way}") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return body.getvalue()


def _prepare(folder: Path) -> Run:
    files = _files()
    archives = {ending: _packed(files, ending) for ending in ENDINGS}
    for ending, content in archives.items():
        assert _read(folder, ending, content) == files

    def run(random: Random) -> Outcome:
        ending = random.choice(ENDINGS)
        content = _damaged(archives[ending], random)
        try:
            found = _read(folder, ending, content)
        except PentraceError as error:
            named = "" if "lineStrokes-all" in str(error) else "does not name the archive: "
            if named:
                return Outcome("wrong", named + str(error), content)
            return refused(str(error), content)
        return _judged(found, files, ending, content)

    return run


def _damaged(content: bytes, random: Random) -> bytes:
    if content.startswith(XZ) and random.random() < 0.3:
        return _large_dictionary(content, random)
    way = random.choice((flipped, flipped, cut, zeroed, None))
    return damaged(content, random) if way is None else bytes(way(bytearray(content), random))


def _large_dictionary(content: bytes, random: Random) -> bytes:
    """The same xz archive, whose header asks for a dictionary of up to 4 GB."""
    body = lzma.decompress(content)
    size = random.choice((16, 24, 28, 30))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}]
    packed = bytearray(lzma.compress(body, filters=filters))
    at = packed.index(b"\x21\x01", 12) + 2  # the size of the dictionary, in the block header
    packed[at] = 40 if size == 30 else 2 * (size - 12)
    end = 12 + 4 * (packed[12] + 1)
    packed[end - 4 : end] = zlib.crc32(packed[12 : end - 4]).to_bytes(4, "little")
    return bytes(packed)


def _read(folder: Path, ending: str, content: bytes) -> dict[str, bytes]:
    place = folder / f"lineStrokes-all{ending}"
    place.write_bytes(content)
    try:
        (found,) = find_ink(INK, folder)
        return {name: got for name, got in archive_files(found) if isinstance(got, bytes)}
    finally:
        place.unlink()


def _judged(
    found: dict[str, bytes], files: dict[str, bytes], ending: str, content: bytes
) -> Outcome:
    """A tar that is not compressed has checksums of its headers, and none of the contents."""
    # A name that is changed wherever it is leaves a valid archive.
    if found == files or sorted(found.values()) == sorted(files.values()):
        return Outcome("right")
    rest = {name: files[name] for name in files.keys() - found.keys()}
    if ending == ".tar" and all(len(c) == len(files.get(n, b"")) for n, c in found.items()):
        # Zeros from a header to the end are the end.
        places = [_PLAIN.index(name.encode()) for name in rest]
        if not content[min(places, default=len(content)) :].strip(b"\0"):
            return Outcome("right")
    lost, other = sorted(files.keys() - found.keys()), sorted(found.keys() - files.keys())
    changed = sorted(n for n in files.keys() & found.keys() if files[n] != found[n])
    return Outcome("wrong", f"{ending}: lost {lost}, new {other}, changed {changed}", content)


_PLAIN = _packed(_files(), ".tar")
KINDS = (Kind("archives", 8, _prepare),)
