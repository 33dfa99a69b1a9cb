"""Which shard a raw file belongs to, and the files of all shards."""

import re
import zlib
from itertools import zip_longest
from pathlib import Path

from pentrace.errors import PentraceError

# The folders of a data set that have a file for each shard.
SHARDED = ("raw", "points", "parsed", "cleaned", "cleaned-rejects", "offsets", "frames")


def names(shards: int) -> list[str]:
    """The names of `shards` shards: 00, 01, ..."""
    width = max(2, len(str(shards - 1)))
    return [f"{shard:0{width}d}" for shard in range(shards)]


def shard_of(group: str, shards: int) -> int:
    """The shard of a group of files; it does not depend on other groups."""
    return zlib.crc32(group.encode()) % shards


def listed(folder: str | Path, pattern: str = "*.parquet") -> list[Path]:
    """The files of all shards in `folder`, sorted by name.

    Raises `PentraceError` where there is none.
    """
    found = sorted(Path(folder).glob(pattern))
    if not Path(folder).exists():
        raise PentraceError(f"{folder}: no such folder; build it with snakemake")
    if not found:
        raise PentraceError(f"{folder}: no {pattern}; build it with snakemake")
    return found


def natural(path: str) -> tuple:
    """Sort key of a path in which U1S2 comes before U1S10."""
    words, digits = re.split("[0-9]+", path), re.findall("[0-9]+", path)
    numbers = [(len(number), number) for number in (run.lstrip("0") for run in digits)]
    return [*zip_longest(words, numbers, fillvalue=())], path


def prune(folder: Path, shards: int) -> None:
    """Remove from the tables in `folder` the files of shards beyond the first `shards`.

    When a data set gets fewer shards, these files remain and would be read as its data.
    """
    for path in (path for name in SHARDED for path in (folder / name).glob("*")):
        shard = re.fullmatch(r"(?:ink-)?([0-9]+)(\.samples|\.rejects)?\.(parquet|tsv)", path.name)
        if shard and path.is_file() and int(shard[1]) >= shards:
            path.unlink()
