"""What files of ink leave open: positions or offsets, times, and the direction of y."""

import numpy as np

from pentrace.readers._assemble import Malformed
from pentrace.readers.own_formats.raw import Axis, Found, Raw
from pentrace.readers.settings import ParseSettings

LARGEST = 1e9  # of coordinates
LATEST = 1e15  # of times, s or ms
SHOWING = 80  # fewer points do not show whether they are positions or offsets
MARGIN = 0.1  # a smaller sum of the signs of direction decides nothing
# A larger one doubts what the file states. It does so for none of 4616 lines of IAM-OnDB and one of
# 1600 signatures of SVC2004, and for 94 % of these lines upside down.
CLEAR = 0.2
STROKES = 3  # fewer doubt nothing: a letter may well begin at its foot


def completed(raw: Raw, settings: ParseSettings) -> Found:
    """The ink of `raw` with nothing left open; notes say what was assumed.

    Raises `Malformed` (`too-many-points`, `empty`, `out-of-range`).
    """
    if len(raw.xy) > settings.max_points:
        limit = f"the limit is {settings.max_points:,} (parse.max_points)"
        raise Malformed("too-many-points", f"{len(raw.xy):,} points; {limit}")
    if not len(raw.xy):
        raise Malformed("empty", "no points")
    refuse_large(raw.xy, raw.t, raw.stroke)
    xy, about_steps = _positions(raw)
    refuse_large(xy, raw.t, raw.stroke)
    t, about_times = _times(raw)
    axis, doubt = _axis(raw, xy)
    notes = (*raw.notes, *about_steps, *about_times, *[doubt] * bool(doubt))
    channels = {} if raw.pressure is None else {"pressure": raw.pressure}
    ink = (xy, t, raw.stroke, axis, raw.text, raw.unit, raw.name, notes, channels)
    return Found(*ink, doubt, raw.keyed, raw.stated)


def refuse_large(xy: np.ndarray, t: np.ndarray, stroke: np.ndarray) -> None:
    """Raise `Malformed` (`out-of-range`) for a position or a time that no pen records."""
    far = (~(np.abs(xy) <= LARGEST)).any(1)
    late = np.abs(t) > LATEST
    for wrong, what, most in ((far, "x or y", LARGEST), (late, "t", LATEST)):
        if wrong.any():
            at = int(wrong.argmax())
            point = int((stroke[:at] == stroke[at]).sum())
            raise Malformed(
                "out-of-range",
                f"stroke {stroke[at]}, point {point}: {what} is not a number from {-most:g} to "
                f"{most:g}",
            )


# Positions or offsets


def _positions(raw: Raw) -> tuple[np.ndarray, list[str]]:
    """float64 (N, 2) positions, and a note if xy are not what the format says."""
    summed = np.cumsum(raw.xy, axis=0)
    looks = None if raw.certain else looks_like_offsets(raw.xy)
    if looks is None or looks == raw.offsets:
        return (summed if raw.offsets else raw.xy), []
    if looks:
        return summed, ["x and y are offsets by their size; they were added up to positions"]
    return raw.xy, ["x and y are positions by their size; they were not added up"]


def looks_like_offsets(xy: np.ndarray) -> bool | None:
    """Whether (N, 2) are steps from point to point; None if their size does not show it.

    Steps from one position to the next are small beside the extent of the ink; steps from one
    offset to the next are not. Offsets become much smoother when they are added up, and do not
    advance to the right. On lines of IAM-OnDB and signatures of SVC2004, no positions are within
    the bounds for offsets.
    """
    if len(xy) < SHOWING:
        return None
    given, added = _roughness(xy), _roughness(np.cumsum(xy, axis=0))
    if given > 0.05 and given > 4 * added and _advance(xy) < 0.3:
        return True
    return False if given < 0.025 and given < 4.5 * added else None


def _advance(xy: np.ndarray) -> float:
    """Correlation of x with the number of the point, without its sign."""
    if not np.ptp(xy[:, 0]) > 0:
        return 1.0
    return float(abs(np.corrcoef(xy[:, 0], np.arange(len(xy)))[0, 1]))


