"""A corpus through the whole workflow, as small as it can be."""

import json

import pandas as pd
import pytest

from pentrace.report.rulegraph import parse_dot
from tests.helpers.checkout import Checkout
from tests.helpers.small_corpus import VERSE

pytestmark = pytest.mark.slow

TINY = """
run: [alice]
datasets:
  alice:
    train: [small-text]
    characters: {validation: 0.2, test: 0.2, max_reject_share: 0.25}
networks:
  small-text:
    layers: 1
    hidden: 8
    train: {length: 10, batch_size: 2, warmup: 0, steps: 4, validate_every: 2}
text: {length: 20, samples: 1, temperatures: [0, 1]}
evaluate_text: {words: words.txt}
"""


def test_a_corpus_becomes_tables_a_network_and_a_report(checkout: Checkout) -> None:
    raw = checkout.folder / "data/raw/text/alice"
    raw.mkdir(parents=True)
    for number in range(3):
        (raw / f"{number}.txt").write_text(VERSE * 3)
    (raw / "bad.txt").write_bytes(b"\x00" * 9)
    (checkout.folder / "tiny.yaml").write_text(TINY)
    (checkout.folder / "words.txt").write_text("the cat")
    checkout.snakemake("--configfile", "tiny.yaml")
    folder = checkout.folder / "results/alice"
    assert pd.read_parquet(folder / "documents.parquet").characters.sum() == 9 * len(VERSE)
    assert pd.read_parquet(folder / "rejects.parquet").source.tolist() == ["bad.txt"]
    assert json.loads((folder / "small-text/metrics.json").read_text())["table"]
    sampled = json.loads((folder / "small-text/sample-metrics.json").read_text())["table"]
    assert [row["temperature"] for row in sampled] == [0, 1]
    assert (folder / "small-text/plots/temperature.png").exists()
    page = (checkout.folder / "results/report.html").read_text()
    assert "alice/small-text" in page and "bits per character" in page
    assert "Nothing to be done" in checkout.snakemake("--configfile", "tiny.yaml")
    # With another list of words, only the samples are measured again.
    (checkout.folder / "words.txt").write_text("the dog")
    rules = {rule.split()[0] for rule in checkout.rules("-n", "--configfile", "tiny.yaml")}
    assert rules == {"evaluate_samples", "run_facts", "report", "all"}
    # Other samples train nothing.
    (checkout.folder / "tiny.yaml").write_text(TINY.replace("length: 20", "length: 30"))
    rules = {rule.split()[0] for rule in checkout.rules("-n", "--configfile", "tiny.yaml")}
    untouched = {"train", "characters", "text_windows", "evaluate_text"}
    assert "sample_text" in rules and not rules & untouched
    # The measures of the network do not depend on the temperatures of its samples.
    metrics = folder / "small-text/metrics.json"
    measured, before = metrics.read_bytes(), metrics.stat().st_mtime_ns
    (checkout.folder / "tiny.yaml").write_text(TINY.replace("[0, 1]", "[0.5]"))
    rules = {rule.split()[0] for rule in checkout.rules("--configfile", "tiny.yaml")}
    assert rules == {
        "sample_text", "evaluate_samples", "configuration", "run_facts", "report", "all"
    }  # fmt: skip
    assert (metrics.read_bytes(), metrics.stat().st_mtime_ns) == (measured, before)
    sampled = json.loads((folder / "small-text/sample-metrics.json").read_text())["table"]
    assert [row["temperature"] for row in sampled] == [0.5]


def test_a_missing_list_of_words_is_an_error_before_any_training(checkout: Checkout) -> None:
    given = ("--config", "evaluate_text={words: none.txt}", "run=[shakespeare]")
    printed = checkout.snakemake("-n", *given, fails=True)
    assert "evaluate_text.words: no file" in printed and "none.txt" in printed


def test_transfer_waits_for_the_other_corpus(checkout: Checkout) -> None:
    raw = checkout.folder / "data/raw/text/alice"
    raw.mkdir(parents=True)
    (raw / "alice.txt").write_text(VERSE)
    preset = ("--configfile", "workflow/presets/transfer.yaml")
    planned = checkout.rules("-n", *preset)
    assert {"train shakespeare small-text", "plot_transfer alice transferred-text"} <= planned
    assert "plot_transfer alice alice-text" not in planned
    graph = parse_dot(checkout.snakemake("--rulegraph", "dot", "--forceall", *preset))
    assert any(
        "train (one starts from another)" in data["label"] for _, data in graph.nodes(data=True)
    )


def transfer_figure(checkout: Checkout, **networks: str) -> str:
    """The command that would draw the figure of transferred-text, with other networks on Alice."""
    raw = checkout.folder / "data/raw/text/alice"
    raw.mkdir(parents=True)
    (raw / "alice.txt").write_text(VERSE)
    lines = ["run: [shakespeare, alice]", "networks:"]
    lines += [f"  {name}: {{kind: text, {value}}}" for name, value in networks.items()]
    lines += [f"datasets: {{alice: {{train: [{', '.join(networks)}, transferred-text]}}}}"]
    (checkout.folder / "other.yaml").write_text("\n".join(lines))
    printed = checkout.snakemake("-n", "--printshellcmds", "--configfile", "other.yaml")
    return next(line for line in printed.splitlines() if "pentrace plot transfer" in line)


SMALL = "layers: 2, hidden: 256, embedding: 32, train: "


def test_the_curve_without_transfer_is_of_the_same_network(checkout: Checkout) -> None:
    trained = SMALL + (
        "{batches: streams, length: 100, batch_size: 16, learning_rate: 0.006, schedule: cosine, "
        "warmup: 30, clip_norm: 1, steps: 400, validate_every: 100}"
    )
    shell = transfer_figure(
        checkout,
        larger=trained.replace("256", "300"),
        longer=trained.replace("steps: 400", "steps: 1000"),
        again=f"start: alike, {trained}",
        alike=trained,
    )
    assert "--anew results/alice/alike/history.parquet" in shell


def test_without_an_equal_network_there_is_no_curve_without_transfer(checkout: Checkout) -> None:
    shell = transfer_figure(checkout, other=SMALL + "{batches: streams}")
    assert "--anew" not in shell and "--start shakespeare/small-text" in shell
