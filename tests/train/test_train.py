"""Training: learns, resumes to the byte, and stops in time."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import pentrace
from pentrace import tables
from pentrace.errors import PentraceError
from pentrace.networks.mixture import step_loss
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model
from pentrace.networks.training import TrainSettings
from pentrace.train.checkpoint import fingerprint
from pentrace.train.clipping import DerivativeClipping
from pentrace.train.data import Data
from pentrace.train.train import command
from pentrace.windows.batches import load_lines
from tests.helpers.commands import invoke, train_options, unwritable
from tests.helpers.processes import ENVIRONMENT, python
from tests.helpers.small_data import cut, write_data

SPLITS = ("train", "validation", "validation2", "test")
TINY = {"layers": 2, "hidden": 12, "components": 3}
UNITS = {"recipe": "graves", "mean": [0, 0], "sd": [2, 3]}
FAST = {"steps": 30, "batch_size": 4, "validate_every": 10, "checkpoint_every": 5}


def waves(count: int, seed: int) -> list[np.ndarray]:
    """Lines of 30 to 60 steps that loop and lift the pen now and then, (T, 3) float32."""
    random = np.random.default_rng(seed)
    lines = []
    for length in random.integers(30, 60, count):
        phase = random.uniform(0, 6) + np.arange(length) * 0.5
        end = (np.arange(length) % 9 == 8).astype(np.float32)
        line = np.stack([np.cos(phase) + end, np.sin(phase), end], 1)
        line += random.normal(0, 0.05, line.shape) * [1, 1, 0]
        line[0, :2] = 0
        lines.append(line.astype(np.float32))
    return lines


@pytest.fixture
def data(tmp_path):
    write(tmp_path)
    (tmp_path / "normalisation.json").write_text(json.dumps(UNITS))
    return tmp_path


def write(folder: Path, **changed: list[np.ndarray]) -> None:
    """The data set in `folder`: twelve lines of each split, or those given."""
    lines = {split: waves(12, number) for number, split in enumerate(SPLITS)} | changed
    named = {s: {f"{s}-{i:02d}": line for i, line in enumerate(lines[s])} for s in lines}
    write_data(folder, named)


def settings(network: dict | None = None, **train) -> dict:
    return {**TINY, **(network or {}), "train": {**FAST, **train}}


def arguments(data: Path, chosen: dict, name: str = "run") -> list[str]:
    return train_options(data, data / name, chosen)


def train(data: Path, chosen: dict, name: str = "run") -> tuple[bytes, bytes]:
    """Bytes of model and history of a run in this process."""
    invoke(command, *arguments(data, chosen, name))
    out = data / name
    return (out / "model.safetensors").read_bytes(), (out / "history.parquet").read_bytes()


@pytest.mark.parametrize("batches", ["lines", "crops", "windows"])
@pytest.mark.parametrize("optimiser", ["adam", "graves-rmsprop"])
def test_learns(data, batches, optimiser):
    rate = 1e-2 if optimiser == "adam" else 3e-3
    cut(data, 21, 20)
    how = {"length": 20} if batches == "crops" else {}
    train(
        data,
        settings(batches=batches, optimiser=optimiser, learning_rate=rate, steps=60, **how),
    )
    history = tables.read(data / "run/history.parquet").to_pandas()
    assert history.step.tolist() == [10, 20, 30, 40, 50, 60]
    assert history.validation_loss.iloc[-1] < history.validation_loss.iloc[0] - 0.5
    assert history.train_loss.iloc[-1] < history.train_loss.iloc[0] - 0.5


def test_model_is_the_best_one_on_complete_validation_lines(data):
    train(data, settings(learning_rate=0.02, steps=60))
    network, _, normalisation = load_model(data / "run/model.safetensors")
    assert normalisation == UNITS
    loss = points = 0
    for line in waves(12, SPLITS.index("validation")):
        steps = torch.from_numpy(line)[None]
        raw, _ = network(steps[:, :-1])
        loss += step_loss(raw, steps[:, 1:]).sum().item()
        points += len(line) - 1
    history = tables.read(data / "run/history.parquet").to_pandas()
    assert history.validation_loss.min() == pytest.approx(loss / points, rel=1e-5)


def test_patience_ends_the_run(data):
    train(data, settings(learning_rate=1e-9, patience=2, steps=1000, seed=3))
    history = tables.read(data / "run/history.parquet").to_pandas()
    assert len(history) < 20
    assert history.validation_loss.idxmin() == len(history) - 3


def test_epochs_end_the_run(data):
    train(data, settings(steps=None, epochs=2, batch_size=5))
    history = tables.read(data / "run/history.parquet").to_pandas()
    assert history.epoch.iloc[-1] == 2
    assert history.points.iloc[-1] == 2 * sum(len(line) - 1 for line in waves(12, 0))


def start(data: Path, chosen: dict, name: str) -> subprocess.Popen:
    call = [sys.executable, "-m", "pentrace", "train", *arguments(data, chosen, name)]
    return subprocess.Popen(call, env=ENVIRONMENT, stderr=subprocess.DEVNULL)


def kill_after_checkpoint(data: Path, chosen: dict, name: str, pause: float) -> bool:
    """Start a run, SIGKILL it a moment after it has saved; whether it was killed in time."""
    process = start(data, chosen, name)
    folder = data / name / "checkpoints"
    before = {path: path.stat().st_mtime_ns for path in folder.glob("checkpoint-*")}
    while process.poll() is None:
        if {p: p.stat().st_mtime_ns for p in folder.glob("checkpoint-*.pt")} != before:
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.005)
    return process.wait() == -signal.SIGKILL


@pytest.mark.slow
def test_killed_twice_it_ends_with_the_bytes_of_an_unbroken_run(data):
    chosen = settings(
        {"dropout": 0.2, "hidden": 48},
        batches="crops",
        length=25,
        steps=150,
        schedule="cosine",
        checkpoint_every=7,
        validate_every=15,
    )
    unbroken = train(data, chosen, "unbroken")
    assert kill_after_checkpoint(data, chosen, "broken", 0.05)
    assert kill_after_checkpoint(data, chosen, "broken", 0.0)
    assert not (data / "broken/model.safetensors").exists()
    assert train(data, chosen, "broken") == unbroken
    assert not list((data / "broken/checkpoints").iterdir())


def test_same_seed_same_bytes_other_seed_other_bytes(data):
    first, again = train(data, settings(), "first"), train(data, settings(), "again")
    assert first == again
    assert train(data, settings(seed=2), "other") != first


def test_auto_precision_is_reported_and_gives_the_bytes_of_the_precision_it_chose(data):
    said = invoke(command, *arguments(data, settings(precision="auto"))).output
    chosen = re.search(r"precision auto: (\w+) on this machine", said)
    assert chosen is not None, said
    named = train(data, settings(precision=chosen[1]), "named")[0]
    assert (data / "run/model.safetensors").read_bytes() == named


def test_finished_run_leaves_no_checkpoint_and_trains_again_to_the_same_bytes(data):
    first = train(data, settings())
    assert not list((data / "run/checkpoints").iterdir())
    assert "continues from" not in printed(data, settings())
    assert train(data, settings()) == first


def printed(data: Path, chosen: dict, name: str = "run") -> str:
    """The output of a run in this process."""
    return invoke(command, *arguments(data, chosen, name)).output


def finish_but_for_the_model(data: Path, chosen: dict) -> Path:
    """The checkpoint of a run to "run" that could write everything except its model."""
    with unwritable(data / "run/model.safetensors"), pytest.raises(IsADirectoryError):
        train(data, chosen)
    assert (data / "run/history.parquet").exists()
    (checkpoint,) = (data / "run/checkpoints").glob("*.pt")
    return checkpoint


def test_ctrl_c_says_how_to_continue(data):
    words = ("-m", "pentrace", "train", *arguments(data, settings(steps=10**6, checkpoint_every=1)))
    with subprocess.Popen(
        [sys.executable, *words], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    ) as process:
        while not list((data / "run/checkpoints").glob("checkpoint-*.pt")):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        last = process.stderr.read().splitlines()[-1]
        assert process.wait() == 130
    said = r"pentrace: stopped at step \d+; the same command continues from step [1-9]\d*"
    assert re.fullmatch(said, last)


@pytest.mark.parametrize("checkpoint_every", [5, 7])
def test_killed_while_it_writes_its_outputs_it_ends_with_the_same_bytes(data, checkpoint_every):
    chosen = settings(checkpoint_every=checkpoint_every)
    unbroken = train(data, chosen, "unbroken")
    checkpoint = finish_but_for_the_model(data, chosen)
    kept = checkpoint.read_bytes()
    assert train(data, chosen) == unbroken
    checkpoint.write_bytes(kept)  # as after a kill between the outputs and the removal
    assert "continues from step" in printed(data, chosen)
    assert train(data, chosen) == unbroken


def test_checkpoint_of_another_configuration_is_not_used_and_finally_removed(data):
    finish_but_for_the_model(data, settings(steps=20))
    changed = train(data, settings(steps=20, learning_rate=0.01))
    assert changed == train(data, settings(steps=20, learning_rate=0.01), "fresh")
    assert not list((data / "run/checkpoints").iterdir())


def run_copy(data: Path, chosen: dict) -> str:
    """The output of a run to "run" in a separate process, with the package copied to `data`."""
    environment = {**ENVIRONMENT, "PYTHONPATH": str(data)}
    words = ("-m", "pentrace", "train", *arguments(data, chosen))
    return python(*words, environment=environment).stderr


@pytest.mark.slow
def test_changed_code_does_not_resume(data):
    checkpoint = finish_but_for_the_model(data, settings())
    kept = checkpoint.read_bytes()
    shutil.copytree(Path(pentrace.__file__).parent, data / "pentrace")
    assert "continues from step 30" in run_copy(data, settings())
    checkpoint.write_bytes(kept)
    with (data / "pentrace/networks/mixture.py").open("a") as module:
        module.write("# changed\n")
    assert "continues from" not in run_copy(data, settings())
    assert not list((data / "run/checkpoints").iterdir())


def mark(data: Path, network: dict | None = None, machine: dict | None = None, **constants) -> str:
    """The fingerprint for the training split in `data` and the code in `data`/code.py."""
    chosen = NetworkSettings(**TINY, **(network or {}))
    lines = load_lines(data, ["train"])
    return fingerprint(
        chosen, constants, [Data(lines, None)], None, [data / "code.py"], machine or {}
    )


def test_fingerprint_sees_settings_constants_code_threads_and_a_single_point(data):
    (data / "code.py").write_text("a = 1")
    before = mark(data)
    assert mark(data) == before
    assert mark(data, sd=1) != before
    assert mark(data, {"skips": False}) != before
    assert mark(data, machine={"threads": 2}) != mark(data, machine={"threads": 1})
    changed = waves(12, 0)
    changed[3][5, 0] += np.float32(1e-6)
    write(data, train=changed)
    assert mark(data) != before
    write(data)
    assert mark(data) == before
    (data / "code.py").write_text("a = 2")
    assert mark(data) != before


def test_torn_checkpoint_is_named(data):
    path = finish_but_for_the_model(data, settings())
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(PentraceError, match=r"checkpoint-.*\.pt: damaged or incomplete; delete it"):
        train(data, settings())


def test_loss_that_is_not_finite_stops_and_names_the_batch(data):
    fast = {"optimiser": "adamw", "weight_decay": 1000, "learning_rate": 1000}
    fast |= {"validate_every": 50, "checkpoint_every": 50}  # no check of the size of the loss
    with pytest.raises(PentraceError, match=r"the loss of batch \d+ of epoch \d+ .* is (nan|inf)"):
        train(data, settings(batch_size=1, steps=40, **fast))
    assert not (data / "run/model.safetensors").exists()


@pytest.mark.parametrize("rate", [1e4, 1e300])
def test_an_absurd_learning_rate_is_refused(data, rate):
    with pytest.raises(PentraceError, match=r"learning_rate: expected at most 1000; got"):
        train(data, settings(learning_rate=rate))


@pytest.mark.parametrize(
    "given", [{"learning_rate": 1e-60}, {"clip_norm": 1e300}, {"jitter": 1e-50}]
)
def test_a_number_that_float32_cannot_hold_is_refused(data, given):
    with pytest.raises(PentraceError, match=f"{next(iter(given))} is .* float32 cannot hold"):
        train(data, settings(**given))


def test_offsets_that_are_not_finite_are_named(data):
    lines = waves(12, 0)
    lines[7][20, 0] = np.nan
    with pytest.raises(PentraceError, match=r"column dx, value \d+: nan, expected a finite num"):
        write(data, train=lines)


def test_training_that_explodes_stops_and_keeps_the_last_good_network(data):
    # No loss is infinite here, and without the check the run would end with a useless model.
    how = {"learning_rate": 5, "warmup": 39, "validate_every": 1, "checkpoint_every": 1}
    with pytest.raises(PentraceError, match=r"nats per point .*: the weights have exploded") as e:
        train(data, settings(steps=400, **how))
    assert not (data / "run/model.safetensors").exists()
    path = data / "run/checkpoints/last-good.safetensors"
    said = f"Lower learning_rate or set clip_norm. {path} is the best network so far, of step "
    assert said in str(e.value)
    network, _, units = load_model(path)
    steps = torch.from_numpy(waves(1, 9)[0])[None]
    raw, _ = network(steps[:, :-1])
    assert units == UNITS and step_loss(raw, steps[:, 1:]).mean() < 10
    # The next training that ends removes it.
    train(data, settings())
    assert not list((data / "run/checkpoints").iterdir())


@pytest.mark.parametrize("rate", [5, 1000])
@pytest.mark.parametrize("every", [1, 50])
def test_training_that_explodes_at_once_keeps_nothing(data, rate, every):
    how = {"learning_rate": rate, "checkpoint_every": every, "validate_every": every}
    with pytest.raises(PentraceError, match=r"at the first: the weights have exploded") as e:
        train(data, settings(steps=60, **how))
    assert "best network" not in str(e.value)
    assert not (data / "run/model.safetensors").exists()


def test_losses_on_unseen_lines_may_rise_while_the_lines_are_learnt_by_heart(data):
    lines = [line * np.float32([8, 8, 1]) for line in waves(12, 1)]
    write(data, validation=lines)
    train(data, settings(steps=60))
    history = tables.read(data / "run/history.parquet").to_pandas()
    assert history.validation_loss.max() > history.train_loss.iloc[0] + 10


def test_split_without_lines_is_refused(data):
    write(data, validation=[])
    with pytest.raises(
        PentraceError, match=r"no lines in the split validation; .*set train\.valid"
    ):
        train(data, settings())


def test_crops_longer_than_every_line_are_refused(data):
    with pytest.raises(PentraceError, match=r"length"):
        train(data, settings(batches="crops", length=5000))


def backward(clipping: DerivativeClipping) -> tuple[float, float]:
    """Largest derivatives at an output and at the second layer's input, for a steep loss."""
    torch.manual_seed(0)
    network = PredictionNetwork(NetworkSettings(**TINY))
    seen: dict[str, float] = {}

    def watch(_layer, inputs, _output):
        inputs[0].register_hook(lambda d: seen.update(inputs=d.abs().max().item()))

    with clipping.on(network):
        network.layers[1].register_forward_hook(watch)
        raw, _ = network(torch.randn(2, 9, 3))
        (1e6 * raw).sum().backward()
    # 2 lines of 9 steps reach the bias of an output.
    return network.output.bias.grad.abs().max().item() / 18, seen["inputs"]


def test_derivatives_are_clipped_at_outputs_and_layer_inputs():
    clipping = DerivativeClipping(TrainSettings(clip_outputs=100, clip_inputs=10))
    clipping.weight = 0.5
    assert backward(clipping) == (50, 5)
    outputs, inputs = backward(DerivativeClipping(TrainSettings()))
    assert outputs == 1e6
    assert inputs > 1e5
