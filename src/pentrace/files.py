"""Outputs that are written completely or not at all."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pentrace.errors import PentraceError


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a path next to `path` to write to; rename it to `path` when the block succeeds.

    The parent folder is created. After an exception, or a kill, `path` is as it was before.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: str | Path) -> Iterator[Path]:
    """Yield a new folder to write to; it replaces `path` when the block succeeds.

    An older `path` is removed completely: the caller checks that this is allowed. After an
    exception in the block, `path` is as it was before.
    """
    path = Path(path).resolve()
    partial, old = (path.with_name(f".{path.name}.{os.getpid()}.{e}") for e in ("partial", "old"))
    for left in (partial, old):  # by a killed process with the same number
        shutil.rmtree(left, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if path.exists():
            path.rename(old)
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


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
        return json.loads(Path(path).read_bytes())
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; {missing}") from None
    except (ValueError, RecursionError) as error:
        raise PentraceError(f"{path}: not JSON ({error}); {broken}") from None


def write_json(path: str | Path, value: Any) -> None:
    """Write `value` to `path` as indented JSON in UTF-8, completely or not at all.

    Raises `ValueError` for a number that JSON does not have, such as NaN.
    """
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
