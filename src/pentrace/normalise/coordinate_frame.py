"""The frame of a sample: the rotation, shear and scale of `line-height`, and the inverse."""

from dataclasses import dataclass, fields, replace

import numpy as np

from pentrace.ink import Ink
from pentrace.normalise.settings import NormaliseSettings


@dataclass(frozen=True)
class Frame:
    """The transform from steps of one sample to recorded coordinates: a row of `schema.FRAMES`.

    In tablet units, with y upward, a step (dx, dy) becomes dy' = dy - baseline dx, then
    dx' = dx - slant dy', and both are divided by `scale`. The default changes nothing.
    """

    x0: float = 0.0
    y0: float = 0.0
    y_sign: int = 1  # -1 if the recorded y grows downward
    scale: float = 1.0  # tablet units per unit
    slant: float = 0.0  # dx per dy
    baseline: float = 0.0  # dy per dx


@dataclass(frozen=True)
class Frames:
    """The frames of S samples: every field of `Frame` as an array (S,)."""

    x0: np.ndarray
    y0: np.ndarray
    y_sign: np.ndarray
    scale: np.ndarray
    slant: np.ndarray
    baseline: np.ndarray

    def columns(self) -> dict[str, np.ndarray]:
        """Name -> float64 (S,), int8 for `y_sign`."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __getitem__(self, sample: int) -> Frame:
        return Frame(*(values[sample].item() for values in self.columns().values()))


def find_frames(ink: Ink, y_sign: np.ndarray, settings: NormaliseSettings) -> Frames:
    """The frame of every sample of `ink`, none of them empty.

    int (S,) `y_sign` is -1 if y was recorded downward. Scale, slant and baseline are those of the
    recipe `line-height`; for other recipes they change nothing.
    """
    first, none = ink.starts[:-1], np.zeros(len(ink.ids))
    x0, y0 = ink.x[first].astype(np.float64), ink.y[first].astype(np.float64)
    frames = Frames(x0, y0, y_sign.astype(np.int8), none + 1, none, none)
    if settings.recipe != "line-height":
        return frames
    x, y = upward(ink, y_sign)
    baseline = _baseline(x, y, ink.owner) if settings.straighten else none
    y = y - baseline[ink.owner] * x
    slant = _slant(x, y, ink) if settings.deslant else none
    return replace(frames, scale=_height(y, ink), slant=slant, baseline=baseline)


def upward(ink: Ink, y_sign: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x and y relative to the first point of each sample, y upward: float64 (N,), tablet units."""
    first, n = ink.starts[:-1], ink.lengths
    x = ink.x.astype(np.float64) - np.repeat(ink.x[first], n)
    y = ink.y.astype(np.float64) - np.repeat(ink.y[first], n)
    return x, y * np.repeat(y_sign.astype(np.float64), n)


def into(frames: Frames, owner: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple:
    """`x`, `y` (N,) of samples `owner` in their frames: float64 (N,) each, in units of scale."""
    y = y - frames.baseline[owner] * x
    x = x - frames.slant[owner] * y
    return x / frames.scale[owner], y / frames.scale[owner]


def out_of(frame: Frame, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of `into` for one sample: `x`, `y` (T,) in tablet units, y upward."""
    x, y = x * frame.scale, y * frame.scale
    x = x + frame.slant * y
    return x, y + frame.baseline * x


def _sums(values: np.ndarray, owner: np.ndarray, samples: int) -> np.ndarray:
    return np.bincount(owner, weights=values, minlength=samples)


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top / bottom, and 0 where the divisor is 0."""
    return np.divide(top, bottom, out=np.zeros(len(top)), where=bottom > 0)


def _baseline(x: np.ndarray, y: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Slope of the least-squares line through the points of each sample, (S,), dy per dx."""
    n = np.bincount(owner)
    x = x - (_sums(x, owner, len(n)) / n)[owner]
    return _ratio(_sums(x * y, owner, len(n)), _sums(x * x, owner, len(n)))


def _slant(x: np.ndarray, y: np.ndarray, ink: Ink) -> np.ndarray:
    """Least-squares dx per dy of the steep downward steps of each sample, (S,).

    Only downstrokes are used, since upstrokes lean toward the next letter.
    """
    dx, dy = np.diff(x, prepend=0.0), np.diff(y, prepend=0.0)
    down = ~ink.first_of_stroke() & (-dy > np.abs(dx))
    dx, dy, owner = dx[down], dy[down], ink.owner[down]
    return _ratio(_sums(dx * dy, owner, len(ink.ids)), _sums(dy * dy, owner, len(ink.ids)))


def _height(y: np.ndarray, ink: Ink) -> np.ndarray:
    """Distance between the 5th and 95th percentile of y of each sample, (S,); 1 if it is 0.

    Unlike the bounding box, it does not depend on the single longest descender.
    """
    ordered = y[np.lexsort((y, ink.owner))]
    low, high = (
        ink.starts[:-1] + (q * (ink.lengths - 1)).round().astype(int) for q in (0.05, 0.95)
    )
    height = ordered[high] - ordered[low]
    return np.where(height > 0, height, 1.0)
