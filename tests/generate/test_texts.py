"""Drawing characters, writing texts, and measuring them."""

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pentrace.errors import PentraceError
from pentrace.evaluate.evaluate_samples import command as evaluate_samples
from pentrace.evaluate.evaluate_text import command as evaluate
from pentrace.evaluate.table import name
from pentrace.evaluate.text_losses import bits, dynamic_loss, static_loss, unigram_loss
from pentrace.evaluate.text_words import known_share, loop, words
from pentrace.generate.draw_character import drawn, entropy, probabilities
from pentrace.generate.load_model import load_text
from pentrace.generate.sample_text import command as sample
from pentrace.generate.settings import DrawSettings
from pentrace.generate.text import command
from pentrace.generate.text_loop import begun, complete_texts, generate
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model, save_model
from pentrace.networks.text import TextNetwork
from pentrace.plot import style
from pentrace.plot.temperature import temperature_figure
from pentrace.plot.transfer import transfer_figure
from pentrace.report.contents import dataset_part, network_part, shown
from pentrace.report.report import render
from pentrace.tables import read
from pentrace.train.train import command as train
from tests.helpers.commands import invoke
from tests.helpers.processes import loaded
from tests.helpers.small_corpus import VERSE, arguments, build, trained

LOGITS = np.log(np.array([[0.5, 0.05, 0.3, 0.15]], np.float32))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    build(folder, {"a.txt": (VERSE * 12).encode()})
    trained(folder, steps=120, learning_rate=0.03)
    return folder


@pytest.fixture
def model(corpus: Path) -> Path:
    return corpus / "run/model.safetensors"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, [0.5, 0.05, 0.3, 0.15]),
        ({"temperature": 0}, [1, 0, 0, 0]),
        ({"temperature": 0.5}, np.square([0.5, 0.05, 0.3, 0.15]) / 0.365),
        ({"top_k": 2}, [0.625, 0, 0.375, 0]),
        ({"top_k": 9}, [0.5, 0.05, 0.3, 0.15]),
        ({"top_p": 0.4}, [1, 0, 0, 0]),
        ({"top_p": 0.6}, [0.625, 0, 0.375, 0]),
        ({"top_p": 0.81}, [0.5 / 0.95, 0, 0.3 / 0.95, 0.15 / 0.95]),
        ({"top_k": 2, "top_p": 0.6}, [1, 0, 0, 0]),
        ({"top_p": 1.0}, [0.5, 0.05, 0.3, 0.15]),
    ],
)
def test_probabilities_are_cut_as_set(how: dict, expected: list[float]) -> None:
    found = probabilities(LOGITS, DrawSettings(**{"temperature": 1, **how}))
    assert found[0] == pytest.approx(np.asarray(expected), abs=1e-6)
    random = np.random.default_rng(1)
    counts = np.bincount(drawn(np.repeat(found, 20_000, 0), random.random(20_000)), minlength=4)
    assert counts / 20_000 == pytest.approx(np.asarray(expected), abs=0.02)
    assert not counts[np.asarray(expected) == 0].any()


@given(
    arrays(np.float32, (3, 6), elements=st.floats(-1e4, 1e4, width=32)),
    st.floats(0, 100),
    st.none() | st.integers(1, 8),
    st.none() | st.floats(0.001, 1),
    st.floats(0, 1, exclude_max=True),
)
def test_drawn_symbols_have_a_probability(
    logits: np.ndarray, heat: float, k: int | None, p: float | None, uniform: float
) -> None:
    chances = probabilities(logits, DrawSettings(temperature=heat, top_k=k, top_p=p))
    assert chances.sum(1) == pytest.approx(1) and (k is None or ((chances > 0).sum(1) <= k).all())
    symbols = drawn(chances, np.full(3, uniform))
    assert (chances[np.arange(3), symbols] > 0).all()
    assert (entropy(chances) >= -1e-12).all() and (entropy(chances) <= math.log2(6) + 1e-9).all()


def test_a_text_depends_only_on_its_seed_prompt_and_number(model: Path) -> None:
    network, how = load_text(model), DrawSettings(temperature=0.9)
    prompts = ["the cat", "", "who sat? the dog"]
    together = complete_texts(network, prompts, 60, how, 3)
    assert (
        together
        == complete_texts(network, prompts, 60, how, 3)
        != complete_texts(network, prompts, 60, how, 4)
    )
    assert complete_texts(network, prompts[:1], 60, how, 3) == together[:1]
    first, second = complete_texts(network, ["the cat"] * 2, 60, how, 3)
    assert first != second and len(first) == 60


