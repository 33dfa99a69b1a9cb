"""The recordings of one person in a folder, as lines for training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.lines import Primer
from pentrace.networks.settings import NetworkSettings
from pentrace.windows.lines import Lines
from pentrace.write import style

TEXTS = ".txt"  # beside a recording of the same name
LEAST = 2  # one line to learn from, and one to hold out


def find_recordings(folder: Path) -> list[Path]:
    """The files of ink in `folder`, by name; hidden files, and texts beside ink, are left out.

    Raises `PentraceError` if there are fewer than two.
    """
    if not folder.is_dir():
        raise PentraceError(f"{folder}: no such folder; give a folder with recorded lines")
    files = [path for path in sorted(folder.iterdir()) if _visible(path)]
    stems = {path.stem for path in files if path.suffix.lower() != TEXTS}
    found = [p for p in files if p.suffix.lower() != TEXTS or p.stem not in stems]
    if len(found) < LEAST:
        raise PentraceError(
            f"{folder}: {len(found)} recordings; record {LEAST} lines or more, each in a file"
        )
    return found


def _visible(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def load_recording(path: Path, normalisation: dict, network: NetworkSettings) -> Primer:
    """The line in the file at `path`, at the scale of the network, with its text.

    The text is in the file, or in a .txt file of the same name. Raises `PentraceError` that names
    the file and the remedy.
    """
    beside = path.with_suffix(TEXTS)
    text = _text(beside) if beside != path and beside.is_file() else None
    try:
        return style.known(style.from_file(path, text, normalisation), network, str(path))
    except PentraceError as error:
        remedy = f"write the text into {beside}"
        raise PentraceError(str(error).replace("give the text with --style-text", remedy)) from None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise PentraceError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from None


def as_lines(names: Sequence[str], primers: Sequence[Primer]) -> Lines:
    """The recordings as lines of a data set."""
    starts = np.append(0, np.cumsum([len(primer.steps) for primer in primers]))
    steps = np.concatenate([primer.steps for primer in primers])
    return Lines(steps, starts, list(names), [primer.text for primer in primers])


def held_out(count: int, share: float, seed: int) -> tuple[list[int], list[int]]:
    """The numbers of the lines to learn from, and of those to hold out, at least one of each."""
    aside = min(max(1, round(share * count)), count - 1)
    order = np.random.default_rng([seed, 7]).permutation(count)
    return sorted(order[aside:].tolist()), sorted(order[:aside].tolist())
