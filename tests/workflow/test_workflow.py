"""The complete workflow, as small as possible: what it makes, and what reruns after a change."""

import json
import re
import shlex
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from click import Context

from pentrace.__main__ import COMMANDS, cli
from pentrace.figure_table import FIGURES
from pentrace.plot.plot import command as plot
from tests.helpers.checkout import SMOKE, Checkout
from tests.helpers.commands import make_folders

pytestmark = pytest.mark.slow

NETWORK = Path("results/demo-iam/prediction")
REPORT = {"run_facts", "report"}
# Rules that rerun after every change of the configuration: it is saved, and is in the report.
CONFIGURED = {"configuration", "all"} | REPORT
# Commands without a rule.
BY_HAND = {"learn", "export", "write", "text", "describe", "list", "halves"}


def test_every_named_file_is_there(whole: Checkout) -> None:
    for dataset in ("demo-iam", "demo-svc"):
        folder = whole.folder / "results" / dataset
        samples = pd.read_parquet(folder / "samples.parquet")
        rejects = pd.read_parquet(folder / "rejects.parquet")
        assert "sample_id" in samples and "sample_id" in rejects
        assert len(pd.read_parquet(folder / "points")) == samples.n_points_recorded.sum()
        windows = pd.read_parquet(folder / "windows")
        shared = (windows.window > 0).sum()  # each window but a first begins with a shared offset
        assert windows.valid.sum() - shared == samples[samples.split.notna()].n_points.sum()
    network = whole.folder / NETWORK
    for name in ("model.safetensors", "history.parquet", "metrics.json", "samples", "plots"):
        assert (network / name).exists(), name
    synthesis = network.with_name("synthesis")
    assert (pd.read_parquet(synthesis / "rewritten/lines.parquet").bias == 0.5).all()
    read = pd.read_parquet(synthesis / "recognised.parquet")
    assert set(read.origin) == {"real", "written"} and (read.characters > 0).all()
    assert (network.with_name("recogniser") / "recognition.json").exists()
    assert json.loads((network / "metrics.json").read_text())["table"]
    assert (whole.folder / "results/report.html").stat().st_size > 100_000


def test_no_result_contains_the_path_of_this_project(whole: Checkout) -> None:
    path = str(whole.folder).encode()
    for file in (whole.folder / "results").rglob("*"):
        assert not file.is_file() or path not in file.read_bytes(), file


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


COMPARED = {
    network: {
        f"{rule} demo-iam {network}"
        for rule in ("discriminate", "plot_discriminate", "plot_giveaways")
    }
    for network in ("prediction", "synthesis")
}


def test_another_seed_draws_again_and_trains_nothing(whole_copy: Checkout) -> None:
    whole_copy.edit("config.yaml", "bias: [0.0, 0.5, 1.0]    # 0:", "bias: [0.0]  # 0:")
    whole_copy.edit(
        "workflow/presets/smoke.yaml",
        "steps: 60, bias: [0.5]",
        "steps: 60, bias: [0.6]",
    )
    drawn = {
        network: {f"{r} demo-iam {network}" for r in ("sample", "plot_density", "plot_samples")}
        for network in ("prediction", "synthesis")
    }
    compared = {"draw demo-iam prediction", *COMPARED["prediction"]}
    left = drawn["synthesis"] | compared | CONFIGURED
    assert whole_copy.rules("-n", *SMOKE) == drawn["prediction"] | left
    plots = [str(NETWORK / f"plots/{name}.png") for name in ("density", "samples")]
    assert whole_copy.rules(*SMOKE, "--", *plots) == drawn["prediction"]
    assert whole_copy.rules("-n", *SMOKE) == left


def test_a_training_value_trains_again_and_makes_no_table(whole_copy: Checkout) -> None:
    whole_copy.edit("workflow/presets/smoke.yaml", "steps: 20,", "steps: 19,")
    figures = (
        "training", "density", "end_of_stroke", "mixture", "comparison", "reliability", "samples"
    )  # fmt: skip
    rules = ("train", "sample", "evaluate", "draw", *(f"plot_{name}" for name in figures))
    trained = {f"{rule} demo-iam prediction" for rule in rules} | COMPARED["prediction"]
    assert whole_copy.rules("-n", *SMOKE) == trained | CONFIGURED


READ_AGAIN = {
    f"{rule} demo-iam synthesis"
    for rule in ("recognise", "plot_recognition", "style", "plot_hands")
} | COMPARED["synthesis"]
CHOSEN_AGAIN = {
    f"{rule} demo-iam synthesis"
    for rule in (
        "sample", "rewrite", "imitate", "plot_samples", "plot_density",
        "plot_biases", "plot_styles", "plot_primed", "plot_window",
    )
}  # fmt: skip


def trained_again(name: str) -> set[str]:
    return {f"{rule} demo-iam {name}" for rule in ("train", "recognise", "plot_training")}


def test_another_judge_reads_again_and_writes_nothing(whole_copy: Checkout) -> None:
    whole_copy.edit("workflow/presets/smoke.yaml", "hidden: 6", "hidden: 7")
    again = trained_again("judge") | READ_AGAIN | COMPARED["prediction"]
    assert whole_copy.rules("-n", *SMOKE) == again | CONFIGURED


