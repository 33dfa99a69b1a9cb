"""Whether two sets of offsets are in the same units."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pentrace.errors import PentraceError
from pentrace.files import read_json

UNITS = ("recipe", "mean", "sd", "cap")


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The keys in which the units of two normalisations differ."""
    return [key for key in UNITS if one.get(key) != other.get(key)]


def checked(model: Path, trained_with: dict, normalisation: Path) -> dict:
    """The content of the file `normalisation`.

    Raises `PentraceError` if the network at `model` was trained on offsets in other units: all
    measures and all ink would be wrong.
    """
    found = read_normalisation(normalisation)
    for key in differing(found, trained_with):
        raise PentraceError(
            f"{model}: trained on offsets with {key} {trained_with.get(key)}, but {normalisation} "
            f"has {found.get(key)}; train again on the current tables"
        )
    return found


def read_normalisation(path: Path, missing: str = "build it with snakemake") -> dict:
    """The content of the file normalisation.json at `path`.

    Raises `PentraceError` if there is no such file (with the remedy `missing`), or if it has no
    `recipe`, `mean` or `sd`.
    """
    try:
        found = read_json(path, missing)
        return {**found, **{key: found[key] for key in ("recipe", "mean", "sd")}}
    except (KeyError, TypeError) as error:
        raise PentraceError(
            f"{path}: not a normalisation ({error!r}); delete it and build it again with snakemake"
        ) from None
