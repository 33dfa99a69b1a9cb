"""The data that a text network is trained on, and the large networks of the presets."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from pentrace import tables
from pentrace.config.checks import load as load_config
from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.train.data import load, text_of
from pentrace.train.distributed import Processes
from pentrace.train.step import Descent
from pentrace.windows.batches import stream_batches
from pentrace.windows.text import load_codes
from tests.helpers.checkout import merged
from tests.helpers.small_corpus import NETWORK, VERSE, build, trained

ALONE = Processes(0, 1, torch.device("cpu"))


@pytest.mark.parametrize(
    ("share", "how", "message"),
    [
        (0.001, {}, r"validate_on: 0 characters in the split validation.*; raise characters\.v"),
        (0.013, {}, r"validate_on: 1 characters .*; raise characters\.validation"),
        (0.5, {"validate_on": "test"}, r"0 characters in the split test.*; raise characters\.test"),
        (0.5, {"validate_on": "validation2"}, "texts have train, validation and test"),
        (0.995, {}, r"train_on: 0 characters .* train.*; lower characters\.validation or"),
        (
            0.4,
            {"batches": "crops", "length": 90},
            r"44 characters are not enough for crops of length 90; lower train\.length, or",
        ),
    ],
)
def test_a_too_short_text_is_refused_with_a_remedy(
    tmp_path: Path, share: float, how: dict, message: str
) -> None:
    build(tmp_path, {"a.txt": VERSE.encode()}, {"validation": share, "test": 0})
    with pytest.raises(PentraceError, match=message) as error:
        trained(tmp_path, **how)
    assert "lines" not in str(error.value)


def test_two_characters_are_enough_to_validate_on(tmp_path: Path) -> None:
    build(tmp_path, {"a.txt": VERSE.encode()}, {"validation": 0.025, "test": 0})
    trained(tmp_path, steps=1, validate_every=1)
    assert len(load_codes(tmp_path, ["validation"])) == 2
    assert len(tables.read(tmp_path / "run/history.parquet")) == 1


def test_a_text_without_a_character_is_not_a_line() -> None:
    train = {"batches": "streams"}
    known = NetworkSettings.model_validate({**NETWORK, "alphabet": "ab", "train": train})
    lines = text_of(np.zeros(0, np.int32), known, "test")
    assert (len(lines.ids), len(lines.texts), len(lines.n_steps)) == (0, 0, 0)
    assert not len(stream_batches(lines, 10, 4))


LARGE = {
    "graves-penn": [1000],
    "graves-wikipedia": [700] * 7,
    "keras-1000-800": [1000, 800],
    "keras-3x700": [700] * 3,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_preset_trains_its_large_network(tmp_path: Path, name: str) -> None:
    build(tmp_path, {"a.txt": VERSE.encode()})
    root = Path(__file__).parents[2]
    values, preset = (
        yaml.safe_load((root / path).read_text())
        for path in ("config.yaml", f"workflow/presets/{name}.yaml")
    )
    config = load_config(merged(values, preset))
    assert config.trained == [("shakespeare", name)]
    network = config.networks[name].model_dump()
    network["train"] |= {"length": 4, "batch_size": 1, "reset_every": 4}
    known, train, _ = load(tmp_path, NetworkSettings.model_validate(network))
    assert known.cells == LARGE[name]
    descent = Descent(known, ALONE)
    before = descent.network.output.bias.detach().clone()
    plan = stream_batches(train.lines, 4, 1)
    points, counted, loss = descent.step(train, plan[0], 0, 0)
    assert points == counted == 4
    # It knows nothing yet: each character costs about as much as a guess.
    assert loss.item() / 4 == pytest.approx(math.log(len(known.alphabet or "")), rel=0.1)
    assert not torch.equal(descent.network.output.bias, before)
