"""`pentrace card`: describes the tables of a data set, for people and for other programs.

The card is a README.md with the front matter of the Hugging Face Hub, so that
`datasets.load_dataset(folder, "samples")` finds the tables. The other file is Croissant, the
vocabulary of MLCommons for data sets.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import yaml

from pentrace import dataset as places
from pentrace import tables
from pentrace.dataset import data_option
from pentrace.describe import described
from pentrace.errors import PentraceError
from pentrace.files import write_text
from pentrace.options import Command, dataset_option, file_option, note_option
from pentrace.split_names import SPLITS

# The names of the vocabulary that are the same in it, but for the prefix.
CROISSANT_NAMES = (
    "citeAs column equivalentProperty extract field fileObject fileProperty fileSet format "
    "includes isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated "
    "replace samplingRate separator source subField transform"
)
# The standard context of Croissant 1.0, with names that are not used here: programs compare it.
CROISSANT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in CROISSANT_NAMES.split()},
}
PARQUET = "application/x-parquet"  # its name in the library of Croissant
KINDS = {"int": "sc:Integer", "uint": "sc:Integer", "float": "sc:Float", "bool": "sc:Boolean"}
TERMS = (
    "The terms of the recordings are those of their owners. Recordings of IAM-OnDB and SVC2004 "
    "may not be passed on."
)


@click.command("card", cls=Command)
@dataset_option
@data_option
@note_option
@file_option("--out-card", help="Card to write, Markdown.")
@file_option("--out-croissant", help="Croissant to write, JSON-LD.")
def command(dataset: str, data: Path, note: str, out_card: Path, out_croissant: Path) -> None:
    """Describe the tables of a data set for other programs."""
    found = table_files(data)
    words = card(dataset, data, note, found)
    text = json.dumps(croissant(dataset, data, note, found), indent=1, ensure_ascii=False)
    write_text(out_card, words)
    write_text(out_croissant, text + "\n")


Files = dict[str, dict[str, list[Path]]]  # table -> split, or "everything" -> files


def table_files(data: Path) -> Files:
    """The files of each table that is for users, by split where a file has one."""
    points = [data / "points" / path.name for path in places.offsets(data)]
    return {
        "samples": {"everything": [places.samples(data)]},
        "rejects": {"everything": [data / "rejects.parquet"]},
        "points": {"everything": points},
        "offsets": {"everything": places.offsets(data)},
        "windows": {split: [places.windows(data, split)] for split in SPLITS},
    }


def card(name: str, data: Path, note: str, found: Files) -> str:
    """The card: front matter, and the tables in words."""
    # The library refuses to load a split without rows.
    filled = {
        table: {split: files for split, files in by_split.items() if any(map(_rows, files))}
        for table, by_split in found.items()
    }
    configs: list[dict[str, Any]] = [
        {
            "config_name": table,
            "data_files": [
                {"split": split, "path": [str(path.relative_to(data)) for path in files]}
                for split, files in by_split.items()
            ],
        }
        for table, by_split in filled.items()
        if by_split
    ]
    configs[0]["default"] = True
    head = {
        "pretty_name": name,
        "license": "other",
        "tags": ["handwriting", "online-handwriting", *([note] if note else [])],
        "configs": configs,
    }
    front = yaml.safe_dump(head, sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n{_words(name, data, note, found)}"


def _words(name: str, data: Path, note: str, found: Files) -> str:
    samples = tables.read(places.samples(data), ["split", "n_points", "dropped_by"]).to_pandas()
    kept = samples[samples.dropped_by.isna()]
    rows = [
        f"| {split} | {len(own)} | {int(own.n_points.sum())} |"
        for split, own in kept.groupby(kept.split.fillna("none"))
    ]
    about = [f"\n## {table}\n\n{described(_schema(files))}" for table, files in found.items()]
    return "\n".join(
        [
            f"# {name}\n",
            f"Online handwriting: pen positions over time{f' ({note})' if note else ''}. "
            f"Pentrace made these tables. {TERMS}\n",
            "```python",
            "from datasets import load_dataset\n",
            'samples = load_dataset("FOLDER", "samples", split="everything")  # this folder',
            "```\n",
            "| split | samples | points |\n| --- | --- | --- |",
            *rows,
            *about,
        ]
    )


def croissant(name: str, data: Path, note: str, found: Files) -> dict[str, Any]:
    """The same as JSON-LD, with a checksum for each file and a type for each column."""
    files = [path for by_split in found.values() for own in by_split.values() for path in own]
    sets = [
        {
            "@type": "cr:FileSet",
            "@id": f"{table}-files",
            "encodingFormat": PARQUET,
            "includes": str(_first(by_split).relative_to(data).parent / "*.parquet"),
        }
        for table, by_split in found.items()
        if _is_set(by_split)
    ]
    return {
        "@context": CROISSANT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": f"Online handwriting: pen positions over time. {note}".rstrip(". ") + ".",
        "usageInfo": TERMS,
        "distribution": [*(_file(path, data) for path in files), *sets],
        "recordSet": [_records(table, by_split, data) for table, by_split in found.items()],
    }


def _file(path: Path, data: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    name = str(path.relative_to(data))
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": PARQUET,
        "sha256": checksum,
    }


def _records(table: str, by_split: dict[str, list[Path]], data: Path) -> dict[str, Any]:
    one = {"fileObject": {"@id": str(_first(by_split).relative_to(data))}}
    source = {"fileSet": {"@id": f"{table}-files"}} if _is_set(by_split) else one
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "field": [_field(table, column, source) for column in _schema(by_split)],
    }


def _field(table: str, column: pa.Field, source: dict[str, Any]) -> dict[str, Any]:
    is_list = pa.types.is_fixed_size_list(column.type)
    kind = str(column.type.value_type if is_list else column.type)
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "description": column.metadata[b"meaning"].decode(),
        "dataType": KINDS.get(kind.rstrip("0123456789").replace("double", "float"), "sc:Text"),
        **({"repeated": True} if is_list else {}),
        "source": {**source, "extract": {"column": column.name}},
    }


def _rows(path: Path) -> int:
    with tables.opened(path) as file:
        return file.metadata.num_rows


def _first(by_split: dict[str, list[Path]]) -> Path:
    return next(iter(by_split.values()))[0]


def _is_set(by_split: dict[str, list[Path]]) -> bool:
    return sum(map(len, by_split.values())) > 1


def _schema(by_split: dict[str, list[Path]]) -> pa.Schema:
    """The schema in the first file of a table; `PentraceError` if columns have no meaning."""
    path = _first(by_split)
    with tables.opened(path) as file:
        found = file.schema_arrow
    for column in found:
        try:
            (column.metadata or {})[b"meaning"].decode()
        except (KeyError, UnicodeDecodeError):
            raise PentraceError(
                f"{path}: column {column.name!r} has no meaning, so another program wrote the "
                "table, or it is damaged; build it again with snakemake"
            ) from None
    return found
