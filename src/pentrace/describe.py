"""`pentrace describe`: every table, column by column, as in `docs/tables.md`."""

from pathlib import Path

import click
import pyarrow as pa

from pentrace.files import write_text
from pentrace.options import Command, out_file_option
from pentrace.schema import TABLES, VERSION

# Where each table is, below results/<dataset>/; S is a shard, N a network.
PLACES = {
    "raw": "raw/ink-S.parquet, raw/labels.parquet",
    "points": "points/S.parquet, cleaned/S.parquet, N/samples/points.parquet, "
    "N/drawn/points.parquet, N/fictional/points.parquet",
    "parsed": "parsed/S.samples.parquet",
    "labels": "labels.parquet",
    "samples": "samples.parquet",
    "rejects": "rejects.parquet",
    "offsets": "offsets/S.parquet",
    "frames": "frames/S.parquet",
    "windows": "windows/<split>.parquet",
    "characters": "characters.parquet",
    "vocabulary": "vocabulary.parquet",
    "documents": "documents.parquet",
    "text-windows": "windows/<split>.parquet of a text",
    "history": "N/history.parquet",
    "lines": "N/lines.parquet",
    "written": "N/rewritten/lines.parquet, N/imitated/lines.parquet",
    "hands": "N/imitated/hands.parquet",
    "style": "N/style.parquet",
    "discriminated": "N/discriminated.parquet",
    "trajectory-features": "N/trajectory-features.parquet",
    "recognised": "N/recognised.parquet",
    "alignments": "R/alignments.parquet",
    "fits": "R/fits.parquet",
    "nearest": "N/fictional/nearest.parquet",
    "comparisons": "verify/M.parquet",
}

HEAD = f"""# Tables

All tables are Parquet (zstd), schema version {VERSION}. Each file contains its description: the
meaning and unit of a column are metadata of its field (`pyarrow.parquet.read_schema(path)`). This
page is printed by `pentrace describe`.

Places are below `results/<dataset>/`; S is a shard (`00`, `01`, ...), N the name of a network,
R that of the recogniser, M that of a method of verification.
x grows rightward. Up to `cleaned`, y is as recorded (`y_axis` in samples: down for IAM-OnDB, up for
SVC2004); from `offsets` on, and in all new ink, y grows upward.
"""

LOADING = """
## Loading windows

In the windows, `dx`, `dy` and `end_of_stroke` are fixed-size lists; so are the `codes` of a text.
One expression loads a column as an array (windows, length). The expressions of pyarrow and polars
also work for a split without windows:

```python
path, length = "results/demo-iam/windows/train.parquet", 301
pl.read_parquet(path)["dx"].to_numpy()
pq.read_table(path)["dx"].combine_chunks().flatten().to_numpy().reshape(-1, length)
np.stack(pd.read_parquet(path)["dx"])
np.stack(duckdb.sql(f"select dx from '{path}'").fetchnumpy()["dx"])
torch.from_numpy(np.stack(pd.read_parquet(path)["dx"]))
```

Only the first `valid` values of each window are data; the rest is padding. A network reads the
values `[:valid - 1]` and predicts the values `[1:valid]`.
"""


@click.command("describe", cls=Command)
@out_file_option(default="-", required=False, help="File to write; default: standard output.")
def command(out: Path) -> None:
    """Print what every table contains, as Markdown."""
    write_text(out, markdown())


def markdown() -> str:
    """`docs/tables.md`."""
    return HEAD + "".join(_table(name, schema) for name, schema in TABLES.items()) + LOADING


def _table(name: str, schema: pa.Schema) -> str:
    return f"\n## {name}\n\n`{PLACES[name]}`\n\n{described(schema)}"


def described(schema: pa.Schema) -> str:
    """The meaning of a table and of each column, as Markdown."""
    head = ["column", "type", "unit", "null", "meaning"]
    rows = [head, ["---"] * len(head), *(_row(field) for field in schema)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{schema.metadata[b'meaning'].decode()}\n\n{lines}\n"


def _row(field: pa.Field) -> list[str]:
    notes = {key.decode(): value.decode() for key, value in field.metadata.items()}
    kind = str(field.type).replace("dictionary<values=string, indices=int32, ordered=0>", "string")
    kind = kind.replace("element: ", "").replace("item: ", "").replace("[1]", "[length]")
    null = "yes" if field.nullable else ""
    return [f"`{field.name}`", kind, notes["unit"], null, notes["meaning"]]
