"""The text network: streams that carry their state, exact resume, transfer, and NumPy."""

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from safetensors import safe_open

from pentrace import tables
from pentrace.errors import PentraceError
from pentrace.generate.numpy_text import FusedText
from pentrace.networks.alphabet import encode, symbols_of
from pentrace.networks.model_file import read
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model, save_model
from pentrace.networks.text import TextNetwork, text_loss
from pentrace.networks.transfer import transferred
from pentrace.plot.training import training_figure
from pentrace.plot.transfer import transfer_figure
from pentrace.report.contents import best_of
from pentrace.train.checkpoint import Weights
from pentrace.train.data import load
from pentrace.train.distributed import Processes
from pentrace.train.loop import Training
from pentrace.train.progress import Progress
from pentrace.train.step import Descent
from pentrace.train.train import command
from pentrace.windows.batches import Lines, gather, stream_batches
from tests.helpers.commands import invoke
from tests.helpers.small_corpus import NETWORK, TRAIN, VERSE, arguments, build, trained

ALPHABET = "abcdef "
ALONE = Processes(0, 1, torch.device("cpu"))


def settings(**change: object) -> NetworkSettings:
    values = {**NETWORK, "alphabet": ALPHABET, "train": {"batches": "streams"}, **change}
    if "sizes" in change and "layers" not in change:  # they say the same
        values = {key: value for key, value in values.items() if key not in ("layers", "hidden")}
    return NetworkSettings.model_validate(values)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    build(tmp_path, {"a.txt": (VERSE * 12).encode()})
    return tmp_path


def line(symbols: list[int]) -> Lines:
    return Lines(np.array(symbols), np.array([0, len(symbols)]), ["text"], [None])


@pytest.mark.parametrize(("length", "size"), [(3, 2), (5, 4), (100, 3), (1, 1), (4, 50)])
def test_streams_cover_a_text_in_order(length: int, size: int) -> None:
    text = line(list(range(43)))
    plan = stream_batches(text, length, size)
    pieces = [gather(text, batch) for batch in plan]
    assert all(mask.all() and x.dtype == np.int64 for x, _, mask in pieces)
    streams = np.concatenate([x for x, _, _ in pieces], 1)
    after = np.concatenate([y for _, y, _ in pieces], 1)
    assert np.array_equal(after, streams + 1)
    assert np.array_equal(streams.ravel(), np.arange(streams.size))
    assert plan.left_out == 42 - streams.size < len(streams)


@pytest.mark.parametrize("change", [{}, {"skips": False}, {"sizes": [9, 4, 6]}])
def test_pieces_with_carried_state_equal_the_complete_text(change: dict) -> None:
    network = TextNetwork(settings(**change)).eval()
    x = torch.randint(7, (3, 25))
    whole, _ = network(x)
    state, parts = None, []
    for piece in x.split(7, 1):
        part, state = network(piece, state)
        parts.append(part)
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-6)


@pytest.mark.parametrize("change", [{}, {"skips": False}, {"sizes": [9, 4, 6]}, {"fold_rare": 2}])
@pytest.mark.parametrize("batch", [1, 3])
def test_numpy_gives_the_outputs_of_pytorch(change: dict, batch: int) -> None:
    network = TextNetwork(settings(**change)).eval()
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    x = torch.randint(len(network.output.bias), (batch, 20))
    expected = network(x)[0].detach().numpy()
    fused = FusedText(weights, network.settings)
    for _ in range(2):  # starting again forgets
        fused.start(batch)
        found = np.stack([fused.step(column) for column in x.numpy().T], 1)
        assert np.allclose(found, expected, atol=1e-5)


def test_the_loss_is_that_of_the_characters_where_the_mask_is_true() -> None:
    logits = torch.randn(2, 3, 5)
    y, mask = torch.tensor([[1, 2, 3], [4, 0, 1]]), torch.tensor([[True] * 3, [True, False, False]])
    chances = logits.softmax(-1)
    expected = -sum(math.log(chances[b, t, y[b, t]]) for b, t in ((0, 0), (0, 1), (0, 2), (1, 0)))
    assert text_loss(logits, y, mask).item() == pytest.approx(expected, rel=1e-5)


def test_learns_and_counts_characters(corpus: Path) -> None:
    trained(corpus, steps=150, learning_rate=0.03)
    history = tables.read(corpus / "run/history.parquet").to_pandas()
    assert history.validation_loss.iloc[-1] < 1.5 < 2 < history.validation_loss.iloc[0]
    assert history.points.iloc[-1] > 150 * 4 * 5
    _, found, _ = load_model(corpus / "run/model.safetensors")
    assert found.alphabet == "".join(sorted(set(VERSE)))


