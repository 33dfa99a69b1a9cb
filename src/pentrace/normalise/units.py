"""Whether two sets of offsets are in the same units."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pentrace.errors import PentraceError
from pentrace.files import read_json

SMALLEST, LARGEST = 1e-12, 1e12  # of a standard deviation; no pen moves less, or further
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

    Raises `PentraceError` if there is no such file (with the remedy `missing`), or if its `recipe`,
    `mean` or `sd` is missing or not possible.
    """
    remedy = "delete it and build it again with snakemake"
    return normalisation_of(read_json(path, missing), path, remedy)


def at_rest(normalisation: Mapping[str, Any]) -> tuple[float, float]:
    """dx and dy of a pen that rests, in normalised units: the mean is subtracted from 0 too."""
    (mean_x, mean_y), (sd_x, sd_y) = normalisation["mean"], normalisation["sd"]
    return -mean_x / sd_x, -mean_y / sd_y


def normalisation_of(found: Any, path: str | Path, remedy: str) -> dict:
    """The normalisation `found` in the file at `path`.

    It has a recipe; `mean` has two finite numbers, of dx and dy, and `sd` two positive ones.
    Raises `PentraceError` that ends with `remedy`.
    """
    get = found.get if isinstance(found, dict) else {}.get
    mean, sd = get("mean"), get("sd")
    if not isinstance(found, dict) or not isinstance(found.get("recipe"), str):
        wrong = "no recipe"
    elif not _two_numbers(mean):
        wrong = f"mean is {repr(mean)[:40]}, expected two numbers"
    elif sd is None or not _two_numbers(sd) or min(sd) < SMALLEST:
        wrong = f"sd is {repr(sd)[:40]}, expected two positive numbers"
    else:
        wrong = _odd_option(found)
        if not wrong:
            return found
    raise PentraceError(f"{path}: not a normalisation ({wrong}); {remedy}")


def _odd_option(found: dict) -> str:
    """What is wrong with the values that a normalisation need not have."""
    settings = found.get("settings", {})
    if not isinstance(settings, dict):
        return f"settings is {repr(settings)[:40]}, expected keys and values"
    cap, timed, split = found.get("cap"), found.get("timed", True), found.get("split", [])
    way, spacing = settings.get("resample"), settings.get("spacing")
    if way not in (None, "time", "arc") or (way and not _positive(spacing)):
        return f"resample is {repr(way)[:40]} with spacing {repr(spacing)[:40]}"
    if cap is not None and not _positive(cap):
        return f"cap is {repr(cap)[:40]}, expected a positive number"
    if not isinstance(timed, bool):
        return f"timed is {repr(timed)[:40]}, expected true or false"
    if not isinstance(split, list) or not all(isinstance(name, str) for name in split):
        return f"split is {repr(split)[:40]}, expected names"
    return ""


def _positive(value: Any) -> bool:
    return type(value) in (int, float) and SMALLEST <= value <= LARGEST


def _two_numbers(values: Any) -> bool:
    if not isinstance(values, list) or len(values) != 2:
        return False
    return all(type(v) in (int, float) and abs(v) <= LARGEST for v in values)