def test_another_recogniser_chooses_and_reads_again(whole_copy: Checkout) -> None:
    whole_copy.edit("workflow/presets/smoke.yaml", "hidden: 8", "hidden: 9")
    aligned = {f"{rule} demo-iam recogniser" for rule in ("align", "plot_alignment", "plot_fits")}
    again = trained_again("recogniser") | aligned | CHOSEN_AGAIN | READ_AGAIN
    assert whole_copy.rules("-n", *SMOKE) == again | CONFIGURED


def test_a_network_that_is_replaced_is_reported_before_the_first_job(whole_copy: Checkout) -> None:
    other = ("--config", "networks={prediction: {hidden: 17}}")
    printed = whole_copy.snakemake(*SMOKE, *other, "--", str(NETWORK / "model.safetensors"))
    before, _, after = printed.partition("train demo-iam prediction")
    causes = "networks.prediction.hidden: 16 -> 17"
    assert f"replaces {NETWORK}/model.safetensors: {causes}." in before
    assert "replaces" not in after and "synthesis/model" not in before


def test_the_report_of_snakemake_has_every_figure_with_its_caption(
    whole: Checkout, tmp_path: Path
) -> None:
    whole.snakemake("--report", str(tmp_path / "report.zip"), *SMOKE)
    with zipfile.ZipFile(tmp_path / "report.zip") as packed:
        names = {Path(name).name for name in packed.namelist()}
        page = packed.read("report/report.html").decode()
    for figure in FIGURES:
        if f"{figure.name}.png" in names:
            assert figure.caption[:40] in page and figure.category in page, figure.name
    drawn = {path.name for path in (whole.folder / "results").rglob("plots/*.png")}
    assert drawn and drawn <= names


def test_every_figure_has_a_rule(whole: Checkout) -> None:
    rules = re.findall(r"^plot_(\w+)", whole.snakemake("--list-rules", *SMOKE), re.MULTILINE)
    assert sorted(rules) == sorted(figure.name.replace("-", "_") for figure in FIGURES)


def computed(line: str) -> str:
    """A line of a shell with its divisions computed."""
    return re.sub(r"\$\(\((\d+) / (\d+)\)\)", lambda m: str(int(m[1]) // int(m[2])), line)


def test_the_rules_give_each_command_options_that_it_has(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For ink, kanji and text: the runs here make only ink."""
    preset = ("--configfile", "workflow/presets/everything.yaml")
    printed = checkout.snakemake("-n", "--printshellcmds", *preset)
    lines = re.findall(r"^Shell command: pentrace (.*?) 2?>", printed, re.MULTILINE)
    called = {}
    monkeypatch.chdir(checkout.folder)
    for name, *words in map(shlex.split, map(computed, lines)):
        group, name, words = (plot, *words[:1], words[1:]) if name == "plot" else (cli, name, words)
        found = group.get_command(Context(group), name)
        make_folders(words)
        called[group, name] = found.make_context(name, words).params
    assert {name for group, name in called if group is cli} == set(COMMANDS) - BY_HAND - {"plot"}
    assert {name for group, name in called if group is plot} >= {"ink", "training", "fictional"}
    assert called[plot, "fictional"]["note"].startswith("KanjiVG")


def test_other_words_draw_no_figure_again(whole_copy: Checkout) -> None:
    whole_copy.edit("src/pentrace/figure_table.py", "Training curves", "Curves")
    assert whole_copy.rules("-n", *SMOKE) == REPORT | {"all"}


def test_the_code_of_a_figure_draws_only_that_figure_again(whole_copy: Checkout) -> None:
    with (whole_copy.folder / "src/pentrace/plot/training.py").open("a") as module:
        module.write("# changed\n")
    names = ("prediction", "synthesis", "recogniser", "judge")
    drawn = {f"plot_training demo-iam {name}" for name in names}
    assert whole_copy.rules("-n", *SMOKE) == drawn | REPORT | {"all"}


def test_the_same_run_gives_the_same_model(whole_copy: Checkout) -> None:
    model = whole_copy.folder / NETWORK / "model.safetensors"
    before = model.read_bytes()
    # A finished run leaves no checkpoint, so this one trains from the start.
    assert not list((whole_copy.folder / NETWORK / "checkpoints").glob("*"))
    whole_copy.snakemake(*SMOKE, "--forcerun", "train", "--", str(NETWORK / "model.safetensors"))
    assert model.read_bytes() == before


def test_the_rule_graph_is_drawn_again_only_for_other_networks(whole_copy: Checkout) -> None:
    assert "rulegraph" in whole_copy.rules("-n", *SMOKE, "--config", "run=[demo-iam]")
    planned = whole_copy.rules("-n", *SMOKE, "--config", "sample={seed: 7}")
    assert "rulegraph" not in planned and {"configuration", "report"} <= planned


def test_the_rule_graph_is_the_same_in_every_run(whole_copy: Checkout) -> None:
    graph = whole_copy.folder / "results/rulegraph.dot"
    before = graph.read_bytes()
    graph.unlink()
    whole_copy.snakemake(*SMOKE, "--", "results/rulegraph.dot")
    assert graph.read_bytes() == before
