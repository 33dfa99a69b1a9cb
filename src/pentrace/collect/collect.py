"""`pentrace collect`: group raw files, byte for byte, into shards."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import click

from pentrace.collect.archive import Link, archive_files
from pentrace.collect.find import Found, find_all, find_ink, notes, tree_files
from pentrace.collect.python_package import raw_folder
from pentrace.collect.write_shards import pack
from pentrace.errors import PentraceError, UsageError
from pentrace.options import Command, folder_option, out_folder_option
from pentrace.readers.names import reader_option
from pentrace.shards import names, shard_of


@click.command("collect", cls=Command)
@reader_option
@folder_option("--raw", help="Folder of raw files, or package:NAME for a Python package.")
@click.option(
    "--shards",
    required=True,
    type=click.IntRange(1, 99),
    metavar="INTEGER",
    help="Number of shards.",
)
@click.option(
    "--only",
    required=True,
    help="ink: all shards; ink-03: one shard, from unpacked trees; labels: the label files.",
)
@out_folder_option(help="Folder to write to.")
def command(reader: str, raw: Path, shards: int, only: str, out: Path) -> None:
    """Group raw files, byte for byte, into shards."""
    where = import_module(f"pentrace.readers.sources.{reader}")
    raw = raw_folder(raw)
    if only == "labels":
        sources, found = where.LABELS, find_all(where.LABELS, raw)
        count = _collect(found, {0: out / "labels.parquet"}, lambda path: 0)
    else:
        sources, found = where.INK, find_ink(where.INK, raw)
        outputs = _outputs(only, shards, found, out)
        count = _collect(found, outputs, lambda path: shard_of(where.group(path), shards))
    click.echo("\n".join([*notes(sources, raw), f"{count:,} files"]))


def _outputs(only: str, shards: int, found: list[Found], out: Path) -> dict[int, Path]:
    """Number and file of each shard to write."""
    outputs = {i: out / f"ink-{name}.parquet" for i, name in enumerate(names(shards))}
    if only == "ink":
        return outputs
    chosen = {i: path for i, path in outputs.items() if path.stem == only}
    if not chosen:
        allowed = ", ".join(["ink", "labels", *(path.stem for path in outputs.values())])
        raise UsageError(f"--only {only}: not one of {allowed}")
    archives = [one.place for one in found if not one.tree]
    if archives:
        raise PentraceError(
            f"--only {only}: a single shard can be read only from unpacked trees, but "
            f"{archives[0]} is an archive; unpack it, or collect all shards with --only ink"
        )
    return chosen


def _collect(found: list[Found], outputs: dict[int, Path], choose: Callable[[str], int]) -> int:
    """Pack the files of the shards in `outputs`; return their number."""
    return pack(_files(found, lambda path: choose(path) in outputs), outputs, choose)


def _files(found: list[Found], keep: Callable[[str], bool]) -> Iterator[tuple[str, bytes | Link]]:
    """Path in the table and content of each file to keep."""
    for one in found:
        for path, content in _tree(one, keep) if one.tree else archive_files(one):
            if not isinstance(content, Link):
                content = without(one.source.emptied, content)
            yield path, content


def _tree(found: Found, keep: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    for file in tree_files(found):
        if keep(file.path):
            yield file.path, Path(file.place).read_bytes()


def without(element: str, content: bytes) -> bytes:
    """An XML file without the content of `element`; unchanged if `element` is empty.

    The files of complete forms in IAM-OnDB contain every stroke a second time: hundreds of
    megabytes that no label needs. Start tag and end tag are kept, so the file stays well formed.
    """
    head, opening, rest = content.partition(f"<{element}".encode())
    tag, close, inside = rest.partition(b">")
    _, ending, tail = inside.rpartition(f"</{element}".encode())
    return head + opening + tag + close + ending + tail if element and ending else content
