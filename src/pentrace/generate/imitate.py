"""`pentrace imitate`: texts in the hands of real writers, by a network that writes text."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import numpy as np

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.files import whole_folder
from pentrace.generate.chosen_hands import HandLines, choose_hands
from pentrace.generate.in_hand import in_hand
from pentrace.generate.lines import LineOptions, Primer, WrittenLine, line_options, write_lines
from pentrace.generate.load_model import load_writer_for, reader_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.settings import ImitateSettings
from pentrace.generate.written_files import offsets_table, unified, written_row
from pentrace.networks.alphabet import knows
from pentrace.networks.settings import NetworkSettings
from pentrace.options import (
    FAILED,
    Command,
    file_option,
    out_folder_option,
    reader_option,
    settings_option,
)
from pentrace.unicode_nfc import nfc
from pentrace.windows.lines import Lines, load_lines

FEW = 2  # fewer hands cannot be compared


@click.command("imitate", cls=Command)
@file_option("--model", help="Synthesis network, or a variational one with a text.")
@data_option
@out_folder_option(help="Folder to write.")
@reader_option
@settings_option(ImitateSettings)
def command(
    model: Path, data: Path, out: Path, reader: Path | None, settings: ImitateSettings
) -> None:
    """Write texts in the hands of real writers: hands, lines and offsets, as tables.

    Each text is that of a real line, and is written in the hand of its writer and without a style.
    The network was not trained on these writers. If too much of a line is misread, the exit status
    is 3. A data set with fewer than two such writers gives empty tables.
    """
    network, normalisation = load_writer_for(model, dataset.normalisation(data))
    reads = reader_for(settings.check, reader, model, normalisation)
    lines = load_lines(data, settings.splits).with_text(lambda t: knows(network.settings, t))
    hands = find_hands(data, lines, network.settings, settings)
    how = line_options(settings, reads.network, settings.bias)
    own = styled(network, lines, hands, how, settings.continued)
    written = {**own, **unstyled(network, lines, hands, how)}
    rows = [written_row(name, line, how.bias, prime) for name, (line, prime) in written.items()]
    with whole_folder(out) as folder:
        tables.write_rows(folder / "hands.parquet", schema.HANDS, [*_rows(hands)])
        tables.write_rows(folder / "lines.parquet", schema.WRITTEN, rows)
        offsets = [offsets_table(name, line.steps) for name, (line, _) in written.items()]
        tables.write(folder / "offsets.parquet", schema.OFFSETS, unified(offsets))
    if reads.message:
        click.echo(reads.message, err=True)
    failed = [row["sample_id"] for row in rows if row["failed"]]
    click.echo(f"{out}: {len(hands)} hands, {len(rows)} lines written, {len(failed)} failed")
    if not hands:
        click.echo(_too_few(data, settings), err=True)
    if failed:
        click.echo(f"failed: {', '.join(failed)}", err=True)
        sys.exit(FAILED)


def find_hands(
    data: Path, lines: Lines, network: NetworkSettings, settings: ImitateSettings
) -> list[HandLines]:
    """The hands to imitate, of the writers of `lines`; an empty list if there are fewer than two.

    Writers with a line in the training split, or in a split that the network was trained on, are
    left out.
    """
    rows = tables.read(
        dataset.samples(data), schema.part(schema.SAMPLES, "sample_id", "writer", "split")
    ).to_pylist()
    trained = {"train", *network.train.train_on}
    known = {row["writer"] for row in rows if row["split"] in trained}
    usable = set(lines.ids)
    writers = {
        r["sample_id"]: r["writer"] for r in rows if r["sample_id"] in usable and r["writer"]
    }
    found = choose_hands(writers, known, settings)
    return found if len(found) >= FEW else []


Written = dict[str, tuple[WrittenLine, str | None]]  # name -> line, and the line it imitates


def styled(
    network: FusedNetwork,
    lines: Lines,
    hands: list[HandLines],
    how: LineOptions,
    continued: bool,
) -> Written:
    """The texts of each hand, written in that hand."""
    found: Written = {}
    for number, hand in enumerate(hands):
        references = [Primer(np.array(line), text) for line, text in _real(lines, hand.references)]
        texts = [text for _, text in _real(lines, hand.texts)]
        own = in_hand(how, network, references, continued)
        written = write_lines(network, texts, own, number * len(texts))
        names = [f"styled/{name}" for name in hand.texts]
        found |= {n: (line, hand.references[0]) for n, line in zip(names, written, strict=True)}
    return found


def unstyled(
    network: FusedNetwork, lines: Lines, hands: list[HandLines], how: LineOptions
) -> Written:
    """The same texts from the same random numbers, without a style."""
    names = [name for hand in hands for name in hand.texts]
    written = write_lines(network, [text for _, text in _real(lines, names)], how)
    return {f"unstyled/{n}": (line, None) for n, line in zip(names, written, strict=True)}


def _real(lines: Lines, names: Iterable[str]) -> list[tuple[np.ndarray, str]]:
    """Offsets and text of each of the real lines `names`."""
    at = {name: i for i, name in enumerate(lines.ids)}
    return [(lines[at[name]], nfc(lines.texts[at[name]] or "")) for name in names]


def _rows(hands: list[HandLines]) -> Iterator[dict]:
    """Rows of `schema.HANDS`."""
    for hand in hands:
        roles = {"reference": hand.references, "compared": hand.compared, "text": hand.texts}
        for role, names in roles.items():
            for name in names:
                yield {"hand": hand.writer, "sample_id": name, "role": role}


def _too_few(data: Path, settings: ImitateSettings) -> str:
    return (
        f"{data}: fewer than {FEW} writers that no network was trained on have {settings.lines} "
        f"lines with a text in {', '.join(settings.splits)}; lower texts, references or compared, "
        "or use data with more writers"
    )
