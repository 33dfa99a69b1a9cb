"""`pentrace list`: data sets, networks, hands, samples that can be a style, and presets."""

from collections.abc import Callable
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc

from pentrace import dataset, schema, tables
from pentrace.config.presets import presets
from pentrace.errors import PentraceError, UsageError
from pentrace.generate.load_model import RESULTS, models
from pentrace.networks.model_file import NAME, SHIPPED, settings
from pentrace.networks.settings import PRETRAINED
from pentrace.options import Command
from pentrace.write.named_hands import descriptions

SHOWN = 20  # styles, unless all are asked for
WHERE = "in a clone of the repository"
WIDEST = 120  # characters of a cell

Rows = list[tuple[str, ...]]


@click.command("list", cls=Command)
@dataset.some_data_option(
    required=False, help="Folder of a data set, to list its samples that can be a style."
)
@click.option("--all", "everything", is_flag=True, help=f"List more than {SHOWN} samples.")
def command(data: Path | None, everything: bool) -> None:
    """List data sets, networks, hands, samples that can be a style, and presets."""
    if data is not None:
        if (data / NAME).exists():
            raise UsageError(f"{data}: a network; give the folder of a data set, {data.parent}")
        click.echo(_styles(data, everything))
        return
    styled = ("data set", "samples", "writers", "usable as style")
    parts = {
        "Data sets": _section(styled, _rows(_datasets), f"make them with: make {WHERE}"),
        "Networks": _section(
            ("network", "kind", "size"),
            [_shipped(), *_rows(_networks)],
            f"train some with: make {WHERE}",
        ),
        "Hands, for pentrace write --style": aligned([("hand", "looks"), *descriptions().items()]),
        "Samples, for pentrace write --style": "pentrace list --data FOLDER lists them",
        "Presets, for make CONFIG=...": _section(
            ("preset", "what it does"),
            [*presets().items()],
            f"list them {WHERE}",
        ),
    }
    click.echo("\n\n".join(f"{title}\n{_indented(text)}" for title, text in parts.items()))


def styles(data: Path) -> pa.Table:
    """The samples of the data set in the folder `data` that are usable as styles, by name.

    They have a text and a split, and no rule dropped them. Raises `PentraceError` if there is no
    table of samples.
    """
    if not dataset.samples(data).exists() and dataset.characters(data).exists():
        raise PentraceError(
            f"{data}: a data set of text, so none of it can be a style; give the folder of a data "
            "set of ink, such as results/demo-iam"
        )
    columns = ("sample_id", "writer", "text", "split", "dropped_by")
    table = tables.read(dataset.samples(data), schema.part(schema.SAMPLES, *columns))
    text = pc.fill_null(table["text"], "")
    chosen = pc.and_(pc.is_null(table["dropped_by"]), pc.is_valid(table["split"]))
    return table.filter(pc.and_(chosen, pc.greater(pc.utf8_length(text), 0))).sort_by("sample_id")


def _styles(data: Path, everything: bool) -> str:
    found = styles(data)
    if not len(found):
        return f"{data}: no sample has a text, so none can be a style"
    shown = found if everything else found.slice(0, SHOWN)
    rows = [(r["sample_id"], r["writer"] or "", r["text"]) for r in shown.to_pylist()]
    more = "" if len(shown) == len(found) else f"\n{len(shown)} of {len(found)}; --all lists all"
    return aligned([("style", "writer", "text"), *rows]) + more


def _datasets(root: Path) -> Rows:
    """Folder and counts of each data set of ink; only the folder of a text."""
    found = sorted(path.parent for path in root.glob("*/samples.parquet"))
    texts = sorted(path.parent for path in root.glob("*/characters.parquet"))
    return [_counts(folder) for folder in found] + [(str(f), "text", "", "") for f in texts]


def _counts(folder: Path) -> tuple[str, ...]:
    """The row of a data set of ink. A table that cannot be read is reported."""
    try:
        table = tables.read(dataset.samples(folder), schema.part(schema.SAMPLES, "writer"))
        usable = len(styles(folder))
    except PentraceError as error:
        click.echo(f"pentrace: {error}", err=True)
        return str(folder), "cannot be read", "", ""
    writers = pc.count_distinct(table["writer"]).as_py()
    return str(folder), str(len(table)), str(writers), str(usable)


def _shipped() -> tuple[str, ...]:
    """The row of the network that comes with the package."""
    found = settings(SHIPPED)
    return (PRETRAINED, found.kind, found.size) if found else (PRETRAINED, "damaged", "")


def _networks(root: Path) -> Rows:
    """Folder, kind and size of each network."""
    found = ((path.parent, settings(path)) for path in models(root))
    other = ("of another version; train it again", "")
    return [(str(folder), *((s.kind, s.size) if s else other)) for folder, s in found]


def _rows(of: Callable[[Path], Rows]) -> Rows:
    """The rows of results/, then of all folders results-NAME."""
    roots = (RESULTS, *sorted(Path().glob(f"{RESULTS}-*")))
    return [row for root in roots for row in of(root)]


def _section(head: tuple[str, ...], rows: Rows, remedy: str) -> str:
    return aligned([head, *rows]) if rows else f"none in this folder; {remedy}"


def aligned(rows: Rows) -> str:
    """Rows as columns, two blanks apart."""
    cells = [[_short(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def _short(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell if len(cell) <= WIDEST else f"{cell[: WIDEST - 1]}…"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
