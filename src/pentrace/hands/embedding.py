"""The embedding of a line: a vector that is near those of other lines by the same writer.

The histograms of a line are whitened by their covariance within hands (Hatch et al. 2006,
'Within-class covariance normalization'): what varies between the lines of one writer counts little.
Distances are then those of Mahalanobis. Measured on writers that were not learnt from, this
identifies them better than linear discriminant analysis, and as well as a small convolutional
network that is trained for two minutes.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pentrace.errors import REMEDIES, PentraceError
from pentrace.files import whole_file
from pentrace.hands.histograms import SIZE, histograms, offset_unit
from pentrace.hands.nearest import hand_means
from pentrace.networks.model_file import checksum
from pentrace.normalise.units import checked, normalisation_of
from pentrace.windows.lines import Lines

FORMAT = "pentrace-hands-1"


class Embedding(NamedTuple):
    """A linear map of histograms; the lines of one hand have about variance 1 on each axis."""

    axes: np.ndarray  # float32 (SIZE, D)
    unit: float  # mean length of an offset in the lines that were learnt from
    normalisation: dict  # of these lines
    writers: int  # writers that were learnt from

    def of(self, lines: Lines) -> np.ndarray:
        """float32 (S, D): the vector of each line."""
        return np.asarray(histograms(lines, self.normalisation, self.unit) @ self.axes)


def fit(lines: Lines, writers: list[str], normalisation: dict, shrinkage: float) -> Embedding:
    """The embedding learnt from `lines` and the writer of each.

    `shrinkage`: how far the covariance is drawn to that of a ball, in which all axes are equal.
    """
    unit = offset_unit(lines, normalisation)
    found = histograms(lines, normalisation, unit).astype(np.float64)
    names, of = np.unique(writers, return_inverse=True)
    within = found - hand_means(found, of)[0][of]
    covariance = within.T @ within / len(within)
    ball = np.trace(covariance) / SIZE * np.eye(SIZE)
    shrunk = (1 - shrinkage) * covariance + shrinkage * ball
    axes = np.linalg.inv(np.linalg.cholesky(shrunk)).T
    return Embedding(axes.astype(np.float32), unit, normalisation, len(names))


def none(normalisation: dict) -> Embedding:
    """An embedding without axes, for data in which writers are not known."""
    return Embedding(np.zeros((SIZE, 0), np.float32), 1.0, normalisation, 0)


def write(path: Path, embedding: Embedding) -> None:
    """Write a file of safetensors; the same embedding gives the same bytes."""
    content = {
        "format": FORMAT,
        "unit": embedding.unit,
        "normalisation": embedding.normalisation,
        "writers": embedding.writers,
    }
    axes = np.ascontiguousarray(embedding.axes)  # safetensors writes a transposed array wrongly
    content["sha256"] = checksum(content, {"axes": axes})
    with whole_file(path) as partial:
        metadata = {"pentrace": json.dumps(content, sort_keys=True, allow_nan=False)}
        partial.write_bytes(save({"axes": axes}, metadata))


def read(path: Path) -> Embedding:
    """The embedding in the file at `path`.

    Raises `PentraceError` if it is missing, cut off, damaged, or another file.
    """
    try:
        path.open("rb").close()  # safe_open does not say what the system says
        with safe_open(path, "np") as file:
            content = json.loads((file.metadata() or {}).get("pentrace", "{}"))
            stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; make it with pentrace hands") from None
    except (SafetensorError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in REMEDIES:
            raise
        raise PentraceError(
            f"{path}: not a complete file ({error}); run pentrace hands again"
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT or "axes" not in stored:
        raise PentraceError(f"{path}: not a file of this version; run pentrace hands again")
    # Files of earlier versions have no checksum.
    if "sha256" in content and content["sha256"] != checksum(content, stored):
        raise PentraceError(f"{path}: damaged: its checksum differs; run pentrace hands again")
    return _checked(path, stored["axes"], content)


def _checked(path: Path, axes: np.ndarray, content: dict) -> Embedding:
    unit, writers = content.get("unit"), content.get("writers")
    right = axes.ndim == 2 and len(axes) == SIZE and bool(np.isfinite(axes).all())
    if not (right and type(unit) is float and unit > 0 and type(writers) is int):
        raise PentraceError(f"{path}: not a file of this version; run pentrace hands again")
    units = normalisation_of(content.get("normalisation"), path, "run pentrace hands again")
    return Embedding(axes, unit, units, writers)


def read_for(path: Path, normalisation: Path) -> Embedding:
    """The embedding in the file at `path`, for data with the normalisation in the other file.

    Raises `PentraceError` as `read` does, and if it was learnt from offsets in other units.
    """
    found = read(path)
    checked(path, found.normalisation, normalisation)
    return found