@pytest.mark.parametrize("batches", ["crops", "windows"])
def test_pieces_without_a_state_can_be_learnt_from_too(corpus: Path, batches: str) -> None:
    trained(corpus, batches=batches, length=10 if batches == "crops" else None)
    assert len(tables.read(corpus / "run/history.parquet")) == 3


class Stopping(Training):
    """A run that is stopped before a step, as by a kill."""

    at = 0

    def _train_step(self) -> None:
        if self.position.step == self.at:
            raise InterruptedError
        super()._train_step()


def run_of(
    corpus: Path,
    kind: type[Training],
    name: str,
    reset: int | None,
    start: Weights | None = None,
) -> Training:
    given = {**NETWORK, "dropout": 0.2, "train": {**TRAIN, "steps": 40, "checkpoint_every": 3}}
    given["train"]["reset_every"] = reset
    known, train, validation = load(corpus, NetworkSettings.model_validate(given))
    quiet = Progress(quiet=True)
    return kind(known, train, validation, corpus / name, ALONE, quiet, start)


@pytest.mark.parametrize("reset", [None, 20])
def test_stopped_anywhere_it_ends_with_the_same_bytes(corpus: Path, reset: int | None) -> None:
    weights, history = run_of(corpus, Training, "whole", reset).run()
    for at in (4, 17, 29):  # in the middle of the text: an epoch has some 13 batches
        stopping = run_of(corpus, Stopping, "broken", reset)
        stopping.at = at  # type: ignore[attr-defined]
        with pytest.raises(InterruptedError):
            stopping.run()
    again = run_of(corpus, Training, "broken", reset)
    assert again.run()[1] == history
    assert all(torch.equal(again.best[name], value) for name, value in weights.items())


@pytest.mark.parametrize(("reset", "begins"), [(None, 0), (10, 30), (20, 20), (30, 30), (50, 0)])
def test_the_state_is_carried_and_reset_as_set(
    corpus: Path, reset: int | None, begins: int
) -> None:
    """After four windows of ten characters the state is that of all since the last reset."""
    still = {"learning_rate": 1e-30, "reset_every": reset}
    given = NetworkSettings.model_validate({**NETWORK, "train": {**TRAIN, **still}})
    known, data, _ = load(corpus, given)
    descent = Descent(known, ALONE)
    plan = stream_batches(data.lines, 10, 4)
    for number in range(4):
        descent.step(data, plan[number], number, 0)
    read = np.concatenate([gather(data.lines, plan[n])[0] for n in range(4)], 1)
    expected = descent.network.eval()(torch.from_numpy(read[:, begins:]))[1]
    assert descent.state is not None
    for found, wanted in zip(descent.state, expected, strict=True):
        torch.testing.assert_close(found, wanted)


def test_transfer_keeps_the_rows_of_shared_characters(corpus: Path, tmp_path: Path) -> None:
    first = trained(corpus)
    other = tmp_path / "other"
    build(other, {"b.txt": (VERSE.upper() + "éa").encode() * 8})
    given = arguments(other, "run", steps=1, validate_every=1, learning_rate=1e-12)
    done = invoke(command, *given, "--start", str(first))
    old, old_settings, _ = read(first, "np")
    new, new_settings, _ = read(other / "run/model.safetensors", "np")
    before, after = old_settings.alphabet or "", new_settings.alphabet or ""
    assert after == "".join(sorted({*VERSE, *VERSE.upper(), *"éa"}))
    assert "latin small letter e with acute" in done.output
    for name, value in old.items():
        rows = (
            [after.index(c) for c in before]
            if name.split(".")[0] in ("embedding", "output")
            else ...
        )
        assert np.allclose(new[name][rows], value, atol=1e-9), name
    unseen = after.index("é")
    assert np.abs(new["embedding.weight"][unseen]).sum() > 0


def test_the_transfer_is_stored(corpus: Path) -> None:
    first = trained(corpus)
    given = [*arguments(corpus, "again"), "--start", str(first)]
    invoke(command, *given)
    with safe_open(corpus / "again/model.safetensors", "np") as file:
        content = json.loads(file.metadata()["pentrace"])
    letters = "".join(sorted(set(VERSE)))
    assert content["transfer"]["kept"] == letters and content["transfer"]["added"] == ""


