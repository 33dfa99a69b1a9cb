"""TensorBoard events against the history of the same training."""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event

from pentrace import tables
from pentrace.errors import PentraceError
from pentrace.train.events import CURVES, event_writer
from pentrace.train.train import command
from tests.helpers.commands import invoke, train_options
from tests.helpers.small_data import write_data
from tests.helpers.small_lines import NORMALISATION, ink


def scalars(folder: Path) -> list[tuple[str, int, float]]:
    """Curve, step and value of the events in the only file of `folder`."""
    (path,) = folder.iterdir()
    content, at, found = path.read_bytes(), 0, []
    while at < len(content):
        (size,) = struct.unpack_from("<Q", content, at)
        event = Event.FromString(content[at + 12 : at + 12 + size])
        found += [(v.tag, event.step, v.simple_value) for v in event.summary.value]
        at += 16 + size
    return found


def test_events_are_the_history(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    split = {"train": {"a": ink("ab", random)}, "validation": {"b": ink("ba", random)}}
    write_data(tmp_path, split)
    (tmp_path / "normalisation.json").write_text(json.dumps(NORMALISATION))
    settings = {"layers": 1, "hidden": 4, "components": 1}
    settings["train"] = {"steps": 4, "batch_size": 1, "validate_every": 2}  # type: ignore[assignment]
    given = train_options(tmp_path, tmp_path / "run", settings)
    for _ in range(2):  # the second training replaces the events of the first
        invoke(command, *given, "--out-events", tmp_path / "run/events")
    rows = tables.read(tmp_path / "run/history.parquet").to_pylist()
    expected = [
        (curve, row["step"], np.float32(row[column]))
        for row in rows
        for column, curve in CURVES.items()
    ]
    assert scalars(tmp_path / "run/events") == expected


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    missing = pytest.raises(PentraceError, match="--out-events needs the package tensorboardX")
    with missing, event_writer(tmp_path):
        pass
