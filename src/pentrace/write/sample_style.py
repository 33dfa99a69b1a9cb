"""A sample of a data set as a style.

A network that was trained on offsets in the units of the data set reads the offsets of the sample.
Another network, such as the one that comes with Pentrace, gets its ink, as it gets that of a file.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pentrace import dataset, schema, tables
from pentrace.errors import PentraceError
from pentrace.generate.lines import Primer
from pentrace.normalise.units import differing, read_normalisation
from pentrace.shards import listed
from pentrace.split_names import SPLITS
from pentrace.unicode_nfc import nfc
from pentrace.windows.lines import load_lines
from pentrace.write import style
from pentrace.write.own_ink import OwnInk

SHOWN = 3  # samples that a message names
DATA = "give --data the folder of a data set, such as results/demo-iam"


def is_sample(name: str, data: Path) -> bool:
    """Whether the data set in the folder `data` has a sample of this name that can be a style.

    Raises `PentraceError` if there is no table of samples.
    """
    return name in _samples(data)["sample_id"].to_pylist()


def from_sample(name: str, data: Path, normalisation: dict) -> Primer:
    """Sample `name` of the data set in the folder `data`, such as results/demo-iam.

    `normalisation` is that of the model. Raises `PentraceError` if there is no such sample, or if
    it has no text.
    """
    row = _row(name, data)
    if not row["text"]:
        raise PentraceError(f"{name}: the sample has no text; choose another sample")
    if _same_units(data, normalisation):
        return Primer(_offsets(name, data), nfc(row["text"]))
    return style.from_ink(_ink(row, data), None, normalisation, name)


def reference_of_sample(name: str, data: Path, normalisation: dict) -> style.Reference:
    """The same as ink that shows a hand, whose text need not be known."""
    row = _row(name, data)
    if _same_units(data, normalisation):
        return style.Reference(_offsets(name, data), nfc(row["text"] or ""))
    return style.reference(_ink(row, data), None, normalisation, name)


def _samples(data: Path) -> pa.Table:
    """The samples that were kept and are in a split."""
    path = dataset.samples(data)
    if not path.exists():
        raise PentraceError(f"{path}: no such file; {DATA}")
    columns = ("sample_id", "text", "y_axis", "split", "dropped_by")
    table = tables.read(path, schema.part(schema.SAMPLES, *columns))
    return table.filter(pc.and_(pc.is_null(table["dropped_by"]), pc.is_valid(table["split"])))


def _row(name: str, data: Path) -> dict:
    found = _samples(data)
    rows = found.filter(pc.equal(found["sample_id"].cast(pa.string()), name)).to_pylist()
    if rows:
        return rows[0]
    usable = found.filter(pc.greater(pc.utf8_length(pc.fill_null(found["text"], "")), 0))
    names = (usable if len(usable) else found)["sample_id"].to_pylist()
    raise PentraceError(
        f"{data}: no sample {name}; choose one of the {len(names)}, such as "
        f"{', '.join(names[:SHOWN])}"
    )


def _same_units(data: Path, normalisation: dict) -> bool:
    return not differing(read_normalisation(dataset.normalisation(data), DATA), normalisation)


def _offsets(name: str, data: Path) -> np.ndarray:
    lines = load_lines(data, SPLITS)
    return np.array(lines[lines.ids.index(name)])


def _ink(row: dict, data: Path) -> OwnInk:
    """The cleaned points of the sample in a row of `schema.SAMPLES`."""
    columns = schema.part(schema.POINTS, "sample_id", "x", "y", "stroke", "t")
    name = row["sample_id"]
    for path in listed(data / "cleaned"):
        for piece in tables.read_pieces(path, columns):
            points = piece.filter(pc.equal(piece["sample_id"].cast(pa.string()), name))
            if len(points):
                x, y, t = (points[key].cast("float64").to_numpy() for key in ("x", "y", "t"))
                sign = -1.0 if row["y_axis"] == "down" else 1.0
                stroke = points["stroke"].to_numpy().astype(np.int64)
                return OwnInk(np.column_stack([x, sign * y]), t, stroke, row["text"], "tablet unit")
    raise PentraceError(f"{data / 'cleaned'}: no points of {name}; build it again with snakemake")