def test_greedy_is_the_likeliest_character_of_the_network(model: Path) -> None:
    network, settings, _ = load_model(model)
    alphabet = settings.alphabet or ""
    text = "\nthe cat s"  # a prompt is read as the beginning of a line
    for _ in range(25):
        logits, _ = network(torch.tensor([[alphabet.index(c) for c in text]]))
        text += alphabet[int(logits[0, -1].argmax())]
    prompt = "the cat s"
    (found,) = complete_texts(load_text(model), [prompt], 25, DrawSettings(temperature=0), 1)
    assert "\n" + prompt + found == text


@pytest.mark.parametrize(
    ("alphabet", "expected"),
    [("\n ab", ["\nab", "\n"]), (" ab", [" ab", " "]), ("ab", ["ab", "a"])],
)
def test_a_prompt_is_the_beginning_of_a_line(alphabet: str, expected: list[str]) -> None:
    settings = NetworkSettings(kind="text", alphabet=alphabet, train={"batches": "streams"})
    assert [begun(prompt, settings) for prompt in ("ab", "")] == expected


def test_a_character_appears_when_it_is_drawn(model: Path) -> None:
    steps = generate(load_text(model), ["the"], 10**9, DrawSettings(), 1)
    assert isinstance(steps, Iterator)
    assert all(len(next(steps)[0][0]) == 1 for _ in range(5))


def run(model: Path, *arguments: str) -> str:
    return invoke(command, "--model", model, *arguments).output


def test_the_command_continues_a_prompt(model: Path) -> None:
    said = run(model, "--prompt", "the cat", "--length", "30", "--seed", "2")
    assert said.startswith("the cat") and len(said) == 7 + 30 + 1
    assert said == run(model, "--prompt", "the cat", "--length", "30", "--seed", "2")
    both = run(model, "--prompt", "the cat", "--prompt", "who", "--samples", "2", "--length", "9")
    assert len(both.split("\n" + "-" * 40 + "\n")) == 4
    assert run(model, "--temperature", "0", "--length", "5", "--prompt", "THÉ", "--substitute")
    assert run(model, "--prompt", "the\u0301", "--substitute", "--length", "5").startswith("the")
    with pytest.raises(PentraceError, match="never seen Q"):
        run(model, "--prompt", "Q")
    with pytest.raises(PentraceError, match="--temperature: expected a finite number; got 'nan'"):
        run(model, "--temperature", "nan")


def test_the_only_text_network_is_found_and_a_file_written(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PentraceError, match="no text network in results; train one with make text"):
        invoke(command)
    shutil.copytree(model.parent, tmp_path / "results/plays/small")
    given = ("--prompt", "the cat", "--length", "30")
    said = run(model, *given)
    assert said == invoke(command, *given).output == run(model.parent, *given)
    assert invoke(command, *given, "-o", "a.txt").output == ""
    assert (tmp_path / "a.txt").read_text() == said
    assert invoke(command, *given, "-o", "-").stdout == said


def test_nothing_is_shown_of_a_prompt_that_cannot_be_read(model: Path) -> None:
    done = CliRunner().invoke(command, ["--model", str(model), "--prompt", "Q"])
    assert isinstance(done.exception, PentraceError) and not done.output


def test_rare_characters_of_a_prompt_are_read_as_in_training(tmp_path: Path) -> None:
    build(tmp_path, {"a.txt": (VERSE * 12).encode()})
    path = trained(tmp_path, network={"fold_rare": 3}, steps=1)
    given = ["--model", str(path), "--prompt", "Zz", "--length", "5", "--seed", "4"]
    done = invoke(command, *given)
    assert done.stderr.endswith("same symbol: Zz\n") and done.stdout.startswith("Zz")
    other = invoke(command, *given[:3], "QQ", *given[4:])
    assert other.stdout[2:] == done.stdout[2:]


def test_it_ends_quietly_when_nobody_reads_any_more(model: Path) -> None:
    words = [sys.executable, "-m", "pentrace", "text", "--model", str(model), "--length"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*words, "999999999"], **pipes) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(20)
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 141


