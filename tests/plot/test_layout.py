"""Every figure can be read: no text overlaps, is cut or too small, and no panel is empty."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from pentrace import schema, tables
from pentrace.figure_table import FIGURES
from pentrace.files import read_json
from pentrace.networks.kinds import build
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.plot import stacked, style, window
from pentrace.plot.drawing import Drawing
from pentrace.plot.plot import command
from pentrace.windows.lines import load_lines
from tests.helpers import (
    small_corpus,
    small_discrimination,
    small_hands,
    small_kanji,
    small_model,
    small_signatures,
    small_synthesis,
)
from tests.helpers.commands import invoke, pentrace
from tests.helpers.figure_checks import faults
from tests.helpers.small_data import edit_samples
from tests.helpers.small_results import build_dataset, build_outputs, metrics

NOTE = "KanjiVG © Ulrich Apel, CC BY-SA 3.0, kanjivg.tagaini.net"
INK = "--points {ink}/points --samples {ink}/samples.parquet"
NET = "--model {ink}/net/model.safetensors --data {ink}"
WRITER = "--model {written}/synthesis.safetensors --data {written} --splits validation"
ARGUMENTS = {
    "strokes": f"ink {INK} --colour stroke",
    "points": f"ink {INK} --colour point",
    "rules": "rules --points {ink}/points",
    "rejects": "rejects --rejects {ink}/rejects.parquet --samples {ink}/samples.parquet",
    "offsets": "offsets --cleaned {ink}/cleaned --offsets {ink}/offsets "
    "--samples {ink}/samples.parquet",
    "det": "det --scores {ink}/verify/dtw.parquet",
    "channels": "channels --rates {ink}/verification.json",
    "training": "training --history {ink}/net/history.parquet",
    "transfer": "transfer --history {ink}/net/history.parquet --start shakespeare/keras-3x700 "
    "--anew {ink}/net/history.parquet",
    "samples": "samples --generated {ink}/net/samples --normalisation {ink}/normalisation.json",
    "biases": f"biases {WRITER}",
    "styles": f"styles {WRITER} --embedding {{written}}/hands.safetensors",
    "primed": f"primed {WRITER}",
    "fictional": "fictional --drawn {kanji}/fictional --data {kanji}",
    "temperature": "temperature --model {text} --temperatures 0 --temperatures 1 --length 60",
    "window": f"window {WRITER}",
    "density": f"density {NET} --generated {{ink}}/net/samples",
    "end-of-stroke": f"end-of-stroke {NET}",
    "mixture": f"mixture {NET}",
    "reliability": "reliability --metrics {ink}/net/metrics.json",
    "comparison": "comparison --metrics {ink}/net/metrics.json",
    "latents": "latents --model {written}/latent.safetensors --data {written}",
    "alignment": "alignment --alignments {ink}/alignments.parquet --data {ink}",
    "fits": "fits --fits {ink}/fits.parquet --samples {ink}/samples.parquet --limit 2",
    "recognition": "recognition --metrics {ink}/recognition.json",
    "hands": "hands --metrics {ink}/style.json --lines {ink}/style.parquet",
    "discriminate": "discriminate --metrics {ink}/discriminate.json",
    "giveaways": "giveaways --metrics {ink}/discriminate.json "
    "--features {ink}/trajectory-features.parquet",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small tables and networks of each kind that a figure needs."""
    ink, written, kanji, text = map(tmp_path_factory.mktemp, ("ink", "written", "kanji", "text"))
    _ink(ink)
    _written(written)
    small_kanji.build(kanji)
    how = '{"characters": 5, "steps": 60, "real": 2, "points": 16, "band": 3, "formats": []}'
    pentrace("fictional", *small_model.options(kanji), "--out", kanji / "fictional",
             "--settings", how)  # fmt: skip
    small_corpus.build(text, {"a.txt": (small_corpus.VERSE * 12).encode()})
    return {"ink": ink, "written": written, "kanji": kanji, "text": small_corpus.trained(text)}


def _ink(folder: Path) -> None:
    import torch

    from pentrace.networks.prediction import PredictionNetwork

    build_dataset(folder)
    build_outputs(folder / "net")
    torch.manual_seed(0)
    settings = NetworkSettings(layers=1, hidden=8, components=20)
    units = read_json(folder / "normalisation.json")
    save_model(folder / "net/model.safetensors", PredictionNetwork(settings), settings, units)
    found = metrics()
    quantities = found["distributions"]["quantities"]
    quantities |= dict.fromkeys(("dy", "stroke_length", "stroke_points"), quantities["dx"])
    quantities["speed"] = quantities["dx"] | {"unit": "unit/s"}
    (folder / "net/metrics.json").write_text(json.dumps(found))
    rate = {"rate": 0.4, "low": 0.3, "high": 0.55}
    both = {"character_error_rate": rate, "word_error_rate": rate, "failed": 3, "lines": 60}
    table = [{"origin": "real", "bias": None, **both}]
    table += [{"origin": "written", "bias": bias, **both} for bias in (0.0, 0.25, 0.5, 1.0)]
    recognition = {"table": table, "split": "validation"}
    (folder / "recognition.json").write_text(json.dumps(recognition))
    small_hands.measures(folder)
    small_discrimination.measures(folder)
    small_signatures.measures(folder)
    _aligned(folder)


