"""Which network writes."""

import json
from pathlib import Path

from pentrace.errors import PentraceError
from pentrace.generate.fused import FusedNetwork, load
from pentrace.normalise.units import checked


def find_model(given: Path | None, root: Path = Path("results")) -> Path:
    """`given`, or else the only synthesis network below `root`.

    Raises `PentraceError` that lists them where there are several, and says how to get one where
    there is none.
    """
    if given is not None:
        return given
    found = [path for path in sorted(root.glob("*/*/model.safetensors")) if _kind(path)]
    found = [path for path in found if _kind(path) == "synthesis"]
    if len(found) == 1:
        return found[0]
    if found:
        raise PentraceError(
            f"several networks can write; choose one with --model: {', '.join(map(str, found))}"
        )
    raise PentraceError(
        f"no network in {root} that can write; train one with make, or give --model"
    )


def _kind(path: Path) -> str | None:
    """The kind of network in a model file; None where it is no such file."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np") as file:
            content = json.loads((file.metadata() or {}).get("pentrace", "{}"))
            return str(content["settings"].get("kind", "prediction"))
    except (SafetensorError, OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def load_drawing(path: Path, normalisation: Path) -> tuple[FusedNetwork, dict]:
    """The network at `path`, and the normalisation of the data.

    Raises `PentraceError` where it draws no ink, or was trained on offsets in other units.
    """
    weights, settings, trained_with = load(path)
    return FusedNetwork(weights, settings), checked(path, trained_with, normalisation)


def load_writer(path: Path) -> tuple[FusedNetwork, dict]:
    """The network at `path` and the normalisation it was trained with.

    Raises `PentraceError` where it is not a whole model file, or not of a synthesis network.
    """
    try:
        weights, settings, normalisation = load(path)
    except PentraceError as error:
        raise PentraceError(f"{error} (or run make)") from None
    if settings.kind != "synthesis":
        raise PentraceError(
            f"{path}: a {settings.kind} network, which writes no text; give a synthesis network"
        )
    return FusedNetwork(weights, settings), normalisation
