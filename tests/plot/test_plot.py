"""Figures: what they show, and that the same input gives the same bytes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.files import read_json
from pentrace.import_closure import closure
from pentrace.plot import (
    comparison,
    data,
    drawing,
    ink,
    offsets,
    reliability,
    samples,
    style,
)
from pentrace.plot import training as curves
from pentrace.plot.drawing import Drawing
from pentrace.plot.heat import BLUR, gaussian_sum
from pentrace.plot.plot import MODULES, command
from pentrace.plot.style import INK
from tests.helpers.commands import invoke
from tests.helpers.small_results import (
    HISTORY,
    POINTS,
    SCALE,
    build_dataset,
    build_outputs,
    metrics,
    waves,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A data set, and in `net` the outputs of a network with its weights."""
    import torch

    from pentrace.networks.prediction import PredictionNetwork
    from pentrace.networks.settings import NetworkSettings
    from pentrace.networks.store import save_model

    folder = build_dataset(tmp_path_factory.mktemp("plots"))
    build_outputs(folder / "net")
    torch.manual_seed(0)
    settings = NetworkSettings(layers=1, hidden=8, components=3)
    normalisation = read_json(folder / "normalisation.json")
    network = PredictionNetwork(settings)
    save_model(folder / "net" / "model.safetensors", network, settings, normalisation)
    return folder


NET = "--model {net}/model.safetensors --data {run}"
ARGUMENTS = {
    "ink": "--points {run}/points --samples {run}/samples.parquet --colour time",
    "offsets": "--cleaned {run}/cleaned --offsets {run}/offsets --samples {run}/samples.parquet",
    "rules": "--points {run}/points",
    "rejects": "--rejects {run}/rejects.parquet --samples {run}/samples.parquet",
    "training": "--history {net}/history.parquet",
    "density": NET + " --generated {net}/samples",
    "end-of-stroke": NET,
    "mixture": NET,
    "comparison": "--metrics {net}/metrics.json",
    "samples": "--generated {net}/samples --normalisation {run}/normalisation.json",
    "reliability": "--metrics {net}/metrics.json",
}


def plot(run: Path, figure: str, out: Path, more: str = "") -> bytes:
    words = ARGUMENTS[figure].format(run=run, net=run / "net").split() + more.split()
    invoke(command, figure, *words, "--out", str(out))
    return out.read_bytes()


@pytest.mark.parametrize("figure", ARGUMENTS)  # the rest: test_recognise, test_written_figures
def test_every_figure_is_drawn_and_the_same_twice(run, tmp_path, figure):
    first = plot(run, figure, tmp_path / "a.png", "--note synthetic")
    assert first == plot(run, figure, tmp_path / "b.png", "--note synthetic")
    image = Image.open(tmp_path / "a.png")
    assert image.width >= 600 and len(image.convert("RGB").getcolors(1 << 24)) > 10
    assert not image.text  # no date, no program


def test_svg_has_no_date_and_the_same_bytes(run, tmp_path):
    first = plot(run, "training", tmp_path / "a.svg")
    assert first == plot(run, "training", tmp_path / "b.svg")
    assert b"<dc:date>" not in first


def test_note_changes_the_figure(run, tmp_path):
    plain = plot(run, "training", tmp_path / "a.png")
    assert plain != plot(run, "training", tmp_path / "b.png", "--note synthetic")


