"""Reading model files without PyTorch; `store` writes them and builds networks from them."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open

from pentrace.errors import REMEDIES, PentraceError, UsageError
from pentrace.networks.settings import KINDS, PRETRAINED, Kind, NetworkSettings
from pentrace.normalise.units import normalisation_of
from pentrace.settings import explain

FORMAT = "pentrace-1"
NAME = "model.safetensors"  # in the folder of a network
# The synthesis network that comes with the package.
SHIPPED = Path(__file__).parents[1] / "weights" / "synthesis" / NAME
# The settings of training that matter to those who use a network: what it has seen, and how.
KEPT = ("train_on", "validate_on", "batches", "weight_noise")
Framework = Literal["np", "pt"]


def shipped(kind: Kind | None = None) -> Path:
    """The file that comes with the package: a recogniser, or else a synthesis network."""
    return SHIPPED.parents[1] / "recogniser" / NAME if kind == "recognition" else SHIPPED


def located(path: str | Path) -> Path:
    """The model file that `path` names: itself, or the one in it if it is a folder.

    "pretrained" names the synthesis network that comes with the package. Raises `PentraceError`
    for a folder without one.
    """
    path = Path(path)
    if str(path) == PRETRAINED and not path.exists():
        return SHIPPED
    if not path.is_dir():
        return path
    if (path / NAME).is_file():
        return path / NAME
    raise PentraceError(
        f"{path}: no {NAME} in this folder; give the folder of a network, such as "
        "results/demo-iam/synthesis"
    )


def read(
    path: str | Path, framework: Framework, kinds: tuple[Kind, ...] = KINDS
) -> tuple[dict[str, Any], NetworkSettings, dict]:
    """Weights by name, as arrays of NumPy or PyTorch, the settings and the normalisation.

    Weights that are stored in half precision become float32. `path` is a model file, or the folder
    of a network. Raises `PentraceError` if the file is missing, cut off, or not written by
    `save_model`, or if its network is of none of `kinds`.
    """
    with _opened(path, framework) as file:
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        content = _content(path, file.metadata())
    # Files of earlier versions have no checksum.
    if "sha256" in content and content["sha256"] != checksum(content, stored):
        raise PentraceError(f"{path}: damaged: its checksum differs; train again, or copy it again")
    weights = {name: _single(value) for name, value in stored.items()}
    found = _settings(path, content)
    if found.kind not in kinds:
        raise UsageError(f"{path}: a {found.kind} network; give a {' or '.join(kinds)} network")
    _check_finite(path, weights)
    normalisation = content["normalisation"]
    if found.kind != "text":
        normalisation = normalisation_of(normalisation, path, "train again")
    return weights, found, normalisation


def checksum(content: dict[str, Any], weights: Mapping[str, Any]) -> str:
    """Hex digits that change with anything in a model file: its metadata and its weights.

    `weights` are arrays of NumPy or tensors of PyTorch on the CPU, with the same result for both.
    """
    described = {key: value for key, value in content.items() if key != "sha256"}
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name in sorted(weights):
        array = np.ascontiguousarray(weights[name])
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _check_finite(path: str | Path, weights: dict[str, Any]) -> None:
    """Raise `PentraceError` if a weight is not a finite number: all results would be wrong."""
    for name, weight in weights.items():
        # The sum is finite only if all weights are, and weights whose sum is not are of no use.
        if not math.isfinite(float(weight.sum())):
            raise PentraceError(f"{path}: a weight of {name} is not a finite number; train again")


def _single(weight: Any) -> Any:
    """The array or tensor in float32, the precision in which networks are run."""
    if not str(weight.dtype).endswith("float16"):
        return weight
    return weight.astype("float32") if hasattr(weight, "astype") else weight.float()


def settings(path: str | Path) -> NetworkSettings | None:
    """The settings of the network at `path`; None if it is not a model file of this version."""
    try:
        with _opened(path, "np") as file:
            return _settings(path, _content(path, file.metadata()))
    except PentraceError:
        return None


def kind(path: str | Path) -> Kind | None:
    """The kind of the network at `path`; None if it is not a model file of this version."""
    found = settings(path)
    return found.kind if found else None


def transfer(path: str | Path) -> dict | None:
    """The record of `networks.transfer` in a model file.

    None if it started from random weights. Raises `PentraceError` as `read` does.
    """
    with _opened(path, "np") as file:
        return _content(path, file.metadata()).get("transfer")


def counts(path: str | Path) -> dict[str, int] | None:
    """How often the network at `path` saw each character of its alphabet in training.

    None if the file does not contain it. Raises `PentraceError` as `read` does.
    """
    with _opened(path, "np") as file:
        found = _content(path, file.metadata()).get("counts")
    if found is None or (isinstance(found, dict) and all(type(n) is int for n in found.values())):
        return found
    raise PentraceError(f"{path}: the counts of characters are damaged; train again")


@contextmanager
def fitting(path: str | Path) -> Iterator[None]:
    """Turn the errors of weights that do not fit their settings into a `PentraceError`."""
    try:
        yield
    except KeyError as error:
        raise PentraceError(
            f"{path}: the weights do not fit the settings: {error} is missing; train again"
        ) from None
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        raise PentraceError(
            f"{path}: the weights do not fit the settings: {error}; train again"
        ) from None


@contextmanager
def _opened(path: str | Path, framework: Framework) -> Iterator[safe_open]:
    path = located(path)
    try:
        path.open("rb").close()  # safe_open does not say what the system says
        with safe_open(path, framework) as file:
            yield file
    except FileNotFoundError:
        raise PentraceError(
            f"{path}: no such file; train it with make, or choose one of pentrace list"
        ) from None
    except (SafetensorError, OSError) as error:
        if isinstance(error, OSError) and error.errno in REMEDIES:
            raise
        if path.suffix != Path(NAME).suffix:
            raise UsageError(
                f"{path}: not a model file; give a {NAME}, the folder of a network, or {PRETRAINED}"
            ) from None
        raise PentraceError(f"{path}: not a complete model file ({error}); train again") from None


def _content(path: str | Path, metadata: dict[str, str] | None) -> dict:
    """What `save_model` stored with the weights."""
    try:
        content = json.loads((metadata or {}).get("pentrace") or "null")
    except json.JSONDecodeError:
        raise PentraceError(f"{path}: the metadata is not JSON; train again") from None
    if (
        not isinstance(content, dict)
        or content.get("format") != FORMAT
        or not isinstance(content.get("normalisation"), dict)
    ):
        raise PentraceError(f"{path}: not a model of this version of Pentrace; train again")
    return content


def _settings(path: str | Path, content: dict) -> NetworkSettings:
    """The settings of the network; those of its training only as far as they still exist.

    How a network was trained matters little to those who use it, so a model stays readable when
    the settings of training change. `KEPT` says what does matter.
    """
    try:
        given = {**content["settings"]}
        train = {key: given["train"][key] for key in KEPT if key in given.get("train", {})}
    except (KeyError, TypeError, AttributeError):
        raise PentraceError(f"{path}: the settings are damaged; train again") from None
    try:
        return NetworkSettings.model_validate(given)
    except ValidationError as error:
        reason = explain(NetworkSettings, error, "settings")
    try:
        return NetworkSettings.model_validate({**given, "train": train})
    except ValidationError:
        raise PentraceError(
            f"{path}: a model of another version of Pentrace: {reason}; train again"
        ) from None
