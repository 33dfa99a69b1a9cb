"""`pentrace characters`: read raw texts into characters, vocabulary and splits."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from pentrace import schema, tables
from pentrace.ingest.raw_tables import raw_pieces
from pentrace.ingest.reject_limit import named, refuse_many_rejects
from pentrace.ingest.split_text import Part, parts
from pentrace.options import Command, dataset_option, file_option, folder_option, settings_option
from pentrace.readers.results import Reject
from pentrace.readers.settings import CharacterSettings
from pentrace.readers.text import Document, read
from pentrace.shards import listed, natural
from pentrace.split_names import TEXT_SPLITS

PIECE = 1 << 16  # characters in one row


@click.command("characters", cls=Command)
@dataset_option
@folder_option("--raw", help="Folder with the shards of raw files, from collect.")
@file_option("--out-characters", help="Table of characters to write.")
@file_option("--out-vocabulary", help="Table of the vocabulary to write.")
@file_option("--out-documents", help="Table of documents to write.")
@file_option("--out-rejects", help="Table of rejects to write.")
@settings_option(CharacterSettings)
def command(
    dataset: str,
    raw: Path,
    out_characters: Path,
    out_vocabulary: Path,
    out_documents: Path,
    out_rejects: Path,
    settings: CharacterSettings,
) -> None:
    """Read texts into characters, vocabulary and splits."""
    found, refused, messages = _read(raw, settings)
    lost = [_reject(dataset, one) for one in refused]
    tables.write_rows(out_rejects, schema.REJECTS, lost)
    refuse_many_rejects(dataset, len(found), lost, settings.max_reject_share, "characters")
    codes = [code_points(document.text) for document in found]
    split = parts([len(c) for c in codes], settings)
    names = [document.sample_id for document in found]
    tables.write(out_characters, schema.CHARACTERS, _pieces(names, codes, split))
    tables.write_rows(out_vocabulary, schema.VOCABULARY, vocabulary_rows(codes, split))
    rows = [_row(dataset, number, one, split) for number, one in enumerate(found)]
    tables.write_rows(out_documents, schema.DOCUMENTS, rows)
    sizes = ", ".join(
        f"{s} {sum(p.stop - p.start for p in split if p.split == s):,}" for s in TEXT_SPLITS
    )
    click.echo("\n".join([*messages, f"{counted(len(found), 'document')}; characters: {sizes}"]))
    if lost:
        head = f"{counted(len(lost), 'raw file')} could not be read:"
        click.echo("\n".join([head, *named(lost)]))


def counted(count: int, thing: str) -> str:
    """`count` and `thing` in words, such as: 1 document, 1,000 documents."""
    return f"{count:,} {thing}{'s' * (count != 1)}"


def code_points(text: str) -> np.ndarray:
    """Unicode code points int32 (N,) of a text of N characters."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32)


def _read(
    folder: Path, settings: CharacterSettings
) -> tuple[list[Document], list[Reject], list[str]]:
    """Documents of all shards in the order of their names; only the first of each name."""
    found: list[Document] = []
    rejects: list[Reject] = []
    messages: list[str] = []
    for path in listed(folder, "ink-*.parquet"):
        for piece in raw_pieces(path):
            documents, refused, notes = read(piece, settings)
            found += documents
            rejects += refused
            messages += notes
    found.sort(key=lambda document: natural(document.source))
    first: dict[str, Document] = {}
    for one in found:
        if first.setdefault(one.sample_id, one) is not one:
            reason = f"{first[one.sample_id].source} has the same name, {one.sample_id}"
            rejects.append(Reject(one.sample_id, one.source, "same-sample", reason))
    rejects.sort(key=lambda reject: natural(reject.source))
    return list(first.values()), rejects, messages


def _pieces(names: list[str], codes: list[np.ndarray], split: list[Part]) -> Iterator[pa.Table]:
    """Rows of `schema.CHARACTERS`, a row group for each part of a document."""
    for part in split:
        starts = list(range(part.start, part.stop, PIECE))
        rows = [codes[part.document][a : min(a + PIECE, part.stop)] for a in starts]
        columns = {
            "sample_id": [names[part.document]] * len(rows),
            "split": [part.split] * len(rows),
            "start": starts,
            "codes": rows,
        }
        yield pa.table(columns, schema=schema.CHARACTERS)


def vocabulary_rows(codes: list[np.ndarray], split: list[Part]) -> list[dict]:
    """Rows of `schema.VOCABULARY`, in the order of their code points."""
    counts: dict[int, dict[str, int]] = {}
    for part in split:
        found = np.unique(codes[part.document][part.start : part.stop], return_counts=True)
        for code, count in zip(*(values.tolist() for values in found), strict=True):
            row = counts.setdefault(code, dict.fromkeys(TEXT_SPLITS, 0))
            row[part.split] += count
    return [{"code": c, "character": chr(c), **counts[c]} for c in sorted(counts)]


def _row(dataset: str, number: int, document: Document, split: list[Part]) -> dict:
    own = {p.split: p.stop - p.start for p in split if p.document == number}
    return {
        "dataset": dataset,
        "sample_id": document.sample_id,
        "source": document.source,
        "sha256": document.sha256,
        "encoding": document.encoding,
        "characters": len(document.text),
        "cut": document.cut,
        **{name: own.get(name, 0) for name in TEXT_SPLITS},
    }


def _reject(dataset: str, reject: Reject) -> dict:
    return {"dataset": dataset, "stage": "characters", **vars(reject)}
