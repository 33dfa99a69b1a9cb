"""Which tree or archive in a raw folder contains the files of a source."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pentrace.errors import PentraceError
from pentrace.files import refuse_special
from pentrace.readers.source import ENDINGS, Source


@dataclass(frozen=True)
class Found:
    """Where the files of a source are."""

    source: Source
    place: Path  # folder of the tree, or the archive
    tree: bool
    unused: tuple[Path, ...] = ()  # also there
    raw: Path | None = None  # of a tree: the folder of raw files; None: the tree itself


@dataclass(frozen=True)
class TreeFile:
    """A file of a tree."""

    path: str  # as in the table
    place: str
    size: int  # bytes
    mtime_ns: int


def find(source: Source, raw: Path) -> Found | None:
    """The tree of `source` in the folder `raw`, else its first archive by name, else None.

    A tree without a wanted file is ignored.
    """
    archives = _archives(source, raw)
    places = [place for folder in source.folders for place in _folders(folder, raw)]
    filled = [place for place in places if next(_walk(source, place, raw), None)]
    if filled:
        others = [place for place in filled[1:] if place != raw]
        return Found(source, filled[0], True, (*others, *archives), raw)
    return Found(source, archives[0], False, tuple(archives[1:])) if archives else None


def find_all(sources: tuple[Source, ...], raw: Path) -> list[Found]:
    """Those of `sources` that are in `raw`."""
    return [found for source in sources if (found := find(source, raw))]


def find_ink(sources: tuple[Source, ...], raw: Path) -> list[Found]:
    """As `find_all`, but at least one must be there.

    Raises `PentraceError` with the files to add and their place, if none of `sources` is in `raw`.
    """
    found = find_all(sources, raw)
    if found:
        return found
    wanted = "\n".join(f"  {_wanted(source, raw)}" for source in sources)
    raise PentraceError(
        f"{raw}: nothing to read. Put here, as downloaded or unpacked, "
        f"{'at least one of these:' if len(sources) > 1 else 'these files:'}\n{wanted}\n"
        "Then run the same command again. To leave this data set out, name the data sets that you "
        "have: add --config run=[NAME,NAME] to the command, or ARGS='--config run=[NAME,NAME]' to "
        "make. demo-iam and demo-svc need no files."
    )


def notes(sources: tuple[Source, ...], raw: Path) -> list[str]:
    """Messages for users: which sources were found, are not used, or are missing."""
    lines = []
    for source in sources:
        found = find(source, raw)
        if not found:
            lines += [] if source.optional else [_absent(source, raw)]
            continue
        lines.append(f"{raw}: {source.name} from {found.place.name or found.place}")
        lines += [
            f"{raw}: {other.name} is not used, since {found.place.name} is used"
            for other in found.unused
        ]
    return lines


def _absent(source: Source, raw: Path) -> str:
    if not source.without:
        return f"{raw}: no {source.name}. Missing: {_wanted(source, raw)}"
    return f"{raw}: no {source.name}: {source.without}. To add them: {_place(source, raw)}."


def _wanted(source: Source, raw: Path) -> str:
    without = f" Without it: {source.without}." if source.without else ""
    return f"{_place(source, raw)}.{without}"


def _place(source: Source, raw: Path) -> str:
    """Where files of `source` belong, and where to get them."""
    tree = source.folders[0]
    names = "its files" if tree == "." else f"{tree}/"
    return f"{raw}/{source.archive}{{{','.join(ENDINGS)}}} or {names}: {source.where}"


def table_path(source: Source, name: str) -> str:
    """The path in the table of the file called `name` in an archive or tree.

    Raises `PentraceError` for a name that leads out of its folder or cannot be printed.
    """
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".")]
    if ".." in parts or not name.isprintable():
        raise PentraceError(f"file name {name!r}: not allowed; rename the file")
    folder = source.folders[0]
    if folder == ".":
        return "/".join(parts)
    known = {other.casefold() for other in source.folders}
    inside = [i for i, part in enumerate(parts[:-1]) if part.casefold() in known] or [
        i for i, part in enumerate(parts[:-1]) if any(_is(part, name) for name in source.folders)
    ]
    return "/".join([folder, *(parts[inside[0] + 1 :] if inside else parts)])


def wanted(source: Source, name: str) -> bool:
    """Whether the file called `name` is one of `source`; hidden and system files are not."""
    base = re.split(r"[/\\]", name)[-1]
    litter = base.startswith(".") or "__MACOSX" in name
    return not litter and bool(re.fullmatch(source.members, base, re.IGNORECASE))


def tree_files(found: Found) -> Iterator[TreeFile]:
    """The wanted files of a tree, in no order."""
    inside = len(os.path.join(found.place, ""))  # noqa: PTH118
    for entry in _walk(found.source, found.place, found.raw or found.place):
        stat = entry.stat()
        if stat.st_size > found.source.max_bytes:
            raise PentraceError(f"{entry.path}: {too_large(stat.st_size, found.source)}")
        path = table_path(found.source, entry.path[inside:])
        yield TreeFile(path, entry.path, stat.st_size, stat.st_mtime_ns)


def too_large(size: int, source: Source) -> str:
    """The message for a file of `size` bytes, with the remedy."""
    return (
        f"{size:,} bytes; the limit for a file of {source.name} is {source.max_bytes:,}: damaged "
        "or malicious; remove it, or, if it is correct, divide it into several files"
    )


def too_much(most: int, what: str) -> str:
    """The message for an archive with more than `most` bytes or files, with the remedy."""
    return (
        f"more than {most:,} {what}: damaged or malicious; remove it, or, if it is correct, unpack "
        "it and give the folder"
    )


def _walk(source: Source, folder: Path, raw: Path) -> Iterator[os.DirEntry]:
    """The wanted files below `folder`. Links are followed if they stay in it or in `raw`.

    A folder is read once: links may lead in circles. Raises `PentraceError` that names a link that
    leads elsewhere, or to nothing.
    """
    inside = (os.path.realpath(folder), os.path.realpath(raw))
    todo, links = [os.fspath(folder)], list[str]()
    seen: set[str] = set()
    while todo or links:
        links.sort(reverse=True)
        place = todo.pop() if todo else links.pop()
        real = os.path.realpath(place)
        if real in seen:
            continue
        seen.add(real)
        with os.scandir(place) as entries:
            for entry in entries:
                known, linked = wanted(source, entry.name), entry.is_symlink()
                # A link to itself is no folder; `entry.is_dir` raises an error for it.
                is_folder = source.deep and (Path(entry) if linked else entry).is_dir()
                if linked and (known or is_folder):
                    _refuse_outside(entry.path, inside)
                if is_folder:
                    (links if linked else todo).append(entry.path)
                elif known and entry.is_file():
                    yield entry
                elif known:
                    refuse_special(Path(entry))


def _refuse_outside(link: str, inside: tuple[str, ...]) -> None:
    target = Path(os.path.realpath(link))
    if not target.exists():
        raise PentraceError(
            f"{link}: a link to nothing ({target}); remove it, or let it point to the file"
        )
    if not any(target.is_relative_to(place) for place in inside):
        raise PentraceError(
            f"{link}: a link to {target}, which is outside the folder of raw files; replace the "
            "link by the file or folder"
        )


def _folders(folder: str, raw: Path) -> list[Path]:
    """Folders of `raw` with this name, in any case; those with more after it come last."""
    if folder == ".":
        return [raw] if raw.is_dir() else []
    inside = sorted(raw.iterdir()) if raw.is_dir() else []
    found = [path for path in inside if _is(path.name, folder) and path.is_dir()]
    return sorted(found, key=lambda path: len(path.name) > len(folder))


def _is(name: str, folder: str) -> bool:
    """Whether a folder is the wanted one, perhaps with a note after it: `lineStrokes(on)`."""
    head, rest = name[: len(folder)], name[len(folder) :]
    return head.casefold() == folder.casefold() and not rest[:1].isalnum()


def _archives(source: Source, raw: Path) -> list[Path]:
    patterns = [(source.archive + ending).casefold() for ending in ENDINGS]
    inside = sorted(raw.iterdir()) if raw.is_dir() else []
    return [
        path
        for path in inside
        if any(fnmatchcase(path.name.casefold(), pattern) for pattern in patterns)
        and path.is_file()
    ]