def _aligned(folder: Path) -> None:
    """Tables that `pentrace align` writes: each letter has ten points."""
    lines = load_lines(folder, ["validation"])
    rows = [
        {"sample_id": name, "index": at, "character": character, "first_point": 10 * at,
         "last_point": 10 * at + 9, "log_probability": -0.1}
        for name, steps in zip(lines.ids, lines.n_steps, strict=True)
        for at, character in zip(range(int(steps) // 10), "illiminate Wax" * 9, strict=False)
    ]  # fmt: skip
    tables.write_rows(folder / "alignments.parquet", schema.ALIGNMENTS, rows)
    fits = [
        {"sample_id": name, "text": "a", "read": "a", "unknown": 0, "misfit": misfit}
        for name, misfit in zip(lines.ids, [0.0, 0.3, None, 3.0] * 99, strict=False)
    ]
    tables.write_rows(folder / "fits.parquet", schema.FITS, fits)


def _written(folder: Path) -> None:
    small_model.write(folder)
    text = {"text": "a bad cab, $ and $^_$ and Quite Tall letters."}
    edit_samples(folder, lambda row: row | text | {"writer": f"w{ord(row['sample_id'][-1]) % 2}"})
    rows = tables.read(folder / "samples.parquet").to_pylist()
    rows[-2]["text"] = "The $x^$ cab"  # a primer needs another text than the one that is written
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)
    alphabet = small_synthesis.ALPHABET + "$^_"
    small_synthesis.save(folder / "synthesis.safetensors", alphabet=alphabet)
    pentrace("hands", "--data", folder, "--out", folder / "hands.safetensors")
    small = {
        "kind": "variational",
        "hidden": 8,
        "components": 2,
        "latent_size": 3,
        "latent": "line",
    }
    settings = NetworkSettings.model_validate(small)
    save_model(folder / "latent.safetensors", build(settings), settings, small_model.NORMALISATION)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Figure]]:
    """The figures that commands save, as they are saved."""
    figures: list[Figure] = []
    save = style.save

    def keep(made: Figure, path: Path) -> None:
        figures.append(made)
        save(made, path)

    monkeypatch.setattr(style, "save", keep)
    yield figures


def test_every_figure_of_the_table_is_checked() -> None:
    assert list(ARGUMENTS) == [figure.name for figure in FIGURES]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_figure_can_be_read(
    folders: dict[str, Path], drawn: list[Figure], tmp_path: Path, name: str
) -> None:
    words = ARGUMENTS[name].format(**folders).split()
    invoke(command, *words, "--note", NOTE, "--out", tmp_path / "a.png")
    assert faults(drawn[0]) == []
    titles = [axes.get_title("left") for axes in drawn[0].axes]
    assert not [title for title in titles if "…" in title], "a title is cut"


def test_faults_are_found() -> None:
    with style.applied():
        made = style.figure(2, 3)
        empty, full = made.subplots(1, 2)
        full.plot([0, 1], [0, 1])
        full.text(0.5, 0.5, "over the line", ha="center", va="center")
        empty.text(0.5, 0.5, "one", fontsize=5)
        empty.text(0.5, 0.5, "two")
        made.text(0.99, 0.5, "too long for the page", parse_math=True)
        found = "\n".join(faults(made))
    for fault in (
        "'one' overlaps 'two'", "'too long for the page' is not completely", "'one' has 5 points",
        "'too long for the page' may be a formula", "'over the line' is over a drawing",
        "panel 0 has no data", "the x axis of panel 1 has no label", "the panels have no letters",
    ):  # fmt: skip
        assert fault in found
    assert "panel 1 has no data" not in found


@pytest.mark.parametrize("length", [3, 90])
def test_long_texts_fit_the_figures_of_lines(length: int) -> None:
    ink = Drawing("s" * length, np.array([0.0, 400]), np.array([0.0, 50]), np.zeros(2, int))
    text = ("ab $^_$ " * length)[:length]
    row = stacked.Row(f"{text}\nfailed, missing\n“{text}”", ink, failed=True)
    phi = np.eye(length + 1, dtype=np.float32)[: length + 1]
    steps = Drawing("n" * length, np.arange(length + 2.0), np.zeros(length + 2),
                    np.zeros(length + 2, int))  # fmt: skip
    one = window.Attended(steps, "tablet units", text, phi)
    for made in (stacked.stacked([row] * 3, text * 3, "tablet units"), window.window_figure([one])):
        assert faults(made) == []


def test_dollar_signs_are_no_formula() -> None:
    assert not Text(0, 0, "from $^_ to $").get_parse_math()
