"""What tells whether two sets of offsets are in the same units."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pentrace.errors import PentraceError

UNITS = ("recipe", "mean", "sd", "cap")


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The keys of two normalisations that make their offsets differ."""
    return [key for key in UNITS if one.get(key) != other.get(key)]


def checked(model: Path, trained_with: dict, normalisation: Path) -> dict:
    """What stands in the file `normalisation`.

    Raises `PentraceError` where the network at `model` was trained on offsets in other units, since
    no measure and no ink would be right.
    """
    found = _read(normalisation)
    for key in differing(found, trained_with):
        raise PentraceError(
            f"{model}: trained on offsets with {key} {trained_with.get(key)}, but {normalisation} "
            f"has {found.get(key)}; train again on the present tables"
        )
    return found


def _read(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {**found, **{key: found[key] for key in ("recipe", "mean", "sd")}}
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; build it with snakemake") from None
    except (ValueError, KeyError, TypeError) as error:
        raise PentraceError(
            f"{path}: not a normalisation ({error!r}); delete it and rebuild"
        ) from None