def _roughness(xy: np.ndarray) -> float:
    """Median step as a share of the extent from the 5th to the 95th percentile."""
    low, high = np.percentile(xy, [5, 95], axis=0)
    extent = float(np.hypot(*(high - low)))
    return float(np.median(np.hypot(*np.diff(xy, axis=0).T))) / max(extent, 1e-12)


# Times


def _times(raw: Raw) -> tuple[np.ndarray, list[str]]:
    """float64 (N,) seconds, NaN everywhere if some points have no time; and a note if so."""
    timed = ~np.isnan(raw.t)
    if not timed.any():
        return raw.t, []
    if not timed.all():
        reason = f"only {timed.sum()} of {len(timed)} points have a time; the times were left out"
        return np.full(len(timed), np.nan), [reason]
    scale = _unit_of_time(raw) if raw.seconds is None else raw.seconds
    return raw.t * scale, []


def _unit_of_time(raw: Raw) -> float:
    """Seconds per unit of t: pens record 20 to 1000 points per second, so the step shows it."""
    steps = np.diff(raw.t)[np.diff(raw.stroke) == 0]
    steps = steps[steps > 0]
    return 1.0 if len(steps) and np.median(steps) < 0.5 else 1e-3


# Direction of y


def _axis(raw: Raw, xy: np.ndarray) -> tuple[Axis, str]:
    """The direction of y, and a note if it was found from the ink, else an empty string."""
    if raw.axis is not None:
        return raw.axis, ""
    sign = upward(xy, raw.stroke)
    if abs(sign) < MARGIN:
        axis = raw.usual_axis
        why = "the file does not state the direction of y, and the ink does not show it; y was read"
        note = f"{why} as growing {axis}ward, as usual"
    else:
        axis = "up" if sign > 0 else "down"
        note = f"the file does not state the direction of y; by the ink, y grows {axis}ward"
    return axis, f"{note}; {turned_over(axis, raw.keyed)}"


def turned_over(axis: Axis, keyed: bool) -> str:
    """What to do if y does not grow in the direction `axis`; `keyed` as in `Raw`."""
    other = "down" if axis == "up" else "up"
    remedy = f'write "y_axis": "{other}" into the file' if keyed else "change the sign of y"
    return f"if the writing is upside down, {remedy}"


def is_upside_down(xy: np.ndarray, stroke: np.ndarray) -> bool:
    """Whether ink (N, 2), y upward, is clearly upside down; `stroke` is -1 in the air."""
    strokes = len(np.unique(stroke[stroke >= 0]))
    return strokes >= STROKES and upward(xy, stroke) < -CLEAR


def upward(xy: np.ndarray, stroke: np.ndarray) -> float:
    """Above 0 if y (N, 2) grows upward in ink that is written from left to right, else below.

    People begin most strokes above their end, and move further to the right while the pen goes up
    than while it goes down. Right for 99.8 % of the lines of IAM-OnDB (3216 lines).
    """
    down = stroke >= 0
    xy, stroke = xy[down], stroke[down]
    if len(xy) < 2:
        return 0.0
    first = np.append(True, stroke[1:] != stroke[:-1])
    last = np.append(first[1:], True)
    height = float(np.subtract(*np.percentile(xy[:, 1], [95, 5])))
    if not height > 0:
        return 0.0
    fall = float((xy[first, 1] - xy[last, 1]).mean()) / height
    dx, dy = np.diff(xy, axis=0)[~first[1:]].T
    return fall + 0.3 * (_run(dx, dy) - _run(dx, -dy))


def _run(dx: np.ndarray, dy: np.ndarray) -> float:
    """Movement rightward per movement in y, where dy is positive."""
    rises = dy > 0
    way = float(dy[rises].sum())
    return float(np.clip(dx[rises].sum() / way, -3, 3)) if way > 0 else 0.0
