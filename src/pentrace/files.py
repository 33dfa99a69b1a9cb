"""Outputs that are written completely or not at all."""

import errno
import json
import math
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from pentrace.errors import PentraceError, UsageError, naming

ADDED = len(f"..{2**22}.partial-9999")  # bytes added to a name: number of a process, and of a page

_kept: list[TextIO] = []  # standard output, while messages are printed to standard error


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a path to write to; its content is at `path` after the block succeeded.

    A regular file is written next to `path` and then renamed, so that after an exception, or a
    kill, `path` is as it was before. A symbolic link is followed, and the parent folder is created.
    Standard output (-), a device or a pipe gets the complete file at the end of the block.
    """
    path = given = Path(path)
    if is_stream(path):
        with tempfile.TemporaryDirectory() as folder:
            complete = Path(folder) / path.name
            yield complete
            with naming(Path("standard output") if str(path) == "-" else path, complete):
                _copy(complete, path)
        return
    path = _target(path)
    check_name(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with naming(given, partial):
            yield partial
            _on_disk(partial)
            partial.replace(path)
            _on_disk(path.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: str | Path) -> Iterator[Path]:
    """Yield a new folder to write to; it replaces `path` when the block succeeds.

    An older `path` is removed completely: the caller checks that this is allowed. After an
    exception in the block, `path` is as it was before. A symbolic link is followed.
    """
    given, path = Path(path), _target(Path(path))
    check_name(path)
    partial, old = (path.with_name(f".{path.name}.{os.getpid()}.{e}") for e in ("partial", "old"))
    for left in (partial, old):  # by a killed process with the same number
        shutil.rmtree(left, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        with naming(given, partial):
            yield partial
            for below in partial.rglob("*"):
                _on_disk(below)
            _on_disk(partial)
            if path.exists():
                path.rename(old)
            partial.rename(path)
            _on_disk(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _on_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk.

    Without it, a power cut after the rename can leave an empty file, or the old names.
    """
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        # Some file systems cannot do this for a folder.
        if not (path.is_dir() and error.errno in (errno.EINVAL, errno.ENOTSUP)):
            raise
    finally:
        os.close(number)


def is_standard_output(path: str | Path) -> bool:
    """Whether `path` is - or another name of standard output, such as /dev/stdout."""
    if str(path) == "-":
        return True
    try:
        return os.path.samestat(Path(path).stat(), os.fstat(_standard_output().fileno()))
    except (OSError, ValueError):  # no such file, or standard output is no file
        return False


def is_stream(path: str | Path) -> bool:
    """Whether `path` is written to, and not replaced: standard output, a device, a pipe."""
    path = Path(path)
    return is_standard_output(path) or (path.exists() and not path.is_file() and not path.is_dir())


@contextmanager
def messages_on_standard_error() -> Iterator[None]:
    """Print to standard error in the block, so that standard output has only the file."""
    _kept.append(sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _kept.pop()


def _standard_output() -> TextIO:
    return _kept[-1] if _kept else sys.stdout


def _copy(complete: Path, stream: Path) -> None:
    with complete.open("rb") as source:
        if is_standard_output(stream):
            output = _standard_output()
            output.flush()
            shutil.copyfileobj(source, output.buffer)
            output.flush()
        else:
            with stream.open("wb") as target:
                shutil.copyfileobj(source, target)


def _target(path: Path) -> Path:
    """The file or folder that `path` points to if it is a symbolic link, also one to nothing."""
    return Path(os.path.realpath(path))


def check_name(path: Path) -> None:
    """Raise `PentraceError` if the name of `path` is too long for a file that is being written.

    There is room for what is added to the name until the file is complete, and for a page number.
    """
    try:
        limit = os.pathconf(path.parent, "PC_NAME_MAX") - ADDED
    except OSError:  # there is no such folder yet
        limit = 255 - ADDED
    if len(os.fsencode(path.name)) > limit:
        raise PentraceError(
            f"{path}: file name too long; give a shorter name, of at most {limit} bytes"
        )


def check_output(path: Path, folder: bool = False) -> None:
    """Raise `UsageError` if `path` cannot be written: its folder is missing or read-only.

    `folder`: a folder is to be written, else a file.
    """
    check_name(path)
    if folder:
        if str(path) == "-":
            raise UsageError("-: a folder cannot be standard output; name a folder")
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path}: is a file; name a folder")
    elif is_standard_output(path):
        return
    elif path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file in it")
    target = _target(path) if path.is_symlink() else path
    check_name(target)
    parent = target.parent
    if not parent.is_dir():
        raise UsageError(f"{path}: there is no folder {parent}; make it with: mkdir -p {parent}")
    written = path if is_stream(path) else parent
    if not os.access(written, os.W_OK):
        raise UsageError(f"{path}: no permission to write to {written}; choose another place")


