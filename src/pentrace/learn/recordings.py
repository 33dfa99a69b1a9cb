"""The recordings of one person, from files, folders and archives, as lines for training."""

import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from lzma import LZMAError
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.lines import Primer
from pentrace.networks.alphabet import TYPOGRAPHIC, replacements, shown
from pentrace.networks.settings import NetworkSettings
from pentrace.windows.lines import Lines
from pentrace.write import style
from pentrace.write.own_ink import LARGEST_FILE, SUFFIXES

TEXTS = ".txt"  # beside a recording of the same name
INK = set(SUFFIXES) - {TEXTS, ""}  # raw files with these suffixes have no text
LEAST = 2  # one line to learn from, and one to hold out
MOST = 1000  # files in an archive
MOST_BYTES = 1_000_000_000  # that an archive unpacks to
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # a password is needed, or an unknown compression
    ValueError,  # a name that is no text
)
NAMED = 8  # most files that a message names
RECORD = "record some in the browser: pentrace page -o write.html"


class Recording(NamedTuple):
    """A file with one line."""

    path: Path
    name: str  # for messages
    asked: bool  # whether the user named the file itself, so that it must be readable


class Found(NamedTuple):
    """Files of ink, and what was left out."""

    recordings: list[Recording]
    messages: list[str]


def find_recordings(paths: Sequence[Path], scratch: Path, out: Path | None = None) -> Found:
    """The files of ink that `paths` name: files, folders at any depth, and .zip archives.

    Archives are unpacked in the folder `scratch`. Texts beside ink (also named ones), hidden files
    and the file `out` are left out; other files that are no ink are left out with a message. Raises
    `PentraceError` for a path that does not exist or cannot be unpacked.
    """
    recordings: dict[Path, Recording] = {}
    messages: list[str] = []
    for number, path in enumerate(paths):
        if path.is_dir():
            found = _in_folder(path, str(path), out)
        elif path.suffix.lower() == ".zip" and path.is_file():
            found = _in_folder(_unpacked(path, scratch / str(number)), str(path), None)
        elif path.suffix.lower() == TEXTS and _beside(path):
            found = Found([], [])
        elif path.exists():
            found = Found([Recording(path, str(path), True)], [])
        else:
            raise PentraceError(
                f"{path}: no such file or folder; give recorded lines, or {RECORD} (Collect lines)"
            )
        for one in found.recordings:
            place = Path(os.path.realpath(one.path))
            recordings[place] = recordings.get(place, one) if not one.asked else one
        messages += found.messages
    return Found(sorted(recordings.values(), key=lambda one: one.name), messages)


def _beside(text: Path) -> bool:
    """Whether ink of the same name is beside a file, which then has its text."""
    return any(text.with_suffix(suffix).is_file() for suffix in INK)


def _in_folder(folder: Path, name: str, out: Path | None) -> Found:
    written = None if out is None else os.path.realpath(out)  # also of links that are a loop
    files = [path for path in _visible(folder) if os.path.realpath(path) != written]
    ink = [path for path in files if path.suffix.lower() in INK]
    own = {path.with_suffix("") for path in ink}
    strange = [
        str(path.relative_to(folder))
        for path in files
        if path not in ink and not (path.suffix.lower() == TEXTS and path.with_suffix("") in own)
    ]
    more = f" and {len(strange) - NAMED} more" if len(strange) > NAMED else ""
    message = f"{name}: left out, because they are no ink: {', '.join(strange[:NAMED])}{more}"
    recordings = [Recording(p, f"{name}/{p.relative_to(folder)}", False) for p in ink]
    return Found(recordings, [message] * bool(strange))


