"""IAM-OnDB several times over, each line again under other names, to measure how time grows.

    python benchmarks/many_times.py data/raw/iam big/iam 10          # archives
    python benchmarks/many_times.py data/raw/iam big/tree 10 --tree  # only a tree, as if unpacked
    python benchmarks/tables.py big/iam

A copy has the names of the original after c1, c2 and so on. Writers keep their names.
"""

import argparse
import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

ARCHIVES = ("lineStrokes", "ascii", "original-xml", "task1")
PARTS = re.compile(r"(?<=/)(?=[a-z]\d\d)")  # before the name of a form, or the start of one
FORMS = re.compile(rb"^ *(?=[a-z]\d\d)", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("times", type=int)
    parser.add_argument("--tree", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True)
    for name in ARCHIVES:
        archive = min(given.raw.glob(f"{name}*"))
        files = repeated(archive, given.times)
        (unpack if given.tree else pack)(files, given.out, name)


def repeated(archive: Path, times: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files in `archive`, `times` times under other names.

    A split list is one file with all forms.
    """
    for copy in range(times):
        prefix = f"c{copy}" if copy else ""
        with tarfile.open(archive) as opened:
            for member in opened:
                file = opened.extractfile(member) if member.isreg() else None
                if file is None:
                    continue
                content = file.read()
                if member.name.startswith(("trainset", "testset")):
                    if not copy:
                        yield member.name, b"".join(named(content, n) for n in range(times))
                else:
                    yield PARTS.sub(prefix, member.name), content


def named(forms: bytes, copy: int) -> bytes:
    return FORMS.sub(b" c%d" % copy if copy else b" ", forms).rstrip() + b"\n"


def pack(files: Iterator[tuple[str, bytes]], out: Path, name: str) -> None:
    path = out / f"{name}-all.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for path_inside, content in files:
            member = tarfile.TarInfo(path_inside)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def unpack(files: Iterator[tuple[str, bytes]], out: Path, name: str) -> None:
    for path, content in files:
        place = out / (f"task1/{path}" if name == "task1" else path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


if __name__ == "__main__":
    main()
