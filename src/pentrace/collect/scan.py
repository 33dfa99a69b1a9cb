"""Manifests of the raw files, by which a workflow sees that one of them has changed.

The Snakefile calls `scan` at every start. It is fast if little has changed, imports nothing large,
and writes a manifest only if its content changes: touching a file reruns nothing.
"""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pentrace.collect.find import Found, TreeFile, find_all, find_ink, notes, tree_files
from pentrace.collect.python_package import raw_folder
from pentrace.files import write_text
from pentrace.shards import names, shard_of

_CACHE = ".checksums.tsv"


@dataclass(frozen=True)
class Scan:
    """The result of `scan`."""

    scattered: bool  # all ink is in trees: one job per shard, from ink-S.tsv; else all from ink.tsv
    notes: list[str]  # messages for users


def scan(reader: str, raw: Path, shards: int, out: Path) -> Scan:
    """Write the manifests of the raw files of `reader` in `raw` into the folder `out`.

    `raw` is a folder, or `package:NAME` (see `package.raw_folder`).
    Writes `ink-S.tsv` for each shard S if all ink is in trees, else `ink.tsv`; and `labels.tsv`.
    A row is path, size in bytes and sha256 of a file, or of a complete archive.
    Raises `PentraceError` if there is no ink.
    """
    module = import_module(f"pentrace.readers.sources.{reader}")
    raw = raw_folder(raw)
    ink, labels = find_ink(module.INK, raw), find_all(module.LABELS, raw)
    known = _Checksums(out / _CACHE)
    rows, label_rows = known.rows(ink), known.rows(labels)
    known.save()
    scattered = all(found.tree for found in ink)
    if scattered:
        _write_shards(rows, module.group, shards, out)
    else:
        _write_changed(out / "ink.tsv", rows)
    _write_changed(out / "labels.tsv", label_rows)
    return Scan(scattered, notes(module.INK + module.LABELS, raw))


@dataclass(frozen=True)
class _Row:
    path: str
    size: int
    sha256: str


class _Checksums:
    """Checksums of files, computed again only if the size or modification time differs."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        text = cache.read_text(encoding="utf-8") if cache.is_file() else ""
        pairs = (line.rpartition("\t") for line in text.splitlines())
        self.old = {key: checksum for key, _, checksum in pairs}
        self.new: dict[str, str] = {}

    def rows(self, found: Iterable[Found]) -> list[_Row]:
        """Rows of all files in the trees, and of the archives, sorted by path."""
        files = [file for one in found for file in _files(one)]
        pairs = [(f"{file.place}\t{file.size}\t{file.mtime_ns}", file) for file in files]
        unknown = [(key, file.place) for key, file in pairs if key not in self.old]
        with ThreadPoolExecutor() as pool:
            taken = pool.map(_sha256, (place for _, place in unknown))
            known = self.old | dict(zip((key for key, _ in unknown), taken, strict=True))
        self.new |= {key: known[key] for key, _ in pairs}
        rows = [_Row(file.path, file.size, known[key]) for key, file in pairs]
        return sorted(rows, key=lambda row: row.path)

    def save(self) -> None:
        """Write the cache, if it changed."""
        if self.new != self.old:
            write_text(self.cache, "".join(f"{k}\t{c}\n" for k, c in sorted(self.new.items())))


def _files(found: Found) -> list[TreeFile]:
    if found.tree:
        return list(tree_files(found))
    stat = found.place.stat()
    return [TreeFile(found.place.name, str(found.place), stat.st_size, stat.st_mtime_ns)]


def _sha256(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_shards(rows: list[_Row], group: Callable[[str], str], shards: int, out: Path) -> None:
    by_shard: list[list[_Row]] = [[] for _ in range(shards)]
    for row in rows:
        by_shard[shard_of(group(row.path), shards)].append(row)
    for name, part in zip(names(shards), by_shard, strict=True):
        _write_changed(out / f"ink-{name}.tsv", part)


def _write_changed(path: Path, rows: list[_Row]) -> None:
    text = "".join(f"{row.path}\t{row.size}\t{row.sha256}\n" for row in rows)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)
