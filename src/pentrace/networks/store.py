"""Networks on disk: safetensors, with the settings and the normalisation in its metadata."""

import json
from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from pentrace.errors import PentraceError
from pentrace.files import whole_file
from pentrace.networks.prediction import PredictionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.settings import explain

FORMAT = "pentrace-1"


def save_model(
    path: str | Path, network: PredictionNetwork, settings: NetworkSettings, normalisation: dict
) -> None:
    """Write the weights, float32, with what is needed to use them; same input, same bytes."""
    # One value, because safetensors writes several metadata keys in an order of its own.
    content = {
        "format": FORMAT,
        "settings": settings.model_dump(mode="json"),
        "normalisation": normalisation,
    }
    weights = {
        name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()
    }
    with whole_file(path) as partial:
        partial.write_bytes(save(weights, {"pentrace": json.dumps(content, sort_keys=True)}))


def load_model(path: str | Path) -> tuple[PredictionNetwork, NetworkSettings, dict]:
    """The network (on the CPU, in evaluation mode), its settings and its normalisation.

    Raises `PentraceError` where the file is missing, cut, or was not written by `save_model`.
    """
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such model; train it with pentrace train") from None
    except (SafetensorError, OSError) as error:
        raise PentraceError(f"{path}: not a whole model file ({error}); train again") from None
    content = _content(path, metadata.get("pentrace"))
    settings = _settings(path, content)
    network = PredictionNetwork(settings)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise PentraceError(f"{path}: weights do not fit the settings: {error}") from None
    return network.eval(), settings, content["normalisation"]


def _content(path: str | Path, text: str | None) -> dict:
    """What `save_model` put beside the weights."""
    try:
        content = json.loads(text or "null")
    except json.JSONDecodeError as error:
        raise PentraceError(f"{path}: metadata is not JSON ({error}); train again") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise PentraceError(f"{path}: not a model of this version of Pentrace; train again")
    return content


def _settings(path: str | Path, content: dict) -> NetworkSettings:
    try:
        return NetworkSettings.model_validate(content["settings"])
    except ValidationError as error:
        reason = explain(NetworkSettings, error, "settings")
        raise PentraceError(f"{path}: settings of another version: {reason}") from None
