"""Ink in Python: the pen positions of one line, signature, character or written text."""

import reprlib
import warnings
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from pentrace.api.keywords import path_of
from pentrace.api.messages import python_errors
from pentrace.errors import PentraceError
from pentrace.page.sheet import SampleInk, scale, single
from pentrace.page.svg import svg
from pentrace.write.own_ink import LARGEST, OwnInk, doubted, read

SEVERAL = {name: f"{name}s" for name in ("unit", "tablet unit", "line height")}

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Handwriting:
    """N pen positions in the order of writing. A notebook shows it as a drawing.

    x: float64 (N,), rightward, in `unit`.
    y: float64 (N,), UPWARD, in `unit`.
    stroke: int64 (N,), number of the stroke, from 0; -1 where the pen is in the air.
    t: float64 (N,), seconds, NaN at points without a time; None if no point has a time.
    text: what is written; None if unknown.
    unit: of x and y, such as "mm" or "tablet unit"; None if unknown.
    name: file or sample id, for titles and messages.

    Lists are converted to arrays. Raises `PentraceError` if there is no point, if the lengths
    differ, if x or y is not a number from -1e9 to 1e9, if a stroke has no whole number, or if text,
    unit or name is no text.
    """

    x: np.ndarray
    y: np.ndarray
    stroke: np.ndarray
    t: np.ndarray | None = None
    text: str | None = None
    unit: str | None = None
    name: str = "ink"

    def __post_init__(self) -> None:
        for name in ("text", "unit", "name"):
            value = getattr(self, name)
            if not isinstance(value, str) and (name == "name" or value is not None):
                raise PentraceError(f"{name}: expected text; got {value!r}")
        for name, kind in (("x", np.float64), ("y", np.float64), ("stroke", np.int64)):
            self._convert(name, kind)
        if self.t is not None:
            self._convert("t", np.float64)
            if np.isnan(self.t).all():
                object.__setattr__(self, "t", None)
        if not len(self.x):
            raise PentraceError(f"{self.name}: no points; give at least one")
        for name in ("x", "y"):
            far = ~(np.abs(getattr(self, name)) <= LARGEST)
            if far.any():
                raise PentraceError(
                    f"{self.name}: {name} of point {far.argmax()} is not a number from "
                    f"{-LARGEST:g} to {LARGEST:g}; remove the point"
                )

    def _convert(self, name: str, kind: type) -> None:
        try:
            values: np.ndarray = np.asarray(getattr(self, name), kind)
            whole = kind is not np.int64 or np.array_equal(values, getattr(self, name))
        except (TypeError, ValueError, OverflowError) as error:
            raise PentraceError(f"{self.name}: {name} is no array of numbers: {error}") from None
        if not whole:
            raise PentraceError(f"{self.name}: {name} must be whole numbers; number strokes from 0")
        expected = values.shape if name == "x" else self.x.shape
        if values.ndim != 1 or values.shape != expected:
            raise PentraceError(
                f"{self.name}: {name} has the shape {values.shape}; give one value for each point"
            )
        object.__setattr__(self, name, values)

    @classmethod
    def of(cls, ink: OwnInk, name: str) -> "Handwriting":
        """The ink of a file, as the readers give it."""
        x, y = ink.xy.T
        return cls(x, y, ink.stroke, ink.t, ink.text, ink.unit, name)

    @property
    def own(self) -> OwnInk:
        """The same for functions that take the ink of a file."""
        t = np.full(len(self.x), np.nan) if self.t is None else self.t
        xy = np.column_stack([self.x, self.y])
        return doubted(OwnInk(xy, t, self.stroke, self.text, self.unit))

    def __len__(self) -> int:
        """The number of points."""
        return len(self.x)

    def __repr__(self) -> str:
        strokes = int(self.stroke.max()) + 1
        text = "" if self.text is None else f", text {reprlib.repr(self.text)}"
        return f"<Handwriting {self.name}: {len(self)} points, {strokes} strokes{text}>"

    def plot(self) -> "Figure":
        """A matplotlib figure with a scale bar; 7 inches wide, strokes in one colour."""
        from pentrace.plot import style
        from pentrace.plot.drawing import Drawing, sheet

        drawing, unit = Drawing(self.name, self.x, self.y, self.stroke), self.unit or "unit"
        with style.applied():
            return sheet([drawing], [style.INK], 1, SEVERAL.get(unit, unit))

    def _repr_svg_(self) -> str:
        """The drawing that a notebook shows."""
        points = np.column_stack([self.own.xy, self.own.t])
        sample = SampleInk(points, self.stroke, 0, self.text or self.name)
        drawn = svg(single(sample, scale([sample])), "exact")
        return drawn[drawn.index("<svg") :]


def read_ink(path: str | PathLike[str]) -> Handwriting:
    """The ink in the file at `path`, which contains one sample; its suffix sets the format.

    | suffix | format | unit of x and y |
    | --- | --- | --- |
    | .json | {"strokes": [[[x, y, t], ...], ...], "text": ...}, see docs/own-ink.md | `unit` |
    | .json | signature_pad, react-signature-canvas, pointer events | unknown |
    | .json, .ndjson | Quick, Draw! | unknown |
    | .csv, .tsv | columns x, y, and t, stroke or the state of the pen | unknown |
    | .npy, .npz | stroke-3 or stroke-5 of sketch-rnn | unknown |
    | .svg | single lines; no times | unknown |
    | .parquet | columns x, y (upward), stroke and t, of one sample | metadata `unit` |
    | .inkml, .ink, .xml | W3C InkML | unknown |
    | .xml | a line of IAM-OnDB | tablet unit |
    | .unp, .upn, .dat | UNIPEN | tablet unit |
    | .txt, .svc, no suffix | a signature of SVC2004, or a BDALab recording | tablet unit |
    | .svg, named by its code | a character of KanjiVG; no times | 1/109 of a character |

    y is always upward, whatever direction the file has. A warning says what was left out or
    assumed, such as the direction of y where the file does not state it. Raises `PentraceError`
    that names the file, what is wrong (with the line or point), and the remedy; also if the file
    contains several samples.
    """
    with python_errors():
        found = read(path_of("path", path))
    for note in found.notes:
        warnings.warn(f"{path}: {note}", stacklevel=2)
    return Handwriting.of(found, str(path))
