"""Where files of a person's ink are: anywhere in the raw folder, or in one archive."""

from pathlib import PurePosixPath

from pentrace.readers.source import Source

INK = (
    Source(
        name="files of ink",
        folders=(".",),
        archive="*",
        members=r".*\.(json|ndjson|jsonl|csv|tsv|npy|npz|svg)",
        where="any program that records or draws ink",
        without="",
    ),
)
LABELS: tuple[Source, ...] = ()


def group(path: str) -> str:
    """The path without suffix: `a.json` and `a.csv` are one sample."""
    return str(PurePosixPath(path).with_suffix(""))
