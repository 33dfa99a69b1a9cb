"""Figures of a synthesis network: what they show, and that the same input gives the same bytes."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba
from PIL import Image

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.hands.embedding import read
from pentrace.networks.alphabet import encode
from pentrace.networks.store import load_model
from pentrace.plot import biases, primed, stacked, styles, window, written
from pentrace.plot.plot import command
from pentrace.plot.stacked import Row
from pentrace.plot.style import BLUE, INK, RED, save
from tests.helpers import small_data, small_hands, small_model, small_synthesis
from tests.helpers.commands import invoke, pentrace
from tests.helpers.small_data import edit_samples

SPLITS = ("validation",)
TEXTS = {"validation-0": "a bad cab", "validation-1": "The cab", "validation-2": "fed",
         "validation-3": "Über"}  # fmt: skip
FIGURES = ("window", "biases", "styles", "primed")


def with_text_and_writer(row: dict) -> dict:
    """The row of a sample with its text and its writer."""
    name = row["sample_id"]
    return row | {"text": TEXTS.get(name), "writer": f"w{int(name == 'validation-0')}"}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """Lines with texts, by two writers, a synthesis network that knows no Ü, and another kind."""
    folder = tmp_path_factory.mktemp("written")
    small_model.write(folder)
    edit_samples(folder, with_text_and_writer)
    small_synthesis.save(folder / "synthesis.safetensors")
    small_synthesis.save(folder / "stuck.safetensors", pace=1e-4)
    return folder


def loaded(run: Path, model: str = "synthesis") -> written.NetworkWithLines:
    return written.load(run / f"{model}.safetensors", run, SPLITS)


def plot(run: Path, figure: str, out: Path, more: str = "", model: str = "synthesis") -> bytes:
    words = [figure, "--model", run / f"{model}.safetensors", "--data", run]
    words += ["--splits", "validation", *more.split(), "--out", out]
    invoke(command, *words)
    return out.read_bytes()


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_drawn_and_the_same_twice(run, tmp_path, figure):
    first = plot(run, figure, tmp_path / "a.png")
    assert first == plot(run, figure, tmp_path / "b.png")
    assert first != plot(run, figure, tmp_path / "c.png", "--seed 2")
    assert len(Image.open(tmp_path / "a.png").convert("RGB").getcolors(1 << 24)) > 10


@pytest.mark.parametrize("figure", FIGURES)
def test_other_kinds_of_network_are_named(run, tmp_path, figure):
    with pytest.raises(PentraceError, match="a prediction network"):
        plot(run, figure, tmp_path / "a.png", model="model")


def test_lines_that_the_network_cannot_read_are_not_taken(run, tmp_path):
    assert [line.text for line in loaded(run).lines] == ["a bad cab", "The cab", "fed"]
    with pytest.raises(PentraceError, match="no line in test with a text in the alphabet"):
        written.load(run / "synthesis.safetensors", run, ["test"])
    with pytest.raises(PentraceError, match="'validation-3'"):
        plot(run, "window", tmp_path / "a.png", "--line validation-3")


def test_texts_with_unknown_characters_are_refused(run, tmp_path):
    with pytest.raises(PentraceError, match="never seen Ü"):
        plot(run, "biases", tmp_path / "a.png", "--text Über")


def test_attention_is_that_of_the_network_in_torch(run):
    known = loaded(run)
    real = known.lines[0]
    found = window.attention(known.network, real.steps, "a bad cab")
    network, settings, _ = load_model(run / "synthesis.safetensors")
    symbols = torch.from_numpy(encode(["a bad cab"], settings))
    steps = torch.from_numpy(real.steps[None, :-1])
    with torch.inference_mode():
        expected, _ = network.attention(steps, None, symbols)
    assert found.shape == (len(real.steps) - 1, len("a bad cab") + 1)
    np.testing.assert_allclose(found, expected[0], rtol=1e-4, atol=1e-5)


def test_window_colours_each_point_by_the_character_it_is_part_of():
    phi = np.array([[0.9, 0.1, 0], [0.2, 0.7, 0], [0, 0.1, 0.8]])
    ink = written.drawing_of("", np.zeros((4, 3), np.float32), small_model.NORMALISATION)
    shown = window.Attended(ink, "tablet units", "ab", phi)
    np.testing.assert_array_equal(shown.colours, shown.shades[[0, 0, 1, 2]])
    axes = window.window_figure([shown]).axes[2]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "b", "end"]
    assert axes.images[0].get_array().shape == (3, 3)


@pytest.mark.parametrize("height", [50, 5000])
def test_ink_above_the_window_is_not_distorted(height):
    shown = window.Attended(ink(400, height), "tablet units", "ab", np.ones((1, 3)))
    figure = window.window_figure([shown])
    axes = figure.axes[0]
    inches = axes.get_position().size * figure.get_size_inches()
    limits = np.array([np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())])
    np.testing.assert_allclose(*(inches / limits), rtol=1e-6)
    assert limits[0] >= 399 and limits[1] >= height


def test_window_shows_a_real_and_a_written_line(run):
    known = loaded(run)
    steps = [line.steps for line in known.lines[:2]]
    both = [window.attended(known, n, s, "fed") for n, s in zip("rw", steps, strict=True)]
    titles = [axes.get_title("left") for axes in window.window_figure(both).axes]
    assert [title for title in titles if title] == ["(a) r", "(c) w"]


def labels(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_each_bias_has_a_line_and_failed_lines_are_labelled(run):
    figure = biases.biases_figure(loaded(run), "a bad cab", (0.0, 2.0), 1)
    assert labels(figure)[:3] == [
        "“a bad cab”, written by the network at each bias",
        "bias 0", "bias 2",
    ]  # fmt: skip

    figure = biases.biases_figure(loaded(run, "stuck"), "ab", (0.0,), 1)
    label = figure.axes[0].texts[1]
    assert label.get_text() == "bias 0\nfailed, missing\n“b”" and label.get_color() == RED


def test_each_writer_gives_one_line(run, tmp_path):
    lines = loaded(run).lines
    found = written.line_per_writer(lines, run / "samples.parquet", 6)
    assert [(name, line.name) for name, line in found] == [
        ("writer w0", "validation-1"), ("writer w1", "validation-0")]  # fmt: skip
    without = [small_data.sample(line.name, "validation") for line in lines]
    tables.write_rows(tmp_path / "samples.parquet", schema.SAMPLES, without)
    forms = written.line_per_writer(lines, tmp_path / "samples.parquet", 6)
    assert [name for name, _ in forms] == ["form validation"]
    assert len(written.line_per_writer(lines, run / "samples.parquet", 1)) == 1


def test_styles_are_below_their_primers(run):
    known = loaded(run)
    primers = written.line_per_writer(known.lines, run / "samples.parquet", 2)
    figure = styles.styles_figure(known, "abc", primers, 0.5, 1)
    assert labels(figure)[:4:2] == [
        "“abc” in the style of 2 writers, bias 0.5", ""
    ]  # fmt: skip
    assert labels(figure)[1:4:2] == ["writer w0:\nvalidation-1", "writer w1:\nvalidation-0"]
    colours = [tuple(c.get_colors()[0]) for c in figure.axes[0].collections[::2]]
    assert colours == [to_rgba(BLUE), to_rgba(INK)] * 2


def test_the_nearest_hand_is_named(run, tmp_path):
    small_hands.write(tmp_path)
    pentrace("hands", "--data", tmp_path, "--out", tmp_path / "hands.safetensors")
    known = written.load(tmp_path / "synthesis", tmp_path, SPLITS)
    samples = tmp_path / "samples.parquet"
    primers = written.line_per_writer(known.lines, samples, 2)
    found = styles.find_hands(known.lines, primers, samples, read(tmp_path / "hands.safetensors"))
    assert found is not None and found.writers == ["writer w2", "writer w3"]
    for writer, real in primers:
        assert found.nearest(real.steps, writer) == "nearest of these 2:\nits own hand"
    assert found.nearest(primers[0][1].steps, "writer w3") == "nearest of these 2:\nwriter w2"
    assert styles.find_hands(known.lines, primers[:1], samples, found.embedding) is None


def test_no_primer_has_the_text_that_is_written(run):
    with pytest.raises(PentraceError, match="--text"):
        lines = [line for line in loaded(run).lines if line.text == "fed"]
        styles.find_primers(lines, "fed", run / "samples.parquet")


def test_primed_ink_is_blue_to_its_last_point(run):
    known = loaded(run)
    real = known.lines[0]
    figure = primed.primed_figure(known, [real], ["fed"], 0.5, 1)
    assert labels(figure)[1:3] == [real.name, "continued: “fed”"]
    above, below = figure.axes[0].collections[::2]
    count = len(above.get_segments())
    colours = below.get_colors()
    np.testing.assert_array_equal(colours[:count], np.tile(to_rgba(BLUE), (count, 1)))
    assert len(colours) > count
    np.testing.assert_array_equal(np.unique(colours[count:], axis=0), [to_rgba(INK)])
    # It is the same ink, moved down.
    np.testing.assert_allclose(
        np.diff(above.get_segments(), axis=0), np.diff(below.get_segments()[:count], axis=0),
        atol=1e-6,
    )  # fmt: skip


def ink(width: float, height: float = 50.0) -> written.Drawing:
    return written.Drawing("", np.array([0.0, width]), np.array([0.0, height]), np.zeros(2, int))


def test_rows_are_below_one_another_at_one_scale():
    rows = [Row("a", ink(400)), Row("b", ink(200)), Row("c", ink(300))]
    axes = stacked.stacked(rows, "", "tablet units").axes[0]
    drawn = [np.concatenate(c.get_segments()) for c in axes.collections[::2]]
    np.testing.assert_allclose([np.ptp(d[:, 0]) for d in drawn], [400, 200, 300])
    assert len({round(d[:, 0].min(), 6) for d in drawn}) == 1
    assert all(a[:, 1].min() > b[:, 1].max() for a, b in pairwise(drawn))


def test_only_a_line_that_failed_is_cut():
    rows = [Row("", ink(400)), Row("", ink(400)), Row("", ink(4000), failed=True)]
    cut = stacked.stacked(rows, "", "tablet units").axes[0].get_xlim()[1]
    assert 600 < cut < 800
    rows[2] = rows[2]._replace(failed=False)
    assert stacked.stacked(rows, "", "tablet units").axes[0].get_xlim()[1] > 4000


def test_dollar_signs_are_no_formula(tmp_path):
    made = stacked.stacked([Row("$a_1$", ink(100))], r"from $1_ to $\x", "tablet units")
    save(made, tmp_path / "a.png")  # a formula without an end would raise
    assert not any(text.get_parse_math() for text in made.axes[0].texts[:2])


def test_many_tall_rows_fit_a_page():
    made = stacked.stacked([Row("", ink(100, 900))] * 9, "", "tablet units")
    assert made.get_size_inches()[1] <= stacked.TALLEST + 0.01