def refuse_special(path: Path) -> None:
    """Raise `UsageError` if `path` is a device, a pipe or a socket, which need not end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UsageError(f"{path}: a device or a pipe, not a file; save the content into a file")


def read_at_most(file: BinaryIO, limit: int, name: str) -> bytes:
    """The content of `file`, whose end need not come: a device or a pipe.

    Raises `PentraceError` for more than `limit` bytes.
    """
    content = file.read(limit + 1)
    if len(content) > limit:
        raise PentraceError(f"{name}: more than {limit:,} bytes; give a shorter text")
    return content


def check_suffix(path: Path, suffix: str) -> None:
    """Raise `UsageError` if the name of the file `path` does not end with `suffix`, in any case.

    Standard output, a device or a pipe may have any name.
    """
    if suffix and path.suffix.lower() != suffix and not is_stream(path):
        right = path.with_suffix(suffix) if path.name else suffix
        raise UsageError(f"{path}: the file to write is {suffix}; name it {right}")


def remove_partial(folder: str | Path) -> None:
    """Remove from `folder`, at any depth, the files and folders that killed processes left."""
    name = re.compile(r"\..+\.\d+\.(partial|old)")
    left = [path for path in Path(folder).rglob(".*") if name.fullmatch(path.name)]
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` to `path` in UTF-8, completely or not at all."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")


def read_json(
    path: str | Path,
    missing: str = "build it with snakemake",
    broken: str = "delete it and build it again",
) -> Any:
    """The JSON value in the file at `path`.

    Raises `PentraceError` that names the file and ends with the remedy: `missing` if there is no
    such file, `broken` if it is not JSON in UTF-8.
    """
    try:
        with naming(Path(path), Path(path)):
            return json.loads(Path(path).read_bytes())
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; {missing}") from None
    except (ValueError, RecursionError) as error:
        raise PentraceError(f"{path}: {json_fault(error)}; {broken}") from None


def json_fault(error: ValueError | RecursionError) -> str:
    """What is wrong with JSON that `json.loads` refuses with `error`, and where."""
    if isinstance(error, json.JSONDecodeError):
        if not error.doc.strip():
            return "the file is empty"
        return f"not JSON at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return "not JSON: not text in UTF-8"
    deep = isinstance(error, RecursionError)
    return f"not JSON: {'too many brackets in one another' if deep else 'a number is too long'}"


def read_keys(path: str | Path, *keys: str) -> dict[str, Any]:
    """The JSON object in the file at `path`, which has these keys.

    Raises `PentraceError` as `read_json` does, and if a key is missing.
    """
    found = read_json(path)
    missing = [key for key in keys if not isinstance(found, dict) or key not in found]
    if missing:
        raise PentraceError(
            f"{path}: no key {missing[0]!r}: this is another file; give the one that the option "
            "names, or build it again with snakemake"
        )
    return found


def write_json(path: str | Path, value: Any) -> None:
    """Write `value` to `path` as indented JSON in UTF-8, completely or not at all.

    JSON has no NaN and no infinity: a measure that is one of them is written as null.
    """
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def _finite(value: Any) -> Any:
    """`value` with None in the place of each number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
