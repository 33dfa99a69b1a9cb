"""Models on disk: saving and loading, same bytes for the same model, clear errors."""

import json

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file

from pentrace.errors import PentraceError
from pentrace.networks.kinds import build
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import load_model, save_model
from pentrace.normalise.units import read_normalisation
from tests.helpers import small_model

SETTINGS = NetworkSettings(layers=2, hidden=4, components=2)
NORMALISATION = {"recipe": "graves", "mean": [0.1, -0.2], "sd": [3.0, 2.0], "cap": None}


@pytest.fixture
def model(tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "model.safetensors"
    save_model(path, PredictionNetwork(SETTINGS), SETTINGS, NORMALISATION)
    return path


def test_a_model_is_loaded_as_it_was_saved(model):
    network, found, normalisation = load_model(model)
    torch.manual_seed(0)
    assert (found, normalisation) == (SETTINGS, NORMALISATION)
    assert not network.training
    for name, value in PredictionNetwork(SETTINGS).state_dict().items():
        assert torch.equal(network.state_dict()[name], value)


def test_same_model_same_bytes(model, tmp_path):
    again = tmp_path / "again.safetensors"
    network, found, normalisation = load_model(model)
    save_model(again, network, found, dict(reversed(normalisation.items())))
    assert again.read_bytes() == model.read_bytes()


def test_missing_file_is_named(tmp_path):
    with pytest.raises(PentraceError, match=r"none\.safetensors: no such file"):
        load_model(tmp_path / "none.safetensors")


def test_other_safetensors_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(PentraceError, match="not a model of this version"):
        load_model(path)


def test_weights_that_do_not_fit_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_model(path, PredictionNetwork(SETTINGS), NetworkSettings(hidden=5), NORMALISATION)
    with pytest.raises(PentraceError, match="weights do not fit"):
        load_model(path)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(0, 0.999))
def test_cut_file_is_refused(model, share):
    content = model.read_bytes()
    cut = model.with_name("cut.safetensors")
    cut.write_bytes(content[: int(share * len(content))])
    with pytest.raises(PentraceError, match=r"cut\.safetensors"):
        load_model(cut)


def test_a_network_stays_readable_when_settings_of_training_change(model, tmp_path):
    with safe_open(model, "pt") as file:
        content = json.loads(file.metadata()["pentrace"])
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    train = {"stride": 300, "train_on": ["train", "test"], "validate_on": "validation2"}
    content["settings"]["train"] = train  # `stride` was a setting once
    content.pop("sha256")  # as in files of earlier versions
    old = tmp_path / "old.safetensors"
    save_file(weights, old, {"pentrace": json.dumps(content)})
    _, found, _ = load_model(old)
    assert found.train.train_on == ["train", "test"] and found.train.validate_on == "validation2"
    assert found.model_copy(update={"train": SETTINGS.train}) == SETTINGS


def test_a_text_network_stays_readable_too(tmp_path):
    text = NetworkSettings.model_validate(
        {"kind": "text", "layers": 1, "hidden": 4, "embedding": 3, "alphabet": "ab",
         "train": {"batches": "streams"}}
    )  # fmt: skip
    path = tmp_path / "model.safetensors"
    save_model(path, build(text), text, {})
    edit(path, lambda content: content["settings"]["train"].update(obsolete=1))
    assert load_model(path)[1].train.batches == "streams"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("settings"),
        lambda content: content.update(settings=[1]),
        lambda content: content["settings"].update(train=None),
        lambda content: content.pop("normalisation"),
    ],
)
def test_damaged_metadata_is_named(model, change):
    edit(model, change)
    with pytest.raises(PentraceError, match=r"model\.safetensors: .*train again"):
        load_model(model)


def edit(path, change) -> None:
    """Change the metadata of the model file at `path`."""
    with safe_open(path, "pt") as file:
        content = json.loads(file.metadata()["pentrace"])
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(content)
    content.pop("sha256")  # as in files of earlier versions
    save_file(weights, path, {"pentrace": json.dumps(content)})


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_flipped_bit_anywhere_is_named(model, place):
    content = bytearray(model.read_bytes())
    content[int(place * len(content))] ^= 4
    model.write_bytes(content)
    with pytest.raises(PentraceError, match=r"model\.safetensors: .*(damaged|not a|not JSON)"):
        load_model(model)


def test_weights_that_are_not_finite_are_refused(tmp_path):
    small_model.write(tmp_path)
    path = tmp_path / "model.safetensors"
    network, settings, normalisation = load_model(path)
    with torch.no_grad():
        next(iter(network.parameters())).view(-1)[0] = float("nan")
    save_model(path, network, settings, normalisation)
    with pytest.raises(PentraceError, match="is not a finite number; train again"):
        load_model(path)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"sd": [1, 0]}, r"sd is \[1, 0\], expected two positive numbers"),
        ({"sd": [1, -1]}, "two positive numbers"),
        ({"sd": []}, "two positive numbers"),
        ({"mean": [float("nan"), 0]}, "mean is"),
        ({"mean": "ab"}, "mean is 'ab', expected two numbers"),
        ({"recipe": None}, "no recipe"),
    ],
)
def test_a_normalisation_that_is_not_possible_is_refused(tmp_path, changes, wrong):
    path = tmp_path / "normalisation.json"
    path.write_text(json.dumps({"recipe": "graves", "mean": [0, 0], "sd": [1, 1], **changes}))
    with pytest.raises(PentraceError, match=wrong) as error:
        read_normalisation(path)
    assert str(error.value).startswith(f"{path}: not a normalisation")
