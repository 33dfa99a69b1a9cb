"""Manifests of the raw files, by which a workflow sees that one of them has changed.

The Snakefile calls `scan` at every start. It is fast if little has changed, and imports nothing
large. A manifest depends only on names and contents: touching a file reruns nothing.
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


@dataclass(frozen=True)
class Scan:
    """The result of `scan`."""

    scattered: bool  # all ink is in trees: one job per shard; else one job for all shards
    manifests: dict[str, str]  # by name: `ink-S` for each shard S, or `ink`; and `labels`
    notes: list[str]  # messages for users


def scan(reader: str, raw: Path, shards: int, cache: Path, save: bool = True) -> Scan:
    """List the raw files of `reader` in `raw`: one manifest for each job that reads some.

    `raw` is a folder, or `package:NAME` (see `package.raw_folder`).
    A line is path, size in bytes and sha256 of a file, or of a complete archive.
    The checksums are kept in the file `cache` if `save`. Raises `PentraceError` if there is no ink.
    """
    module = import_module(f"pentrace.readers.sources.{reader}")
    raw = raw_folder(raw)
    ink, labels = find_ink(module.INK, raw), find_all(module.LABELS, raw)
    known = _Checksums(cache)
    rows, label_rows = known.rows(ink), known.rows(labels)
    if save:
        known.save()
    scattered = all(found.tree for found in ink)
    parts = _by_shard(rows, module.group, shards) if scattered else {"ink": rows}
    manifests = {name: _text(part) for name, part in {**parts, "labels": label_rows}.items()}
    return Scan(scattered, manifests, notes(module.INK + module.LABELS, raw))


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


def _by_shard(rows: list[_Row], group: Callable[[str], str], shards: int) -> dict[str, list[_Row]]:
    parts: dict[str, list[_Row]] = {f"ink-{name}": [] for name in names(shards)}
    by_number = list(parts.values())
    for row in rows:
        by_number[shard_of(group(row.path), shards)].append(row)
    return parts


def _text(rows: list[_Row]) -> str:
    return "".join(f"{row.path}\t{row.size}\t{row.sha256}\n" for row in rows)