def test_it_streams_and_does_not_import_torch(model: Path) -> None:
    code = "from pentrace.__main__ import main; main()"
    assert "torch" not in loaded(code, "text", "--model", model, "--length", 20)
    # A run that would write for hours prints its first characters at once.
    call = [sys.executable, "-m", "pentrace", "text", "--model", str(model), "--length"]
    call.append("999999999")
    with subprocess.Popen(call, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and len(process.stdout.read(50)) == 50
        process.terminate()


def test_a_network_for_ink_is_refused(tmp_path: Path) -> None:
    from pentrace.networks.kinds import build as network_of

    settings = NetworkSettings(hidden=4)
    save_model(tmp_path / "ink.safetensors", network_of(settings), settings, {})
    with pytest.raises(PentraceError, match="a prediction network"):
        run(tmp_path / "ink.safetensors")


def of_abc(**change: object) -> NetworkSettings:
    given = {"kind": "text", "alphabet": "abc", "train": {"batches": "streams"}}
    size = {} if "sizes" in change else {"hidden": 3}
    return NetworkSettings.model_validate({**given, **size, **change})


def counting(bias: list[float], **change: object) -> TextNetwork:
    """A network that gives each symbol the same probability at every step, from exp(bias)."""
    settings = of_abc(**change)
    network = TextNetwork(settings)
    with torch.no_grad():
        network.output.weight.zero_()
        network.output.bias.copy_(torch.tensor(bias))
    return network


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_bits_are_those_counted_by_hand(chunk: int) -> None:
    network = counting([math.log(0.5), math.log(0.25), math.log(0.25)])
    symbols = np.array([2, 0, 0, 1, 0, 2, 0])  # 1 + 1 + 2 + 1 + 2 + 1 bits after the first
    assert bits(static_loss(network, symbols, chunk), 6) == pytest.approx(8 / 6)
    single = unigram_loss(np.array([0] * 5 + [1, 2]), symbols, 3)  # 6 + 2 + 2 of 10
    assert single == pytest.approx(-4 * math.log(0.6) - 2 * math.log(0.2))


def test_dynamic_evaluation_learns_a_repeated_text_and_does_not_change_the_network() -> None:
    network = counting([0.0, 0.0, 0.0])
    before = {name: value.clone() for name, value in network.state_dict().items()}
    symbols = np.tile([0, 1, 1, 2], 300)
    static = static_loss(network, symbols, 100)
    assert dynamic_loss(network, symbols, 20, 1.0, 5.0) < 0.9 * static
    assert dynamic_loss(network, symbols, 20, 1e-12, 1.0) == pytest.approx(static, rel=1e-5)
    # The first piece is predicted before anything is learnt from it.
    assert dynamic_loss(network, symbols[:21], 20, 1.0, 5.0) == pytest.approx(20 * math.log(3))
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_dynamic_evaluation_has_no_dropout() -> None:
    torch.manual_seed(1)
    network = TextNetwork(of_abc(dropout=0.9))
    symbols = np.tile([0, 1, 1, 2], 30)
    static = static_loss(network, symbols, 100)
    assert dynamic_loss(network, symbols, 20, 1e-12, 1.0) == pytest.approx(static, rel=1e-5)
    assert not network.training and network.dropout.p == 0.9


def test_words_are_found_and_known() -> None:
    assert words("The cat's mat--sat, 3 or so") == ["the", "cat's", "mat", "sat", "or", "so"]
    assert words("the ca", whole=False) == ["the"]
    assert known_share(["the", "cta"], {"the"}) == 0.5 and known_share([], {"the"}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("And so " + "the " * 20, (6, 4)),  # the blank before it belongs to it
        ("x" * 40, (0, 1)),
        ("abc" + "1234567890123" * 3, None),
        (VERSE * 2, None),
        (VERSE * 3, (0, len(VERSE))),
        ("the " * 30 + "end", None),
        ("", None),
    ],
)
def test_loops_are_found(text: str, expected: tuple[int, int] | None) -> None:
    assert loop(text) == expected


def test_measures_samples_figures_and_report(corpus: Path, model: Path) -> None:
    out = model.parent
    given = ["--model", model, "--out", out / "samples", "--settings",
             '{"length": 80, "temperatures": [0, 1], "samples": 2}']  # fmt: skip
    invoke(sample, *given)
    texts = json.loads((out / "samples/texts.json").read_text())
    assert [t["temperature"] for t in texts] == [0, 1, 1] and texts[0]["entropy"] == 0
    given = ["--model", model, "--data", corpus,
             "--out", out / "metrics.json", "--published", "graves-2013"]  # fmt: skip
    invoke(evaluate, *given)
    given = ["--samples", out / "samples", "--data", corpus, "--out",
             out / "sample-metrics.json"]  # fmt: skip
    output = invoke(evaluate_samples, *given).output
    assert "temperature 1: " in output and "of 2 texts in a loop" in output
    metrics = json.loads((out / "metrics.json").read_text())
    row = metrics["table"][0]
    assert (row["model"], row["split"], row["role"]) == (
        "text 2 x 12",
        "validation",
        "early stopping",
    )
    assert row["perplexity"] == pytest.approx(2 ** row["bits_per_character"])
    assert row["dynamic_bits_per_character"] < row["bits_per_character"] < 4
    assert metrics["table"][-1]["dynamic_bits_per_character"] == 1.33
    sampled = json.loads((out / "sample-metrics.json").read_text())
    assert [row["texts"] for row in sampled["table"]] == [1, 2]
    assert 0 <= sampled["table"][1]["known_words"] <= 1
    assert metrics["transfer"] is None and row["folded"] == 0
    history = read(out / "history.parquet")
    style.save(
        temperature_figure(load_text(model), (0.0, 1.0), 40, 1), out / "plots/temperature.png"
    )
    style.save(transfer_figure(history, "other/net", history), out / "plots/transfer.png")
    parts = [dataset_part("verse", corpus, "")], [network_part("verse/run", out, "")]
    page = render("run: []", "", *parts)
    assert f"{row['bits_per_character']:.3f}" in page and "With and without transfer" in page
    assert "[line end]" in page and "text 7 x 700" in page and "nats per sequence" not in page
    assert "for other corpora" in page and "of these, folded" not in page
    assert "1 document was read" in page
    assert "<th>texts in a loop</th>" in page and "<b>known words</b>" in page


