"""What stands in a model file, read without PyTorch: see `store` for writing and for networks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open

from pentrace.errors import PentraceError
from pentrace.networks.settings import NetworkSettings
from pentrace.settings import explain

FORMAT = "pentrace-1"


def read(
    path: str | Path, framework: Literal["np", "pt"]
) -> tuple[dict[str, Any], NetworkSettings, dict]:
    """Weights by name, as arrays of NumPy or PyTorch, the settings and the normalisation.

    Raises `PentraceError` where the file is missing, cut, or was not written by `save_model`.
    """
    with _opened(path, framework) as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        content = _content(path, file.metadata())
    return weights, _settings(path, content), content["normalisation"]


def transfer(path: str | Path) -> dict | None:
    """What the text network at `path` took over from another, as `networks.transfer` records it.

    None where it began anew. Raises `PentraceError` as `read` does.
    """
    with _opened(path, "np") as file:
        return _content(path, file.metadata()).get("transfer")


@contextmanager
def _opened(path: str | Path, framework: Literal["np", "pt"]) -> Iterator[safe_open]:
    try:
        with safe_open(path, framework) as file:
            yield file
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such model; train it with pentrace train") from None
    except (SafetensorError, OSError) as error:
        raise PentraceError(f"{path}: not a whole model file ({error}); train again") from None


def _content(path: str | Path, metadata: dict[str, str] | None) -> dict:
    """What `save_model` put beside the weights."""
    try:
        content = json.loads((metadata or {}).get("pentrace") or "null")
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
