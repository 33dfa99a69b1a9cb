"""`pentrace sample`: new ink with a trained network, as a table, SVG, PNG and InkML."""

import re
import sys
from functools import partial
from pathlib import Path

import click
import numpy as np

from pentrace import dataset, schema, tables
from pentrace.dataset import data_option
from pentrace.files import whole_folder, write_json
from pentrace.generate.conditional import choose_texts, generate_from_text
from pentrace.generate.lines import Primer
from pentrace.generate.load_model import Reader, load_ink_for, named_reader, reader_for
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.reading import Reading
from pentrace.generate.sample_files import refuse_foreign, to_ink, write_pictures
from pentrace.generate.settings import SampleSettings
from pentrace.generate.unconditional import Sample, choose_primers, generate, title
from pentrace.ink import to_table
from pentrace.networks.alphabet import knows
from pentrace.networks.seen import rare_warning
from pentrace.options import (
    FAILED,
    Command,
    file_option,
    note_option,
    out_folder_option,
    reader_option,
    settings_option,
)
from pentrace.split_names import SPLITS
from pentrace.windows.lines import load_lines

# The files that a folder of samples may contain; the time stamp is snakemake's.
OURS = re.compile(
    r"bias-.*\.(svg|png|inkml)|sheet\.(svg|png)|points\.parquet|samples\.json|\.snakemake_timestamp"
)


# In all files of drawn signatures, so that they do not pass for those of a person.
MARK = "generated signature, not written by a person"


@click.command("sample", cls=Command)
@file_option("--model", help="Network that draws ink.")
@data_option
@out_folder_option(help="Folder to write; older samples in it are removed.")
@note_option
@reader_option
@settings_option(SampleSettings)
def command(
    model: Path,
    data: Path,
    out: Path,
    note: str,
    reader: Path | None,
    settings: SampleSettings,
) -> None:
    """Write new handwriting: points.parquet, samples.json, a sheet, and a file per sample.

    Of a synthesis network, several candidates of each sample are drawn, and a recogniser chooses
    the one that it reads best. If too much of a sample is misread, the exit status is 3.
    """
    refuse_foreign(out, OURS)
    network, units = load_ink_for(model, dataset.normalisation(data))
    # A prediction network writes no text that could be read.
    written = network.window is not None
    if reader is not None and not written:
        named_reader(reader)  # it must exist, although it is not used
    reads = reader_for(settings.check, reader, model, units) if written else Reader()
    if written:
        samples = _from_text(network, data, settings, reads)
    else:
        samples = generate(network, settings, _primers(data, settings))
    ink = to_ink(samples, units)
    mark = _mark(data)
    points = schema.POINTS.with_metadata({"note": mark} if mark else None)
    note = "; ".join(filter(None, (mark, note)))
    with whole_folder(out) as folder:
        tables.write(folder / "points.parquet", points, [to_table(ink)])
        write_json(folder / "samples.json", _index(samples, settings, note))
        titles = [title(one.bias, one.prime, one.text, one.failed) for one in samples]
        described = [f"{one}, seed {settings.seed}" for one in titles]
        write_pictures(folder, samples, ink, settings.formats, note, titles, described)
    click.echo(f"{out}: {len(samples)} samples, {len(ink.x)} points{_misread(samples)}")
    unusual = rare_warning(
        settings.texts or (), network.counts, "look at them, or change sample.texts"
    )
    for message in filter(None, (reads.message, unusual)):
        click.echo(message, err=True)
    for sample in (failed := [one for one in samples if one.failed]):
        click.echo(f'{sample.name}: failed; "{sample.text}"{_as(sample.reading)}', err=True)
    if failed:
        sys.exit(FAILED)


def _mark(data: Path) -> str:
    """`MARK` if the data set has signatures, else nothing."""
    known = tables.read(dataset.samples(data), schema.part(schema.SAMPLES, "kind"))
    return MARK if "signature" in known["kind"].to_pylist() else ""


def _primers(data: Path, settings: SampleSettings) -> dict[str, np.ndarray]:
    """The real lines to continue, name -> normalised steps (T, 3)."""
    if not settings.prime:
        return {}
    splits = ["validation"] if isinstance(settings.prime, int) else list(SPLITS)
    lines = load_lines(data, splits)
    place = {name: i for i, name in enumerate(lines.ids)}
    chosen = choose_primers(settings.prime, list(place), settings.seed)
    return {name: np.array(lines[place[name]]) for name in chosen}


def _from_text(
    network: FusedNetwork, data: Path, settings: SampleSettings, reads: Reader
) -> list[Sample]:
    """Samples that are conditioned on text."""
    fit = partial(knows, network.settings)
    lines = load_lines(data, list(SPLITS)).with_text(fit)
    place = {name: i for i, name in enumerate(lines.ids)}
    known = load_lines(data, ["validation"]).with_text(fit)
    texts = choose_texts(settings, known, network.settings)
    near = known.ids if isinstance(settings.prime, int) else lines.ids
    chosen = choose_primers(settings.prime, near, settings.seed)
    primers = {n: Primer(np.array(lines[place[n]]), lines.texts[place[n]] or "") for n in chosen}
    return generate_from_text(network, settings, texts, primers, reads.network)


def _as(reading: Reading | None) -> str:
    return f' is read as "{reading.text}"' if reading else " misses characters"


def _misread(samples: list[Sample]) -> str:
    """What the recogniser found, for the summary; empty if it read nothing."""
    found = [sample.reading for sample in samples if sample.reading]
    if not found:
        return ""
    rate = sum(one.edits for one in found) / sum(one.characters for one in found)
    return f"; the recogniser that chose the lines misreads {rate:.1%} of the characters"


def _index(samples: list[Sample], settings: SampleSettings, note: str) -> list[dict]:
    return [
        {
            "sample_id": sample.name,
            "bias": sample.bias,
            "seed": settings.seed,
            "prime": sample.prime,
            "primer_points": sample.primer,
            "points": len(sample.steps),
            "text": sample.text,
            "attempts": sample.attempts,
            "failed": sample.failed,
            "read": sample.reading and sample.reading.text,
            "error_rate": sample.reading and sample.reading.error_rate,
            "note": note or None,
        }
        for sample in samples
    ]
