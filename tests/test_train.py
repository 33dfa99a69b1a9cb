"""Training: learns, resumes to the byte, stops in time, and in two processes as in one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from click.testing import CliRunner

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.networks.mixture import step_loss
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model
from pentrace.train.checkpoint import fingerprint
from pentrace.train.command import command
from pentrace.train.derivatives import DerivativeClipping
from pentrace.train.settings import TrainSettings
from pentrace.windows.batches import load_lines

SPLITS = ("train", "validation", "validation2", "test")
TINY = {"layers": 2, "hidden": 12, "components": 3}
FAST = {"steps": 30, "batch_size": 4, "validate_every": 10, "checkpoint_every": 5}
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


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


def write_windows(path: Path, split: str, lines: list[np.ndarray], length: int = 64) -> None:
    """One window a line, since every line is shorter than a window."""
    rows = []
    for number, line in enumerate(lines):
        padded = np.zeros((length, 3), np.float32)
        padded[: len(line)] = line
        rows.append(
            {
                "sample_id": f"{split}-{number}",
                "split": split,
                "window": 0,
                "start": 0,
                "valid": len(line),
                "dx": padded[:, 0],
                "dy": padded[:, 1],
                "end_of_stroke": padded[:, 2].astype(np.uint8),
            }
        )
    tables.write(path, schema.WINDOWS, [pa.Table.from_pylist(rows, schema=schema.WINDOWS)])


@pytest.fixture
def data(tmp_path):
    for number, split in enumerate(SPLITS):
        write_windows(tmp_path / "windows" / f"{split}.parquet", split, waves(12, number))
    (tmp_path / "normalisation.json").write_text('{"recipe": "graves", "sd": [2, 3]}')
    return tmp_path


def settings(network: dict | None = None, **train) -> str:
    return json.dumps({**TINY, **(network or {}), "train": {**FAST, **train}})


def arguments(data: Path, text: str, name: str = "run") -> list[str]:
    out = data / name
    return [
        *("--windows", str(data / "windows")),
        *("--normalisation", str(data / "normalisation.json")),
        *("--settings", text),
        *("--model", str(out / "model.safetensors")),
        *("--history", str(out / "history.parquet")),
        *("--checkpoints", str(out / "checkpoints")),
    ]


def train(data: Path, text: str, name: str = "run") -> tuple[bytes, bytes]:
    """Bytes of model and history of a run in this process."""
    CliRunner().invoke(command, arguments(data, text, name), catch_exceptions=False)
    out = data / name
    return (out / "model.safetensors").read_bytes(), (out / "history.parquet").read_bytes()


@pytest.mark.parametrize("batches", ["lines", "crops", "windows"])
@pytest.mark.parametrize("optimiser", ["adam", "graves-rmsprop"])
def test_learns(data, batches, optimiser):
    rate = 1e-2 if optimiser == "adam" else 3e-3
    train(
        data,
        settings(
            batches=batches, length=20, stride=20, optimiser=optimiser, learning_rate=rate, steps=60
        ),
    )
    history = tables.read(data / "run/history.parquet").to_pandas()
    assert history.step.tolist() == [10, 20, 30, 40, 50, 60]
    assert history.validation_loss.iloc[-1] < history.validation_loss.iloc[0] - 0.5
    assert history.train_loss.iloc[-1] < history.train_loss.iloc[0] - 0.5


def test_model_is_the_best_one_on_whole_validation_lines(data):
    train(data, settings(learning_rate=0.02, steps=60))
    network, _, normalisation = load_model(data / "run/model.safetensors")
    assert normalisation == {"recipe": "graves", "sd": [2, 3]}
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


def start(data: Path, text: str, name: str) -> subprocess.Popen:
    call = [sys.executable, "-m", "pentrace", "train", *arguments(data, text, name)]
    return subprocess.Popen(call, env=ENVIRONMENT, stderr=subprocess.DEVNULL)


def kill_after_checkpoint(data: Path, text: str, name: str, pause: float) -> bool:
    """Start a run, SIGKILL it a moment after it has saved; whether it was killed in time."""
    process = start(data, text, name)
    folder = data / name / "checkpoints"
    before = {path: path.stat().st_mtime_ns for path in folder.glob("checkpoint-*")}
    while process.poll() is None:
        if {p: p.stat().st_mtime_ns for p in folder.glob("checkpoint-*.pt")} != before:
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.005)
    return process.wait() == -signal.SIGKILL


def test_killed_twice_it_ends_with_the_bytes_of_an_unbroken_run(data):
    text = settings(
        {"dropout": 0.2, "hidden": 48},
        batches="crops",
        length=25,
        steps=150,
        schedule="cosine",
        checkpoint_every=7,
        validate_every=15,
    )
    unbroken = train(data, text, "unbroken")
    assert kill_after_checkpoint(data, text, "broken", 0.05)
    assert kill_after_checkpoint(data, text, "broken", 0.0)
    assert not (data / "broken/model.safetensors").exists()
    assert train(data, text, "broken") == unbroken
    assert not list((data / "broken/checkpoints").glob(".*"))


def test_same_seed_same_bytes_other_seed_other_bytes(data):
    first, again = train(data, settings(), "first"), train(data, settings(), "again")
    assert first == again
    assert train(data, settings(seed=2), "other") != first


def test_finished_run_writes_its_outputs_again(data):
    first = train(data, settings())
    (data / "run/model.safetensors").unlink()
    assert train(data, settings()) == first


def test_checkpoint_of_another_configuration_is_not_used(data):
    train(data, settings(steps=20), "run")
    changed = train(data, settings(steps=20, learning_rate=0.01), "run")
    assert changed == train(data, settings(steps=20, learning_rate=0.01), "fresh")
    assert len(list((data / "run/checkpoints").glob("*.pt"))) == 2


def test_fingerprint_sees_a_single_point(data):
    lines = load_lines(data / "windows", ["train"])
    chosen = NetworkSettings(**TINY)
    before = fingerprint(chosen, {}, [lines])
    assert fingerprint(chosen, {}, [load_lines(data / "windows", ["train"])]) == before
    assert fingerprint(chosen, {"sd": 1}, [lines]) != before
    assert fingerprint(NetworkSettings(**TINY, skips=False), {}, [lines]) != before
    changed = waves(12, 0)
    changed[3][5, 0] += np.float32(1e-6)
    write_windows(data / "windows/train.parquet", "train", changed)
    assert fingerprint(chosen, {}, [load_lines(data / "windows", ["train"])]) != before


def test_torn_checkpoint_is_named(data):
    train(data, settings())
    (path,) = (data / "run/checkpoints").glob("*.pt")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(PentraceError, match=r"checkpoint-.*\.pt: not a checkpoint"):
        train(data, settings())


def test_loss_that_is_not_finite_stops_and_names_the_batch(data):
    lines = waves(12, 0)
    lines[7][20, 0] = np.nan
    write_windows(data / "windows/train.parquet", "train", lines)
    with pytest.raises(PentraceError, match=r"the loss of batch \d+ of epoch \d+ .* is nan"):
        train(data, settings(batch_size=1, checkpoint_every=1, steps=40))
    assert not (data / "run/model.safetensors").exists()
    for path in (data / "run/checkpoints").glob("*.pt"):
        weights = torch.load(path, weights_only=True)["weights"]
        assert all(value.isfinite().all() for value in weights.values())


def test_split_without_lines_is_refused(data):
    write_windows(data / "windows/validation.parquet", "validation", [])
    with pytest.raises(PentraceError, match=r"no lines in the split validation; set train\.valid"):
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


def test_two_processes_train_as_one(data):
    text = settings(batch_size=5, steps=12, validate_every=4, clip_norm=1.0, clip_outputs=2.0)
    train(data, text, "one")
    call = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    call += ["-m", "pentrace", "train", *arguments(data, text, "two")]
    done = subprocess.run(call, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one, two = (tables.read(data / name / "history.parquet").to_pandas() for name in ("one", "two"))
    np.testing.assert_allclose(two.to_numpy(), one.to_numpy(), rtol=1e-4)
    first, second = (load_model(data / name / "model.safetensors")[0] for name in ("one", "two"))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
    assert done.stderr.count("validation") == 3
