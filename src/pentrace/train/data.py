"""What a network is trained on: lines or windows, and for some kinds of network their texts."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from pentrace import dataset, schema, tables
from pentrace.errors import PentraceError
from pentrace.networks.alphabet import alphabet_in, encode, symbols_of, with_alphabet
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.training import TrainSettings
from pentrace.normalise.units import at_rest, read_normalisation
from pentrace.split_names import SPLITS
from pentrace.train.references import load_writers, references
from pentrace.windows.batches import Batch, Lines, load_lines
from pentrace.windows.letters import first_points, places
from pentrace.windows.lines import load_texts
from pentrace.windows.stored import load_text_windows, load_windows
from pentrace.windows.text import load_codes

OTHER_DATA = "take data whose transcripts it knows"
OTHER_ALPHABET = "set alphabet to null, or fold_rare above 0"
# What makes a split of a text longer.
LONGER = {
    "train": "lower characters.validation or characters.test, or read more text",
    "validation": "raise characters.validation, or read more text",
    "test": "raise characters.test, or read more text",
    "validation2": "name other splits: texts have train, validation and test",
}


class Data(NamedTuple):
    """S lines, or windows, and what is written in them."""

    lines: Lines
    symbols: np.ndarray | None  # int64 (S, U), -1 for padding; None where no network asks
    writers: np.ndarray | None = None  # int64 (S,), numbers; None where no network asks
    letters: np.ndarray | None = None  # first points, see `first_points`; None without alignments
    rest: tuple[float, float] = (0.0, 0.0)  # offset of a pen that rests, normalised units

    def text(self, batch: Batch) -> np.ndarray | None:
        """Symbols int64 (B, U) of a batch, no wider than its longest text."""
        if self.symbols is None:
            return None
        rows = self.symbols[batch.sample]
        return rows[:, : int((rows >= 0).sum(1).max(initial=0))]

    def style(
        self, batch: Batch, random: np.random.Generator | None = None, dropout: float = 0.0
    ) -> np.ndarray | None:
        """Reference ink (B, R, 4) of a batch; see `references`."""
        if self.writers is None:
            return None
        return references(self.lines, self.writers, batch.sample, random, dropout)

    def places(self, batch: Batch) -> np.ndarray:
        """Where in its text each step of a batch is, float32 (B, T); see `letters.places`."""
        assert self.letters is not None
        return places(self.letters, self.lines, batch.sample.tolist(), int(batch.stop.max()))


def load(data: Path, settings: NetworkSettings) -> tuple[NetworkSettings, Data, Data]:
    """The settings with their alphabet, what to train on, and whole lines to validate on.

    `data` is the folder of the data set. Lines without a transcript are left out where the network
    needs one. Raises `PentraceError` for a split without lines, or of a text without two
    characters, and for characters outside an alphabet that was given.
    """
    settings = fill_alphabet(data, settings)
    how = settings.train
    load_training = stored if how.batches == "windows" else read
    train = load_training(data, settings, list(how.train_on), OTHER_ALPHABET)
    if how.scaling:
        train = train._replace(rest=at_rest(read_normalisation(dataset.normalisation(data))))
    validation = read(data, settings, [how.validate_on], OTHER_ALPHABET)
    check = _check_text if settings.kind == "text" else _check_lines
    for found, key in ((train, "train_on"), (validation, "validate_on")):
        check(data, settings, found, key)
    return settings, train, validation


def fitting(data: Data, fits: Path | None, limit: float | None) -> Data:
    """The lines whose text fits their ink, by the table `fits` that `pentrace align` wrote.

    Lines with a misfit above `limit`, or that could not be aligned, are left out; without a limit,
    none. Raises `PentraceError` if there is a limit and no table, or if no line is left.
    """
    if limit is None:
        return data
    if fits is None:
        raise PentraceError("train.misfit needs the table of pentrace align; give it with --fits")
    rows = tables.read(fits, schema.part(schema.FITS, "sample_id", "misfit")).to_pylist()
    good = {r["sample_id"] for r in rows if r["misfit"] is not None and r["misfit"] <= limit}
    kept = [i for i, name in enumerate(data.lines.ids) if name in good]
    lost = len(data.lines.ids) - len(kept)
    click.echo(f"{lost} lines left out: misfit above {limit:g}", err=True)
    if not kept:
        raise PentraceError(f"{fits}: all lines have misfits above {limit:g}; raise train.misfit")
    symbols, writers = (None if a is None else a[kept] for a in (data.symbols, data.writers))
    return data._replace(lines=data.lines.take(kept), symbols=symbols, writers=writers)


def aligned(data: Data, alignments: Path | None, s: TrainSettings) -> Data:
    """The lines with the places of their letters, if the training uses them.

    `alignments` is the table of characters that `pentrace align` wrote. Raises `PentraceError` if
    there is none, or if it does not contain a line.
    """
    if not s.window_loss:
        return data
    if alignments is None:
        raise PentraceError(
            "train.window_loss needs the table of pentrace align; give it with --alignments"
        )
    return data._replace(letters=first_points(alignments, data.lines))


def _check_lines(data: Path, settings: NetworkSettings, found: Data, key: str) -> None:
    if not len(found.lines.ids):
        text = " with a transcript" if settings.reads_text else ""
        raise PentraceError(
            f"{data}: no lines{text} in the split {getattr(settings.train, key)}; add files, set "
            f"label.split: sample, or set train.{key} to splits that have some"
        )


def _check_text(data: Path, settings: NetworkSettings, found: Data, key: str) -> None:
    if len(found.lines.steps) < 2:
        asked = getattr(settings.train, key)
        splits = [asked] if isinstance(asked, str) else asked
        raise PentraceError(
            f"{data}: train.{key}: {len(found.lines.steps)} characters in the split "
            f"{', '.join(splits)}, and the first is only read; {LONGER[splits[0]]}"
        )


def fill_alphabet(data: Path, settings: NetworkSettings) -> NetworkSettings:
    """The settings with every character of the transcripts, where they give no alphabet."""
    if not settings.reads_text or settings.alphabet is not None:
        return settings
    if settings.kind == "text":
        alphabet = alphabet_in(load_codes(data, SPLITS), settings.fold_rare)
        return settings.model_copy(update={"alphabet": alphabet})
    return with_alphabet(settings, [text for text in load_texts(data, SPLITS) if text])


def read(
    data: Path, settings: NetworkSettings, splits: list[str], remedy: str = OTHER_DATA
) -> Data:
    """The lines of some splits as the network of `settings` takes them; a text as one line.

    Raises `PentraceError`, which ends with `remedy`, for characters that the network does not know.
    """
    if settings.kind == "text":
        return Data(text_of(load_codes(data, splits), settings, "+".join(splits)), None)
    lines = load_lines(data, splits)
    asked = settings.style_size or (settings.kind, settings.latent) == ("variational", "writer")
    if not settings.reads_text:
        lines = lines.with_ends() if settings.pen_states == 3 else lines
        return Data(lines, None, load_writers(data, lines.ids) if asked else None)
    lines = lines.with_text()
    texts = [text or "" for text in lines.texts]
    about = f"{data}: in the transcripts, "
    writers = load_writers(data, lines.ids) if asked else None
    return Data(lines, encode(texts, settings, "fold", about, remedy), writers)


def stored(
    data: Path, settings: NetworkSettings, splits: list[str], remedy: str = OTHER_DATA
) -> Data:
    """The windows of some splits, as they are stored; for a network of ink that reads no text."""
    if settings.kind != "text":
        return Data(load_windows(data, splits, ends=settings.pen_states == 3), None)
    windows = load_text_windows(data, splits)
    return Data(replace(windows, steps=symbols_of(windows.steps, settings)), None)


def text_of(codes: np.ndarray, settings: NetworkSettings, name: str) -> Lines:
    """A text, code points int32 (N,), as one line of N symbols; none where it has no character."""
    symbols = symbols_of(codes, settings)
    if not len(codes):
        return Lines(symbols, np.zeros(1, np.int64), [], [])
    return Lines(symbols, np.array([0, len(codes)]), [name], [None])
