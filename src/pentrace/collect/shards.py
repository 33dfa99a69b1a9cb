"""Which shard a raw file belongs to."""

import re
import zlib
from pathlib import Path


def names(shards: int) -> list[str]:
    """The names of `shards` shards: 00, 01, ..."""
    width = max(2, len(str(shards - 1)))
    return [f"{shard:0{width}d}" for shard in range(shards)]


def shard_of(group: str, shards: int) -> int:
    """The shard of a group of files; files that come or go move no other group."""
    return zlib.crc32(group.encode()) % shards


def natural(path: str) -> list:
    """Sort key of a path in which U1S2 comes before U1S10."""
    parts = re.split(r"([0-9]+)", path)
    return [*(int(part) if i % 2 else part for i, part in enumerate(parts)), path]


def prune(folder: Path, shards: int) -> None:
    """Remove from the folders in `folder` the files of shards beyond the first `shards`.

    They are left behind when a data set gets fewer shards, and would be read as its data.
    """
    for path in folder.glob("*/*"):
        shard = re.fullmatch(r"(?:ink-)?([0-9]+)(?:\..*)?", path.name)
        if shard and path.is_file() and int(shard[1]) >= shards:
            path.unlink()
