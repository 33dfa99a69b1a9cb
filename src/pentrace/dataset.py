"""The paths of the tables of a data set, in its folder, such as results/demo-iam."""

from functools import partial
from pathlib import Path

from pentrace.options import folder_option
from pentrace.shards import listed


def offsets(data: Path) -> list[Path]:
    """The offsets of all shards; raises `PentraceError` if there are none."""
    return listed(data / "offsets")


def frames(data: Path) -> list[Path]:
    """The frames of all shards; raises `PentraceError` if there are none."""
    return listed(data / "frames")


def samples(data: Path) -> Path:
    """The table of samples."""
    return data / "samples.parquet"


def normalisation(data: Path) -> Path:
    """The recipe and its constants."""
    return data / "normalisation.json"


def characters(data: Path) -> Path:
    """The characters of a text."""
    return data / "characters.parquet"


def windows(data: Path, split: str) -> Path:
    """The windows of one split."""
    return data / "windows" / f"{split}.parquet"


some_data_option = partial(
    folder_option,
    "--data",
    missing="give the folder of a data set, such as results/demo-iam, or build it: make",
)
data_option = some_data_option(help="Folder of a data set, such as results/demo-iam.")
