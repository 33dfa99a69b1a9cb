"""Cases for `pentrace write --style`: damaged files of ink of one line.

The result must be ink that is finite; whether its points are right is asked by the kinds of the
readers, which read the same formats.
"""

import io
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import seeds
from damage import damaged
from kinds import Kind, Outcome, Run, refused
from table_damage import changed, damaged_bytes

from pentrace.errors import PentraceError
from pentrace.write import own_ink

FILES: dict[str, Callable[[], list[bytes]]] = {
    "a.json": seeds.json_ink,
    "a.csv": seeds.tables,
    "a.npy": seeds.arrays,
    "a.svg": seeds.kanji,
    "a.inkml": seeds.inkml,
    "a.xml": seeds.line_xml,
    "U1S1.TXT": seeds.signatures,
}


def _parquets() -> list[bytes]:
    """Points as `pentrace write` saves them, and normalised offsets."""
    ink = seeds.recorded(40, 3)
    points = {"x": ink.x / 1.0, "y": -ink.y / 1.0, "t": ink.t / 100, "stroke": ink.stroke}
    steps = np.random.default_rng(1).normal(size=(40, 2)).astype(np.float32)
    steps[0] = 0
    offsets = {"dx": steps[:, 0], "dy": steps[:, 1], "end_of_stroke": (ink.t % 7 == 0) + 0}
    found = []
    for columns in (points, offsets):
        body = io.BytesIO()
        pq.write_table(pa.table(columns), body, write_page_checksum=True)
        found.append(body.getvalue())
    return found


def _prepare(folder: Path) -> Run:
    files = {name: make() for name, make in FILES.items()} | {"a.parquet": _parquets()}

    def run(random: Random) -> Outcome:
        name = random.choice(list(files))
        content = random.choice(files[name])
        table = name.endswith(".parquet")
        way = random.choice((damaged_bytes, changed)) if table else damaged
        harmed = way(content, random)
        path = folder / name
        path.write_bytes(harmed)
        try:
            steps = own_ink.offsets(path)
            found = own_ink.read(path).xy if steps is None else steps
        except PentraceError as error:
            if str(path) not in str(error):
                return Outcome("wrong", f"does not name the file: {error}", harmed)
            return refused(str(error), harmed)
        if not len(found) or not np.isfinite(found).all():
            return Outcome("wrong", "not finite, or no point", harmed)
        return Outcome("right")

    return run


KINDS = (Kind("styles", 8, _prepare),)
