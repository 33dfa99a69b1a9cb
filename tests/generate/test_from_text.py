"""Networks with texts, through the stages: train, sample, rewrite, evaluate, plot.

The ink is synthetic: each letter is a loop of a different height, so that a text can be learnt.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from pentrace import tables
from pentrace.__main__ import cli
from pentrace.errors import PentraceError
from pentrace.evaluate.evaluate import command as evaluate
from pentrace.generate.rewrite import command as rewrite
from pentrace.generate.sample import command as sample
from pentrace.networks.recognition import RecognitionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model
from pentrace.networks.synthesis import SynthesisNetwork
from pentrace.networks.training import TrainSettings
from pentrace.options import FAILED
from pentrace.plot.lines import pick
from pentrace.plot.predicted import predict
from pentrace.recognise.error_rates import count
from pentrace.recognise.recognise import command as recognise
from pentrace.train.data import load
from pentrace.train.plan import longest, plan_epoch, points_of_run, total
from pentrace.train.train import command as train
from pentrace.windows.batches import load_lines
from tests.helpers.commands import invoke, train_options, unwritable
from tests.helpers.small_data import Splits, write_data
from tests.helpers.small_lines import NORMALISATION, ink
from tests.helpers.small_model import options

COUNTS = {"train": 24, "validation": 6, "validation2": 2, "test": 2}
SYNTHESIS = {"kind": "synthesis", "layers": 2, "hidden": 12, "components": 2}
READER = {"kind": "recognition", "layers": 1, "hidden": 24}
FAST = {
    "steps": 30, "batch_size": 4, "validate_every": 10, "checkpoint_every": 10,
    "learning_rate": 0.01,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("texts")
    splits: Splits = {}
    said = {}
    for number, (split, size) in enumerate(COUNTS.items()):
        random = np.random.default_rng(number)
        texts = ["".join(random.choice(list("abc"), 5, p=[0.4, 0.3, 0.3])) for _ in range(size)]
        texts = [text[:2] + " " + text[3:] for text in texts]
        said |= {f"{split}-{i}": text for i, text in enumerate(texts)}
        splits[split] = {f"{split}-{i}": ink(text, random) for i, text in enumerate(texts)}
        splits[split][f"{split}-without-text"] = ink("abc", random)
    write_data(made, splits, said)
    (made / "normalisation.json").write_text(json.dumps(NORMALISATION))
    return made


def trained(folder: Path, out: Path, network: dict, start: Path | None = None, **how: object):
    """Train, and return the history."""
    settings = network | {"train": {**FAST, "batches": "lines"} | how}
    more = [] if start is None else ["--start", start]
    invoke(train, *train_options(folder, out, settings), *more)
    return tables.read(out / "history.parquet").to_pandas()


@pytest.fixture(scope="module")
def writer(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("writer")
    trained(folder, out, SYNTHESIS, steps=60)
    return out / "model.safetensors"


@pytest.fixture(scope="module")
def reader(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reader")
    trained(folder, out, READER, steps=200, validate_every=100, distort=True)
    return out / "model.safetensors"


def test_a_synthesis_network_learns_and_keeps_its_alphabet(folder: Path, tmp_path: Path) -> None:
    history = trained(folder, tmp_path, SYNTHESIS, steps=60)
    assert history.validation_loss.iloc[-1] < history.validation_loss.iloc[0] - 0.3
    network, settings, _ = load_model(tmp_path / "model.safetensors")
    assert isinstance(network, SynthesisNetwork) and settings.alphabet == " abc"


def test_a_recogniser_reads_what_it_has_learnt(folder: Path, reader: Path, tmp_path: Path) -> None:
    assert isinstance(load_model(reader)[0], RecognitionNetwork)
    given = [*options(folder, reader), "--out-metrics", str(tmp_path / "m.json")]
    given += ["--out-lines", str(tmp_path / "lines.parquet")]
    invoke(recognise, *given)
    (found,) = json.loads((tmp_path / "m.json").read_text())["table"]
    assert found["lines"] == COUNTS["validation"]  # not the line without a text
    assert found["character_error_rate"]["rate"] < 0.35


def test_lines_without_a_text_are_left_out(folder: Path) -> None:
    settings, own, validation = load(
        folder, NetworkSettings.model_validate(SYNTHESIS | {"train": {}})
    )
    assert len(own.lines.ids) == COUNTS["train"] and "train-without-text" not in own.lines.ids
    assert own.symbols is not None and own.symbols.shape == (COUNTS["train"], 5)
    everything = load_lines(folder, ["train"])
    for i, name in enumerate(own.lines.ids):
        np.testing.assert_array_equal(own.lines[i], everything[everything.ids.index(name)])
    assert len(validation.lines.ids) == COUNTS["validation"] and settings.alphabet == " abc"


def test_interrupted_weight_noise_ends_as_if_unbroken(folder: Path, tmp_path: Path) -> None:
    noisy = {"weight_noise": 0.05, "steps": 20}
    trained(folder, tmp_path / "whole", SYNTHESIS, **noisy)
    whole = (tmp_path / "whole/model.safetensors").read_bytes()
    plain = trained(folder, tmp_path / "plain", SYNTHESIS, steps=20)
    assert not plain.train_loss.equals(
        tables.read(tmp_path / "whole/history.parquet").to_pandas().train_loss
    )
    # The history cannot be written: the run ends, and leaves its checkpoint.
    with unwritable(tmp_path / "again/history.parquet"), pytest.raises(OSError):
        trained(folder, tmp_path / "again", SYNTHESIS, **noisy)
    assert list((tmp_path / "again/checkpoints").iterdir())
    trained(folder, tmp_path / "again", SYNTHESIS, **noisy)
    assert (tmp_path / "again/model.safetensors").read_bytes() == whole


def test_weight_noise_goes_on_from_another_network(
    folder: Path, writer: Path, tmp_path: Path
) -> None:
    before = tables.read(writer.parent / "history.parquet").to_pandas().validation_loss.min()
    how = {"weight_noise": 0.001, "learning_rate": 1e-5, "steps": 1, "validate_every": 1}
    history = trained(folder, tmp_path, SYNTHESIS, writer, **how)
    assert history.validation_loss[0] == pytest.approx(before, abs=0.01)
    with pytest.raises(PentraceError, match="it differs in hidden"):
        trained(folder, tmp_path, SYNTHESIS | {"hidden": 13}, writer)


def test_lines_grow_to_their_full_length(folder: Path) -> None:
    lines = load_lines(folder, ["train"])
    how = TrainSettings(first_length=10, grow_epochs=4)
    cut = [longest(lines, how, epoch) for epoch in range(6)]
    assert cut == [10, 16, 24, 38, None, None]  # the longest has 60
    assert longest(lines, TrainSettings(max_length=7), 9) == 7


@pytest.mark.parametrize(
    "how",
    [
        {"first_length": 10, "grow_epochs": 4, "epochs": 7},
        {"first_length": 10, "grow_epochs": 4, "epochs": 2},
        {"first_length": 10, "grow_epochs": 4, "steps": 11, "batch_size": 5, "epochs": 9},
        {"max_length": 20, "steps": 14},
        {"batches": "crops", "length": 9, "epochs": 3},
    ],
)
def test_the_points_of_a_run_are_known_before_it_starts(folder: Path, how: dict) -> None:
    lines = load_lines(folder, ["train"])
    settings = TrainSettings.model_validate({"batch_size": 3, "steps": None, **how})
    found, done = 0, 0
    for epoch in range(settings.epochs or 100):
        plan = plan_epoch(lines, settings, epoch)
        for batch in plan:
            if done != settings.steps:
                found, done = found + int((batch.stop - batch.start).sum()), done + 1
    assert points_of_run(lines, settings) == pytest.approx(found, rel=0.05)
    assert points_of_run(lines, TrainSettings(steps=None, patience=3)) is None


def test_a_run_trains_on_the_points_that_were_planned(folder: Path, tmp_path: Path) -> None:
    how = {"first_length": 10, "grow_epochs": 2, "steps": None, "epochs": 3}
    history = trained(folder, tmp_path, SYNTHESIS, **how)
    settings = TrainSettings.model_validate(FAST | how)
    planned = points_of_run(load_lines(folder, ["train"]).with_text(), settings)
    assert history.points.iloc[-1] == planned


def test_samples_have_the_texts(folder: Path, writer: Path, tmp_path: Path) -> None:
    wanted = {"lines": 2, "bias": [0.5], "prime": 1, "texts": ["abc", "cab"], "attempts": 1}
    given = [*options(folder, writer), "--out", str(tmp_path / "s"), "--settings"]
    invoke(sample, *given, json.dumps(wanted))
    rows = json.loads((tmp_path / "s/samples.json").read_text())
    assert [r["text"] for r in rows] == ["abc", "cab", "abc"]
    assert rows[2]["prime"].startswith("validation-") and rows[2]["primer_points"] == 61
    own = {**wanted, "texts": None}
    given[given.index(str(tmp_path / "s"))] = str(tmp_path / "own")
    invoke(sample, *given, json.dumps(own))
    written = [r["text"] for r in json.loads((tmp_path / "own/samples.json").read_text())]
    assert set(written) <= set(load_lines(folder, ["validation"]).texts)


def test_a_text_is_cut_off_after_the_steps_that_are_given(
    folder: Path, writer: Path, tmp_path: Path
) -> None:
    wanted = {"lines": 1, "bias": [0.5], "prime": None, "texts": ["abc"], "attempts": 1, "steps": 7}
    given = [*options(folder, writer), "--out", str(tmp_path / "s"), "--settings"]
    invoke(sample, *given, json.dumps(wanted), status=FAILED)
    (row,) = json.loads((tmp_path / "s/samples.json").read_text())
    assert row["points"] <= 8 and row["failed"]  # and the null step


def test_a_given_alphabet_must_have_all_of_the_transcripts(folder: Path) -> None:
    given = NetworkSettings.model_validate(SYNTHESIS | {"alphabet": " ab"})
    with pytest.raises(PentraceError, match=r": in the transcripts, .*seen c;.* fold_rare"):
        load(folder, given)
    assert load(folder, given.model_copy(update={"fold_rare": 1}))


def test_texts_are_written_again_and_read(
    folder: Path, writer: Path, reader: Path, tmp_path: Path
) -> None:
    given = ["--model", str(writer), "--data", str(folder), "--out", str(tmp_path)]
    wanted = {"bias": [0.0, 1.0], "lines": 3, "attempts": 1}
    invoke(rewrite, *given, "--settings", json.dumps(wanted))
    rows = tables.read(tmp_path / "lines.parquet").to_pandas()
    assert rows.bias.tolist() == [0.0] * 3 + [1.0] * 3
    texts = dict(zip(*(getattr(load_lines(folder, ["validation"]), k)
                       for k in ("ids", "texts")), strict=True))  # fmt: skip
    assert all(texts[r.sample_id.split("/")[1]] == r.text for r in rows.itertuples())
    offsets = tables.read(tmp_path / "offsets.parquet").to_pandas()
    assert (offsets.groupby("sample_id", observed=True).dx.first() == 0).all()
    given = [*options(folder, reader), "--written", str(tmp_path)]
    given += ["--out-metrics", str(tmp_path / "m.json")]
    given += ["--out-lines", str(tmp_path / "read.parquet")]
    invoke(recognise, *given)
    table = json.loads((tmp_path / "m.json").read_text())["table"]
    assert [(r["origin"], r["bias"], r["lines"]) for r in table] == [
        ("real", None, 3), ("written", 0.0, 3), ("written", 1.0, 3),
    ]  # fmt: skip


def rewritten(folder: Path, writer: Path, out: Path, *more: object, **settings: object):
    """The rows of lines.parquet; many of these lines fail."""
    given = [*options(folder, writer), "--out", out, *more]
    wanted = {"bias": [1.0], "lines": 6} | settings
    invoke(cli, "rewrite", *given, "--settings", json.dumps(wanted), status=FAILED)
    return tables.read(out / "lines.parquet").to_pandas()


def test_the_candidate_that_is_read_best_is_kept(
    folder: Path, writer: Path, reader: Path, tmp_path: Path
) -> None:
    some = {
        attempts: rewritten(
            folder, writer, tmp_path / str(attempts), "--reader", reader, attempts=attempts
        )
        for attempts in (1, 4, 20)
    }
    edits = {
        attempts: [count(row.text, row.read).edits for row in rows.itertuples()]
        for attempts, rows in some.items()
    }
    assert sum(edits[20]) < sum(edits[4]) < sum(edits[1])
    for few, more in ((1, 4), (4, 20)):
        assert all(b <= a for a, b in zip(edits[few], edits[more], strict=True))
    perfect = [wrong == 0 for wrong in edits[4]]
    assert some[4].attempts.tolist() == [4] * 6
    assert [one == 4 for one in some[20].attempts] == perfect or max(edits[20]) == 0
    # What was read is what `pentrace recognise` reads.
    given = [*options(folder, reader), "--written", str(tmp_path / "20")]
    given += ["--out-metrics", tmp_path / "m.json", "--out-lines", tmp_path / "read.parquet"]
    invoke(recognise, *given)
    found = tables.read(tmp_path / "read.parquet").to_pandas().set_index("sample_id")
    rows = some[20]
    assert found.loc[rows.sample_id, "read"].tolist() == rows.read.tolist()
    assert found.loc[rows.sample_id, "finished"].tolist() == (~rows.failed).tolist()


def test_without_a_check_nothing_fails(folder: Path, writer: Path, tmp_path: Path) -> None:
    given = [*options(folder, writer), "--out", tmp_path / "x", "--check", "none"]
    invoke(rewrite, *given, "--lines", 6)
    rows = tables.read(tmp_path / "x" / "lines.parquet").to_pandas()
    assert not rows.failed.any() and (rows.attempts == 1).all() and rows.read.isna().all()


def test_rewriting_needs_a_synthesis_network(folder: Path, reader: Path, tmp_path: Path) -> None:
    given = ["--model", str(reader), "--data", str(folder), "--out", str(tmp_path)]
    with pytest.raises(PentraceError, match="give a synthesis or variational network"):
        invoke(rewrite, *given)


def test_evaluation_gives_the_loss_of_training(folder: Path, writer: Path, tmp_path: Path) -> None:
    given = options(folder, writer)
    given += ["--out-metrics", str(tmp_path / "m.json")]
    given += ["--out-lines", str(tmp_path / "lines.parquet")]
    wanted = {"splits": ["validation"], "generated_lines": 3, "chunk": 17, "batch_size": 4}
    invoke(evaluate, *given, "--settings", json.dumps(wanted))
    report = json.loads((tmp_path / "m.json").read_text())
    measured = report["table"][0]
    assert measured["model"] == "synthesis 2 x 12" and measured["lines"] == COUNTS["validation"]
    history = tables.read(writer.parent / "history.parquet").to_pandas()
    best = history.validation_loss.min()
    assert measured["log_loss_per_point"] == pytest.approx(best, rel=1e-4)
    assert report["distributions"]["generated_lines"] == 3


def test_a_recogniser_has_no_log_loss_of_lines(folder: Path, reader: Path, tmp_path: Path) -> None:
    given = options(folder, reader)
    given += ["--out-metrics", str(tmp_path / "m.json")]
    given += ["--out-lines", str(tmp_path / "lines.parquet")]
    with pytest.raises(PentraceError, match="a recognition network; give a prediction or"):
        invoke(evaluate, *given)


def test_figures_are_conditioned_on_the_text_of_the_line(folder: Path, writer: Path) -> None:
    line = pick(folder, "validation", None, texts=True)
    assert line.text
    conditioned = predict(writer, line.name, line.steps, line.text)
    other = predict(writer, line.name, line.steps, line.text[::-1])
    assert conditioned.weight.shape == other.weight.shape == (60, 2)
    assert not np.allclose(conditioned.mean, other.mean)
    with pytest.raises(PentraceError, match="no transcript, which this network needs"):
        predict(writer, line.name, line.steps, None)


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong, why in (
        (SYNTHESIS | {"train": {"batches": "crops"}}, "set train.batches to lines"),
        (READER | {"train": {"batches": "windows"}}, "set train.batches to lines"),
        (READER | {"components": 3}, "kind recognition has no components"),
        ({"window_components": 3}, "kind prediction has no window_components"),
        ({"train": {"grow_epochs": 3}}, "grow_epochs is for first_length"),
        (READER | {"train": {"max_length": 50}}, "needs whole lines"),
        (SYNTHESIS | {"train": {"distort": True}}, "distort is for kind recognition"),
        ({"train": {"batches": "crops", "first_length": 9}}, "set batches to lines"),
        ({"train": {"first_length": 9, "max_length": 8}}, "first_length is above max_length"),
        (READER | {"train": {"window_loss": 1}}, "window_loss is for kind synthesis only"),
        ({"train": {"misfit": 2}}, "misfit is for kind synthesis only"),
        (SYNTHESIS | {"train": {"window_epochs": 3}}, "window_epochs is for window_loss"),
        (
            {"train": {"weight_noise": 0.1, "optimiser": "adamw", "weight_decay": 0.1}},
            "would pull the sd of weight_noise",
        ),
    ):
        with pytest.raises(ValueError, match=why):
            NetworkSettings.model_validate(wrong)


def test_units_of_an_epoch_are_counted_as_in_the_batches(folder: Path) -> None:
    """The divergence of noisy weights is divided by these units of one pass over the lines."""
    for network, per, wanted in (
        (SYNTHESIS, "point", 24 * 60),
        (SYNTHESIS, "sequence", 24),
        (READER, "point", 24 * 5),
    ):
        how = {"batches": "lines", "loss_per": per}
        how |= {"first_length": 10} if network is SYNTHESIS else {}
        settings, own, _ = load(folder, NetworkSettings.model_validate(network | {"train": how}))
        assert total(settings, own) == wanted