def _visible(folder: Path) -> Iterator[Path]:
    """The files below `folder` in order, without hidden ones and those that macOS adds."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__MACOSX")) for part in parts):
            yield path


def _unpacked(archive: Path, folder: Path) -> Path:
    """The folder with the files of `archive`; raises `PentraceError` if it cannot be read."""
    try:
        with zipfile.ZipFile(archive) as file:
            members = [one for one in file.infolist() if not one.is_dir()]
            if len(members) > MOST or any(one.file_size > LARGEST_FILE for one in members):
                raise PentraceError(
                    f"{archive}: more than {MOST} files, or a file larger than {LARGEST_FILE} "
                    "bytes; give an archive of recorded lines"
                )
            if sum(one.file_size for one in members) > MOST_BYTES:
                raise PentraceError(
                    f"{archive}: unpacks to more than {MOST_BYTES:,} bytes; give an archive of "
                    "recorded lines"
                )
            file.extractall(folder)
    except _DAMAGE as error:
        raise PentraceError(
            f"{archive}: cannot be unpacked ({error}); unpack it, and give the folder"
        ) from None
    return folder


def load_recordings(
    found: Found, normalisation: dict, network: NetworkSettings
) -> tuple[list[str], list[Primer], list[str]]:
    """Names and lines of all recordings that can be used, and messages.

    A file that cannot be used is left out with a message. Raises `PentraceError` if the user named
    it, or if fewer than `LEAST` are left.
    """
    names, primers, messages = [], [], list(found.messages)
    for recording in found.recordings:
        try:
            primer, notes = load_recording(recording, normalisation, network)
        except PentraceError as error:
            if recording.asked:
                raise
            messages.append(f"left out: {error}")
            continue
        names.append(recording.name)
        primers.append(primer)
        messages += notes
    if len(primers) < LEAST:
        raise PentraceError("\n".join([*messages, _too_few(len(primers))]))
    return names, primers, messages


def _too_few(count: int) -> str:
    if not count:
        return f"no line to learn from; give files, a folder or a .zip of lines, or {RECORD}"
    return (
        f"only {count} line to learn from; record {LEAST} or more, better 20, each in a file. With "
        "one line: pentrace write --style FILE"
    )


def load_recording(
    recording: Recording, normalisation: dict, network: NetworkSettings
) -> tuple[Primer, list[str]]:
    """The line at the scale of the network, with its text, and messages about it.

    The text is in the file, or in a .txt file of the same name. Raises `PentraceError` that names
    the file and the remedy.
    """
    path, name = recording.path, recording.name
    beside = path.with_suffix(TEXTS)
    text = _text(beside) if beside != path and beside.is_file() else None
    try:
        line = style.from_file(path, text, normalisation)
        primer = style.known(line, network, str(path))
    except PentraceError as error:
        remedy = f"write the text into {beside.name}"
        message = str(error).replace("give the text with --style-text", remedy)
        raise PentraceError(message.replace(str(path), name)) from None
    messages = [primer.warning.replace(str(path), name)] if primer.warning else []
    return primer, [*messages, *_replaced(line.text, network, name)]


def _replaced(text: str, network: NetworkSettings, name: str) -> list[str]:
    """A message if the text has characters that are learnt as similar ones."""
    found = replacements(text, network.alphabet or "")
    pairs = [f"{shown(c)} as {near}" for c, near in found.items() if c not in TYPOGRAPHIC]
    if not pairs:
        return []
    return [f"{name}: the network does not know some characters; it learns {', '.join(pairs)}"]


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise PentraceError(f"{path}: not UTF-8; give a text file, saved as UTF-8") from None


def as_lines(names: Sequence[str], primers: Sequence[Primer]) -> Lines:
    """The recordings as lines of a data set."""
    starts = np.append(0, np.cumsum([len(primer.steps) for primer in primers]))
    steps = np.concatenate([primer.steps for primer in primers])
    return Lines(steps, starts, list(names), [primer.text for primer in primers])


def held_out(count: int, share: float, seed: int) -> tuple[list[int], list[int]]:
    """The numbers of the lines to learn from, and of those to hold out, at least one of each."""
    aside = min(max(1, round(share * count)), count - 1)
    order = np.random.default_rng([seed, 7]).permutation(count)
    return sorted(order[aside:].tolist()), sorted(order[:aside].tolist())
