"""The whole workflow, as small as it can be: what it makes, and what of it reruns."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.checkout import SMOKE, Checkout

pytestmark = pytest.mark.slow

NETWORK = Path("results/demo-iam/small")
REPORT = {"report"}
# What every change of the configuration does: it is written down, and shown in the report.
CONFIGURED = {"configuration", "all"} | REPORT


def test_every_named_file_is_there(whole: Checkout) -> None:
    for dataset in ("demo-iam", "demo-svc"):
        folder = whole.folder / "results" / dataset
        samples = pd.read_parquet(folder / "samples.parquet")
        rejects = pd.read_parquet(folder / "rejects.parquet")
        assert "sample_id" in samples and "sample_id" in rejects
        assert len(pd.read_parquet(folder / "points")) == samples.n_points_recorded.sum()
        windows = pd.read_parquet(folder / "windows")
        assert windows.valid.sum() == samples[samples.split.notna()].n_points.sum()
    network = whole.folder / NETWORK
    for name in ("model.safetensors", "history.parquet", "metrics.json", "samples", "plots"):
        assert (network / name).exists(), name
    writer = network.with_name("writer")
    assert (pd.read_parquet(writer / "rewritten/lines.parquet").bias == 0.5).all()
    read = pd.read_parquet(writer / "recognised.parquet")
    assert set(read.origin) == {"real", "written"} and (read.characters > 0).all()
    assert (network.with_name("reader") / "recognition.json").exists()
    assert json.loads((network / "metrics.json").read_text())["table"]
    assert (whole.folder / "results/report.html").stat().st_size > 100_000


def test_every_raw_recording_is_accounted_for(whole: Checkout) -> None:
    folder = whole.folder / "results/demo-iam"
    samples = pd.read_parquet(folder / "samples.parquet")
    rejects = pd.read_parquet(folder / "rejects.parquet")
    lost = rejects[(rejects.lost == "sample") & (rejects.stage == "parse")]
    raw = pd.concat(
        pd.read_parquet(path, columns=["path"]) for path in (folder / "raw").glob("ink-*.parquet")
    )
    assert sorted([*samples.source, *lost.source]) == sorted(raw.path)


def test_a_second_start_has_nothing_to_do(whole: Checkout) -> None:
    assert "Nothing to be done" in whole.snakemake(*SMOKE)


def test_another_seed_draws_again_and_trains_nothing(whole_copy: Checkout) -> None:
    whole_copy.edit("config.yaml", "bias: [0.0, 0.5, 1.0]    # 0:", "bias: [0.0]  # 0:")
    whole_copy.edit(
        "workflow/presets/smoke.yaml",
        "steps: 60, bias: [0.5]",
        "steps: 60, bias: [0.6]",
    )
    drawn = {
        network: {f"{r} demo-iam {network}" for r in ("sample", "plot_density", "plot_samples")}
        for network in ("small", "writer")
    }
    assert whole_copy.rules("-n", *SMOKE) == drawn["small"] | drawn["writer"] | CONFIGURED
    plots = [str(NETWORK / f"plots/{name}.png") for name in ("density", "samples")]
    assert whole_copy.rules(*SMOKE, "--", *plots) == drawn["small"]
    assert whole_copy.rules("-n", *SMOKE) == drawn["writer"] | CONFIGURED


def test_a_training_value_trains_again_and_makes_no_table(whole_copy: Checkout) -> None:
    whole_copy.edit("workflow/presets/smoke.yaml", "length: 60", "length: 50")
    figures = (
        "training", "density", "end_of_stroke", "mixture", "comparison", "reliability", "samples"
    )  # fmt: skip
    rules = ("train", "sample", "evaluate", *(f"plot_{name}" for name in figures))
    trained = {f"{rule} demo-iam small" for rule in rules}
    assert whole_copy.rules("-n", *SMOKE) == trained | CONFIGURED


def test_another_reader_reads_again_and_writes_nothing(whole_copy: Checkout) -> None:
    whole_copy.edit("workflow/presets/smoke.yaml", "hidden: 8", "hidden: 9")
    reader = {f"{rule} demo-iam reader" for rule in ("train", "recognise", "plot_training")}
    writer = {f"{rule} demo-iam writer" for rule in ("recognise", "plot_recognition")}
    assert whole_copy.rules("-n", *SMOKE) == reader | writer | CONFIGURED


def test_a_figure_s_code_draws_that_figure_alone(whole_copy: Checkout) -> None:
    with (whole_copy.folder / "src/pentrace/plot/training.py").open("a") as module:
        module.write("# changed\n")
    drawn = {f"plot_training demo-iam {name}" for name in ("small", "writer", "reader")}
    assert whole_copy.rules("-n", *SMOKE) == drawn | {"report", "all"}


def test_the_same_run_gives_the_same_model(whole_copy: Checkout) -> None:
    model = whole_copy.folder / NETWORK / "model.safetensors"
    before = model.read_bytes()
    # A finished run leaves no checkpoint to go on from, so this one trains from the start.
    assert not list((whole_copy.folder / NETWORK / "checkpoints").glob("*"))
    whole_copy.snakemake(*SMOKE, "--forcerun", "train", "--", str(NETWORK / "model.safetensors"))
    assert model.read_bytes() == before


def test_the_rule_graph_is_drawn_anew_for_other_networks_alone(whole_copy: Checkout) -> None:
    assert "rulegraph" in whole_copy.rules("-n", *SMOKE, "--config", "run=[demo-iam]")
    planned = whole_copy.rules("-n", *SMOKE, "--config", "sample={seed: 7}")
    assert "rulegraph" not in planned and {"configuration", "report"} <= planned