def test_other_endings_are_refused_and_nothing_is_left(run, tmp_path):
    with pytest.raises(PentraceError, match=r"\.png or \.svg"):
        plot(run, "training", tmp_path / "a.gif")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("figure", "wrong"),
    [
        ("rejects --rejects {run}/samples.parquet --samples {run}/samples.parquet", "column 'stag"),
        ("rejects --rejects {run}/rejects.parquet --samples {run}/rejects.parquet", "column 'kind"),
        ("training --history {run}/samples.parquet", "no column 'step'"),
        ("transfer --history {run}/samples.parquet --start x", "no column 'step'"),
        ("rules --points {run}/offsets", "no column 'stroke'"),
        ("ink --points {run}/offsets --samples {run}/samples.parquet", "no column 'stroke'"),
        ("ink --points {run}/points --samples {run}/rejects.parquet", "no column 'kind'"),
        ("comparison --metrics {run}/normalisation.json", "no key 'distributions'"),
        ("reliability --metrics {run}/normalisation.json", "no key 'calibration'"),
        ("recognition --metrics {run}/normalisation.json", "no key 'table'"),
        ("recognition --metrics {run}/net/samples/samples.json", "no key 'table'"),
    ],
)
def test_a_wrong_table_is_named_with_the_remedy(run, tmp_path, figure, wrong):
    words = figure.format(run=run).split()
    with pytest.raises(PentraceError, match=f"{wrong}.*: this is another .* the option names"):
        invoke(command, *words, "--out", tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_figure_on_standard_output(run):
    words = ("training", "--history", run / "net/history.parquet", "-o", "-")
    assert invoke(command, *words).stdout_bytes.startswith(b"\x89PNG")


@pytest.mark.parametrize("figure", MODULES)
def test_a_figure_imports_no_other_and_torch_only_for_networks(figure):
    files = {path.stem for path in closure(f"pentrace.plot.{figure.replace('-', '_')}")}
    others = {f.replace("-", "_") for f in MODULES if f != figure}
    # The name of a figure may be that of a module of another folder.
    plots = {p.stem for p in closure(f"pentrace.plot.{figure.replace('-', '_')}")
             if p.parent.name == "plot"}  # fmt: skip
    assert not plots & others
    assert ("predicted" in files) == (figure in ("density", "end-of-stroke", "mixture"))


def test_ink_is_upward_whatever_the_recording(run):
    rows = data.kept(run / "samples.parquet")
    shown = {d.name: d for d, _ in data.drawings(run / "points", rows)}
    recorded = waves()
    assert list(shown) == recorded.ids
    np.testing.assert_array_equal(shown["s1"].y, -recorded.y[POINTS : 2 * POINTS])


def test_a_stroke_is_drawn_without_joining_it_to_the_next():
    one = Drawing("", *np.arange(12.0).reshape(2, 6), np.array([0, 0, -1, 1, 2, 2]))
    lines, last = drawing.segments(one)
    np.testing.assert_array_equal(last, [1, 5])
    np.testing.assert_array_equal(lines[0], [[0, 6], [1, 7]])
    np.testing.assert_array_equal(drawing.dots(one), [3])


def test_sheet_has_one_scale_and_equal_aspect():
    tall = Drawing("tall", np.array([0.0, 0.0]), np.array([0.0, 900.0]), np.zeros(2, int))
    wide = Drawing("wide", np.array([0.0, 500.0]), np.array([0.0, 1.0]), np.zeros(2, int))
    axes = drawing.sheet([tall, wide], [INK, INK], 2).axes[0]
    assert axes.get_aspect() == 1
    drawn = [np.ptp(np.concatenate(c.get_segments()), axis=0).max()
             for c in axes.collections if hasattr(c, "get_segments")]  # fmt: skip
    np.testing.assert_allclose(sorted(drawn), [500, 900])


def test_sheets_that_would_be_too_tall_get_columns():
    tall = Drawing("", np.array([0.0, 10.0]), np.array([0.0, 200.0]), np.zeros(2, int))
    made = drawing.sheet([tall] * 8, [INK] * 8, 1)
    assert made.get_size_inches()[1] <= drawing.TALLEST


@pytest.mark.parametrize("length, bar", [(1, 1), (4.9, 2), (5, 5), (99, 50), (100, 100)])
def test_scale_bars_are_round(length, bar):
    assert drawing.round_length(length) == bar


def test_ink_without_time_names_the_remedy():
    one = Drawing("", np.zeros(3), np.zeros(3), np.zeros(3, int))
    with pytest.raises(PentraceError, match="--colour point"):
        ink.ink_sheet([(one, np.full(3, np.nan))], "time")


def test_offsets_before_and_after_are_the_same_steps(run):
    rows = data.kept(run / "samples.parquet", "train")
    before = data.recorded_offsets(run / "cleaned", rows)
    after = data.normalised_offsets(run / "offsets", rows)
    assert len(before) == 2 * (POINTS - 1)  # s9 was dropped
    np.testing.assert_allclose(before / SCALE, after, rtol=1e-6)
    labels = [a.get_xlabel() for a in offsets.offsets_figure(before, after).get_axes()]
    assert "Δx, rightward (tablet units)" in labels and "Δx, rightward (normalised)" in labels


def test_offsets_of_an_empty_split_are_refused(run):
    none = np.zeros((0, 2))
    with pytest.raises(PentraceError, match="'odd'"):
        offsets.offsets_figure(none, none, "odd")


def test_training_marks_the_best_row():
    history = tables.pa.Table.from_pylist(HISTORY, schema=schema.HISTORY)
    axes = curves.training_figure(history).axes[0]
    marked = [line for line in axes.lines if line.get_label().startswith("kept")]
    assert marked[0].get_xdata()[0] == 30 and marked[0].get_ydata()[0] == -0.25
    with pytest.raises(PentraceError, match="empty"):
        curves.training_figure(history.slice(0, 0))


def test_gaussians_keep_their_mass_however_narrow():
    weight = np.array([0.25, 0.75])
    mean = np.array([[3.3, 4.1], [10.0, 5.0]])
    narrow = np.array([np.eye(2) * 1e-8, [[1.0, 0.8], [0.8, 1.0]]])
    total = gaussian_sum(weight, mean, narrow, (0, 20, 0, 10), 0.1)
    assert total.shape == (100, 200)
    # Gaussians end at three standard deviations or a little later.
    np.testing.assert_allclose(total.sum() * 0.1**2, 1, atol=0.015)
    row, column = np.unravel_index(total.argmax(), total.shape)
    assert column in (32, 33) and row in (40, 41)


def test_gaussian_matches_its_formula():
    covariance = np.array([[4.0, 1.5], [1.5, 2.0]])
    total = gaussian_sum(np.ones(1), np.full((1, 2), 10.0), covariance[None], (0, 20, 0, 20), 0.5)
    at = np.array([30, 27])  # column, row: the centre of pixel (15.25, 13.75)
    d = at * 0.5 + 0.25 - 10
    spread = covariance + np.eye(2) * 0.5**2 * BLUR
    density = np.exp(-d @ np.linalg.solve(spread, d) / 2) / (
        2 * np.pi * np.sqrt(np.linalg.det(spread))
    )
    np.testing.assert_allclose(total[at[1], at[0]], density, rtol=1e-9)


def test_prediction_is_in_tablet_units_and_agrees_with_the_network(run):
    import torch

    from pentrace.networks import mixture
    from pentrace.networks.store import load_model
    from pentrace.plot import lines
    from pentrace.plot.predicted import predict

    real = lines.pick(run, "validation", None)
    assert real.name == "s2"
    found = predict(run / "net" / "model.safetensors", real.name, real.steps)
    recorded = waves()
    np.testing.assert_allclose(
        found.position[:, 1], -(recorded.y - recorded.y[180])[180:270], atol=1e-3
    )
    network, _, _ = load_model(run / "net" / "model.safetensors")
    raw, _ = network(torch.from_numpy(real.steps[None, :-1]))
    step = 17
    target = found.position[step + 1] - found.position[step]
    d = target - found.mean[step]
    inverse = np.linalg.inv(found.covariance[step])
    z = np.einsum("mi,mij,mj->m", d, inverse, d)
    density = found.weight[step] * np.exp(-z / 2) / (2 * np.pi)
    density = (density * np.sqrt(np.linalg.det(inverse))).sum() * SCALE**2
    expected = mixture.log_density(
        mixture.split(raw[0, step].double()), torch.from_numpy(target / SCALE)
    )
    np.testing.assert_allclose(np.log(density), expected.item(), rtol=1e-5)


def test_generated_ink_is_read_back_as_the_steps_it_came_from(run):
    from pentrace.plot import lines

    line = lines.generated(run / "net" / "samples", read_json(run / "normalisation.json"))
    assert line.name == "bias-0-00"
    ink = waves(1)
    np.testing.assert_allclose(np.cumsum(line.steps[:, 0]) * SCALE, ink.x - ink.x[0], atol=1e-2)
    np.testing.assert_array_equal(line.steps[:-1, 2], ink.last_of_stroke()[:-1])


def test_unknown_lines_and_splits_are_named(run, tmp_path):
    with pytest.raises(PentraceError, match="'nobody'"):
        plot(run, "mixture", tmp_path / "a.png", "--line nobody")
    with pytest.raises(PentraceError, match="validation2"):
        plot(run, "mixture", tmp_path / "a.png", "--split validation2")


def test_samples_are_ordered_by_bias_and_primers_are_blue():
    index = [
        {"sample_id": n, "bias": b, "prime": p, "primer_points": k}
        for n, b, p, k in (("s2", 1.0, "x", 40), ("s1", 0.5, None, 0), ("s0", 0.0, None, 0))
    ]
    axes = samples.samples_figure(waves(3), index, "tablet units").axes[0]
    titles = [t.get_text() for t in axes.texts]
    assert titles[:3] == ["bias 0", "bias 0.5", "bias 1, after x (blue)"]
    colours = [len(np.unique(c.get_colors(), axis=0)) for c in axes.collections
               if hasattr(c, "get_segments")]  # fmt: skip
    assert colours == [1, 1, 2]


def test_reliability_shows_each_bin_that_has_steps():
    found = reliability.reliability_figure(metrics()["calibration"]["validation"], "validation")
    points = found.axes[0].containers[0].lines[0]
    assert len(points.get_xdata()) == 9
    low, high = reliability._wilson(np.array([0.0, 0.5]), np.array([10.0, 100.0]))
    # Wilson (1927); Brown, Cai and DasGupta (2001) give the same for 0 of 10 and 50 of 100.
    np.testing.assert_allclose([low[0], high[0], low[1], high[1]], [0, 0.2775, 0.4038, 0.5962],
                               atol=1e-3)  # fmt: skip


def test_comparison_names_units_and_leaves_out_what_was_not_compared():
    figure = comparison.comparison_figure(metrics()["distributions"])
    labels = [a.get_xlabel() for a in figure.axes if a.get_xlabel()]
    assert labels == ["Δx, rightward (tablet units)"]


def test_a_missing_folder_names_the_remedy(run, tmp_path):
    with pytest.raises(PentraceError, match="snakemake"):
        data.normalised_offsets(tmp_path, data.kept(run / "samples.parquet"))


@pytest.mark.parametrize("wide", [0.0, 1.0])
def test_a_full_stop_is_drawn_however_short_its_stroke_is(wide):
    stop = np.array([900.0, 900.0 + wide])
    x, y = np.append([0.0, 1000.0], stop), np.append([0.0, 0.0], [0.2, 0.2])
    long = Drawing("", x[:2], y[:2], np.zeros(2, int))
    both = Drawing("", x, 400 * y, np.array([0, 0, 1, 1]))
    ink = []
    for one in (long, both):
        made = style.figure(0.6, 2)
        axes = made.add_subplot()
        drawing.draw(axes, one)
        axes.set(xlim=(-50, 1050), ylim=(-100, 200))
        made.canvas.draw()
        ink.append((np.asarray(made.canvas.buffer_rgba())[:, :, 0] < 128).sum())
    assert ink[1] > ink[0]