def test_a_network_that_starts_from_another_is_measured_before_it_learns(corpus: Path) -> None:
    first = trained(corpus)
    before = tables.read(corpus / "run/history.parquet").to_pandas().validation_loss.min()
    given = [*arguments(corpus, "again"), "--start", str(first)]
    invoke(command, *given)
    history = tables.read(corpus / "again/history.parquet").to_pandas()
    assert history.step.tolist() == [0, 10, 20, 30]
    assert history.validation_loss[0] == pytest.approx(before, rel=1e-6)
    assert history.train_loss.isna().tolist() == [True, False, False, False]
    assert not history.points[0] and not history.epoch[0]
    for figure in (training_figure, lambda rows: transfer_figure(rows, "run", None)):
        figure(tables.read(corpus / "again/history.parquet")).canvas.draw()
    assert best_of(history)["best"]["validation_loss"] == history.validation_loss.min()


def test_a_network_that_starts_from_another_resumes_to_the_same_bytes(corpus: Path) -> None:
    _, begin, _ = load_model(trained(corpus))
    weights = TextNetwork(begin).state_dict()
    whole = run_of(corpus, Training, "whole", None, weights).run()
    for at in (2, 4, 29):  # the first before a checkpoint
        stopping = run_of(corpus, Stopping, "broken", None, weights)
        stopping.at = at  # type: ignore[attr-defined]
        with pytest.raises(InterruptedError):
            stopping.run()
    found = run_of(corpus, Training, "broken", None, weights).run()
    assert found[1] == whole[1] and found[1][0]["step"] == 0
    assert all(torch.equal(found[0][name], value) for name, value in whole[0].items())


def test_the_rare_symbol_is_transferred() -> None:
    old = settings(fold_rare=3)
    weights = TextNetwork(old).state_dict()
    merged, found, record = transferred(weights, old, settings(fold_rare=3, alphabet="abz"))
    assert merged.alphabet == " abcdefz" and record["added"] == "z"
    assert torch.equal(found["output.weight"][8], weights["output.weight"][7])


def test_a_network_of_another_size_is_not_started_from(corpus: Path) -> None:
    first = trained(corpus)
    given = [*arguments(corpus, "again", {"hidden": 13}), "--start", str(first)]
    with pytest.raises(PentraceError, match="differs in hidden"):
        invoke(command, *given)


def test_unknown_characters_are_folded_or_named() -> None:
    known = settings(alphabet="ba")
    codes = np.array(list(map(ord, "abé")), np.int32)
    with pytest.raises(PentraceError, match="never seen é"):
        symbols_of(codes, known)
    assert symbols_of(codes, settings(alphabet="ba", fold_rare=1)).tolist() == [1, 0, 2]
    assert symbols_of(codes[:2], known).tolist() == encode(["ab"], known)[0].tolist()


@pytest.mark.parametrize(
    "change",
    [
        {"train": {"batches": "lines"}},
        {"train": {"batches": "streams", "length": 10, "reset_every": 15}},
        {"train": {"batches": "crops", "reset_every": 300}},
        {"train": {"batches": "streams", "jitter": 0.1}},
        {"sizes": [3, 0]},
        {"sizes": [3, 4], "layers": 2},
        {"sizes": [3, 4], "layers": 1, "hidden": 4},
        {"components": 3},
        {"window_components": 3},
        {"window_parametrisation": "softplus"},
        {"kind": "prediction"},
        {"kind": "prediction", "sizes": [3], "embedding": 64, "alphabet": None, "train": {}},
        {"kind": "prediction", "embedding": 8, "alphabet": None, "train": {}},
        {"kind": "synthesis", "embedding": 8, "train": {}},
    ],
)
def test_settings_that_contradict_one_another_are_refused(change: dict) -> None:
    with pytest.raises(ValidationError, match="Value error"):
        settings(**change)


@pytest.mark.parametrize("sizes", [[1000, 800], None])
def test_a_saved_model_has_all_settings_and_is_loaded(tmp_path: Path, sizes: list | None) -> None:
    known = settings(**({"sizes": sizes} if sizes else {}))
    network, path = TextNetwork(known), tmp_path / "model.safetensors"
    save_model(path, network, known, {})
    again, found, _ = load_model(path)
    assert found == known and found.cells == (sizes or [12, 12])
    assert all(torch.equal(again.state_dict()[k], v) for k, v in network.state_dict().items())


@pytest.mark.parametrize("unit", ["point", "character"])
def test_the_log_reports_speed_in_the_unit_that_is_read(unit: str) -> None:
    log = io.StringIO()
    progress = Progress(stream=log, unit=unit)
    progress.start(0)
    progress.shown -= 60
    progress.show("step 5", 1000, 2000)
    assert f" {unit}s/s  " in log.getvalue()
