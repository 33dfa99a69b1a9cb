"""The embedding of a line: a vector that is near those of other lines by the same writer.

Linear discriminant analysis (Fisher 1936) of the histograms of a line: the directions in which
writers differ most, relative to how much the lines of one writer differ. Measured on writers that
were not learnt from, it identifies them as well as a small convolutional network does.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pentrace.errors import PentraceError
from pentrace.files import whole_file
from pentrace.hands.histograms import SIZE, histograms, offset_unit
from pentrace.hands.settings import HandSettings
from pentrace.normalise.units import checked
from pentrace.windows.lines import Lines

FORMAT = "pentrace-hands-1"


class Embedding(NamedTuple):
    """A linear map from histograms to vectors; within a hand they have variance 1 on each axis."""

    axes: np.ndarray  # float32 (SIZE, D)
    unit: float  # mean length of an offset in the lines that were learnt from
    normalisation: dict  # of these lines
    writers: int  # writers that were learnt from

    def of(self, lines: Lines) -> np.ndarray:
        """float32 (S, D): the vector of each line."""
        return np.asarray(histograms(lines, self.normalisation, self.unit) @ self.axes)


def fit(lines: Lines, writers: list[str], normalisation: dict, settings: HandSettings) -> Embedding:
    """The embedding that separates the `writers` of `lines`; at least two, one with two lines."""
    # Imported here: measuring does without it.
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    unit = offset_unit(lines, normalisation)
    analysis = LinearDiscriminantAnalysis(solver="eigen", shrinkage=settings.shrinkage)
    analysis.fit(histograms(lines, normalisation, unit).astype(np.float64), writers)
    count = min(settings.dimensions, len(set(writers)) - 1)
    axes = analysis.scalings_[:, :count].astype(np.float32)
    return Embedding(np.ascontiguousarray(axes), unit, normalisation, len(set(writers)))


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
    with whole_file(path) as partial:
        metadata = {"pentrace": json.dumps(content, sort_keys=True)}
        partial.write_bytes(save({"axes": embedding.axes}, metadata))


def read(path: Path) -> Embedding:
    """The embedding in the file at `path`.

    Raises `PentraceError` if it is missing, cut off, or another file.
    """
    try:
        with safe_open(path, "np") as file:
            content = json.loads((file.metadata() or {}).get("pentrace", "{}"))
            if content.get("format") != FORMAT or file.get_tensor("axes").shape[0] != SIZE:
                raise PentraceError(f"{path}: not a file of this version; run pentrace hands again")
            axes = file.get_tensor("axes")
    except FileNotFoundError:
        raise PentraceError(f"{path}: no such file; make it with pentrace hands") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise PentraceError(
            f"{path}: not a complete file ({error}); run pentrace hands again"
        ) from None
    return Embedding(axes, content["unit"], content["normalisation"], content["writers"])


def read_for(path: Path, normalisation: Path) -> Embedding:
    """The embedding in the file at `path`, for data with the normalisation in the other file.

    Raises `PentraceError` as `read` does, and if it was learnt from offsets in other units.
    """
    found = read(path)
    checked(path, found.normalisation, normalisation)
    return found
