"""`pentrace sample`: new ink with a trained network, as a table, SVG, PNG and InkML."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import numpy as np
from threadpoolctl import threadpool_limits

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.files import whole_file, whole_folder, write_text
from pentrace.ink import Ink, to_table
from pentrace.networks.text import knows
from pentrace.sample.generate import Sample, choose_primers, generate
from pentrace.sample.inkml import inkml
from pentrace.sample.picture import Picture, noted, picture, split_strokes, stack
from pentrace.sample.png import png
from pentrace.sample.settings import SampleSettings
from pentrace.sample.svg import svg
from pentrace.sample.told import choose_texts, generate_told
from pentrace.sample.units import positions
from pentrace.settings import settings_option
from pentrace.windows.lines import load_lines
from pentrace.windows.settings import SPLITS
from pentrace.write.fused import FusedNetwork
from pentrace.write.lines import Primer
from pentrace.write.model import load_drawing

SHEET = 36  # samples on the sheet at most: more cannot be read on one
# What a folder of samples may hold; the time stamp is snakemake's.
OURS = re.compile(
    r"bias-.*\.(svg|png|inkml)|sheet\.(svg|png)|points\.parquet|samples\.json|\.snakemake_timestamp"
)

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--model", type=FILE, required=True, help="Trained network.")
@click.option("--windows", type=FILE, required=True, help="Folder of windows, for the primers.")
@click.option("--normalisation", type=FILE, required=True, help="normalisation.json of the data.")
@click.option("--out", type=FILE, required=True, help="Folder to write; older samples in it go.")
@click.option("--note", default="", help="Told in each file for people, such as: synthetic.")
@settings_option(SampleSettings)
def command(
    model: Path,
    windows: Path,
    normalisation: Path,
    out: Path,
    note: str,
    settings: SampleSettings,
) -> None:
    """Write new handwriting: points.parquet, samples.json, a sheet, and a file per sample."""
    _refuse_foreign(out)
    network, units = load_drawing(model, normalisation)
    with threadpool_limits(1):  # a step is too small to share, and one thread gives one result
        if network.window is not None:
            samples = _told(network, windows, settings)
        else:
            samples = generate(network, settings, _primers(windows, settings))
    ink = to_ink(samples, units)
    with whole_folder(out) as folder:
        tables.write(folder / "points.parquet", schema.POINTS, [to_table(ink)])
        write_text(folder / "samples.json", _index(samples, settings, note))
        _write_pictures(folder, samples, ink, settings, note)
    click.echo(f"{out}: {len(samples)} samples, {len(ink.x)} points")


def _refuse_foreign(out: Path) -> None:
    """Raise `PentraceError` where `out` holds what is not of samples, and would be lost."""
    if out.exists() and not out.is_dir():
        raise PentraceError(f"{out}: a file; --out is a folder")
    found = sorted(path.name for path in out.iterdir()) if out.exists() else []
    foreign = [name for name in found if not OURS.fullmatch(name)]
    if foreign:
        raise PentraceError(
            f"{out}: holds {foreign[0]}, which is not of samples and would be removed; "
            "choose another folder"
        )


def to_ink(samples: list[Sample], normalisation: dict) -> Ink:
    """The samples as ink, y upward, from (0, 0), in the units of the data and at its rate."""
    parts = [positions(sample.steps, normalisation) for sample in samples]
    x, y, t, stroke = (np.concatenate(column) for column in zip(*parts, strict=True))
    starts = np.cumsum([0, *(len(sample.steps) for sample in samples)])
    names = [sample.name for sample in samples]
    return Ink(names, starts, x.astype(np.float32), y.astype(np.float32), stroke, t, {})


def _primers(windows: Path, settings: SampleSettings) -> dict[str, np.ndarray]:
    """The real lines to go on from, name -> normalised steps (T, 3)."""
    if not settings.prime:
        return {}
    splits = ["validation"] if isinstance(settings.prime, int) else list(SPLITS)
    lines = load_lines(windows, splits)
    place = {name: i for i, name in enumerate(lines.ids)}
    chosen = choose_primers(settings.prime, list(place), settings.seed)
    return {name: np.array(lines[place[name]]) for name in chosen}


def _told(network: FusedNetwork, windows: Path, settings: SampleSettings) -> list[Sample]:
    """Samples of texts."""
    fit = partial(knows, network.settings)
    lines = load_lines(windows, list(SPLITS)).with_text(fit)
    place = {name: i for i, name in enumerate(lines.ids)}
    known = load_lines(windows, ["validation"]).with_text(fit)
    texts = choose_texts(settings, known, network.settings)
    near = known.ids if isinstance(settings.prime, int) else lines.ids
    chosen = choose_primers(settings.prime, near, settings.seed)
    primers = {n: Primer(np.array(lines[place[n]]), lines.texts[place[n]] or "") for n in chosen}
    return generate_told(network, settings, texts, primers)


def _index(samples: list[Sample], settings: SampleSettings, note: str) -> str:
    rows = [
        {
            "sample_id": sample.name,
            "bias": sample.bias,
            "seed": settings.seed,
            "prime": sample.prime,
            "primer_points": sample.primer,
            "points": len(sample.steps),
            "text": sample.text,
            "tries": sample.tries,
            "failed": sample.failed,
            "note": note or None,
        }
        for sample in samples
    ]
    return json.dumps(rows, indent=2) + "\n"


def _write_pictures(
    out: Path, samples: list[Sample], ink: Ink, settings: SampleSettings, note: str
) -> None:
    """One file per sample and format, and a sheet as SVG and PNG."""
    pictures = []
    for i, sample in enumerate(samples):
        span = slice(*ink.starts[i : i + 2])
        points = np.stack([ink.x[span], ink.y[span], ink.t[span]], axis=1)
        points = points[:, : 2 if np.isnan(points[:, 2]).any() else 3]
        pictures.append(picture(points[:, :2], ink.stroke[span], sample.primer))
        if "inkml" in settings.formats:
            said = {"note": f"generated by pentrace, {title(sample)}, seed {settings.seed}"}
            said |= {"data": note} if note else {}
            text = inkml(split_strokes(points, ink.stroke[span]), said)
            write_text(out / f"{sample.name}.inkml", text)
        _write_picture(out / sample.name, noted(pictures[-1], note), settings)
    titles = [title(sample) for sample in samples[:SHEET]]
    sheet = noted(stack(pictures[:SHEET], titles), note)
    _write_picture(out / "sheet", sheet, settings, 6000)


def _write_picture(
    stem: Path, drawn: Picture, settings: SampleSettings, height: int = 1800
) -> None:
    writers: dict[str, Callable[[], bytes]] = {
        "svg": lambda: svg(drawn).encode(),
        "png": lambda: png(drawn, height=height),
    }
    for ending in settings.formats:
        if ending in writers:
            with whole_file(stem.with_name(f"{stem.name}.{ending}")) as partial:
                partial.write_bytes(writers[ending]())


def title(sample: Sample) -> str:
    """What tells a sample from the others, for people."""
    after = f", after {sample.prime} (blue)" if sample.prime else ""
    text = f", “{sample.text}”{' (failed)' * sample.failed}" if sample.text else ""
    return f"bias {sample.bias:g}{after}{text}"