def test_folded_characters_and_a_transfer_are_reported(corpus: Path, tmp_path: Path) -> None:
    build(tmp_path, {"b.txt": (VERSE.replace("o", "ö") * 12 + "zq").encode()})
    first = trained(corpus, "folding", {"fold_rare": 3}, steps=2)
    given = [*arguments(tmp_path, "run", {"fold_rare": 3}, steps=2), "--start", str(first)]
    invoke(train, *given)
    out = tmp_path / "run"
    given = ["--model", out / "model.safetensors", "--out", out / "samples", "--settings",
             '{"length": 9, "samples": 1}']  # fmt: skip
    invoke(sample, *given)
    given = ["--model", out / "model.safetensors", "--data", tmp_path, "--out",
             out / "metrics.json"]  # fmt: skip
    output = invoke(evaluate, *given).output
    metrics = json.loads((out / "metrics.json").read_text())
    rows = {row["split"]: row for row in metrics["table"]}
    assert rows["validation"]["folded"] == 0
    assert rows["test"]["folded"] == 2 / rows["test"]["characters"]
    assert "% of them folded" in output and "folded" in metrics["definitions"]
    assert metrics["transfer"]["added"] == "ö" and metrics["transfer"]["not_in_the_corpus"] == "o"
    assert not any(row["source"] != "measured" for row in metrics["table"])
    parts = [dataset_part("verse", tmp_path, "")], [network_part("verse/run", out, "")]
    page = re.sub(r"(<[^>]*>|\s)+", " ", render("", "", *parts))
    assert " 18 [line end] [blank] ! , . ? a c d e g h l m n s t w" in page
    assert "only in this data set: random weights 1 ö" in page
    assert "only in the other data set: weights of the other network 1 o" in page
    assert "of these, folded" in page and "for other corpora" not in page


def test_the_report_shows_the_settings_that_a_kind_has() -> None:
    def keys(**given: object) -> str:
        return ", ".join(shown(NetworkSettings.model_validate(given).model_dump(mode="json")))

    text = of_abc(sizes=[4, 3]).model_dump(mode="json")
    assert list(shown(text)) == ["kind", "embedding", "skips", "dropout", "fold_rare", "cells",
                                 "alphabet"]  # fmt: skip
    assert shown(text)["cells"] == [4, 3] and shown(text)["alphabet"] == "a b c"
    assert shown(of_abc(layers=2).model_dump(mode="json"))["cells"] == [3, 3]
    assert keys() == (
        "kind, layers, hidden, components, pen_states, skips, dropout, cell, recurrent_dropout"
    )
    assert keys(cell="hyper").endswith(", recurrent_dropout, hyper_hidden, hyper_embedding")
    assert keys(kind="synthesis", start="first") == (
        "kind, start, layers, hidden, components, skips, dropout, window_components, "
        "window_parametrisation, style_size, fold_rare"
    )
    assert keys(kind="recognition") == "kind, layers, hidden, dropout, fold_rare"


def test_the_overview_counts_documents_and_characters(corpus: Path) -> None:
    page = render("", "", [dataset_part("verse", corpus, "")], [])
    cells = re.findall(r"<td>(.*?)</td>", page)
    count = len(VERSE) * 12
    assert cells[1:3] == ["1", f"{count:,}"] and "points recorded" not in page


def test_networks_are_named_as_the_paper_writes_them() -> None:
    assert name(of_abc(layers=2)) == "text 2 x 3"
    assert name(of_abc(sizes=[1000, 800])) == "text 1000 + 800"
    noisy = {"layers": 3, "hidden": 400, "train": {"weight_noise": 0.075}}
    found = name(NetworkSettings.model_validate(noisy))
    assert found == "prediction 3 x 400, adaptive weight noise"
