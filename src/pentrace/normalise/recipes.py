"""Recipes: points to steps, steps to normalised offsets, and back.

`graves`: steps in tablet units are scaled to mean 0 and sd 1 with the statistics of the training
split (Graves 2013, section 4). `write-rnn`: steps are capped at 500 units and divided by 20
(hardmaru/write-rnn-tensorflow). `line-height`: every sample is first scaled to the same height,
then as in `graves`. y grows upward in all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pentrace import resample
from pentrace.errors import PentraceError
from pentrace.ink import Ink
from pentrace.normalise.coordinate_frame import Frame, Frames, find_frames, into, out_of, upward
from pentrace.normalise.settings import NormaliseSettings


@dataclass(frozen=True)
class Steps:
    """Steps of S samples, N in all: row i leads to point i; the first of a sample is (0, 0)."""

    starts: np.ndarray  # int64 (S + 1,)
    dx: np.ndarray  # float64 (N,), rightward
    dy: np.ndarray  # float64 (N,), upward
    end_of_stroke: np.ndarray  # bool (N,)

    @property
    def moves(self) -> np.ndarray:
        """bool (N,): false at the null step of each sample."""
        moves = np.ones(len(self.dx), bool)
        moves[self.starts[:-1]] = False
        return moves


def to_steps(ink: Ink, y_sign: np.ndarray, settings: NormaliseSettings) -> tuple[Steps, Frames]:
    """Steps before mean and sd, and the frames; no sample of `ink` may be empty.

    int (S,) `y_sign` is -1 if y was recorded downward. Units: tablet units, or line heights for the
    recipe `line-height`. The pen is up after a point recorded in the air. Raises `PentraceError`
    naming the sample if it is resampled by time and a point has no time.
    """
    frames = find_frames(ink, y_sign, settings)
    x, y = upward(ink, y_sign)
    if settings.recipe == "line-height":
        x, y = into(frames, ink.owner, x, y)
    starts, ends = ink.starts, ink.last_of_stroke() | (ink.stroke < 0)
    if settings.resample is not None and settings.spacing is not None:
        first = ink.first_of_stroke()
        way = _time(ink, first) if settings.resample == "time" else resample.travelled(x, y, first)
        at, first = resample.places(way, first, settings.spacing)
        x, y = resample.take(x, at), resample.take(y, at)
        starts = np.searchsorted(at, starts, side="left")
        ends = (
            np.append(first[1:], True)[: len(first)]
            | (ink.stroke < 0)[np.rint(at).astype(np.int64)]
        )
    dx, dy = np.diff(x, prepend=0.0), np.diff(y, prepend=0.0)
    dx[starts[:-1]] = dy[starts[:-1]] = 0.0
    return _capped(Steps(starts, dx, dy, ends), settings), frames


def _time(ink: Ink, first: np.ndarray) -> np.ndarray:
    missing = np.flatnonzero(np.isnan(ink.t))
    if len(missing):
        name = ink.ids[ink.owner[missing[0]]]
        raise PentraceError(
            f"{name}: no time recorded; set `resample: arc` in `normalise`, or remove `resample`"
        )
    return resample.elapsed(ink.t, first)


def _capped(steps: Steps, settings: NormaliseSettings) -> Steps:
    if settings.recipe != "write-rnn":
        return steps
    dx, dy = (np.clip(d, -settings.cap, settings.cap) for d in (steps.dx, steps.dy))
    return Steps(steps.starts, dx, dy, steps.end_of_stroke)


def to_offsets(
    ink: Ink, y_sign: np.ndarray, normalisation: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray, Frames]:
    """Normalised offsets of all samples of `ink`, none of them empty.

    `normalisation` is the content of `normalisation.json`; `y_sign` as in `to_steps`. Returns
    float32 (N, 3) rows of dx rightward, dy upward, end of stroke; int64 (S + 1,) where samples
    start; and the frames. The first row of a sample is (0, 0, end of stroke).
    """
    settings = NormaliseSettings.model_validate(normalisation["settings"])
    steps, frames = to_steps(ink, y_sign, settings)
    rows = np.empty((len(steps.dx), 3), np.float32)
    for column, values in enumerate((steps.dx, steps.dy)):
        rows[:, column] = (values - normalisation["mean"][column]) / normalisation["sd"][column]
    rows[steps.starts[:-1], :2] = 0.0
    rows[:, 2] = steps.end_of_stroke
    return rows, steps.starts, frames


def from_offsets(
    steps: np.ndarray, normalisation: Mapping[str, Any], frame: Frame | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of one sample from its normalised offsets: x and y, float64 (T,).

    `steps` (T, 2 or more) contains dx and dy, the null step first. With the `frame` of the sample
    the result is in tablet units with y as recorded, and rounds to the recorded integers (unless
    `write-rnn` capped a step, or the sample was resampled). Without `frame`, as for generated ink,
    it begins at (0, 0), y upward, in tablet units, or line heights for the recipe `line-height`.
    """
    frame = frame or Frame()
    wide = steps[:, :2].astype(np.float64) * normalisation["sd"] + normalisation["mean"]
    wide[:1] = 0.0
    x, y = out_of(frame, *np.cumsum(wide, axis=0).T)
    return frame.x0 + x, frame.y0 + frame.y_sign * y


def log_area(normalisation: Mapping[str, Any], frame: Frame | None = None) -> float:
    """Log of the tablet area (units squared) of one unit of normalised area.

    A log-loss in nats per step is larger by this in tablet units; shear does not change areas.
    """
    sd_x, sd_y = normalisation["sd"]
    return float(np.log(sd_x) + np.log(sd_y) + 2 * np.log((frame or Frame()).scale))
